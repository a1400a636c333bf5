/* Files of vectors are read with jansson. A field that was taken is gone from the object, so what
 * is left in the end was not looked at. */
#include "tests/vectors/vector.h"

#include "crypto/hash.h"

/* The field, which the caller releases. */
static json_t *take(struct vector *vector, const char *field)
{
	json_t *value = json_incref(json_object_get(vector->fields, field));

	if (value == NULL)
		fail_msg("there is no field %s", field);
	json_object_del(vector->fields, field);
	return value;
}

struct hex vector_hex(struct vector *vector, const char *field)
{
	json_t *value = take(vector, field);
	struct hex hex;

	assert_true(json_is_string(value));
	hex = hex_of(json_string_value(value));
	json_decref(value);
	return hex;
}

void vector_bytes(struct vector *vector, const char *field, void *out, size_t size)
{
	struct hex hex = vector_hex(vector, field);

	assert_int_equal(hex.size, size);
	memcpy(out, hex.bytes, size);
}

uint32_t vector_number(struct vector *vector, const char *field)
{
	json_t *value = take(vector, field);
	json_int_t number = json_integer_value(value);

	assert_true(json_is_integer(value) && number >= 0 && number <= UINT32_MAX);
	json_decref(value);
	return (uint32_t)number;
}

bool vector_flag(struct vector *vector, const char *field)
{
	uint32_t number = vector_number(vector, field);

	assert_in_range(number, 0, 1);
	return number;
}

struct address vector_address(struct vector *vector, const char *field)
{
	struct address address;

	vector_bytes(vector, field, address.bytes, ADDRESS);
	assert_true(address_in_mesh(address.bytes));
	return address;
}

void vector_expect(struct vector *vector, const char *field, const void *bytes, size_t size)
{
	struct hex hex = vector_hex(vector, field);

	assert_int_equal(size, hex.size);
	assert_memory_equal(bytes, hex.bytes, size);
}

void vector_expect_number(struct vector *vector, const char *field, uint32_t number)
{
	assert_int_equal(number, vector_number(vector, field));
}

void vector_expect_text(struct vector *vector, const char *field, const char *text)
{
	json_t *value = take(vector, field);

	assert_true(json_is_string(value));
	assert_string_equal(text, json_string_value(value));
	json_decref(value);
}

struct network vector_network(struct vector *vector)
{
	struct hex key = vector_hex(vector, "network_key");
	struct network network = {.closed = key.size != 0};

	if (network.closed) {
		assert_int_equal(key.size, sizeof(network.key));
		memcpy(network.key, key.bytes, sizeof(network.key));
		hash_of(network.id, NETWORK_ID, (struct span){NULL, 0}, network.key,
			sizeof(network.key));
	}
	return network;
}

static void vector_one(json_t *fields, void (*check)(struct vector *vector))
{
	struct vector vector = {.fields = fields};
	json_t *name = take(&vector, "name");

	print_message("# %s\n", json_string_value(name));
	check(&vector);
	if (json_object_size(fields) > 0)
		fail_msg("%s: field %s is not looked at", json_string_value(name),
			 json_object_iter_key(json_object_iter(fields)));
	json_decref(name);
}

void vector_each(const char *path, void (*check)(struct vector *vector))
{
	json_error_t error;
	json_t *list = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	size_t index;
	json_t *fields;

	if (list == NULL)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	assert_true(json_array_size(list) > 0);
	json_array_foreach(list, index, fields) vector_one(fields, check);
	json_decref(list);
}
