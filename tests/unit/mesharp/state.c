/* What is void and what waits when a neighbour enters a state; the whole table is in entry.c. */
#include "mesharp/state.h"

#include "tests/unit/mesharp/fixture.h"

static void test_adjacent_is_whom_one_end_selects_and_none_declines(void **state)
{
	struct fixture fixture;
	struct entry *entry = &fixture_in(&fixture, NEIGHBOUR_ONEWAY)->entry;
	instant now = fixture.context.now;

	for (uint32_t bits = 0; bits < 16; bits++) {
		entry->selects = bits & 1;
		entry->selected = bits & 2;
		entry->declines = bits & 4;
		entry->declined_until = bits & 8 ? instant_after(now, duration_us(1)) : now;
		assert_int_equal(state_is_adjacent(entry, now), bits >= 1 && bits <= 3);
		assert_int_equal(state_is_wanted(entry, now), bits >= 1 && bits <= 3);
		entry->wanted_until = instant_after(now, duration_us(1));
		assert_true(state_is_wanted(entry, now));
		entry->wanted_until = now;
	}
}

static void test_in_a_crowd_neither_end_waits_for_the_other(void **state)
{
	for (uint32_t lower = 0; lower < 2; lower++) {
		struct fixture fixture;
		struct entry *entry = &fixture_in(&fixture, NEIGHBOUR_HEARD)->entry;
		instant now = fixture.context.now;

		entry->lower = lower;
		assert_in_range(state_initiation(entry, &fixture.context).us - now.us,
				lower ? 0 : 300000, lower ? 20000 : 320000);
		fixture.context.crowded = true;
		assert_in_range(state_initiation(entry, &fixture.context).us - now.us, 50000,
				70000);
	}
}

static void test_whoever_is_not_wanted_is_left_alone_in_heard(void **state)
{
	struct fixture fixture;
	struct entry *entry = &fixture_unselected(&fixture, NEIGHBOUR_ONEWAY)->entry;

	entry->owes_word = entry->owes_answer = entry->urged = entry->declines = true;
	state_heard(entry, &fixture.context, fixture.context.now);
	assert_true(instant_is_never(entry->due));
	assert_false(entry->owes_word || entry->owes_answer || entry->urged || entry->declines);
	entry->selects = true;
	state_heard(entry, &fixture.context, fixture.context.now);
	assert_int_equal(entry->due.us, fixture.context.now.us);
}

static void test_with_a_session_probes_are_enough(void **state)
{
	for (uint32_t session = 0; session < 2; session++) {
		struct fixture fixture;
		struct entry *entry = &fixture_unselected(&fixture, NEIGHBOUR_HEARD)->entry;

		entry->session = session;
		entry_select(entry, &fixture.context, true);
		assert_int_equal(entry->state, session ? NEIGHBOUR_ONEWAY : NEIGHBOUR_HEARD);
		assert_false(instant_is_never(entry->due));
	}
}

static void test_what_waits_goes_on_while_they_agree(void **state)
{
	struct fixture fixture;
	struct entry *entry = &fixture_in(&fixture, NEIGHBOUR_FULL)->entry;
	instant due = entry->due;

	entry->tries = 2;
	entry->selects = false;
	state_agree(entry, fixture.context.now);
	assert_int_equal(entry->state, NEIGHBOUR_TWOWAY);
	assert_int_equal(entry->tries, 2);
	assert_int_equal(entry->due.us, due.us);
	entry->selected = true;
	state_agree(entry, fixture.context.now);
	assert_int_equal(entry->state, NEIGHBOUR_SYNC);
	assert_int_equal(entry->due.us, due.us);
}

static void test_a_proof_without_use_is_kept_20_s(void **state)
{
	struct fixture fixture;
	struct entry *entry = &fixture_unselected(&fixture, NEIGHBOUR_ONEWAY)->entry;

	probe_event(&fixture, INSTANCE, SENT);
	assert_int_equal(entry->state, NEIGHBOUR_TWOWAY);
	assert_int_equal(elapse(&fixture), ENTRY_ANSWER);
	assert_int_equal(ahead(&fixture), 20000000);
	assert_int_equal(elapse(&fixture), ENTRY_NOTHING);
	assert_int_equal(entry->state, NEIGHBOUR_HEARD);
}

static void test_a_shortcut_in_use_is_probed_and_ends_a_minute_after(void **state)
{
	struct fixture fixture;
	struct entry *entry = &fixture_unselected(&fixture, NEIGHBOUR_ONEWAY)->entry;
	instant used = fixture.context.now;

	probe_event(&fixture, INSTANCE, SENT);
	entry_busy(entry, &fixture.context);
	assert_int_equal(elapse(&fixture), ENTRY_ANSWER);
	while (!instant_reached(fixture.context.now, instant_after(used, duration_s(60)))) {
		enum entry_deed deed = elapse(&fixture);
		struct probe ours, answer = {.sequence = entry->quality.last + 1,
					     .instance = INSTANCE,
					     .heard = 1};

		assert_int_equal(entry->state, NEIGHBOUR_TWOWAY);
		if (deed != ENTRY_ASK)
			continue;
		entry_probe(entry, fixture.context.now, true, &ours);
		answer.echo = ours.sequence;
		assert_int_equal(entry_probed(entry, &fixture.context, &answer), DROP_NONE);
	}
	while (entry->state == NEIGHBOUR_TWOWAY)
		assert_int_equal(elapse(&fixture), ENTRY_NOTHING);
	assert_int_equal(entry->state, NEIGHBOUR_HEARD);
	assert_in_range(fixture.context.now.us - used.us, 60000000, 90000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adjacent_is_whom_one_end_selects_and_none_declines),
		cmocka_unit_test(test_in_a_crowd_neither_end_waits_for_the_other),
		cmocka_unit_test(test_whoever_is_not_wanted_is_left_alone_in_heard),
		cmocka_unit_test(test_with_a_session_probes_are_enough),
		cmocka_unit_test(test_what_waits_goes_on_while_they_agree),
		cmocka_unit_test(test_a_proof_without_use_is_kept_20_s),
		cmocka_unit_test(test_a_shortcut_in_use_is_probed_and_ends_a_minute_after),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/state", tests, NULL, NULL);
}
