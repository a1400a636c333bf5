/* HINT: each byte in its place, and one form. docs/protocol/mesharp.md, section 5. */
#include "meshp/hint.h"

#include "meshp/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct hint sample = {.destination = {{0xbe, 0xef, 0xd0, 0xd1, [15] = 0xdf}},
				   .lladdr = {{0x02, 0x11, 0x12, 0x13, 0x14, 0x15}}};
static const uint8_t bytes[WIRE_HINT + 1] = {7,	   0,	 0xd0, 0xd1, [15] = 0xdf, 0x02,
					     0x11, 0x12, 0x13, 0x14, 0x15};

static void test_each_byte_has_its_place(void **state)
{
	uint8_t written[WIRE_HINT];
	struct writer out = writer_of(written, sizeof(written));
	struct hint read;

	hint_write(&sample, &out);
	assert_true(writer_ok(&out));
	assert_int_equal(out.used, WIRE_HINT);
	assert_memory_equal(written, bytes, WIRE_HINT);
	assert_true(hint_read(bytes, WIRE_HINT, &read));
	assert_true(address_equal(&read.destination, &sample.destination));
	assert_true(lladdr_equal(&read.lladdr, &sample.lladdr));
}

static void test_there_is_one_length(void **state)
{
	struct hint read;

	for (size_t size = 0; size <= WIRE_HINT + 1; size++)
		assert_int_equal(hint_read(bytes, size, &read), size == WIRE_HINT);
}

/* What is read with one byte of the sample changed. */
static bool reads(uint32_t at, uint8_t value)
{
	uint8_t changed[WIRE_HINT];
	struct hint read;

	memcpy(changed, bytes, sizeof(changed));
	changed[at] = value;
	return hint_read(changed, sizeof(changed), &read);
}

static void test_other_types_flags_and_groups_are_refused(void **state)
{
	for (uint32_t value = 0; value < 256; value++) {
		assert_int_equal(reads(0, (uint8_t)value), value == SEALED_HINT);
		assert_int_equal(reads(1, (uint8_t)value), value == 0);
		assert_int_equal(reads(16, (uint8_t)value), value % 2 == 0);
	}
}

static void test_nobody_and_nowhere_are_refused(void **state)
{
	uint8_t changed[WIRE_HINT];
	struct hint read;

	memcpy(changed, bytes, sizeof(changed));
	memset(changed + 2, 0, ADDRESS_HASH);
	assert_false(hint_read(changed, sizeof(changed), &read));
	memcpy(changed, bytes, sizeof(changed));
	memset(changed + 2 + ADDRESS_HASH, 0, LLADDR);
	assert_false(hint_read(changed, sizeof(changed), &read));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_byte_has_its_place),
		cmocka_unit_test(test_there_is_one_length),
		cmocka_unit_test(test_other_types_flags_and_groups_are_refused),
		cmocka_unit_test(test_nobody_and_nowhere_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/hint", tests, NULL, NULL);
}
