/* Entering a state: which timer runs then, and what of the other end's wishes is void. The
 * invariant: an entry in TWOWAY is not adjacent, one in SYNC or FULL is. docs/protocol/mesharp.md,
 * section 2. */
#include "mesharp/state.h"

enum {
	JITTER_WIRE_MS = 20, /* before the first INITIATION */
	JITTER_RADIO_MS = 100,
	CROWD_WAIT_MS = 50, /* before that in a crowd, until it is known who is there */
	BLOCKED_LEAST_MS = 2000,
	BLOCKED_MOST_MS = 300000,
	BLOCKS_MOST = 8,	  /* 2 s · 2^8 is over 300 s */
	INTERVAL_LEAST_MS = 1000, /* between exchanges of probes */
	RESTS_S = 20,		  /* TWOWAY without use, since its last probe */
};

instant state_after_ms(const struct entry_context *context, int64_t ms)
{
	return instant_after(context->now, duration_ms(ms));
}

instant state_later(instant a, instant b)
{
	return a.us >= b.us ? a : b;
}

bool state_is_adjacent(const struct entry *entry, instant now)
{
	return (entry->selects || entry->selected) && !entry->declines &&
	       instant_reached(now, entry->declined_until);
}

bool state_is_wanted(const struct entry *entry, instant now)
{
	return state_is_adjacent(entry, now) || !instant_reached(now, entry->wanted_until);
}

void state_enter(struct entry *entry, instant now, enum neighbour_state state)
{
	entry->state = state;
	entry->since = now;
	entry->due = INSTANT_NEVER;
	entry->tries = 0;
}

void state_heard(struct entry *entry, const struct entry_context *context, instant due)
{
	state_enter(entry, context->now, NEIGHBOUR_HEARD);
	entry->selected = false;
	entry->urged = false;
	entry->declines = false;
	entry->due = state_is_wanted(entry, context->now) ? due : INSTANT_NEVER;
	entry->owes_answer = false;
	entry->owes_word = false;
	entry->owes_initiation = false;
}

instant state_initiation(const struct entry *entry, const struct entry_context *context)
{
	int64_t most_ms = context->radio ? JITTER_RADIO_MS : JITTER_WIRE_MS;
	duration jitter = rng_between(context->rng, duration_us(0), duration_ms(most_ms));

	int64_t wait_ms = entry->lower ? 0 : STATE_OTHER_BEGINS_MS;

	/* Whoever is not selected by us does not begin: neither end waits for the other. */
	if (context->crowded)
		wait_ms = CROWD_WAIT_MS;
	return instant_after(state_after_ms(context, wait_ms), jitter);
}

void state_oneway(struct entry *entry, const struct entry_context *context)
{
	state_enter(entry, context->now, NEIGHBOUR_ONEWAY);
	entry->due = context->now;
	entry->interval = duration_ms(INTERVAL_LEAST_MS);
}

void state_pursue(struct entry *entry, const struct entry_context *context)
{
	if (entry->session)
		state_oneway(entry, context);
	else if (instant_is_never(entry->due))
		entry->due = state_initiation(entry, context);
}

void state_blocked(struct entry *entry, const struct entry_context *context)
{
	int64_t ms = (int64_t)BLOCKED_LEAST_MS << entry->blocks;

	state_enter(entry, context->now, NEIGHBOUR_BLOCKED);
	entry->due = state_after_ms(context, ms < BLOCKED_MOST_MS ? ms : BLOCKED_MOST_MS);
	entry->wanted_until = context->now;
	if (entry->blocks < BLOCKS_MOST)
		entry->blocks++;
}

void state_lost(struct entry *entry, const struct entry_context *context)
{
	state_enter(entry, context->now, NEIGHBOUR_LOST);
	entry->interval = duration_ms(INTERVAL_LEAST_MS);
	entry->due = instant_after(context->now, entry->interval);
	entry->selected = false;
	entry->wanted_until = context->now;
	quality_forget(&entry->quality);
}

bool state_is_busy(const struct entry *entry, instant now)
{
	return !instant_reached(now, entry->busy_until);
}

void state_become(struct entry *entry, instant now, enum neighbour_state state)
{
	instant due = entry->due;
	uint32_t tries = entry->tries;

	state_enter(entry, now, state);
	entry->due = due;
	entry->tries = tries;
}

void state_agree(struct entry *entry, instant now)
{
	bool adjacent = state_is_adjacent(entry, now);

	if (entry->state == NEIGHBOUR_TWOWAY && adjacent)
		state_become(entry, now, NEIGHBOUR_SYNC);
	else if ((entry->state == NEIGHBOUR_SYNC || entry->state == NEIGHBOUR_FULL) && !adjacent)
		state_become(entry, now, NEIGHBOUR_TWOWAY);
}

instant state_rests_until(const struct entry *entry)
{
	return instant_after(entry->received, duration_s(RESTS_S));
}

void state_prove(struct entry *entry, const struct entry_context *context)
{
	duration tenth = duration_us(entry->interval.us / 10);
	duration jitter = rng_between(context->rng, duration_us(0), duration_us(2 * tenth.us));

	if (entry->state == NEIGHBOUR_ONEWAY)
		state_enter(entry, context->now, NEIGHBOUR_TWOWAY);
	state_agree(entry, context->now);
	entry->tries = 0;
	entry->blocks = 0;
	entry->due =
		instant_after(context->now, duration_us(entry->interval.us - tenth.us + jitter.us));
	if (!state_is_wanted(entry, context->now))
		entry->due = state_rests_until(entry);
	if (state_is_busy(entry, context->now))
		entry->due = instant_earlier(entry->due, state_after_ms(context, STATE_SILENCE_MS));
}
