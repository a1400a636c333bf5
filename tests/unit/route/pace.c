/* The pace of an origin: ten a second with a burst of ten, and one in five seconds for who went
 * beyond, until it is quiet. */
#include "route/pace.h"

#include "route/limits.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static instant at_ms(int64_t ms)
{
	return (instant){duration_ms(ms).us};
}

/* One try: true if it was admitted, which is then spent. */
static bool try(struct pace *pace, int64_t ms)
{
	bool admitted = pace_admits(pace, at_ms(ms));

	if (admitted)
		pace_spend(pace, at_ms(ms));
	return admitted;
}

/* Tries every `step` ms; returns how many were admitted. */
static uint32_t try_all(struct pace *pace, int64_t from_ms, int64_t to_ms, int64_t step_ms)
{
	uint32_t admitted = 0;

	for (int64_t ms = from_ms; ms < to_ms; ms += step_ms)
		admitted += try(pace, ms);
	return admitted;
}

static void test_a_burst_then_nothing_for_five_seconds(void **state)
{
	struct pace pace = {0};

	for (uint32_t i = 0; i < RATE_ORIGIN.burst; i++)
		assert_true(try(&pace, 1000));
	assert_false(try(&pace, 1000));
	assert_false(try(&pace, 5999));
	assert_true(try(&pace, 6000));
	assert_false(try(&pace, 6001));
}

static void test_who_keeps_on_gets_one_in_five_seconds(void **state)
{
	struct pace pace = {0};

	assert_int_equal(try_all(&pace, 0, 1000, 1), RATE_ORIGIN.burst);
	assert_int_equal(try_all(&pace, 1000, 101000, 10), 20);
}

static void test_ten_a_second_may_go_on_forever(void **state)
{
	struct pace pace = {0};

	assert_int_equal(try_all(&pace, 0, 100000, 100), 1000);
}

static void test_who_is_quiet_may_burst_again(void **state)
{
	struct pace pace = {0};

	(void)try_all(&pace, 0, 1000, 1);
	assert_int_equal(try_all(&pace, 30000, 30001, 1), 1);
	for (uint32_t i = 1; i < RATE_ORIGIN.burst; i++)
		assert_true(try(&pace, 30001));
	assert_false(try(&pace, 30001));
}

static void test_what_was_refused_costs_nothing(void **state)
{
	struct pace pace = {0};

	for (uint32_t i = 0; i < 1000; i++)
		assert_true(pace_admits(&pace, at_ms(0)));
	for (uint32_t i = 0; i < RATE_ORIGIN.burst - 1; i++)
		assert_true(try(&pace, 0));
	assert_true(try(&pace, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_burst_then_nothing_for_five_seconds),
		cmocka_unit_test(test_who_keeps_on_gets_one_in_five_seconds),
		cmocka_unit_test(test_ten_a_second_may_go_on_forever),
		cmocka_unit_test(test_who_is_quiet_may_burst_again),
		cmocka_unit_test(test_what_was_refused_costs_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/pace", tests, NULL, NULL);
}
