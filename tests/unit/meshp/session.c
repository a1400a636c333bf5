/* A session by itself: the table of docs/protocol/meshp.md, section 5, cell by cell; then what the
 * table says in prose. Two sessions that talk to each other are in crossing.c. */
#include "meshp/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum state { NONE, ASKING, CONFIRMED, CONFIRMED_ASKING, STATES };

enum event { WANT, INITIATION, RESPONSE, OPENS, AGED, WORN, EXPIRED, RETRY, GIVE_UP, EVENTS };

/* Serials of key sets. */
enum { OLD = 1, ANSWERED = 5, FINISHED = 6 };

static const instant NOW = {1000000000};
static const duration REKEY = {120000000};

static instant before(int64_t ms)
{
	return (instant){NOW.us - 1000 * ms};
}

static instant after(int64_t ms)
{
	return before(-ms);
}

static struct handshake_keys keys_of(uint32_t epoch)
{
	return (struct handshake_keys){.epoch = epoch, .send = {1}, .receive = {2}};
}

static void ask(struct session *session, instant when)
{
	const struct handshake_pending pending = {.number = 3};

	session_asked(session, when, &pending);
}

/* Keys of epoch 1 that we began, confirmed at that time and used at once afterwards. */
static void confirm(struct session *session, instant when)
{
	const struct handshake_keys keys = keys_of(1);

	session_want(session, when);
	assert_int_equal(session_finished(session, when, OLD, &keys, false), DROP_NONE);
	session_sealed(session, (instant){when.us + 1});
}

/* The peer began keys of that epoch; it has the lower address if lower. */
static void answer(struct session *session, uint32_t serial, uint32_t epoch, bool lower)
{
	const struct handshake_peer peer = {.boot_epoch = 4, .sequence = epoch};
	const struct handshake_keys keys = keys_of(epoch);

	session_answered(session, NOW, serial, &peer, &keys, lower);
}

/* How old key and attempt are when an event comes, and the last INITIATION, ms. */
static const struct {
	int64_t key, attempt, asked;
} ages[EVENTS] = {
	[WANT] = {10000, 1000, 0},     [INITIATION] = {10000, 1000, 0},
	[RESPONSE] = {10000, 1000, 0}, [OPENS] = {10000, 1000, 0},
	[AGED] = {120000, 1000, 0},    [WORN] = {10000, 1000, 0},
	[EXPIRED] = {180000, 1000, 0}, [RETRY] = {10000, 250, 250},
	[GIVE_UP] = {91000, 90000, 0},
};

static struct session session_in(enum state state, enum event event)
{
	struct session session = {0};

	if (state == CONFIRMED || state == CONFIRMED_ASKING)
		confirm(&session, before(ages[event].key));
	if (state == ASKING || state == CONFIRMED_ASKING) {
		session_want(&session, before(ages[event].attempt));
		ask(&session, before(ages[event].asked));
	}
	if (event == OPENS)
		answer(&session, ANSWERED, 2, true);
	return session;
}

static enum state state_of(const struct session *session)
{
	if (session_usable(session))
		return session->attempt.active ? CONFIRMED_ASKING : CONFIRMED;
	return session->attempt.active ? ASKING : NONE;
}

/* What came of an event. */
struct outcome {
	enum state state;
	bool initiate, gave_up, expired, keepalive;
	enum drop drop;
	uint32_t confirmed, previous, unconfirmed; /* serials, 0: empty */
};

/* Does all that is due now, noting what. */
static void settle(struct session *session, instant now, struct outcome *outcome)
{
	for (;;) {
		switch (session_due(session, now, REKEY)) {
		case SESSION_NOTHING:
			return;
		case SESSION_INITIATE:
			assert_false(outcome->initiate);
			outcome->initiate = true;
			ask(session, now);
			break;
		case SESSION_GAVE_UP:
			assert_false(outcome->gave_up);
			outcome->gave_up = true;
			break;
		case SESSION_EXPIRED:
			assert_false(outcome->expired);
			outcome->expired = true;
			break;
		case SESSION_KEEPALIVE:
			assert_false(outcome->keepalive);
			outcome->keepalive = true;
			session_sealed(session, now);
			break;
		}
	}
}

static void happen(struct session *session, enum event event, struct outcome *outcome)
{
	const struct handshake_keys keys = keys_of(2);

	switch (event) {
	case WANT:
		session_want(session, NOW);
		return;
	case INITIATION:
		answer(session, ANSWERED, 2, true);
		return;
	case RESPONSE:
		outcome->drop = session_finished(session, NOW, FINISHED, &keys, false);
		return;
	case OPENS:
		assert_true(session_opened(session, NOW, ANSWERED, true));
		return;
	case WORN:
		session_worn(session, NOW);
		return;
	case AGED:
	case EXPIRED:
	case RETRY:
	case GIVE_UP:
	case EVENTS:
		return;
	}
}

/* The table. What is not said stays as it is. */
static const struct outcome table[STATES][EVENTS] =
	{
		[NONE] =
			{
				[WANT] = {.state = ASKING, .initiate = true},
				[INITIATION] = {.state = NONE, .unconfirmed = ANSWERED},
				[RESPONSE] = {.state = NONE, .drop = DROP_HANDSHAKE_UNASKED},
				[OPENS] = {.state = CONFIRMED, .confirmed = ANSWERED},
				[AGED] = {.state = NONE},
				[WORN] = {.state = NONE},
				[EXPIRED] = {.state = NONE},
				[RETRY] = {.state = NONE},
				[GIVE_UP] = {.state = NONE},
			},
		[ASKING] =
			{
				[WANT] = {.state = ASKING},
				[INITIATION] = {.state = ASKING, .unconfirmed = ANSWERED},
				[RESPONSE] = {.state = CONFIRMED, .confirmed = FINISHED},
				[OPENS] = {.state = CONFIRMED, .confirmed = ANSWERED},
				[AGED] = {.state = ASKING},
				[WORN] = {.state = ASKING},
				[EXPIRED] = {.state = ASKING},
				[RETRY] = {.state = ASKING, .initiate = true},
				[GIVE_UP] = {.state = NONE, .gave_up = true},
			},
		[CONFIRMED] =
			{
				[WANT] = {.state = CONFIRMED_ASKING,
					  .initiate = true,
					  .confirmed = OLD},
				[INITIATION] = {.state = CONFIRMED,
						.confirmed = OLD,
						.unconfirmed = ANSWERED},
				[RESPONSE] = {.state = CONFIRMED,
					      .drop = DROP_HANDSHAKE_UNASKED,
					      .confirmed = OLD},
				[OPENS] = {.state = CONFIRMED,
					   .confirmed = ANSWERED,
					   .previous = OLD},
				[AGED] = {.state = CONFIRMED_ASKING,
					  .initiate = true,
					  .confirmed = OLD},
				[WORN] = {.state = CONFIRMED_ASKING,
					  .initiate = true,
					  .confirmed = OLD},
				[EXPIRED] = {.state = NONE, .expired = true},
				[RETRY] = {.state = CONFIRMED, .confirmed = OLD},
				[GIVE_UP] = {.state = CONFIRMED, .confirmed = OLD},
			},
		[CONFIRMED_ASKING] =
			{
				[WANT] = {.state = CONFIRMED_ASKING, .confirmed = OLD},
				[INITIATION] = {.state = CONFIRMED_ASKING,
						.confirmed = OLD,
						.unconfirmed = ANSWERED},
				[RESPONSE] = {.state = CONFIRMED,
					      .confirmed = FINISHED,
					      .previous = OLD},
				[OPENS] = {.state = CONFIRMED,
					   .confirmed = ANSWERED,
					   .previous = OLD},
				[AGED] = {.state = CONFIRMED_ASKING, .confirmed = OLD},
				[WORN] = {.state = CONFIRMED_ASKING, .confirmed = OLD},
				[EXPIRED] = {.state = ASKING, .expired = true},
				[RETRY] = {.state = CONFIRMED_ASKING,
					   .initiate = true,
					   .confirmed = OLD},
				[GIVE_UP] = {.state = CONFIRMED, .gave_up = true, .confirmed = OLD},
			},
};

static void assert_outcome(const struct outcome *expected, const struct outcome *outcome)
{
	assert_int_equal(outcome->state, expected->state);
	assert_int_equal(outcome->initiate, expected->initiate);
	assert_int_equal(outcome->gave_up, expected->gave_up);
	assert_int_equal(outcome->expired, expected->expired);
	assert_int_equal(outcome->keepalive, expected->keepalive);
	assert_int_equal(outcome->drop, expected->drop);
	assert_int_equal(outcome->confirmed, expected->confirmed);
	assert_int_equal(outcome->previous, expected->previous);
	assert_int_equal(outcome->unconfirmed, expected->unconfirmed);
}

static void cell_try(enum state state, enum event event)
{
	struct session session = session_in(state, event);
	struct outcome outcome = {.drop = DROP_NONE};

	assert_int_equal(state_of(&session), state);
	happen(&session, event, &outcome);
	settle(&session, NOW, &outcome);
	outcome.state = state_of(&session);
	outcome.confirmed = session.places[SESSION_CONFIRMED].serial;
	outcome.previous = session.places[SESSION_PREVIOUS].serial;
	outcome.unconfirmed = session.places[SESSION_UNCONFIRMED].serial;
	assert_outcome(&table[state][event], &outcome);
	assert_true(session_deadline(&session, REKEY).us > NOW.us);
}

static void test_every_cell_of_the_table(void **state)
{
	for (enum state row = NONE; row < STATES; row++) {
		for (enum event column = WANT; column < EVENTS; column++)
			cell_try(row, column);
	}
}

/* Keys begun by us and by the peer meet at one epoch; whoever comes second, those begun by the
 * lower address seal. */
static void test_equal_epochs_lower_address_stays(void **state)
{
	for (unsigned int i = 0; i < 4; i++) {
		bool peer_lower = i & 1, peer_first = i & 2;
		struct handshake_keys keys = keys_of(1);
		struct session session = {0};
		uint32_t sealing = peer_lower ? ANSWERED : FINISHED;

		answer(&session, ANSWERED, 1, peer_lower);
		session_want(&session, NOW);
		if (peer_first) {
			assert_true(session_opened(&session, NOW, ANSWERED, true));
			session_want(&session, NOW);
		}
		assert_int_equal(session_finished(&session, NOW, FINISHED, &keys, peer_lower),
				 DROP_NONE);
		if (!peer_first)
			assert_true(session_opened(&session, NOW, ANSWERED, true));
		assert_int_equal(session.places[SESSION_CONFIRMED].serial, sealing);
		assert_int_equal(session.places[SESSION_PREVIOUS].serial,
				 ANSWERED + FINISHED - sealing);
		assert_int_equal(session.places[SESSION_UNCONFIRMED].serial, 0);
	}
}

static void test_older_epoch_never_seals_again(void **state)
{
	struct handshake_keys keys = keys_of(3);
	struct session session = {0};

	answer(&session, ANSWERED, 2, true);
	session_want(&session, NOW);
	assert_int_equal(session_finished(&session, NOW, FINISHED, &keys, true), DROP_NONE);
	assert_true(session_opened(&session, NOW, ANSWERED, true));
	assert_int_equal(session.places[SESSION_CONFIRMED].serial, FINISHED);
	assert_int_equal(session.places[SESSION_PREVIOUS].serial, ANSWERED);
	assert_int_equal(session.last_epoch, 3);
}

static void test_stale_answer_is_refused(void **state)
{
	struct handshake_keys keys = keys_of(1);
	struct session session = {0};

	confirm(&session, NOW);
	session_want(&session, NOW);
	assert_int_equal(session_finished(&session, NOW, FINISHED, &keys, true),
			 DROP_HANDSHAKE_STALE);
	keys.epoch = 0;
	assert_int_equal(session_finished(&session, NOW, FINISHED, &keys, true),
			 DROP_HANDSHAKE_STALE);
	assert_true(session.attempt.active);
	assert_int_equal(session.places[SESSION_CONFIRMED].serial, OLD);
	assert_int_equal(session.places[SESSION_PREVIOUS].serial, 0);
}

static void test_next_epoch_is_above_both(void **state)
{
	struct session session = {.last_epoch = 7};

	assert_int_equal(session_next_epoch(&session, 0), 8);
	assert_int_equal(session_next_epoch(&session, 7), 8);
	assert_int_equal(session_next_epoch(&session, 9), 10);
}

static void test_newness(void **state)
{
	struct session session = {0};

	assert_true(session_newer(&session, 0, 0));
	answer(&session, ANSWERED, 9, true);
	assert_false(session_newer(&session, 4, 9));
	assert_false(session_newer(&session, 4, 8));
	assert_true(session_newer(&session, 4, 10));
	assert_false(session_newer(&session, 3, 1000));
	assert_true(session_newer(&session, 5, 0));
	/* Once no key is held any more, whatever comes is new. */
	assert_int_equal(session_due(&session, after(180000), REKEY), SESSION_NOTHING);
	assert_false(session_held(&session));
	assert_true(session_newer(&session, 4, 9));
}

static void test_retries_double_to_5_s_and_end_at_90_s(void **state)
{
	static const int64_t waits[] = {250, 500, 1000, 2000, 4000, 5000, 5000};
	struct session session = {0};
	instant now = NOW;
	unsigned int count = 0;

	session_want(&session, NOW);
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		assert_int_equal(session_due(&session, now, REKEY), SESSION_INITIATE);
		ask(&session, now);
		assert_int_equal(session_deadline(&session, REKEY).us, now.us + waits[i] * 1000);
		now = session_deadline(&session, REKEY);
	}
	while (session_due(&session, now, REKEY) == SESSION_INITIATE) {
		ask(&session, now);
		now = session_deadline(&session, REKEY);
		assert_true(++count < 100);
	}
	assert_int_equal(now.us, after(90000).us);
	assert_false(session.attempt.active);
	assert_true(instant_is_never(session_deadline(&session, REKEY)));
}

/* Whoever cannot write the INITIATION is not asked again at once. */
static void test_initiate_is_yielded_once(void **state)
{
	struct session session = {0};

	session_want(&session, NOW);
	assert_int_equal(session_due(&session, NOW, REKEY), SESSION_INITIATE);
	assert_int_equal(session_due(&session, NOW, REKEY), SESSION_NOTHING);
	assert_int_equal(session_deadline(&session, REKEY).us, after(250).us);
}

static void test_abandoned_attempt_leaves_nothing(void **state)
{
	const struct session_attempt none = {0};
	struct session session = {0};

	session_want(&session, NOW);
	ask(&session, NOW);
	session_abandon(&session);
	assert_memory_equal(&session.attempt, &none, sizeof(none));
}

/* When keys made now by us or the peer are replaced, or −1 if they are not. */
static int64_t rekeyed_after(bool begun_by_us, bool used, duration rekey)
{
	struct handshake_keys keys = keys_of(1);
	struct session session = {0};
	instant due;

	session_want(&session, NOW);
	answer(&session, ANSWERED, 1, true);
	if (begun_by_us)
		assert_int_equal(session_finished(&session, NOW, OLD, &keys, false), DROP_NONE);
	else
		assert_true(session_opened(&session, NOW, ANSWERED, true));
	memset(&session.places[SESSION_UNCONFIRMED], 0, sizeof(struct session_keys));
	session_sealed(&session, NOW);
	if (used)
		session_sealed(&session, after(1));
	due = session_deadline(&session, rekey);
	return session_due(&session, due, rekey) == SESSION_INITIATE ? due.us - NOW.us : -1;
}

static void test_age_of_rekey(void **state)
{
	assert_int_equal(rekeyed_after(true, true, REKEY), 120000000);
	assert_int_equal(rekeyed_after(false, true, REKEY), 130000000);
	assert_int_equal(rekeyed_after(true, true, duration_s(12)), 12000000);
	assert_int_equal(rekeyed_after(false, true, duration_s(12)), 13000000);
	assert_int_equal(rekeyed_after(true, false, REKEY), -1);
	assert_int_equal(rekeyed_after(false, false, REKEY), -1);
}

/* An idle key is replaced as soon as it is used beyond the age. */
static void test_use_of_an_aged_key(void **state)
{
	struct outcome outcome = {.drop = DROP_NONE};
	struct handshake_keys keys = keys_of(1);
	struct session session = {0};

	session_want(&session, NOW);
	assert_int_equal(session_finished(&session, NOW, OLD, &keys, false), DROP_NONE);
	session_sealed(&session, NOW);
	assert_int_equal(session_due(&session, after(150000), REKEY), SESSION_NOTHING);
	assert_false(session_opened(&session, after(150000), OLD, true));
	assert_int_equal(session_due(&session, after(150000), REKEY), SESSION_NOTHING);
	assert_false(session_opened(&session, after(150000), OLD, false));
	settle(&session, after(150000), &outcome);
	assert_true(outcome.initiate);
}

/* Keys under which a frame opens once confirm only once, and unknown serials do nothing. */
static void test_opened_confirms_once(void **state)
{
	struct session session = {0};

	answer(&session, ANSWERED, 1, true);
	assert_false(session_opened(&session, NOW, 99, false));
	assert_false(session_opened(&session, NOW, 0, false));
	assert_int_equal(session.last_received.us, 0);
	assert_true(session_opened(&session, NOW, ANSWERED, false));
	assert_false(session_opened(&session, NOW, ANSWERED, false));
	assert_int_equal(session.last_epoch, 1);
}

static void test_every_set_expires_after_180_s(void **state)
{
	struct session session = {0};

	confirm(&session, before(100000));
	answer(&session, ANSWERED, 2, true);
	assert_true(session_opened(&session, NOW, ANSWERED, true));
	answer(&session, 7, 3, true);
	assert_int_equal(session_deadline(&session, REKEY).us, after(80000).us);
	assert_int_equal(session_due(&session, after(80000), REKEY), SESSION_NOTHING);
	assert_int_equal(session.places[SESSION_PREVIOUS].serial, 0);
	assert_int_equal(session_due(&session, after(179999), REKEY), SESSION_NOTHING);
	assert_true(session_usable(&session));
	assert_int_equal(session_due(&session, after(180000), REKEY), SESSION_EXPIRED);
	assert_false(session_held(&session));
	assert_int_equal(session_due(&session, after(180000), REKEY), SESSION_NOTHING);
}

/* Nothing can be sealed any more, though what the other end sends may still open. */
static void test_confirmed_keys_expire_beside_unconfirmed_ones(void **state)
{
	struct outcome early = {0}, outcome = {0};
	struct session session = {0};

	confirm(&session, before(100000));
	answer(&session, ANSWERED, 2, true);
	settle(&session, after(79999), &early);
	assert_false(early.expired);
	settle(&session, after(80000), &outcome);
	assert_true(outcome.expired);
	assert_false(session_usable(&session));
	assert_true(session_held(&session));
	assert_true(session_opened(&session, after(80001), ANSWERED, true));
	assert_true(session_usable(&session));
}

static void test_expired_keys_are_wiped(void **state)
{
	const struct session_keys none[SESSION_PLACES] = {0};
	struct session session = {0};

	confirm(&session, NOW);
	answer(&session, ANSWERED, 2, true);
	assert_int_equal(session_due(&session, after(180000), REKEY), SESSION_EXPIRED);
	assert_memory_equal(session.places, none, sizeof(none));
	assert_int_equal(session.last_epoch, 1);
}

static void test_keepalive_10_s_after_the_first_unanswered(void **state)
{
	struct session session = {0};

	confirm(&session, NOW);
	for (int64_t ms = 1000; ms < 11000; ms += 100) {
		assert_int_equal(session_due(&session, after(ms), REKEY), SESSION_NOTHING);
		assert_false(session_opened(&session, after(ms), OLD, false));
	}
	assert_int_equal(session_deadline(&session, REKEY).us, after(11000).us);
	assert_int_equal(session_due(&session, after(11000), REKEY), SESSION_KEEPALIVE);
	assert_int_equal(session_due(&session, after(11000), REKEY), SESSION_NOTHING);
	session_sealed(&session, after(11000));
	assert_false(session_opened(&session, after(11500), OLD, false));
	assert_int_equal(session_deadline(&session, REKEY).us, after(21500).us);
	session_sealed(&session, after(12000));
	assert_int_equal(session_deadline(&session, REKEY).us, after(120000).us);
}

static void test_empty_frames_ask_for_no_answer(void **state)
{
	struct session session = {0};

	confirm(&session, NOW);
	assert_false(session_opened(&session, after(1000), OLD, true));
	assert_int_equal(session_due(&session, after(60000), REKEY), SESSION_NOTHING);
	assert_int_equal(session.last_received.us, after(1000).us);
}

static void test_wipe(void **state)
{
	const struct session none = {0};
	struct session session = {0};

	confirm(&session, NOW);
	answer(&session, ANSWERED, 2, true);
	session_want(&session, NOW);
	ask(&session, NOW);
	session_wipe(&session);
	assert_memory_equal(&session, &none, sizeof(none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell_of_the_table),
		cmocka_unit_test(test_equal_epochs_lower_address_stays),
		cmocka_unit_test(test_older_epoch_never_seals_again),
		cmocka_unit_test(test_stale_answer_is_refused),
		cmocka_unit_test(test_next_epoch_is_above_both),
		cmocka_unit_test(test_newness),
		cmocka_unit_test(test_retries_double_to_5_s_and_end_at_90_s),
		cmocka_unit_test(test_initiate_is_yielded_once),
		cmocka_unit_test(test_abandoned_attempt_leaves_nothing),
		cmocka_unit_test(test_age_of_rekey),
		cmocka_unit_test(test_use_of_an_aged_key),
		cmocka_unit_test(test_opened_confirms_once),
		cmocka_unit_test(test_every_set_expires_after_180_s),
		cmocka_unit_test(test_confirmed_keys_expire_beside_unconfirmed_ones),
		cmocka_unit_test(test_expired_keys_are_wiped),
		cmocka_unit_test(test_keepalive_10_s_after_the_first_unanswered),
		cmocka_unit_test(test_empty_frames_ask_for_no_answer),
		cmocka_unit_test(test_wipe),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/session", tests, NULL, NULL);
}
