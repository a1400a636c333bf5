/* What is due when an entry's deadline is reached, and the probes it sends.
 * docs/protocol/mesharp.md, sections 2 and 3. */
#include "mesharp/admission.h"
#include "mesharp/state.h"

#include <string.h>

enum {
	ADMISSION_MS = 100,  /* until it is tried again */
	INITIATION_MS = 250, /* until it is repeated; doubles */
	INITIATIONS = 4,
	FORGOTTEN_S = 200,
	INTERVAL_WIRE_MS = 8000, /* between exchanges of probes, at most */
	INTERVAL_RADIO_MS = 2000,
	ONEWAY_PROBES = 4, /* to whom nobody selects */
};

/* When the entry goes if nothing is heard; NEVER in states that end by themselves. */
static instant forgotten_at(const struct entry *entry)
{
	switch (entry->state) {
	case NEIGHBOUR_HEARD:
	case NEIGHBOUR_LOST:
	case NEIGHBOUR_BLOCKED:
		return instant_after(entry->refreshed, duration_s(FORGOTTEN_S));
	case NEIGHBOUR_NONE:
	case NEIGHBOUR_HANDSHAKE:
	case NEIGHBOUR_ONEWAY:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		return INSTANT_NEVER;
	}
	abort();
}

static void heard_due(struct entry *entry, const struct entry_context *context)
{
	if (!admission_initiation(context->initiations, context->now)) {
		entry->due = state_after_ms(context, ADMISSION_MS);
		return;
	}
	state_enter(entry, context->now, NEIGHBOUR_HANDSHAKE);
	entry->due = context->now;
}

static enum entry_deed handshake_due(struct entry *entry, const struct entry_context *context)
{
	if (entry->tries == INITIATIONS) {
		state_blocked(entry, context);
		return ENTRY_NOTHING;
	}
	/* The first one was admitted in HEARD. */
	if (entry->tries > 0 && !admission_initiation(context->initiations, context->now)) {
		entry->due = state_after_ms(context, ADMISSION_MS);
		return ENTRY_NOTHING;
	}
	entry->due = state_after_ms(context, (int64_t)INITIATION_MS << entry->tries);
	entry->tries++;
	return ENTRY_INITIATE;
}

static duration interval_most(const struct entry_context *context)
{
	return duration_ms(context->radio ? INTERVAL_RADIO_MS : INTERVAL_WIRE_MS);
}

static duration at_most(duration value, duration most)
{
	return value.us < most.us ? value : most;
}

/* How long to wait for the answer to the probe that is the tries-th in a row. */
static duration answer_wait(const struct entry *entry, const struct entry_context *context)
{
	duration wait = quality_wait(&entry->quality);

	if (entry->state != NEIGHBOUR_ONEWAY)
		return wait;
	return at_most(duration_us(wait.us << (entry->tries - 1)), interval_most(context));
}

static uint32_t patience(const struct entry *entry, instant now)
{
	if (entry->state != NEIGHBOUR_ONEWAY)
		return quality_patience(&entry->quality);
	return state_is_adjacent(entry, now) ? QUALITY_PATIENCE_MOST : ONEWAY_PROBES;
}

/* It does not answer: → LOST, but one that was never proven and nobody selects is left alone. */
static void fall_silent(struct entry *entry, const struct entry_context *context)
{
	if (entry->state != NEIGHBOUR_ONEWAY || state_is_adjacent(entry, context->now)) {
		state_lost(entry, context);
		return;
	}
	entry->wanted_until = context->now;
	state_heard(entry, context, INSTANT_NEVER);
}

/* In TWOWAY, unwanted: waits for its next probe, and is left when none comes. */
static void rest(struct entry *entry, const struct entry_context *context)
{
	entry->due = state_rests_until(entry);
	if (instant_reached(context->now, entry->due))
		state_heard(entry, context, INSTANT_NEVER);
}

static enum entry_deed ask(struct entry *entry, const struct entry_context *context)
{
	entry->tries++;
	entry->due = instant_after(context->now, answer_wait(entry, context));
	return ENTRY_ASK;
}

static enum entry_deed probing_due(struct entry *entry, const struct entry_context *context)
{
	if (entry->tries >= patience(entry, context->now)) {
		fall_silent(entry, context);
		return ENTRY_NOTHING;
	}
	if (entry->tries == 0 && entry->state == NEIGHBOUR_TWOWAY &&
	    !state_is_wanted(entry, context->now)) {
		rest(entry, context);
		return ENTRY_NOTHING;
	}
	if (entry->tries == 0 && entry->state != NEIGHBOUR_ONEWAY &&
	    !state_is_busy(entry, context->now))
		entry->interval =
			at_most(duration_us(2 * entry->interval.us), interval_most(context));
	return ask(entry, context);
}

static enum entry_deed lost_due(struct entry *entry, const struct entry_context *context)
{
	entry->interval = at_most(duration_us(2 * entry->interval.us), interval_most(context));
	entry->due = instant_after(context->now, entry->interval);
	return ENTRY_ASK;
}

static enum entry_deed state_due(struct entry *entry, const struct entry_context *context)
{
	switch (entry->state) {
	case NEIGHBOUR_HEARD:
		heard_due(entry, context);
		return ENTRY_NOTHING;
	case NEIGHBOUR_HANDSHAKE:
		return handshake_due(entry, context);
	case NEIGHBOUR_ONEWAY:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		return probing_due(entry, context);
	case NEIGHBOUR_BLOCKED:
		state_heard(entry, context, state_initiation(entry, context));
		return ENTRY_NOTHING;
	case NEIGHBOUR_LOST:
		return lost_due(entry, context);
	case NEIGHBOUR_NONE:
		return ENTRY_NOTHING;
	}
	abort();
}

/* One that is not admitted is not owed any longer: HELLOs go on asking. */
static bool doubt_admitted(struct entry *entry, const struct entry_context *context)
{
	return admission_doubt(&entry->doubts, context->now) &&
	       admission_initiation(context->initiations, context->now);
}

enum entry_deed entry_due(struct entry *entry, const struct entry_context *context)
{
	if (entry->owes_initiation) {
		entry->owes_initiation = false;
		return doubt_admitted(entry, context) ? ENTRY_INITIATE : ENTRY_NOTHING;
	}
	if (entry->owes_answer) {
		entry->owes_answer = false;
		return ENTRY_ANSWER;
	}
	if (entry->owes_word) {
		entry->owes_word = false;
		return ask(entry, context);
	}
	if (instant_reached(context->now, forgotten_at(entry))) {
		entry_leave(entry, context->now);
		return ENTRY_NOTHING;
	}
	return state_due(entry, context);
}

instant entry_deadline(const struct entry *entry, instant now)
{
	if (entry->state == NEIGHBOUR_NONE)
		return INSTANT_NEVER;
	if (entry->owes_initiation || entry->owes_answer || entry->owes_word)
		return now;
	return state_later(now, instant_earlier(entry->due, forgotten_at(entry)));
}

void entry_probe(struct entry *entry, instant now, bool asks, struct probe *probe)
{
	const struct quality *quality = &entry->quality;
	int64_t delay_us = instant_since(now, entry->received).us;

	entry->sequence++;
	entry->sent[entry->sequence % ENTRY_SENT] = now;
	memset(probe, 0, sizeof(*probe));
	probe->asks = asks;
	probe->selects = entry->selects;
	probe->declines = entry->declines;
	probe->eager = entry->eager;
	probe->sequence = entry->sequence;
	if (quality->last == 0)
		return;
	probe->echo = quality->last;
	probe->delay_us = delay_us < UINT32_MAX ? (uint32_t)delay_us : UINT32_MAX;
	probe->heard = quality->heard;
}
