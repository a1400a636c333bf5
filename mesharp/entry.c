/* The state machine of a neighbour. The entry belongs to the roster; whoever calls an event notices
 * by itself that the state changed. The invariant: an entry that is not NONE always waits for
 * something, so it moves or is forgotten. Unlike Ethernet's ARP nothing is believed because it was
 * heard; reachability is what comes back. docs/protocol/mesharp.md, sections 2 and 3. */
#include "mesharp/entry.h"

#include "mesharp/admission.h"

#include <string.h>

enum {
	JITTER_WIRE_MS = 20, /* before the first INITIATION */
	JITTER_RADIO_MS = 100,
	OTHER_BEGINS_MS = 300, /* the higher address leaves the other so much time */
	ADMISSION_MS = 100,    /* until it is tried again */
	INITIATION_MS = 250,   /* until it is repeated; doubles */
	INITIATIONS = 4,
	BLOCKED_LEAST_MS = 2000,
	BLOCKED_MOST_MS = 300000,
	BLOCKS_MOST = 8, /* 2 s · 2^8 is over 300 s */
	FORGOTTEN_S = 200,
	INTERVAL_LEAST_MS = 1000, /* between exchanges of probes */
	INTERVAL_WIRE_MS = 8000,
	INTERVAL_RADIO_MS = 2000,
	DELAY_MOST_S = 1, /* an echo older than that tells no round-trip time */
	BUSY_MS = 500,	  /* so long after data was sent there, silence counts */
	SILENCE_MS = 100,
};

static instant after_ms(const struct entry_context *context, int64_t ms)
{
	return instant_after(context->now, duration_ms(ms));
}

static instant later(instant a, instant b)
{
	return a.us >= b.us ? a : b;
}

static void enter(struct entry *entry, instant now, enum neighbour_state state)
{
	entry->state = state;
	entry->since = now;
	entry->due = INSTANT_NEVER;
	entry->tries = 0;
}

/* → HEARD, to initiate when that is due. What was owed under a session is void. */
static void enter_heard(struct entry *entry, const struct entry_context *context, instant due)
{
	enter(entry, context->now, NEIGHBOUR_HEARD);
	entry->due = due;
	entry->owes_answer = false;
	entry->owes_initiation = false;
}

/* When to initiate if the other end has no reason to do so first. */
static instant initiation_due(const struct entry *entry, const struct entry_context *context)
{
	int64_t most_ms = context->radio ? JITTER_RADIO_MS : JITTER_WIRE_MS;
	duration jitter = rng_between(context->rng, duration_us(0), duration_ms(most_ms));

	return instant_after(after_ms(context, entry->lower ? 0 : OTHER_BEGINS_MS), jitter);
}

/* → ONEWAY, to probe at once. */
static void enter_oneway(struct entry *entry, const struct entry_context *context)
{
	enter(entry, context->now, NEIGHBOUR_ONEWAY);
	entry->due = context->now;
	entry->interval = duration_ms(INTERVAL_LEAST_MS);
}

static void enter_blocked(struct entry *entry, const struct entry_context *context)
{
	int64_t ms = (int64_t)BLOCKED_LEAST_MS << entry->blocks;

	enter(entry, context->now, NEIGHBOUR_BLOCKED);
	entry->due = after_ms(context, ms < BLOCKED_MOST_MS ? ms : BLOCKED_MOST_MS);
	if (entry->blocks < BLOCKS_MOST)
		entry->blocks++;
}

/* → LOST, to be asked now and then, for the wire may be mended before a HELLO passes it. */
static void enter_lost(struct entry *entry, const struct entry_context *context)
{
	enter(entry, context->now, NEIGHBOUR_LOST);
	entry->interval = duration_ms(INTERVAL_LEAST_MS);
	entry->due = instant_after(context->now, entry->interval);
	quality_forget(&entry->quality);
}

static bool is_busy(const struct entry *entry, instant now)
{
	return !instant_reached(now, entry->busy_until);
}

/* Both directions are proven: through TWOWAY → SYNC, or it stays; the interval begins anew. */
static void prove(struct entry *entry, const struct entry_context *context)
{
	duration tenth = duration_us(entry->interval.us / 10);
	duration jitter = rng_between(context->rng, duration_us(0), duration_us(2 * tenth.us));

	if (entry->state != NEIGHBOUR_SYNC && entry->state != NEIGHBOUR_FULL)
		enter(entry, context->now, NEIGHBOUR_SYNC);
	entry->tries = 0;
	entry->blocks = 0;
	entry->due =
		instant_after(context->now, duration_us(entry->interval.us - tenth.us + jitter.us));
	if (is_busy(entry, context->now))
		entry->due = instant_earlier(entry->due, after_ms(context, SILENCE_MS));
}

/* A HELLO says that the other end has restarted. Nobody signed that, so an adjacency in use stays
 * until a handshake or the silence of the other end bears it out; both are sought at once. */
static void doubt(struct entry *entry, const struct entry_context *context)
{
	entry->owes_initiation = true;
	if (entry->tries == 0)
		entry->due = context->now;
}

static void learn_instance(struct entry *entry, uint32_t instance)
{
	entry->instance_known = true;
	entry->instance = instance;
}

bool entry_heard(struct entry *entry, const struct entry_context *context,
		 const struct hello *hello, bool session)
{
	bool restarted = entry->instance_known && entry->instance != hello->instance;
	bool news = restarted || entry->zone != hello->zone;
	bool trusts = false;

	switch (entry->state) {
	case NEIGHBOUR_NONE:
		news = true;
		if (session)
			enter_oneway(entry, context);
		else
			enter_heard(entry, context, initiation_due(entry, context));
		break;
	case NEIGHBOUR_HEARD:
	case NEIGHBOUR_HANDSHAKE:
	case NEIGHBOUR_BLOCKED:
		break;
	case NEIGHBOUR_ONEWAY:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		if (restarted)
			doubt(entry, context);
		trusts = entry->instance_known;
		break;
	case NEIGHBOUR_LOST:
		if (session && !restarted)
			enter_oneway(entry, context);
		else
			enter_heard(entry, context,
				    session ? context->now : initiation_due(entry, context));
		break;
	}
	if (!trusts)
		learn_instance(entry, hello->instance);
	entry->zone = hello->zone;
	entry->refreshed = context->now;
	return news;
}

void entry_greeted(struct entry *entry, const struct entry_context *context, bool session)
{
	/* Whoever has just begun a handshake is given time to finish it. */
	instant wait = after_ms(context, OTHER_BEGINS_MS);

	entry->refreshed = context->now;
	switch (entry->state) {
	case NEIGHBOUR_NONE:
	case NEIGHBOUR_LOST:
		if (session)
			enter_oneway(entry, context);
		else
			enter_heard(entry, context, wait);
		break;
	case NEIGHBOUR_HEARD:
		entry->due = later(entry->due, wait);
		break;
	case NEIGHBOUR_BLOCKED:
		enter_heard(entry, context, wait);
		break;
	case NEIGHBOUR_HANDSHAKE:
	case NEIGHBOUR_ONEWAY:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		break;
	}
}

void entry_session(struct entry *entry, const struct entry_context *context)
{
	switch (entry->state) {
	case NEIGHBOUR_HEARD:
	case NEIGHBOUR_HANDSHAKE:
	case NEIGHBOUR_BLOCKED:
		enter_oneway(entry, context);
		break;
	case NEIGHBOUR_NONE:
	case NEIGHBOUR_ONEWAY:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
	case NEIGHBOUR_LOST:
		break;
	}
}

void entry_session_gone(struct entry *entry, const struct entry_context *context)
{
	switch (entry->state) {
	case NEIGHBOUR_ONEWAY:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
	case NEIGHBOUR_LOST:
		enter_heard(entry, context, initiation_due(entry, context));
		break;
	case NEIGHBOUR_NONE:
	case NEIGHBOUR_HEARD:
	case NEIGHBOUR_HANDSHAKE:
	case NEIGHBOUR_BLOCKED:
		break;
	}
}

void entry_level(struct entry *entry, const struct entry_context *context)
{
	instant due = entry->due;
	uint32_t tries = entry->tries;

	if (entry->state != NEIGHBOUR_SYNC)
		return;
	enter(entry, context->now, NEIGHBOUR_FULL);
	entry->due = due;
	entry->tries = tries;
}

void entry_gone(struct entry *entry, const struct entry_context *context)
{
	switch (entry->state) {
	case NEIGHBOUR_ONEWAY:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		enter_lost(entry, context);
		break;
	case NEIGHBOUR_NONE:
	case NEIGHBOUR_HEARD:
	case NEIGHBOUR_HANDSHAKE:
	case NEIGHBOUR_LOST:
	case NEIGHBOUR_BLOCKED:
		break;
	}
}

void entry_busy(struct entry *entry, const struct entry_context *context)
{
	instant silent = instant_after(entry->received, duration_ms(SILENCE_MS));

	entry->busy_until = after_ms(context, BUSY_MS);
	if (entry->state == NEIGHBOUR_FULL && entry->tries == 0)
		entry->due = instant_earlier(entry->due, later(silent, context->now));
}

/* True if the echo is of our last probe, or new and of one whose sending is remembered: both ends
 * may ask at once, and then an echo lags behind. */
static bool echo_proves(const struct entry *entry, uint32_t echo)
{
	if (echo <= entry->base || echo > entry->sequence || entry->sequence - echo >= ENTRY_SENT)
		return false;
	return echo == entry->sequence || echo > entry->proven;
}

/* True if a probe that asks shows by its echo that our last one got lost. */
static bool shows_loss(const struct entry *entry, instant now, const struct probe *probe)
{
	instant sent = entry->sent[entry->sequence % ENTRY_SENT];

	return probe->asks && probe->echo != entry->sequence &&
	       instant_since(now, sent).us >= quality_wait(&entry->quality).us;
}

static void take_echo(struct entry *entry, instant now, const struct probe *probe)
{
	duration away = instant_since(now, entry->sent[probe->echo % ENTRY_SENT]);
	duration delay = duration_us(probe->delay_us);

	entry->proven = probe->echo;
	if (delay.us <= duration_s(DELAY_MOST_S).us)
		quality_measured(&entry->quality, duration_us(away.us - delay.us));
}

/* What a probe that opened and is new means for the state, before its echo is looked at. */
static void entry_alive(struct entry *entry, const struct entry_context *context, bool restarted)
{
	switch (entry->state) {
	case NEIGHBOUR_NONE:
	case NEIGHBOUR_HEARD:
	case NEIGHBOUR_HANDSHAKE:
	case NEIGHBOUR_BLOCKED:
	case NEIGHBOUR_LOST:
		enter_oneway(entry, context);
		break;
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		if (restarted)
			enter_oneway(entry, context);
		break;
	case NEIGHBOUR_ONEWAY:
		break;
	}
}

enum drop entry_probed(struct entry *entry, const struct entry_context *context,
		       const struct probe *probe)
{
	bool restarted = entry->quality.last != 0 && entry->record_instance != probe->instance;

	if (restarted)
		quality_restart(&entry->quality);
	if (!quality_received(&entry->quality, probe->sequence))
		return DROP_REPLAY;
	quality_told(&entry->quality, probe->heard);
	learn_instance(entry, probe->instance);
	entry->record_instance = probe->instance;
	entry->refreshed = context->now;
	entry->received = context->now;
	entry_alive(entry, context, restarted);
	if (echo_proves(entry, probe->echo)) {
		take_echo(entry, context->now, probe);
		prove(entry, context);
	} else if (entry->tries == 0 && shows_loss(entry, context->now, probe)) {
		entry->due = context->now;
	}
	entry->owes_answer = entry->owes_answer || probe->asks;
	return DROP_NONE;
}

void entry_begin(struct entry *entry, bool lower, uint32_t base)
{
	entry->lower = lower;
	entry->base = base;
	entry->sequence = base;
}

void entry_leave(struct entry *entry, instant now)
{
	enter(entry, now, NEIGHBOUR_NONE);
}

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
		entry->due = after_ms(context, ADMISSION_MS);
		return;
	}
	enter(entry, context->now, NEIGHBOUR_HANDSHAKE);
	entry->due = context->now;
}

static enum entry_deed handshake_due(struct entry *entry, const struct entry_context *context)
{
	if (entry->tries == INITIATIONS) {
		enter_blocked(entry, context);
		return ENTRY_NOTHING;
	}
	/* The first one was admitted in HEARD. */
	if (entry->tries > 0 && !admission_initiation(context->initiations, context->now)) {
		entry->due = after_ms(context, ADMISSION_MS);
		return ENTRY_NOTHING;
	}
	entry->due = after_ms(context, (int64_t)INITIATION_MS << entry->tries);
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

static uint32_t patience(const struct entry *entry)
{
	return entry->state == NEIGHBOUR_ONEWAY ? QUALITY_PATIENCE_MOST
						: quality_patience(&entry->quality);
}

static enum entry_deed probing_due(struct entry *entry, const struct entry_context *context)
{
	if (entry->tries >= patience(entry)) {
		enter_lost(entry, context);
		return ENTRY_NOTHING;
	}
	if (entry->tries == 0 && entry->state != NEIGHBOUR_ONEWAY && !is_busy(entry, context->now))
		entry->interval =
			at_most(duration_us(2 * entry->interval.us), interval_most(context));
	entry->tries++;
	entry->due = instant_after(context->now, answer_wait(entry, context));
	return ENTRY_ASK;
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
		enter_heard(entry, context, initiation_due(entry, context));
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
	if (entry->owes_initiation || entry->owes_answer)
		return now;
	return later(now, instant_earlier(entry->due, forgotten_at(entry)));
}

void entry_probe(struct entry *entry, instant now, bool asks, struct probe *probe)
{
	const struct quality *quality = &entry->quality;
	int64_t delay_us = instant_since(now, entry->received).us;

	entry->sequence++;
	entry->sent[entry->sequence % ENTRY_SENT] = now;
	memset(probe, 0, sizeof(*probe));
	probe->asks = asks;
	probe->sequence = entry->sequence;
	if (quality->last == 0)
		return;
	probe->echo = quality->last;
	probe->delay_us = delay_us < UINT32_MAX ? (uint32_t)delay_us : UINT32_MAX;
	probe->heard = quality->heard;
}
