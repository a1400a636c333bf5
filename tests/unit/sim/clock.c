/* A clock reads what it should at any rate, and the moment found for a reading is the first that
 * has it. */
#include "sim/clock.h"

#include <stddef.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void a_clock_keeps_its_rate(void **state)
{
	const struct clock fast = {.world = {1000}, .own = {5000}, .drift_ppm = 100000};
	const struct clock slow = {.world = {1000}, .own = {5000}, .drift_ppm = -100000};

	assert_int_equal(clock_read(&fast, (instant){1000}).us, 5000);
	assert_int_equal(clock_read(&fast, (instant){2000}).us, 6100);
	assert_int_equal(clock_read(&slow, (instant){2000}).us, 5900);
}

static void a_moment_is_the_first_that_reads_so(void **state)
{
	static const int32_t drifts[] = {-100000, -99999, -100, -1, 0, 1, 33, 100, 99999, 100000};

	for (size_t i = 0; i < sizeof(drifts) / sizeof(drifts[0]); i++) {
		struct clock clock = {.world = {77}, .own = {1000}, .drift_ppm = drifts[i]};
		for (int64_t own = 1001; own < 50000; own += 7) {
			instant when = clock_when(&clock, (instant){own});
			assert_true(clock_read(&clock, when).us >= own);
			when.us--;
			assert_true(clock_read(&clock, when).us < own);
		}
	}
}

static void never_stays_never(void **state)
{
	const struct clock clock = {.world = {0}, .own = {9}, .drift_ppm = 5};

	assert_true(instant_is_never(clock_when(&clock, INSTANT_NEVER)));
}

static void a_jump_goes_forward_only_then(void **state)
{
	struct clock clock = {.world = {0}, .own = {0}, .drift_ppm = 100000};

	clock_jump(&clock, (instant){1000}, duration_us(500));
	assert_int_equal(clock_read(&clock, (instant){1000}).us, 1600);
	assert_int_equal(clock_read(&clock, (instant){2000}).us, 2700);
	assert_int_equal(clock_when(&clock, (instant){1200}).us, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_keeps_its_rate),
		cmocka_unit_test(a_moment_is_the_first_that_reads_so),
		cmocka_unit_test(never_stays_never),
		cmocka_unit_test(a_jump_goes_forward_only_then),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/clock", tests, NULL, NULL);
}
