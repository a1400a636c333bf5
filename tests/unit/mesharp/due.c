/* When a neighbour's entry does what: jitter, repetitions, intervals, patience, and what of a probe
 * proves. The table of states is walked in entry.c. */
#include "tests/unit/mesharp/fixture.h"

/* The longest of many waits in HEARD before it initiates; all must be at least so long. */
static int64_t longest_wait_us(bool lower, bool radio, int64_t least_us)
{
	int64_t longest_us = 0;

	for (uint8_t seed = 0; seed < 200; seed++) {
		struct fixture fixture;

		fixture_in(&fixture, NEIGHBOUR_NONE);
		fixture.rng.key[0] = seed;
		fixture.entry.lower = lower;
		fixture.context.radio = radio;
		hello_event(&fixture, INSTANCE, false);
		assert_true(ahead(&fixture) >= least_us);
		if (ahead(&fixture) > longest_us)
			longest_us = ahead(&fixture);
	}
	return longest_us;
}

static void test_the_lower_address_initiates_first(void **state)
{
	assert_in_range(longest_wait_us(true, false, 0), 19000, 20000);
	assert_in_range(longest_wait_us(true, true, 0), 95000, 100000);
	assert_in_range(longest_wait_us(false, false, 300000), 319000, 320000);
	assert_in_range(longest_wait_us(false, true, 300000), 395000, 400000);
}

static void test_initiations_double_and_end_in_blocked(void **state)
{
	static const int64_t waits_us[] = {250000, 500000, 1000000, 2000000};
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_NONE);
	hello_event(&fixture, INSTANCE, false);
	assert_int_equal(elapse(&fixture), ENTRY_NOTHING); /* → HANDSHAKE */
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(elapse(&fixture), ENTRY_INITIATE);
		assert_int_equal(fixture.entry.state, NEIGHBOUR_HANDSHAKE);
		assert_int_equal(ahead(&fixture), waits_us[i]);
	}
	assert_int_equal(elapse(&fixture), ENTRY_NOTHING);
	assert_int_equal(fixture.entry.state, NEIGHBOUR_BLOCKED);
}

static void test_blocked_doubles_from_2_to_300_s_until_proven(void **state)
{
	static const int64_t seconds[] = {2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300};
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_HEARD);
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		fixture.entry.state = NEIGHBOUR_HANDSHAKE;
		fixture.entry.due = fixture.context.now;
		timer_event(&fixture, 4);
		assert_int_equal(fixture.entry.state, NEIGHBOUR_BLOCKED);
		assert_int_equal(fixture.entry.due.us - fixture.context.now.us,
				 duration_s(seconds[i]).us);
	}
	fixture.entry.sent[SENT % ENTRY_SENT] = fixture.context.now;
	probe_event(&fixture, INSTANCE, SENT);
	assert_int_equal(fixture.entry.blocks, 0);
}

static void test_an_initiation_that_is_not_admitted_tries_again_100_ms_later(void **state)
{
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_HEARD);
	fixture.context.now = fixture.entry.due;
	fixture.initiations = (struct bucket){.spent = 16000000, .filled = fixture.context.now};
	assert_int_equal(elapse(&fixture), ENTRY_NOTHING);
	assert_int_equal(fixture.entry.state, NEIGHBOUR_HEARD);
	assert_int_equal(ahead(&fixture), 100000);
	assert_int_equal(elapse(&fixture), ENTRY_NOTHING); /* half a token */
	assert_int_equal(elapse(&fixture), ENTRY_NOTHING);
	assert_int_equal(fixture.entry.state, NEIGHBOUR_HANDSHAKE);
	assert_int_equal(elapse(&fixture), ENTRY_INITIATE);
	assert_int_equal(elapse(&fixture), ENTRY_INITIATE);
	fixture.initiations.spent = 16000000 + 2000000; /* the repetition has to wait as well */
	assert_int_equal(elapse(&fixture), ENTRY_NOTHING);
	assert_int_equal(ahead(&fixture), 100000);
}

static void test_who_has_begun_a_handshake_gets_300_ms(void **state)
{
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_NONE);
	hello_event(&fixture, INSTANCE, false);
	entry_greeted(&fixture.entry, &fixture.context, false);
	assert_int_equal(ahead(&fixture), 300000);
	fixture.entry.due = instant_after(fixture.context.now, duration_ms(310));
	entry_greeted(&fixture.entry, &fixture.context, false);
	assert_int_equal(ahead(&fixture), 310000);
}

/* Asks until it is LOST; says how often, and keeps the waits. */
static uint32_t ask_until_lost(struct fixture *fixture, int64_t waits_us[QUALITY_PATIENCE_MOST])
{
	uint32_t asked = 0;

	while (elapse(fixture) == ENTRY_ASK) {
		assert_true(asked < QUALITY_PATIENCE_MOST);
		waits_us[asked++] = ahead(fixture);
	}
	assert_int_equal(fixture->entry.state, NEIGHBOUR_LOST);
	return asked;
}

static void test_oneway_asks_twelve_times_more_and_more_slowly(void **state)
{
	static const int64_t wire_us[] = {75000,   150000,  300000,  600000,  1200000, 2400000,
					  4800000, 8000000, 8000000, 8000000, 8000000, 8000000};
	int64_t waits_us[QUALITY_PATIENCE_MOST];
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_HEARD);
	entry_session(&fixture.entry, &fixture.context);
	assert_int_equal(ahead(&fixture), 0);
	assert_int_equal(ask_until_lost(&fixture, waits_us), 12);
	assert_memory_equal(waits_us, wire_us, sizeof(wire_us));
	fixture_in(&fixture, NEIGHBOUR_HEARD);
	fixture.context.radio = true;
	entry_session(&fixture.entry, &fixture.context);
	assert_int_equal(ask_until_lost(&fixture, waits_us), 12);
	assert_int_equal(waits_us[4], 1200000);
	assert_int_equal(waits_us[5], 2000000);
}

static void test_full_asks_three_times_without_loss_and_more_with_it(void **state)
{
	int64_t waits_us[QUALITY_PATIENCE_MOST];
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_FULL);
	assert_int_equal(ask_until_lost(&fixture, waits_us), 3);
	assert_int_equal(waits_us[0], 75000);
	assert_int_equal(waits_us[2], 75000);
	fixture_in(&fixture, NEIGHBOUR_FULL);
	fixture.entry.quality.told = 0xfefefeff;
	quality_measured(&fixture.entry.quality, fixture.context.now, duration_ms(100));
	assert_int_equal(ask_until_lost(&fixture, waits_us), 4); /* 3/32: 7.7·10⁻⁵ */
	assert_int_equal(waits_us[0], 220000);
}

/* Has the neighbour answer our last probe. */
static void answer(struct fixture *fixture)
{
	const struct probe probe = {
		.sequence = fixture->entry.quality.last + 1,
		.echo = fixture->entry.sequence,
		.heard = 1,
		.instance = INSTANCE,
	};

	assert_int_equal(entry_probed(&fixture->entry, &fixture->context, &probe), DROP_NONE);
}

static void check_intervals(bool radio, const int64_t *seconds, size_t count)
{
	struct fixture fixture;
	struct probe probe;

	fixture_in(&fixture, NEIGHBOUR_HEARD);
	fixture.context.radio = radio;
	entry_session(&fixture.entry, &fixture.context);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(elapse(&fixture), ENTRY_ASK);
		entry_probe(&fixture.entry, fixture.context.now, true, &probe);
		answer(&fixture);
		entry_level(&fixture.entry, &fixture.context); /* keeps the timer */
		assert_int_equal(fixture.entry.state, NEIGHBOUR_FULL);
		assert_in_range(ahead(&fixture), seconds[i] * 900000, seconds[i] * 1100000);
	}
}

static void test_intervals_between_exchanges(void **state)
{
	static const int64_t wire_s[] = {1, 2, 4, 8, 8, 8};
	static const int64_t radio_s[] = {1, 2, 2, 2};

	check_intervals(false, wire_s, 6);
	check_intervals(true, radio_s, 4);
}

static void test_the_other_ends_probes_serve_us_too(void **state)
{
	struct fixture fixture;
	struct probe probe;

	fixture_in(&fixture, NEIGHBOUR_FULL);
	for (int i = 0; i < 50; i++) {
		fixture.context.now = instant_after(fixture.context.now, duration_ms(850));
		assert_true(ahead(&fixture) > 0); /* never our turn */
		answer(&fixture);
		entry_probe(&fixture.entry, fixture.context.now, false, &probe);
	}
}

static void test_a_probe_carries_the_record(void **state)
{
	struct fixture fixture;
	struct probe probe;

	fixture_in(&fixture, NEIGHBOUR_FULL);
	fixture.entry.received = fixture.context.now;
	fixture.entry.quality.heard = 0x8000000b;
	fixture.context.now = instant_after(fixture.context.now, duration_us(1234));
	entry_probe(&fixture.entry, fixture.context.now, true, &probe);
	assert_true(probe.asks);
	assert_int_equal(probe.sequence, SENT + 1);
	assert_int_equal(probe.echo, HEARD);
	assert_int_equal(probe.delay_us, 1234);
	assert_int_equal(probe.heard, 0x8000000b);
	fixture_in(&fixture, NEIGHBOUR_FULL);
	fixture.entry.quality = (struct quality){0};
	entry_probe(&fixture.entry, fixture.context.now, false, &probe);
	assert_false(probe.asks);
	assert_int_equal(probe.echo | probe.delay_us | probe.heard, 0);
}

static void test_round_trip_time_is_without_the_delay(void **state)
{
	struct fixture fixture;
	struct probe probe = {.sequence = HEARD + 1,
			      .echo = SENT,
			      .heard = 1,
			      .instance = INSTANCE,
			      .delay_us = 30000};

	fixture_in(&fixture, NEIGHBOUR_FULL);
	fixture.context.now = instant_after(fixture.context.now, duration_us(37500));
	assert_int_equal(entry_probed(&fixture.entry, &fixture.context, &probe), DROP_NONE);
	assert_int_equal(quality_rtt_us(&fixture.entry.quality), 7500);
	fixture_in(&fixture, NEIGHBOUR_FULL);
	fixture.context.now = instant_after(fixture.context.now, duration_us(1000500));
	probe.delay_us = 1000000;
	assert_int_equal(entry_probed(&fixture.entry, &fixture.context, &probe), DROP_NONE);
	assert_int_equal(quality_rtt_us(&fixture.entry.quality), 500);
	fixture_in(&fixture, NEIGHBOUR_FULL);
	fixture.context.now = instant_after(fixture.context.now, duration_us(1000500));
	probe.delay_us = 1000001; /* too long ago for two clocks to agree */
	assert_int_equal(entry_probed(&fixture.entry, &fixture.context, &probe), DROP_NONE);
	assert_int_equal(quality_rtt_us(&fixture.entry.quality), 0);
}

/* True if a probe with that echo proves, in ONEWAY, after 10 more probes of ours. */
static bool echo_counts(uint32_t echo, uint32_t proven)
{
	struct fixture fixture;
	struct probe probe;

	fixture_in(&fixture, NEIGHBOUR_ONEWAY);
	for (int i = 0; i < 10; i++)
		entry_probe(&fixture.entry, fixture.context.now, true, &probe);
	fixture.entry.proven = proven;
	probe_event(&fixture, INSTANCE, echo);
	return fixture.entry.state == NEIGHBOUR_SYNC;
}

static void test_which_echoes_prove(void **state)
{
	assert_true(echo_counts(SENT + 10, 0));
	assert_true(echo_counts(SENT + 3, 0)); /* the eighth last */
	assert_false(echo_counts(SENT + 2, 0));
	assert_false(echo_counts(SENT + 11, 0)); /* not sent yet */
	assert_false(echo_counts(0, 0));
	assert_false(echo_counts(SENT + 5, SENT + 5));	/* counted before */
	assert_true(echo_counts(SENT + 10, SENT + 10)); /* but nothing was sent since */
	assert_true(echo_counts(SENT + 6, SENT + 5));
}

static void test_an_echo_from_before_the_entry_was_made_proves_nothing(void **state)
{
	struct fixture fixture;
	struct probe probe;

	fixture_in(&fixture, NEIGHBOUR_NONE);
	probe_event(&fixture, INSTANCE, SENT); /* the other end remembers our last entry */
	assert_int_equal(fixture.entry.state, NEIGHBOUR_ONEWAY);
	entry_probe(&fixture.entry, fixture.context.now, true, &probe);
	assert_int_equal(probe.sequence, SENT + 1);
	answer(&fixture);
	assert_int_equal(fixture.entry.state, NEIGHBOUR_SYNC);
}

static void test_silence_counts_while_data_is_sent(void **state)
{
	struct fixture fixture;

	/* Nothing was heard for long: it is asked at once, and three silences of 75 ms are the end.
	 */
	fixture_in(&fixture, NEIGHBOUR_FULL);
	entry_busy(&fixture.entry, &fixture.context);
	assert_int_equal(ahead(&fixture), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(elapse(&fixture), ENTRY_ASK);
		assert_int_equal(ahead(&fixture), 75000);
	}
	assert_int_equal(elapse(&fixture), ENTRY_NOTHING);
	assert_int_equal(fixture.entry.state, NEIGHBOUR_LOST);
}

/* A mended wire is found within 8 s although no HELLO is due, until the neighbour is forgotten. */
static void test_who_is_lost_is_asked_now_and_then(void **state)
{
	static const int64_t seconds[] = {1, 2, 4, 8, 8};
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_FULL);
	timer_event(&fixture, QUALITY_PATIENCE_MOST);
	assert_int_equal(fixture.entry.state, NEIGHBOUR_LOST);
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		assert_int_equal(ahead(&fixture), seconds[i] * 1000000);
		assert_int_equal(elapse(&fixture), ENTRY_ASK);
		assert_int_equal(fixture.entry.state, NEIGHBOUR_LOST);
	}
	for (int asked = 0; fixture.entry.state == NEIGHBOUR_LOST; asked++) {
		(void)elapse(&fixture);
		assert_true(asked < 30);
	}
	assert_int_equal(fixture.entry.state, NEIGHBOUR_NONE);
}

static void test_who_was_just_heard_is_left_alone_for_100_ms(void **state)
{
	struct fixture fixture;
	struct probe probe;

	fixture_in(&fixture, NEIGHBOUR_FULL);
	entry_probe(&fixture.entry, fixture.context.now, true, &probe);
	answer(&fixture);
	entry_busy(&fixture.entry, &fixture.context);
	assert_int_equal(ahead(&fixture), 100000);
	/* As long as data is sent it is asked at that pace, and its interval stays. */
	duration interval = fixture.entry.interval;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(elapse(&fixture), ENTRY_ASK);
		entry_probe(&fixture.entry, fixture.context.now, true, &probe);
		answer(&fixture);
		assert_int_equal(ahead(&fixture), 100000);
	}
	assert_int_equal(fixture.entry.interval.us, interval.us);
	assert_int_equal(elapse(&fixture), ENTRY_ASK); /* 500 ms are over */
	entry_probe(&fixture.entry, fixture.context.now, true, &probe);
	answer(&fixture);
	assert_true(ahead(&fixture) >= interval.us - interval.us / 10);
}

static void test_a_question_that_shows_loss_makes_us_ask(void **state)
{
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_FULL);
	fixture.context.now = instant_after(fixture.context.now, duration_ms(74));
	probe_event(&fixture, INSTANCE, SENT - 20); /* ours may still be on its way */
	fixture.entry.owes_answer = false;
	assert_true(ahead(&fixture) > 0);
	fixture_in(&fixture, NEIGHBOUR_FULL);
	fixture.context.now = instant_after(fixture.context.now, duration_ms(75));
	probe_event(&fixture, INSTANCE, SENT - 20);
	assert_int_equal(elapse(&fixture), ENTRY_ANSWER);
	assert_int_equal(ahead(&fixture), 0);
	assert_int_equal(elapse(&fixture), ENTRY_ASK);
}

static void test_replayed_probes_change_nothing(void **state)
{
	const struct probe old = {
		.asks = true, .sequence = HEARD, .echo = SENT, .heard = 1, .instance = INSTANCE};
	struct fixture fixture;
	struct entry before;

	for (uint32_t s = NEIGHBOUR_HEARD; s < STATES; s++) {
		fixture_in(&fixture, (enum neighbour_state)s);
		before = fixture.entry;
		assert_int_equal(entry_probed(&fixture.entry, &fixture.context, &old), DROP_REPLAY);
		assert_memory_equal(&fixture.entry, &before, sizeof(before));
	}
}

static void test_doubt_asks_once_and_never_counts_as_silence(void **state)
{
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_FULL);
	for (int i = 0; i < 5; i++)
		hello_event(&fixture, INSTANCE + 1, true);
	assert_int_equal(entry_due(&fixture.entry, &fixture.context), ENTRY_INITIATE);
	assert_int_equal(ahead(&fixture), 0);
	assert_int_equal(entry_due(&fixture.entry, &fixture.context), ENTRY_ASK);
	for (int i = 0; i < 5; i++)
		hello_event(&fixture, INSTANCE + 1, true);
	assert_int_equal(entry_due(&fixture.entry, &fixture.context), ENTRY_INITIATE);
	assert_int_equal(ahead(&fixture), 75000);
	answer(&fixture);
	assert_int_equal(fixture.entry.state, NEIGHBOUR_FULL);
	assert_int_equal(fixture.entry.instance, INSTANCE);
}

/* Counts the handshakes that `hellos` of a new instance lead to, one after another. */
static uint32_t doubted(struct fixture *fixture, uint32_t hellos)
{
	uint32_t initiated = 0;

	for (uint32_t i = 0; i < hellos; i++) {
		hello_event(fixture, INSTANCE + 1 + i, true);
		initiated += entry_due(&fixture->entry, &fixture->context) == ENTRY_INITIATE;
	}
	return initiated;
}

/* Nobody signs an instance, so anybody can raise doubt as often as HELLOs are taken. */
static void test_doubt_of_one_neighbour_costs_few_handshakes(void **state)
{
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_FULL);
	assert_int_equal(doubted(&fixture, 100), 3);
	for (uint32_t i = 0; i < 6; i++) {
		fixture.context.now = instant_after(fixture.context.now, duration_s(10));
		assert_int_equal(doubted(&fixture, 100), 1);
	}
}

static void test_doubt_is_bounded_by_what_may_be_initiated(void **state)
{
	struct bucket initiations = {0};
	struct fixture fixture;
	uint32_t initiated = 0;

	for (int i = 0; i < 10; i++) {
		fixture_in(&fixture, NEIGHBOUR_FULL)->context.initiations = &initiations;
		initiated += doubted(&fixture, 100);
	}
	assert_int_equal(initiated, 16);
}

static void test_a_restart_seen_in_lost_asks_for_a_handshake_at_once(void **state)
{
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_LOST);
	fixture.entry.lower = false;
	hello_event(&fixture, INSTANCE + 1, true);
	assert_int_equal(ahead(&fixture), 0);
	/* Its probes then count from 1, although the HELLO's instance is known by now. */
	probe_event(&fixture, INSTANCE + 1, 0);
	assert_int_equal(fixture.entry.quality.last, 1);
}

static void test_a_restart_that_a_probe_proved_is_not_doubted(void **state)
{
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_FULL);
	probe_event(&fixture, INSTANCE + 1, 0);
	hello_event(&fixture, INSTANCE + 1, true);
	assert_false(fixture.entry.owes_initiation);
	hello_event(&fixture, INSTANCE, true);
	assert_true(fixture.entry.owes_initiation);
}

static void test_since_is_when_the_state_was_entered(void **state)
{
	struct fixture fixture;
	instant entered;

	fixture_in(&fixture, NEIGHBOUR_ONEWAY);
	fixture.context.now = entered = instant_after(fixture.context.now, duration_ms(9));
	probe_event(&fixture, INSTANCE, SENT);
	fixture.context.now = instant_after(fixture.context.now, duration_ms(9));
	answer(&fixture);
	assert_int_equal(fixture.entry.since.us, entered.us);
}

static void test_a_probe_refreshes(void **state)
{
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_FULL);
	fixture.context.now = instant_after(fixture.context.now, duration_s(500));
	probe_event(&fixture, INSTANCE, 0);
	fixture.entry.owes_answer = false;
	fixture.entry.state = NEIGHBOUR_LOST;
	fixture.entry.due = INSTANT_NEVER;
	assert_int_equal(ahead(&fixture), duration_s(200).us);
}

static void test_what_is_not_refreshed_is_forgotten_after_200_s(void **state)
{
	static const enum neighbour_state states[] = {NEIGHBOUR_HEARD, NEIGHBOUR_LOST,
						      NEIGHBOUR_BLOCKED};
	struct fixture fixture;

	for (size_t i = 0; i < 3; i++) {
		fixture_in(&fixture, states[i]);
		fixture.entry.due = INSTANT_NEVER;
		fixture.context.now.us += duration_s(100).us;
		hello_event(&fixture, INSTANCE, false);
		fixture.entry.state = states[i];
		fixture.entry.due = INSTANT_NEVER;
		assert_int_equal(ahead(&fixture), duration_s(200).us);
		assert_int_equal(elapse(&fixture), ENTRY_NOTHING);
		assert_int_equal(fixture.entry.state, NEIGHBOUR_NONE);
	}
}

static void test_what_a_hello_says_that_is_new(void **state)
{
	struct hello hello = {.instance = INSTANCE, .zone = 5};
	struct fixture fixture;

	fixture_in(&fixture, NEIGHBOUR_NONE);
	assert_true(entry_heard(&fixture.entry, &fixture.context, &hello, false));
	assert_false(entry_heard(&fixture.entry, &fixture.context, &hello, false));
	hello.zone = 6;
	assert_true(entry_heard(&fixture.entry, &fixture.context, &hello, false));
	hello.instance++;
	assert_true(entry_heard(&fixture.entry, &fixture.context, &hello, false));
	assert_false(entry_heard(&fixture.entry, &fixture.context, &hello, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_lower_address_initiates_first),
		cmocka_unit_test(test_initiations_double_and_end_in_blocked),
		cmocka_unit_test(test_blocked_doubles_from_2_to_300_s_until_proven),
		cmocka_unit_test(test_an_initiation_that_is_not_admitted_tries_again_100_ms_later),
		cmocka_unit_test(test_who_has_begun_a_handshake_gets_300_ms),
		cmocka_unit_test(test_oneway_asks_twelve_times_more_and_more_slowly),
		cmocka_unit_test(test_full_asks_three_times_without_loss_and_more_with_it),
		cmocka_unit_test(test_intervals_between_exchanges),
		cmocka_unit_test(test_the_other_ends_probes_serve_us_too),
		cmocka_unit_test(test_a_probe_carries_the_record),
		cmocka_unit_test(test_round_trip_time_is_without_the_delay),
		cmocka_unit_test(test_which_echoes_prove),
		cmocka_unit_test(test_an_echo_from_before_the_entry_was_made_proves_nothing),
		cmocka_unit_test(test_silence_counts_while_data_is_sent),
		cmocka_unit_test(test_who_is_lost_is_asked_now_and_then),
		cmocka_unit_test(test_who_was_just_heard_is_left_alone_for_100_ms),
		cmocka_unit_test(test_a_question_that_shows_loss_makes_us_ask),
		cmocka_unit_test(test_replayed_probes_change_nothing),
		cmocka_unit_test(test_doubt_asks_once_and_never_counts_as_silence),
		cmocka_unit_test(test_doubt_of_one_neighbour_costs_few_handshakes),
		cmocka_unit_test(test_doubt_is_bounded_by_what_may_be_initiated),
		cmocka_unit_test(test_a_restart_seen_in_lost_asks_for_a_handshake_at_once),
		cmocka_unit_test(test_a_restart_that_a_probe_proved_is_not_doubted),
		cmocka_unit_test(test_since_is_when_the_state_was_entered),
		cmocka_unit_test(test_a_probe_refreshes),
		cmocka_unit_test(test_what_is_not_refreshed_is_forgotten_after_200_s),
		cmocka_unit_test(test_what_a_hello_says_that_is_new),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/due", tests, NULL, NULL);
}
