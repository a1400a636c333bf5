/* A neighbour's entry in any state, for the tests of mesharp/entry.c. */
#ifndef TESTS_UNIT_MESHARP_FIXTURE_H
#define TESTS_UNIT_MESHARP_FIXTURE_H

#include "mesharp/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
	STATES = NEIGHBOUR_BLOCKED + 1,
	INSTANCE = 11, /* the neighbour's; every other one is new */
	START_S = 1000,
	BASE = 32,
	SENT = 40,  /* sequence of our last probe */
	HEARD = 70, /* sequence of its last probe */
};

struct fixture {
	struct entry entry;
	struct rng rng;
	struct bucket initiations;
	struct entry_context context;
};

/* An entry in that state as it would have come there, all its timers still ahead. */
static inline struct fixture *fixture_in(struct fixture *fixture, enum neighbour_state state)
{
	struct entry *entry = &fixture->entry;

	memset(fixture, 0, sizeof(*fixture));
	fixture->context = (struct entry_context){
		.now = {duration_s(START_S).us},
		.rng = &fixture->rng,
		.initiations = &fixture->initiations,
	};
	entry_begin(entry, true, state == NEIGHBOUR_NONE ? SENT : BASE);
	/* Whoever rests in TWOWAY is not to be adjacent. */
	entry->selects = state != NEIGHBOUR_TWOWAY;
	entry->state = state;
	if (state == NEIGHBOUR_NONE)
		return fixture;
	entry->since = fixture->context.now;
	entry->refreshed = fixture->context.now;
	if (state == NEIGHBOUR_TWOWAY)
		entry->received = fixture->context.now;
	entry->due = instant_after(fixture->context.now, duration_s(5));
	entry->interval = duration_s(1);
	entry->instance_known = true;
	entry->instance = INSTANCE;
	entry->record_instance = INSTANCE;
	entry->sequence = SENT;
	entry->sent[SENT % ENTRY_SENT] = fixture->context.now;
	entry->quality.last = HEARD;
	entry->quality.heard = 1;
	return fixture;
}

static inline void hello_event(struct fixture *fixture, uint32_t instance, bool session)
{
	const struct hello hello = {.instance = instance};

	(void)entry_heard(&fixture->entry, &fixture->context, &hello, session);
}

static inline void probe_event(struct fixture *fixture, uint32_t instance, uint32_t echo)
{
	const struct probe probe = {
		.asks = true,
		.sequence = instance == INSTANCE ? HEARD + 1 : 1,
		.echo = echo,
		.heard = echo ? 1 : 0,
		.instance = instance,
	};

	assert_int_equal(entry_probed(&fixture->entry, &fixture->context, &probe), DROP_NONE);
}

/* The same of one that we do not select: it is adjacent because it selects us, or not at all. */
static inline struct fixture *fixture_unselected(struct fixture *fixture,
						 enum neighbour_state state)
{
	fixture_in(fixture, state);
	fixture->entry.selects = false;
	fixture->entry.selected = state == NEIGHBOUR_SYNC || state == NEIGHBOUR_FULL;
	if (state == NEIGHBOUR_HEARD)
		fixture->entry.due = INSTANT_NEVER;
	return fixture;
}

/* A probe that says what its sender wants of us. */
static inline void wish_event(struct fixture *fixture, bool selects, bool declines)
{
	const struct probe probe = {
		.asks = true,
		.selects = selects,
		.declines = declines,
		.sequence = HEARD + 1,
		.instance = INSTANCE,
	};

	assert_int_equal(entry_probed(&fixture->entry, &fixture->context, &probe), DROP_NONE);
}

/* The state's timer fires; `tries` as if so many went unanswered before. */
static inline void timer_event(struct fixture *fixture, uint32_t tries)
{
	struct entry *entry = &fixture->entry;

	if (entry->state == NEIGHBOUR_NONE)
		return;
	entry->tries = tries;
	fixture->context.now = entry_deadline(entry, fixture->context.now);
	(void)entry_due(entry, &fixture->context);
}

/* Goes to the entry's deadline; says what is due then. */
static inline enum entry_deed elapse(struct fixture *fixture)
{
	fixture->context.now = entry_deadline(&fixture->entry, fixture->context.now);
	return entry_due(&fixture->entry, &fixture->context);
}

/* The time from now to the deadline, µs. */
static inline int64_t ahead(const struct fixture *fixture)
{
	instant now = fixture->context.now;

	return entry_deadline(&fixture->entry, now).us - now.us;
}

#endif
