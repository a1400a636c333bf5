/* The exchange of COMPAREs with each neighbour. The invariants: `asking` ends with a COMPARE that
 * came and was not held back, or in FULL after some tries; at most one neighbour is loaded from,
 * and a COMPARE neither goes to nor is heard from another one that is as far ahead, so what that
 * one lacks is found later in one exchange that is nearly empty. docs/protocol/route.md, section 3.
 */
#include "route/sync.h"
#include "route/flood.h"

void sync_init(struct sync *sync)
{
	*sync = (struct sync){.loading = ADJACENCY_NONE};
}

/* Wants a COMPARE from the neighbour, from now on. */
static void ask(struct adjacencies *adjacencies, instant now, uint32_t slot)
{
	struct adjacency_sync *state = &adjacency_at(adjacencies, slot)->sync;

	state->asking = true;
	state->asked = 0;
	state->due = now;
	adjacency_forget(adjacencies, slot);
}

void sync_begin(struct adjacencies *adjacencies, instant now, uint32_t slot)
{
	adjacency_at(adjacencies, slot)->sync = (struct adjacency_sync){.differs = INSTANT_NEVER};
	ask(adjacencies, now, slot);
}

void sync_parted(struct sync *sync, uint32_t slot)
{
	if (sync->loading == slot)
		sync->loading = ADJACENCY_NONE;
}

void sync_fed(struct sync *sync, struct adjacency *adjacency, instant now, uint32_t slot)
{
	if (sync->loading == slot)
		sync->fed = now;
	adjacency->sync.vain = duration_us(0);
	adjacency->sync.vain_until = now;
}

/* In FULL, a difference that lasts is asked about; as often as that helps. */
static void mismatch(struct adjacencies *adjacencies, instant now, uint32_t slot)
{
	struct adjacency_sync *state = &adjacency_at(adjacencies, slot)->sync;
	int64_t next_s = state->vain.us == 0 ? ROUTE_VAIN_S : 2 * state->vain.us / 1000000;

	if (state->asking || !instant_reached(now, state->vain_until))
		return;
	state->vain = duration_s(next_s < ROUTE_VAIN_MOST_S ? next_s : ROUTE_VAIN_MOST_S);
	state->vain_until = instant_after(now, state->vain);
	ask(adjacencies, now, slot);
}

void sync_digest(struct adjacencies *adjacencies, const struct database *database, instant now,
		 uint32_t slot, uint64_t digest, uint32_t nodes)
{
	struct adjacency *adjacency = adjacency_at(adjacencies, slot);
	struct adjacency_sync *state = &adjacency->sync;
	uint64_t own = database_digest(database);
	duration since;

	state->nodes = nodes;
	if (digest == own) {
		state->differs = INSTANT_NEVER;
		state->vain = duration_us(0);
		state->vain_until = now;
		return;
	}
	if (instant_is_never(state->differs) || state->differs_to != own) {
		state->differs = now;
		state->differs_to = own;
	}
	since = instant_since(now, state->differs);
	if (adjacency->known.full && since.us >= duration_ms(ROUTE_MISMATCH_MS).us)
		mismatch(adjacencies, now, slot);
}

static bool is_ahead(struct adjacencies *adjacencies, const struct database *database,
		     uint32_t slot)
{
	uint32_t nodes = adjacency_at(adjacencies, slot)->sync.nodes;

	return nodes >= ROUTE_AHEAD && nodes - ROUTE_AHEAD >= database_nodes(database);
}

/* When the neighbour that is loaded from counts as stalled. */
static instant stalls(const struct sync *sync)
{
	return instant_after(sync->fed, duration_ms(ROUTE_STALL_MS));
}

/* True if COMPAREs with the neighbour have to wait for another one. */
static bool is_held(const struct sync *sync, struct adjacencies *adjacencies,
		    const struct database *database, instant now, uint32_t slot)
{
	return sync->loading != ADJACENCY_NONE && sync->loading != slot &&
	       is_ahead(adjacencies, database, slot) &&
	       is_ahead(adjacencies, database, sync->loading) &&
	       !instant_reached(now, stalls(sync));
}

/* Chooses a neighbour that is ahead to load from; it is not held back. */
static void choose(struct sync *sync, struct adjacencies *adjacencies,
		   const struct database *database, instant now, uint32_t slot)
{
	if (sync->loading == slot || !is_ahead(adjacencies, database, slot))
		return;
	sync->loading = slot;
	sync->fed = now;
}

/* Marks all of one fragment's bucket's difference that the neighbour is to be sent. */
static void give(struct adjacencies *adjacencies, instant now, uint32_t slot, uint32_t fragment)
{
	const struct adjacency_sync *state = &adjacency_at(adjacencies, slot)->sync;

	switch (adjacency_mark(adjacencies, slot, fragment)) {
	case ADJACENCY_GOT:
		if (state->asking)
			return;
		flood_want(adjacencies, now, slot, fragment);
		break;
	case ADJACENCY_NOTHING:
		flood_want(adjacencies, now, slot, fragment);
		break;
	case ADJACENCY_WANTED:
	case ADJACENCY_FLYING:
		break;
	}
	adjacency_owe(adjacencies, slot, fragment);
}

static void give_differing(struct adjacencies *adjacencies, const struct database *database,
			   instant now, uint32_t slot, const struct message_compare *compare)
{
	struct database_fragment facts;

	for (uint32_t at = 0; at < database_fragments(database); at++) {
		uint32_t bucket;

		if (!database_fragment(database, at, &facts) ||
		    !database_connected(database, facts.node))
			continue;
		bucket = database_bucket(database, at);
		if ((uint32_t)database_sum(database, bucket) != compare->sums[bucket])
			give(adjacencies, now, slot, at);
	}
}

void sync_compared(struct sync *sync, struct adjacencies *adjacencies,
		   const struct database *database, instant now, uint32_t slot,
		   const struct message_compare *compare)
{
	struct adjacency_sync *state = &adjacency_at(adjacencies, slot)->sync;

	if (is_held(sync, adjacencies, database, now, slot)) {
		if (!state->asking)
			ask(adjacencies, now, slot);
		return;
	}
	choose(sync, adjacencies, database, now, slot);
	give_differing(adjacencies, database, now, slot, compare);
	state->heard = true;
	state->asking = false;
	state->answers |= compare->ask;
}

static bool is_level(const struct adjacency *adjacency)
{
	return adjacency->sync.heard && !adjacency->sync.levelled && !adjacency->known.full &&
	       adjacency->sending.owed == 0;
}

instant sync_deadline(const struct sync *sync, struct adjacencies *adjacencies,
		      const struct database *database, instant now, uint32_t slot)
{
	const struct adjacency *adjacency = adjacency_at(adjacencies, slot);
	const struct adjacency_sync *state = &adjacency->sync;
	instant due = state->answers ? now : INSTANT_NEVER;

	if (is_level(adjacency))
		return now;
	if (state->asking)
		due = instant_earlier(due, state->due);
	if (!instant_is_never(due) && is_held(sync, adjacencies, database, now, slot) &&
	    due.us < stalls(sync).us)
		due = stalls(sync);
	return due.us > now.us ? due : now;
}

static void write_compare(const struct database *database, bool asks, struct writer *out)
{
	struct message_compare compare = {.ask = asks};

	for (uint32_t bucket = 0; bucket < MESSAGE_BUCKETS; bucket++)
		compare.sums[bucket] = (uint32_t)database_sum(database, bucket);
	message_compare(out, &compare);
}

/* When to ask again: later each time. In FULL it is given up. */
static void ask_again(struct adjacency *adjacency, instant now)
{
	struct adjacency_sync *state = &adjacency->sync;
	int64_t wait_us = flood_patience(adjacency, ROUTE_COMPARE_MS).us;
	int64_t most_us = duration_ms(ROUTE_COMPARE_MOST_MS).us;

	for (uint32_t i = 0; i < state->asked && wait_us < most_us; i++)
		wait_us *= 2;
	state->due = instant_after(now, duration_us(wait_us < most_us ? wait_us : most_us));
	state->asked++;
	if (adjacency->known.full && state->asked == ROUTE_TRIES)
		state->asking = false;
}

bool sync_due(struct sync *sync, struct adjacencies *adjacencies, const struct database *database,
	      instant now, uint32_t slot, struct writer *out)
{
	struct adjacency *adjacency = adjacency_at(adjacencies, slot);
	struct adjacency_sync *state = &adjacency->sync;
	bool asks = state->asking && instant_reached(now, state->due);

	if ((!asks && !state->answers) || is_held(sync, adjacencies, database, now, slot))
		return false;
	choose(sync, adjacencies, database, now, slot);
	write_compare(database, asks, out);
	state->answers = false;
	if (asks)
		ask_again(adjacency, now);
	return true;
}

bool sync_level(struct adjacency *adjacency)
{
	if (!is_level(adjacency))
		return false;
	adjacency->sync.levelled = true;
	return true;
}
