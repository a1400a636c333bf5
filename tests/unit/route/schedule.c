/* When paths are computed. docs/protocol/route.md, section 5. */
#include "route/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static instant at_ms(int64_t ms)
{
	return (instant){duration_ms(ms).us};
}

/* A change at that time; the computation is done when it is due. Returns when that is. */
static int64_t change(struct schedule *schedule, int64_t ms)
{
	int64_t due_us;

	schedule_change(schedule, at_ms(ms), false);
	due_us = schedule->due.us;
	schedule_done(schedule);
	assert_true(instant_is_never(schedule->due));
	return due_us / 1000;
}

static void nothing_is_due_without_a_change(void **state)
{
	struct schedule schedule;

	schedule_init(&schedule);
	assert_true(instant_is_never(schedule.due));
}

static void changes_slow_it_down(void **state)
{
	struct schedule schedule;

	schedule_init(&schedule);
	assert_int_equal(change(&schedule, 20000), 20005);
	assert_int_equal(change(&schedule, 20010), 20060);
	assert_int_equal(change(&schedule, 20999), 21049);
	assert_int_equal(change(&schedule, 21000), 21200);
	assert_int_equal(change(&schedule, 30999), 31199);
}

static void quiet_begins_anew(void **state)
{
	struct schedule schedule;

	schedule_init(&schedule);
	for (int64_t i = 0; i < 5; i++)
		(void)change(&schedule, 20000 + 100 * i);
	assert_int_equal(change(&schedule, 30399), 30599);
	assert_int_equal(change(&schedule, 40399), 40404);
	assert_int_equal(change(&schedule, 40500), 40550);
}

/* More changes while one waits do not put it off. */
static void a_wait_is_not_put_off(void **state)
{
	struct schedule schedule;

	schedule_init(&schedule);
	(void)change(&schedule, 20000);
	schedule_change(&schedule, at_ms(20010), false);
	schedule_change(&schedule, at_ms(20050), false);
	assert_int_equal(schedule.due.us, at_ms(20060).us);
}

static void an_own_adjacency_does_not_wait(void **state)
{
	struct schedule schedule;

	schedule_init(&schedule);
	for (int64_t i = 0; i < 15; i++)
		(void)change(&schedule, 20000 + 100 * i);
	schedule_change(&schedule, at_ms(21500), false);
	schedule_change(&schedule, at_ms(21600), true);
	assert_int_equal(schedule.due.us, at_ms(21605).us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_due_without_a_change),
		cmocka_unit_test(changes_slow_it_down),
		cmocka_unit_test(quiet_begins_anew),
		cmocka_unit_test(a_wait_is_not_put_off),
		cmocka_unit_test(an_own_adjacency_does_not_wait),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/schedule", tests, NULL, NULL);
}
