/* The Internet checksum against the example of RFC 1071, section 3. */
#include "tun/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t example[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

static void test_example_of_the_rfc(void **state)
{
	assert_int_equal(checksum_sum(example, sizeof(example)), 0x2ddf0);
	assert_int_equal(checksum_fold(0x2ddf0), 0xddf2);
}

static void test_an_odd_byte_is_followed_by_zero(void **state)
{
	assert_int_equal(checksum_sum(example, 7), 0x2ddf0 - 0xf7);
	assert_int_equal(checksum_sum(example, 0), 0);
}

static void test_carries_are_added_until_none_is_left(void **state)
{
	static uint8_t ones[65536];

	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(checksum_fold(checksum_sum(ones, sizeof(ones))), 0xffff);
	assert_int_equal(checksum_fold(0xffff0001ULL), 0x1 + 0xffff - 0xffff);
	assert_int_equal(checksum_fold(UINT64_MAX), 0xffff);
	assert_int_equal(checksum_fold(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example_of_the_rfc),
		cmocka_unit_test(test_an_odd_byte_is_followed_by_zero),
		cmocka_unit_test(test_carries_are_added_until_none_is_left),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tun/checksum", tests, NULL, NULL);
}
