/* The state machine of a neighbour: the whole table of the specification walked cell by cell. When
 * it does what is in due.c, how it enters a state in state.c. */
#include "tests/unit/mesharp/fixture.h"

enum event {
	HELLO,
	HELLO_SESSION,
	HELLO_NEW_INSTANCE, /* with a session */
	GREETED,
	GREETED_SESSION,
	SESSION,
	SESSION_GONE,
	PROBE,
	PROBE_PROVES,
	PROBE_NEW_INSTANCE,
	PROBE_SELECTS,
	PROBE_DECLINES, /* though we select it */
	SELECT,
	DESELECT,
	WANT,
	LEVEL,
	BUSY,
	GONE,
	UNANSWERED,
	TIMER,
	LINK_DOWN,
	EVENTS,
};

/* What ends waiting for an answer depends on who waits. */
static void silence_event(struct fixture *fixture)
{
	bool asked = fixture->entry.state == NEIGHBOUR_HANDSHAKE;

	timer_event(fixture, asked ? 4 : QUALITY_PATIENCE_MOST);
}

static void happen(struct fixture *fixture, enum event event)
{
	switch (event) {
	case HELLO:
		hello_event(fixture, INSTANCE, false);
		break;
	case HELLO_SESSION:
		hello_event(fixture, INSTANCE, true);
		break;
	case HELLO_NEW_INSTANCE:
		hello_event(fixture, INSTANCE + 1, true);
		break;
	case GREETED:
		entry_greeted(&fixture->entry, &fixture->context, false);
		break;
	case GREETED_SESSION:
		entry_greeted(&fixture->entry, &fixture->context, true);
		break;
	case SESSION:
		entry_session(&fixture->entry, &fixture->context);
		break;
	case SESSION_GONE:
		entry_session_gone(&fixture->entry, &fixture->context);
		break;
	case PROBE:
		probe_event(fixture, INSTANCE, 0);
		break;
	case PROBE_PROVES:
		probe_event(fixture, INSTANCE, SENT);
		break;
	case PROBE_NEW_INSTANCE:
		probe_event(fixture, INSTANCE + 1, 0);
		break;
	case PROBE_SELECTS:
		wish_event(fixture, true, false);
		break;
	case PROBE_DECLINES:
		wish_event(fixture, false, true);
		break;
	case SELECT:
		entry_select(&fixture->entry, &fixture->context, true);
		break;
	case DESELECT:
		entry_select(&fixture->entry, &fixture->context, false);
		break;
	case WANT:
		entry_want(&fixture->entry, &fixture->context);
		break;
	case LEVEL:
		entry_level(&fixture->entry, &fixture->context);
		break;
	case BUSY:
		entry_busy(&fixture->entry, &fixture->context);
		break;
	case GONE:
		entry_gone(&fixture->entry, &fixture->context);
		break;
	case UNANSWERED:
		silence_event(fixture);
		break;
	case TIMER:
		timer_event(fixture, 0);
		break;
	case LINK_DOWN:
		entry_leave(&fixture->entry, fixture->context.now);
		break;
	case EVENTS:
		fail();
	}
}

/* One letter a state, in the order of the enum. Rows are events, columns the state before. For
 * states that send no probes UNANSWERED is their timer: HANDSHAKE's after the last INITIATION. */
static const char letters[STATES + 1] = "-hkotsflb";
static const char *const selected[EVENTS] = {
	[HELLO] = "hhkotsfhb",
	[HELLO_SESSION] = "ohkotsfob",
	[HELLO_NEW_INSTANCE] = "ohkotsfhb",
	[GREETED] = "hhkotsfhh",
	[GREETED_SESSION] = "ohkotsfoh",
	[SESSION] = "-oootsflo",
	[SESSION_GONE] = "-hkhhhhhb",
	[PROBE] = "ooootsfoo",
	[PROBE_PROVES] = "ossstsfss",
	[PROBE_NEW_INSTANCE] = "ooooooooo",
	[PROBE_SELECTS] = "oooossfoo",
	[PROBE_DECLINES] = "ooootttoo",
	[SELECT] = "-hkossflb",
	[DESELECT] = "-hhhtttlb",
	[WANT] = "hhkotsflb",
	[LEVEL] = "-hkotfflb",
	[BUSY] = "-hkotsflb",
	[GONE] = "-hklllllb",
	[UNANSWERED] = "-kblllllh",
	[TIMER] = "-kkotsflh",
	[LINK_DOWN] = "---------",
};
/* Of one that we do not select. */
static const char *const unselected[EVENTS] = {
	[HELLO] = "hhkotsfhb",
	[HELLO_SESSION] = "hhkotsfhb",
	[HELLO_NEW_INSTANCE] = "hhkotsfhb",
	[GREETED] = "hhkotsfhh",
	[GREETED_SESSION] = "hhkotsfhh",
	[SESSION] = "-hkotsflb",
	[SESSION_GONE] = "-hkhhhhhb",
	[PROBE] = "ooootttoo",
	[PROBE_PROVES] = "otttttttt",
	[PROBE_NEW_INSTANCE] = "ooooooooo",
	[PROBE_SELECTS] = "oooossfoo",
	[PROBE_DECLINES] = "ooootttoo",
	[SELECT] = "-hkossflb",
	[DESELECT] = "-hhhtsflb",
	[WANT] = "hhkotsflb",
	[LEVEL] = "-hkotfflb",
	[BUSY] = "-hkotsflb",
	[GONE] = "-hklllllb",
	[UNANSWERED] = "--bhllllh",
	[TIMER] = "--kotsflh",
	[LINK_DOWN] = "---------",
};

static bool is_adjacent(enum neighbour_state state)
{
	return state >= NEIGHBOUR_ONEWAY && state <= NEIGHBOUR_FULL;
}

static void check_cell(struct fixture *(*make)(struct fixture *, enum neighbour_state),
		       const char *const table[EVENTS], enum event event,
		       enum neighbour_state before)
{
	bool probed = event >= PROBE && event <= PROBE_DECLINES;
	bool doubts = event == HELLO_NEW_INSTANCE && is_adjacent(before);
	struct fixture fixture;
	const struct entry *entry = &make(&fixture, before)->entry;
	instant deadline;

	happen(&fixture, event);
	if (letters[entry->state] != table[event][before])
		fail_msg("event %u in %s: %c, not %c", event, neighbour_state_name(before),
			 letters[entry->state], table[event][before]);
	assert_int_equal(entry->owes_answer, probed);
	assert_int_equal(entry->owes_initiation, doubts);
	deadline = entry_deadline(entry, fixture.context.now);
	assert_int_equal(instant_is_never(deadline), entry->state == NEIGHBOUR_NONE);
	assert_true(deadline.us >= fixture.context.now.us);
}

static void test_the_table_of_the_specification_cell_by_cell(void **state)
{
	for (uint32_t event = 0; event < EVENTS; event++) {
		for (uint32_t before = 0; before < STATES; before++)
			check_cell(fixture_in, selected, (enum event)event,
				   (enum neighbour_state)before);
	}
}

static void test_the_same_of_a_neighbour_that_is_not_selected(void **state)
{
	for (uint32_t event = 0; event < EVENTS; event++) {
		for (uint32_t before = 0; before < STATES; before++)
			check_cell(fixture_unselected, unselected, (enum event)event,
				   (enum neighbour_state)before);
	}
}

/* Proven when the machine fell asleep, without keys when it wakes: it is greeted, not forgotten. */
static void test_a_long_sleep_forgets_nobody_who_was_proven(void **state)
{
	for (uint32_t before = NEIGHBOUR_ONEWAY; before <= NEIGHBOUR_FULL; before++) {
		struct fixture fixture;
		struct entry *entry = &fixture_in(&fixture, (enum neighbour_state)before)->entry;

		fixture.context.now = instant_after(fixture.context.now, duration_s(3600));
		entry->selects = true;
		entry_session_gone(entry, &fixture.context);
		assert_int_equal(entry->state, NEIGHBOUR_HEARD);
		assert_int_equal(elapse(&fixture), ENTRY_NOTHING);
		assert_int_equal(entry->state, NEIGHBOUR_HANDSHAKE);
		assert_int_equal(elapse(&fixture), ENTRY_INITIATE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_table_of_the_specification_cell_by_cell),
		cmocka_unit_test(test_the_same_of_a_neighbour_that_is_not_selected),
		cmocka_unit_test(test_a_long_sleep_forgets_nobody_who_was_proven),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/entry", tests, NULL, NULL);
}
