/* Trickle in virtual time: where in its interval each message falls, how intervals grow, what
 * silences a message and what shrinks the interval, and how often that may happen. */
#include "mesharp/trickle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Runs it to the next message or silenced one; says when, and whether it is sent. */
MUST_USE static bool run(struct trickle *trickle, instant *now, bool crowded, struct rng *rng)
{
	for (;;) {
		bool ended = trickle->spoken;
		bool sends;

		*now = trickle_deadline(trickle);
		assert_false(instant_is_never(*now));
		sends = trickle_due(trickle, *now, crowded, rng);
		if (!ended)
			return sends;
		assert_false(sends);
	}
}

static void test_a_zeroed_one_never_speaks(void **state)
{
	struct trickle trickle = {0};

	assert_true(instant_is_never(trickle_deadline(&trickle)));
}

static void test_the_first_message_comes_within_its_bound(void **state)
{
	struct rng rng = {{1}};
	int64_t latest_us = 0;

	for (int i = 0; i < 1000; i++) {
		struct trickle trickle = {0};
		int64_t wait_us;

		trickle_start(&trickle, (instant){5000}, duration_ms(20), &rng);
		wait_us = trickle_deadline(&trickle).us - 5000;
		assert_in_range(wait_us, 0, 19999);
		latest_us = wait_us > latest_us ? wait_us : latest_us;
	}
	assert_true(latest_us > 15000);
}

static void test_intervals_double_and_messages_fall_in_their_second_half(void **state)
{
	struct rng rng = {{2}};
	struct trickle trickle = {0};
	instant now = {1000000};
	instant begins;
	int64_t interval_us = 250000;

	trickle_start(&trickle, now, duration_ms(20), &rng);
	assert_true(run(&trickle, &now, false, &rng));
	begins = now; /* the first interval begins with the first message */
	for (int i = 0; i < 20; i++) {
		assert_true(run(&trickle, &now, false, &rng));
		assert_in_range(now.us - begins.us, interval_us / 2, interval_us - 1);
		begins.us += interval_us;
		interval_us = interval_us < 64000000 ? 2 * interval_us : interval_us;
	}
	assert_int_equal(interval_us, 64000000);
}

static void test_two_messages_are_never_96_s_apart(void **state)
{
	struct rng rng = {{3}};
	struct trickle trickle = {0};
	instant now = {0};
	int64_t longest_us = 0;

	trickle_start(&trickle, now, duration_ms(100), &rng);
	for (int i = 0; i < 2000; i++) {
		instant before = now;

		assert_true(run(&trickle, &now, false, &rng));
		if (now.us - before.us > longest_us)
			longest_us = now.us - before.us;
	}
	assert_in_range(longest_us, 80000000, 96000000);
}

static void test_enough_heard_on_a_crowded_link_silences(void **state)
{
	struct rng rng = {{4}};
	struct trickle trickle = {0};
	instant now = {0};

	trickle_start(&trickle, now, duration_ms(20), &rng);
	assert_true(run(&trickle, &now, true, &rng));
	for (uint32_t heard = 0; heard < 10; heard++) {
		/* From the message to the next interval, in which so many are heard. */
		assert_false(trickle_due(&trickle, trickle_deadline(&trickle), true, &rng));
		for (uint32_t i = 0; i < heard; i++)
			trickle_hear(&trickle);
		assert_int_equal(run(&trickle, &now, true, &rng), heard < 6);
	}
}

static void test_on_a_link_that_is_not_crowded_nothing_silences(void **state)
{
	struct rng rng = {{5}};
	struct trickle trickle = {0};
	instant now = {0};

	trickle_start(&trickle, now, duration_ms(20), &rng);
	for (int i = 0; i < 100; i++)
		trickle_hear(&trickle);
	assert_true(run(&trickle, &now, false, &rng));
}

/* Lets intervals grow for so many messages. */
static void grow(struct trickle *trickle, instant *now, int messages, struct rng *rng)
{
	for (int i = 0; i < messages; i++)
		assert_true(run(trickle, now, false, rng));
}

static void test_a_reset_brings_the_next_message_near(void **state)
{
	struct rng rng = {{6}};
	struct trickle trickle = {0};
	instant now = {0};
	instant reset;

	trickle_start(&trickle, now, duration_ms(20), &rng);
	grow(&trickle, &now, 12, &rng);
	reset = now;
	trickle_reset(&trickle, reset, &rng);
	assert_true(run(&trickle, &now, false, &rng));
	assert_in_range(now.us - reset.us, 125000, 249999);
	assert_int_equal(trickle.interval.us, 250000);
}

static void test_resets_are_limited(void **state)
{
	struct rng rng = {{7}};
	struct trickle trickle = {0};
	instant now = {0};
	int resets = 0;
	int sent = 0;

	trickle_start(&trickle, now, duration_ms(20), &rng);
	/* Asked for every millisecond for 100 s: 3 at once, then one in 10 s. */
	for (int ms = 0; ms < 100000; ms++) {
		duration before;

		now.us += 1000;
		while (instant_reached(now, trickle_deadline(&trickle)))
			sent += trickle_due(&trickle, now, false, &rng) ? 1 : 0;
		before = trickle.interval;
		trickle_reset(&trickle, now, &rng);
		resets += trickle.interval.us < before.us ? 1 : 0;
	}
	assert_in_range(resets, 12, 13);
	assert_true(sent >= resets);
}

static void test_a_reset_of_the_shortest_interval_is_none(void **state)
{
	struct rng rng = {{8}};
	struct trickle trickle = {0};
	instant now = {0};
	struct trickle before;

	trickle_reset(&trickle, now, &rng); /* stopped */
	assert_true(instant_is_never(trickle_deadline(&trickle)));
	trickle_start(&trickle, now, duration_ms(20), &rng);
	before = trickle;
	trickle_reset(&trickle, now, &rng); /* before the first message */
	assert_memory_equal(&trickle, &before, sizeof(trickle));
	grow(&trickle, &now, 2, &rng);
	before = trickle;
	trickle_reset(&trickle, now, &rng); /* in the first interval */
	assert_memory_equal(&trickle, &before, sizeof(trickle));
}

static void test_a_stopped_one_is_silent_and_starts_anew(void **state)
{
	struct rng rng = {{9}};
	struct trickle trickle = {0};
	instant now = {0};

	trickle_start(&trickle, now, duration_ms(20), &rng);
	grow(&trickle, &now, 9, &rng);
	for (int i = 0; i < 10; i++)
		trickle_hear(&trickle);
	trickle_stop(&trickle);
	assert_true(instant_is_never(trickle_deadline(&trickle)));
	trickle_start(&trickle, now, duration_ms(20), &rng);
	assert_in_range(trickle_deadline(&trickle).us - now.us, 0, 19999);
	assert_true(trickle_due(&trickle, trickle_deadline(&trickle), true, &rng));
	assert_false(trickle_due(&trickle, trickle_deadline(&trickle), true, &rng));
	assert_int_equal(trickle.interval.us, 250000);
}

static void test_a_late_call_is_not_made_up_for(void **state)
{
	struct rng rng = {{10}};
	struct trickle trickle = {0};
	instant now = {0};
	int sent = 0;

	trickle_start(&trickle, now, duration_ms(20), &rng);
	now = (instant){duration_s(3600).us}; /* the host slept */
	while (instant_reached(now, trickle_deadline(&trickle)))
		sent += trickle_due(&trickle, now, false, &rng) ? 1 : 0;
	assert_int_equal(sent, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_zeroed_one_never_speaks),
		cmocka_unit_test(test_the_first_message_comes_within_its_bound),
		cmocka_unit_test(test_intervals_double_and_messages_fall_in_their_second_half),
		cmocka_unit_test(test_two_messages_are_never_96_s_apart),
		cmocka_unit_test(test_enough_heard_on_a_crowded_link_silences),
		cmocka_unit_test(test_on_a_link_that_is_not_crowded_nothing_silences),
		cmocka_unit_test(test_a_reset_brings_the_next_message_near),
		cmocka_unit_test(test_resets_are_limited),
		cmocka_unit_test(test_a_reset_of_the_shortest_interval_is_none),
		cmocka_unit_test(test_a_stopped_one_is_silent_and_starts_anew),
		cmocka_unit_test(test_a_late_call_is_not_made_up_for),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/trickle", tests, NULL, NULL);
}
