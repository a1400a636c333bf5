/* Addresses against a hash made apart from this program, and the order and equality of values that
 * differ in one byte only. */
#include "meshp/address.h"
#include "tests/vectors/hex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct address address_from(const char *text)
{
	struct address address;

	memcpy(address.bytes, hex_of(text).bytes, ADDRESS);
	return address;
}

/* The key of RFC 8032, section 7.1, test 1; the hash made with Python's hashlib. */
static void test_address_of_key(void **state)
{
	struct hex key = hex_of("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
	struct address address = address_of_key(key.bytes);
	struct address expected = address_from("beef8cfec33e8523f710900c9a9080ee");
	struct node_id id = address_id(&address);

	assert_memory_equal(address.bytes, expected.bytes, ADDRESS);
	assert_memory_equal(id.bytes, expected.bytes + 2, NODE_ID);
	expected = address_of_hash(address.bytes + ADDRESS_PREFIX);
	assert_true(address_equal(&address, &expected));
}

static void test_prefix(void **state)
{
	assert_true(address_in_mesh(address_from("beef0000000000000000000000000000").bytes));
	assert_true(address_in_mesh(address_from("beefffffffffffffffffffffffffffff").bytes));
	assert_false(address_in_mesh(address_from("beee0000000000000000000000000000").bytes));
	assert_false(address_in_mesh(address_from("bfef0000000000000000000000000000").bytes));
	assert_false(address_in_mesh(address_from("00000000000000000000000000000000").bytes));
}

static void test_this_node(void **state)
{
	struct address address = address_from("beef0000000000000000000000000000");

	assert_true(address_is_this_node(address.bytes));
	for (size_t bit = 0; bit < 8 * ADDRESS; bit++) {
		address.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(address_is_this_node(address.bytes));
		address.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void test_equality_looks_at_every_byte(void **state)
{
	struct address a = {{0}}, b = {{0}};
	struct lladdr here = {{0}}, there = {{0}};

	for (size_t i = 0; i < ADDRESS; i++) {
		struct node_id ia, ib;

		b.bytes[i] = 1;
		ia = address_id(&a);
		ib = address_id(&b);
		assert_false(address_equal(&a, &b));
		assert_int_equal(node_id_equal(&ia, &ib), i < 2 || i >= 10);
		b.bytes[i] = 0;
		assert_true(address_equal(&a, &b));
	}
	for (size_t i = 0; i < LLADDR; i++) {
		there.bytes[i] = 0x80;
		assert_false(lladdr_equal(&here, &there));
		there.bytes[i] = 0;
	}
	assert_true(lladdr_equal(&here, &there));
}

static void test_lower_is_by_byte_from_the_left(void **state)
{
	struct address a = address_from("beef00000000000000000000000000ff");
	struct address b = address_from("beef0000000000000000000000000100");
	struct address c = address_from("beef8000000000000000000000000000");

	assert_true(address_lower(&a, &b));
	assert_true(address_lower(&b, &c));
	assert_true(address_lower(&a, &c));
	assert_false(address_lower(&b, &a));
	assert_false(address_lower(&c, &a));
	assert_false(address_lower(&a, &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address_of_key),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_this_node),
		cmocka_unit_test(test_equality_looks_at_every_byte),
		cmocka_unit_test(test_lower_is_by_byte_from_the_left),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/address", tests, NULL, NULL);
}
