/* Instants and durations: units, never, and differences that do not go below zero. */
#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static instant at(int64_t us)
{
	return (instant){us};
}

static void test_units(void **state)
{
	assert_int_equal(duration_us(7).us, 7);
	assert_int_equal(duration_ms(7).us, 7000);
	assert_int_equal(duration_s(7).us, 7000000);
}

static void test_after(void **state)
{
	assert_int_equal(instant_after(at(5), duration_us(3)).us, 8);
	assert_int_equal(instant_after(at(-5), duration_us(3)).us, -2);
	assert_true(instant_is_never(instant_after(INSTANT_NEVER, duration_s(1))));
}

static void test_never(void **state)
{
	assert_true(instant_is_never(INSTANT_NEVER));
	assert_false(instant_is_never(at(INT64_MAX - 1)));
	assert_false(instant_reached(at(INT64_MAX - 1), INSTANT_NEVER));
}

static void test_since(void **state)
{
	assert_int_equal(instant_since(at(9), at(4)).us, 5);
	assert_int_equal(instant_since(at(4), at(4)).us, 0);
	assert_int_equal(instant_since(at(4), at(9)).us, 0);
}

static void test_reached(void **state)
{
	assert_false(instant_reached(at(4), at(5)));
	assert_true(instant_reached(at(5), at(5)));
	assert_true(instant_reached(at(6), at(5)));
}

static void test_earlier(void **state)
{
	assert_int_equal(instant_earlier(at(4), at(5)).us, 4);
	assert_int_equal(instant_earlier(at(5), at(4)).us, 4);
	assert_int_equal(instant_earlier(INSTANT_NEVER, at(4)).us, 4);
	assert_true(instant_is_never(instant_earlier(INSTANT_NEVER, INSTANT_NEVER)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),	cmocka_unit_test(test_after),
		cmocka_unit_test(test_never),	cmocka_unit_test(test_since),
		cmocka_unit_test(test_reached), cmocka_unit_test(test_earlier),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("base/time", tests, NULL, NULL);
}
