/* Routing: costs, fragments of records, and the messages that carry them, each written by the
 * codecs as the vector has it and read back; and those that must not be read.
 * docs/protocol/route.md, sections 1, 3 and 4. */
#include "meshp/hint.h"
#include "meshp/trace.h"
#include "route/cost.h"
#include "route/message.h"
#include "route/record.h"
#include "tests/vectors/checks.h"

#include <stdio.h>

enum { FIELD_MAX = 32 };

/* The name of a field that there is one of for each entry or fragment. */
static const char *numbered(char field[FIELD_MAX], const char *what, uint32_t index)
{
	assert_in_range(snprintf(field, FIELD_MAX, "%s_%u", what, (unsigned int)index), 1,
			FIELD_MAX - 1);
	return field;
}

void check_cost(struct vector *vector)
{
	uint16_t code = cost_code(vector_number(vector, "us"));

	vector_expect_number(vector, "code", code);
	vector_expect_number(vector, "advertised_us", cost_us(code));
}

static void entry_read(struct vector *vector, uint32_t index, struct record_entry *entry)
{
	char field[FIELD_MAX];

	entry->address = vector_address(vector, numbered(field, "address", index));
	entry->cost = (uint16_t)vector_number(vector, numbered(field, "cost", index));
	entry->mtu = (uint16_t)vector_number(vector, numbered(field, "mtu", index));
	entry->quality = (uint8_t)vector_number(vector, numbered(field, "quality", index));
	entry->medium = (uint8_t)vector_number(vector, numbered(field, "medium", index));
}

static void head_read(struct vector *vector, struct record *record)
{
	record->least = (uint8_t)vector_number(vector, "least");
	record->greatest = (uint8_t)vector_number(vector, "greatest");
	record->flags = (uint8_t)vector_number(vector, "flags");
	record->fragment = (uint8_t)vector_number(vector, "fragment");
	record->fragments = (uint8_t)vector_number(vector, "fragments");
	record->entries = (uint8_t)vector_number(vector, "entries");
	record->zone = vector_number(vector, "zone");
	record->epoch = vector_number(vector, "epoch");
	record->instance = vector_number(vector, "instance");
	record->sequence = vector_number(vector, "sequence");
	record->lifetime = (uint16_t)vector_number(vector, "lifetime");
}

static void heads_equal(const struct record *a, const struct record *b)
{
	assert_int_equal(a->least, b->least);
	assert_int_equal(a->greatest, b->greatest);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->fragment, b->fragment);
	assert_int_equal(a->fragments, b->fragments);
	assert_int_equal(a->entries, b->entries);
	assert_int_equal(a->zone, b->zone);
	assert_int_equal(a->epoch, b->epoch);
	assert_int_equal(a->instance, b->instance);
	assert_int_equal(a->sequence, b->sequence);
	assert_int_equal(a->lifetime, b->lifetime);
	assert_true(address_equal(&a->address, &b->address));
}

/* What reads out of the bytes is what was put in. */
static void check_read(const uint8_t *bytes, size_t size, const struct record *written,
		       const struct record_entry *entries)
{
	struct record read;

	assert_int_equal(record_read(bytes, size, &read), DROP_NONE);
	heads_equal(&read, written);
	assert_memory_equal(&read.certificate, &written->certificate, sizeof(read.certificate));
	for (uint32_t i = 0; i < read.entries; i++) {
		struct record_entry entry = record_entry(&read, i);

		assert_memory_equal(&entry, &entries[i], sizeof(entry));
	}
	assert_int_equal(read.tlvs.size, written->tlvs.size);
	assert_memory_equal(read.tlvs.bytes, written->tlvs.bytes, read.tlvs.size);
}

static void certificate_of(struct vector *vector, struct record *record)
{
	struct hex bytes = vector_hex(vector, "certificate");
	struct reader in = reader_of(bytes.bytes, bytes.size);

	assert_int_equal(bytes.size, record->fragment == 0 ? WIRE_CERTIFICATE : 0);
	if (record->fragment == 0)
		certificate_read(&record->certificate, &in);
	assert_true(reader_done(&in));
}

void check_record(struct vector *vector)
{
	const struct network network = vector_network(vector);
	struct hex tlvs = vector_hex(vector, "tlvs");
	uint8_t seed[IDENTITY_SEED], bytes[RECORD_MAX], hash[sizeof(uint64_t)];
	struct writer out = writer_of(bytes, sizeof(bytes)), hashed = writer_of(hash, sizeof(hash));
	struct record_entry entries[RECORD_ENTRIES];
	struct record record = {.tlvs = {tlvs.bytes, tlvs.size}};
	struct identity identity;

	vector_bytes(vector, "identity_seed", seed, sizeof(seed));
	identity_of(&identity, seed);
	record.address = address_of_key(identity.public_key);
	head_read(vector, &record);
	certificate_of(vector, &record);
	assert_in_range(record.entries, 0, RECORD_ENTRIES);
	for (uint32_t i = 0; i < record.entries; i++)
		entry_read(vector, i, &entries[i]);
	record_write(&record, entries, &identity, network.id, &out);
	assert_true(writer_ok(&out));
	vector_expect(vector, "bytes", bytes, out.used);
	assert_true(record_verify(bytes, out.used, identity.public_key, network.id));
	check_read(bytes, out.used, &record, entries);
	writer_u64(&hashed, record_hash(bytes, out.used, network.id));
	vector_expect(vector, "hash", hash, hashed.used);
	vector_expect_number(vector, "bucket", record.address.bytes[ADDRESS_PREFIX]);
}

/* A reader of the message, its type byte taken. */
static struct reader body_of(const struct hex *message, enum sealed_type type)
{
	struct reader in = reader_of(message->bytes, message->size);

	assert_int_equal(reader_u8(&in), type);
	return in;
}

void check_records(struct vector *vector)
{
	struct hex message = vector_hex(vector, "message");
	struct reader in = body_of(&message, SEALED_RECORDS);
	uint8_t bytes[MESSAGE_MAX];
	struct writer out = writer_of(bytes, sizeof(bytes));
	uint32_t count = vector_number(vector, "fragments"), number;
	struct span read;

	assert_true(message_records_read(&in, &number));
	vector_expect_number(vector, "number", number);
	message_records(&out, number);
	for (uint32_t i = 0; i < count; i++) {
		char field[FIELD_MAX];
		struct hex fragment = vector_hex(vector, numbered(field, "fragment", i));

		assert_true(message_records_next(&in, &read));
		assert_int_equal(read.size, fragment.size);
		assert_memory_equal(read.bytes, fragment.bytes, read.size);
		assert_true(message_records_add(&out, (struct span){fragment.bytes, read.size}));
	}
	assert_false(message_records_next(&in, &read));
	assert_true(reader_done(&in) && writer_ok(&out) && out.used == message.size);
	assert_memory_equal(bytes, message.bytes, out.used);
}

void check_ack(struct vector *vector)
{
	struct hex message = vector_hex(vector, "message");
	struct reader in = body_of(&message, SEALED_ACK);
	uint32_t covered = 0, least = vector_number(vector, "least_covered");
	uint8_t bytes[MESSAGE_MAX];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct message_ack ack;

	assert_true(message_ack_read(&in, &ack));
	vector_expect_number(vector, "greatest", ack.greatest);
	vector_expect_number(vector, "bitmap", ack.bitmap);
	for (uint32_t number = least - 1; number <= ack.greatest + 1; number++)
		covered += message_ack_covers(&ack, number);
	vector_expect_number(vector, "covered", covered);
	assert_true(message_ack_covers(&ack, least));
	message_ack(&out, &ack);
	assert_true(writer_ok(&out) && out.used == message.size);
	assert_memory_equal(bytes, message.bytes, out.used);
}

void check_compare(struct vector *vector)
{
	struct hex message = vector_hex(vector, "message");
	struct reader in = body_of(&message, SEALED_COMPARE);
	struct hex sums = vector_hex(vector, "sums");
	struct reader numbers = reader_of(sums.bytes, sums.size);
	uint8_t bytes[MESSAGE_MAX];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct message_compare compare;

	assert_true(message_compare_read(&in, &compare));
	assert_int_equal(compare.ask, vector_flag(vector, "asks"));
	for (uint32_t i = 0; i < MESSAGE_BUCKETS; i++)
		assert_int_equal(compare.sums[i], reader_u32(&numbers));
	assert_true(reader_done(&numbers));
	message_compare(&out, &compare);
	assert_true(writer_ok(&out) && out.used == message.size);
	assert_memory_equal(bytes, message.bytes, out.used);
}

void check_refused_record(struct vector *vector)
{
	const struct network network = vector_network(vector);
	struct hex bytes = vector_hex(vector, "bytes");
	uint8_t identity[IDENTITY_PUBLIC];
	struct record record;
	enum drop drop;

	vector_bytes(vector, "identity_public", identity, sizeof(identity));
	drop = record_read(bytes.bytes, bytes.size, &record);
	if (drop == DROP_NONE && !record_verify(bytes.bytes, bytes.size, identity, network.id))
		drop = DROP_RECORD;
	vector_expect_text(vector, "refusal", drop_name(drop));
}

static bool message_is_read(const struct hex *message)
{
	struct reader in = reader_of(message->bytes, message->size);
	struct message_compare compare;
	struct message_ack ack;
	struct traced traced;
	struct trace trace;
	struct hint hint;
	uint32_t number;

	switch ((enum sealed_type)reader_u8(&in)) {
	case SEALED_RECORDS:
		return message_records_read(&in, &number);
	case SEALED_ACK:
		return message_ack_read(&in, &ack);
	case SEALED_COMPARE:
		return message_compare_read(&in, &compare);
	case SEALED_TRACE:
		return trace_read(message->bytes, message->size, &trace);
	case SEALED_TRACED:
		return traced_read(message->bytes, message->size, &traced);
	case SEALED_HINT:
		return hint_read(message->bytes, message->size, &hint);
	case SEALED_PROBE:
		break;
	}
	fail_msg("a message of another type");
	return true;
}

void check_refused_message(struct vector *vector)
{
	struct hex message = vector_hex(vector, "message");

	assert_false(message_is_read(&message));
	vector_expect_text(vector, "refusal", drop_name(DROP_MALFORMED));
}
