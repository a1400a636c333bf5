/* The state machine of a neighbour. The entry belongs to the roster; whoever calls an event notices
 * by itself that the state changed. The invariant: an entry that is not NONE always waits for
 * something, so it moves or is forgotten. Unlike Ethernet's ARP nothing is believed because it was
 * heard; reachability is what comes back. docs/protocol/mesharp.md, sections 2 and 3. */
#include "mesharp/state.h"

enum {
	DELAY_MOST_S = 1, /* an echo older than that tells no round-trip time */
	BUSY_MS = 500,	  /* so long after data was sent there, silence counts */
	WANTED_S = 60,	  /* since data was last sent there, or a hint said it could be */
	DECLINED_S = 300, /* until it is asked again */
};

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
	bool wanted = state_is_wanted(entry, context->now);
	bool trusts = false;

	entry->session = session;
	switch (entry->state) {
	case NEIGHBOUR_NONE:
		news = true;
		if (session && wanted)
			state_oneway(entry, context);
		else
			state_heard(entry, context, state_initiation(entry, context));
		break;
	case NEIGHBOUR_HEARD:
		if (wanted && instant_is_never(entry->due))
			state_pursue(entry, context);
		break;
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
		if (session && wanted && !restarted)
			state_oneway(entry, context);
		else
			state_heard(entry, context,
				    session ? context->now : state_initiation(entry, context));
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
	instant wait = state_after_ms(context, STATE_OTHER_BEGINS_MS);

	entry->refreshed = context->now;
	entry->session = session;
	switch (entry->state) {
	case NEIGHBOUR_NONE:
	case NEIGHBOUR_LOST:
		if (session && state_is_wanted(entry, context->now))
			state_oneway(entry, context);
		else
			state_heard(entry, context, wait);
		break;
	case NEIGHBOUR_HEARD:
		entry->due = state_later(entry->due, wait);
		break;
	case NEIGHBOUR_BLOCKED:
		state_heard(entry, context, wait);
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
	entry->session = true;
	switch (entry->state) {
	case NEIGHBOUR_HEARD:
	case NEIGHBOUR_HANDSHAKE:
	case NEIGHBOUR_BLOCKED:
		if (state_is_wanted(entry, context->now))
			state_oneway(entry, context);
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
	entry->session = false;
	switch (entry->state) {
	case NEIGHBOUR_ONEWAY:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		/* After a sleep of ours the session is gone and nobody was heard for long: that it
		 * was proven until then is as good as a HELLO. */
		entry->refreshed = context->now;
		state_heard(entry, context, state_initiation(entry, context));
		break;
	case NEIGHBOUR_LOST:
		state_heard(entry, context, state_initiation(entry, context));
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
	if (entry->state == NEIGHBOUR_SYNC)
		state_become(entry, context->now, NEIGHBOUR_FULL);
}

void entry_gone(struct entry *entry, const struct entry_context *context)
{
	switch (entry->state) {
	case NEIGHBOUR_ONEWAY:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		state_lost(entry, context);
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
	instant silent = instant_after(entry->received, duration_ms(STATE_SILENCE_MS));

	entry->busy_until = state_after_ms(context, BUSY_MS);
	if (entry->state != NEIGHBOUR_FULL && entry->state != NEIGHBOUR_TWOWAY)
		return;
	entry->wanted_until = instant_after(context->now, duration_s(WANTED_S));
	if (entry->tries == 0)
		entry->due = instant_earlier(entry->due, state_later(silent, context->now));
}

static void deselect(struct entry *entry, const struct entry_context *context)
{
	switch (entry->state) {
	case NEIGHBOUR_HEARD:
		entry->due = INSTANT_NEVER;
		break;
	case NEIGHBOUR_HANDSHAKE:
	case NEIGHBOUR_ONEWAY:
		state_enter(entry, context->now, NEIGHBOUR_HEARD);
		break;
	case NEIGHBOUR_NONE:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
	case NEIGHBOUR_LOST:
	case NEIGHBOUR_BLOCKED:
		break;
	}
}

/* True if it has to be told what we want of it. */
static bool is_told(const struct entry *entry)
{
	return entry->state == NEIGHBOUR_ONEWAY || entry->state == NEIGHBOUR_TWOWAY ||
	       entry->state == NEIGHBOUR_SYNC || entry->state == NEIGHBOUR_FULL;
}

void entry_select(struct entry *entry, const struct entry_context *context, bool on)
{
	entry->selects = on;
	entry->declines = entry->declines && !on; /* there may be room by now */
	state_agree(entry, context->now);
	if (on && entry->state == NEIGHBOUR_HEARD && state_is_wanted(entry, context->now))
		state_pursue(entry, context);
	else if (!on && !state_is_wanted(entry, context->now))
		deselect(entry, context);
	entry->owes_word = is_told(entry);
}

void entry_urge(struct entry *entry, bool on)
{
	entry->eager = on;
	entry->owes_word = is_told(entry);
}

void entry_decline(struct entry *entry, const struct entry_context *context)
{
	entry->declines = true;
	state_agree(entry, context->now);
	entry->owes_word = true;
}

void entry_want(struct entry *entry, const struct entry_context *context)
{
	instant wait = state_after_ms(context, STATE_OTHER_BEGINS_MS);

	entry->wanted_until = instant_after(context->now, duration_s(WANTED_S));
	if (entry->state == NEIGHBOUR_NONE || entry->state == NEIGHBOUR_HEARD)
		state_heard(entry, context, wait);
	/* Without a session one is being made through the relay, or can be made here. */
	if (entry->state == NEIGHBOUR_HEARD && entry->session)
		state_oneway(entry, context);
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
		quality_measured(&entry->quality, now, duration_us(away.us - delay.us));
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
		state_oneway(entry, context);
		break;
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		if (restarted)
			state_oneway(entry, context);
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
	entry->session = true;
	entry_alive(entry, context, restarted);
	entry->selected = probe->selects;
	entry->urged = probe->eager;
	entry->declined_until = probe->declines
					? instant_after(context->now, duration_s(DECLINED_S))
					: context->now;
	state_agree(entry, context->now);
	if (echo_proves(entry, probe->echo)) {
		take_echo(entry, context->now, probe);
		state_prove(entry, context);
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
	state_enter(entry, now, NEIGHBOUR_NONE);
}
