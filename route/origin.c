/* Our own record. Each adjacency keeps what the record says of it; a claim that has become stale
 * makes the fragment it stands in be made anew, with what is known now of every link in it. The
 * invariants: sequences only grow, and entries ascend through all fragments, which are as few as
 * hold them. docs/protocol/route.md, sections 4 and 6. */
#include "route/origin.h"
#include "route/cost.h"
#include "route/flood.h"

enum {
	WORSE_PROBES = 2,
	REFRESH_LEAST_S = ROUTE_REFRESH_S / 4 * 3,
	REFRESH_SPREAD_S = ROUTE_REFRESH_S / 2,
	SEQUENCE_MOST = INT32_MAX, /* above it there would be no room to go on */
};

void origin_init(struct origin *origin, const struct address *own,
		 const struct database_realm *realm)
{
	*origin = (struct origin){.own = *own, .realm = *realm};
}

void origin_change(struct origin *origin, instant due)
{
	origin->due = instant_earlier(origin->due, due);
}

bool origin_left(const struct origin *origin)
{
	return (origin->said & RECORD_LEAVING) != 0;
}

/* The MTU as an entry may say it. */
static uint16_t mtu_of(const struct route_neighbour *neighbour)
{
	if (neighbour->mtu < WIRE_MTU_LEAST)
		return WIRE_MTU_LEAST;
	return neighbour->mtu < UINT16_MAX ? (uint16_t)neighbour->mtu : UINT16_MAX;
}

/* True if the cost is so far from what is said, for so long, that it has to be said. */
static bool cost_moved(struct adjacency_claim *claim, instant now, uint32_t metric_us)
{
	int64_t said = cost_us(claim->said.cost);
	bool worse = 4 * (int64_t)metric_us >= 5 * said;
	bool better = 4 * (int64_t)metric_us <= 3 * said;

	claim->worse = worse ? claim->worse + 1 : 0;
	if (!better)
		claim->better = INSTANT_NEVER;
	else if (instant_is_never(claim->better))
		claim->better = now;
	return claim->worse >= WORSE_PROBES ||
	       (better && instant_since(now, claim->better).us >= duration_ms(ROUTE_BETTER_MS).us);
}

/* One end goes first and gathers what it has; the other follows when it sees it, so that both
 * records spread as one wave. */
static instant due_with(const struct adjacency *adjacency, instant now, bool first)
{
	if (!first && adjacency->lists_us)
		return now;
	return instant_after(now, duration_ms(first ? ROUTE_FIRST_MS : ROUTE_SECOND_MS));
}

void origin_listed(struct origin *origin, const struct adjacency *adjacency, instant now)
{
	if (adjacency->known.full && adjacency->claim.stale)
		origin_change(origin, now);
}

void origin_neighbour(struct origin *origin, struct adjacency *adjacency, instant now,
		      bool was_full, bool first)
{
	const struct route_neighbour *known = &adjacency->known;
	struct adjacency_claim *claim = &adjacency->claim;

	if (known->full != was_full)
		*claim = (struct adjacency_claim){.stale = known->full, .better = INSTANT_NEVER};
	else if (known->full && claim->said.cost != 0)
		claim->stale |= cost_moved(claim, now, known->metric_us) ||
				claim->said.mtu != mtu_of(known);
	if (known->full && !was_full)
		origin_change(origin, due_with(adjacency, now, first));
	else if (known->full != was_full || claim->stale)
		origin_change(origin, now);
}

/* A verified fragment of another instance than ours. */
static enum origin_verdict duplicate(struct origin *origin, instant now)
{
	if (!origin->duplicated ||
	    instant_since(now, origin->told).us >= duration_ms(ROUTE_DUPLICATE_MS).us)
		origin->untold = true;
	origin->duplicated = true;
	origin->duplicate_until = instant_after(now, duration_ms(ROUTE_DUPLICATE_MS));
	return ORIGIN_DUPLICATE;
}

/* Goes on above a sequence of our own epoch. */
static void jump(struct origin *origin, instant now, uint32_t fragment, uint32_t sequence)
{
	if (sequence < origin->sequences[fragment] || sequence > SEQUENCE_MOST)
		return;
	origin->sequences[fragment] = sequence;
	origin->refresh[fragment] = now;
}

enum drop origin_heard(struct origin *origin, instant now, const struct route_self *self,
		       const struct record *record, struct span bytes, enum origin_verdict *verdict)
{
	uint32_t last = origin->sequences[record->fragment];
	bool ours = record->epoch == self->epoch && record->instance == self->instance;

	if (record->epoch < self->epoch || (ours && record->sequence < last)) {
		*verdict = ORIGIN_ANSWER;
		return DROP_NONE;
	}
	if (ours && record->sequence == last) {
		*verdict = ORIGIN_NOTHING;
		return DROP_NONE;
	}
	if (!bucket_take(&origin->heard, RATE_ORIGIN, now))
		return DROP_RATE_RECORD;
	if (!record_verify(bytes.bytes, bytes.size, self->identity->public_key,
			   origin->realm.network_id))
		return DROP_RECORD;
	*verdict = ours ? ORIGIN_ABOVE : duplicate(origin, now);
	if (record->epoch == self->epoch)
		jump(origin, now, record->fragment, record->sequence);
	return DROP_NONE;
}

instant origin_deadline(const struct origin *origin, instant now)
{
	instant due = origin->due;

	for (uint32_t i = 0; i < origin->fragments; i++)
		due = instant_earlier(due, origin->refresh[i]);
	if (due.us < origin->not_before.us)
		due = origin->not_before;
	if (origin_left(origin))
		due = INSTANT_NEVER;
	return origin->untold ? now : due;
}

bool origin_tell(struct origin *origin, instant now)
{
	if (!origin->untold)
		return false;
	origin->untold = false;
	origin->told = now;
	return true;
}

/* A stretch of the FULL neighbours in ascending order. */
struct stretch {
	uint32_t count;
	uint16_t slots[RECORD_ENTRIES];
};

/* Collects the next stretch from the index-th adjacency on, which it moves. */
static void stretch_take(struct adjacencies *adjacencies, uint32_t most, uint32_t *index,
			 struct stretch *stretch)
{
	stretch->count = 0;
	for (; *index < adjacency_count(adjacencies) && stretch->count < most; ++*index) {
		uint32_t slot = adjacency_nth(adjacencies, *index);

		if (adjacency_at(adjacencies, slot)->known.full)
			stretch->slots[stretch->count++] = (uint16_t)slot;
	}
}

/* How many fragments hold all FULL neighbours. */
static uint32_t fragments_needed(struct adjacencies *adjacencies)
{
	uint32_t index = 0;
	uint32_t full = 0;
	struct stretch stretch;

	do {
		stretch_take(adjacencies, RECORD_ENTRIES, &index, &stretch);
		full += stretch.count;
	} while (stretch.count > 0);
	if (full <= RECORD_ENTRIES_FIRST)
		return 1;
	full = 1 + (full - RECORD_ENTRIES_FIRST + RECORD_ENTRIES - 1) / RECORD_ENTRIES;
	return full < RECORD_FRAGMENTS ? full : RECORD_FRAGMENTS;
}

/* Reads our fragment of that number as it was last made, into bytes; false if there is none. */
static bool last_made(const struct database *database, uint32_t number, uint8_t bytes[RECORD_MAX],
		      struct record *record)
{
	struct database_fragment facts;

	for (uint32_t at = database_first(database, DATABASE_OWN); at != DATABASE_NONE;
	     at = database_next(database, at)) {
		if (database_fragment(database, at, &facts) && facts.number == number)
			return record_read(bytes, database_copy(database, at, bytes), record) ==
			       DROP_NONE;
	}
	return false;
}

/* True if the fragment says of the stretch's neighbours, and of no others, what is claimed. */
static bool says(struct adjacencies *adjacencies, const struct record *record,
		 const struct stretch *stretch)
{
	if (record->entries != stretch->count)
		return false;
	for (uint32_t i = 0; i < stretch->count; i++) {
		const struct adjacency *adjacency = adjacency_at(adjacencies, stretch->slots[i]);
		struct record_entry entry = record_entry(record, i);

		if (adjacency->claim.stale ||
		    !address_equal(&entry.address, &adjacency->known.address))
			return false;
	}
	return true;
}

/* True if the fragment of draft's number need not be made: the last one says the same. */
static bool still_good(const struct origin *origin, instant now, struct adjacencies *adjacencies,
		       const struct database *database, const struct record *draft,
		       const struct stretch *stretch)
{
	uint8_t bytes[RECORD_MAX];
	struct record last;

	if (draft->fragment >= origin->fragments ||
	    instant_reached(now, origin->refresh[draft->fragment]) ||
	    !last_made(database, draft->fragment, bytes, &last) ||
	    !says(adjacencies, &last, stretch))
		return false;
	return draft->fragment != 0 ||
	       (last.flags == draft->flags && last.fragments == draft->fragments &&
		certificate_equal(&last.certificate, &draft->certificate));
}

/* What is known of the link now is what the record says. */
static void claim(struct adjacency *adjacency, struct record_entry *entry)
{
	const struct route_neighbour *known = &adjacency->known;

	*entry = (struct record_entry){
		.address = known->address,
		.cost = cost_code(known->metric_us),
		.mtu = mtu_of(known),
		.quality = known->quality ? known->quality : 1,
		.medium = known->medium,
	};
	adjacency->claim = (struct adjacency_claim){.said = *entry, .better = INSTANT_NEVER};
}

static void make_fragment(struct origin *origin, instant now, const struct route_self *self,
			  struct adjacencies *adjacencies, struct database *database,
			  struct record *draft, const struct stretch *stretch)
{
	struct record_entry entries[RECORD_ENTRIES];
	uint8_t bytes[RECORD_MAX];
	struct writer out = writer_of(bytes, sizeof(bytes));
	uint32_t fragment;

	for (uint32_t i = 0; i < stretch->count; i++)
		claim(adjacency_at(adjacencies, stretch->slots[i]), &entries[i]);
	draft->entries = (uint8_t)stretch->count;
	draft->sequence = ++origin->sequences[draft->fragment];
	record_write(draft, entries, self->identity, origin->realm.network_id, &out);
	REQUIRE(writer_ok(&out));
	fragment = database_own(database, (struct span){bytes, out.used}, draft->fragments);
	flood_taken(adjacencies, fragment, ADJACENCY_NONE);
}

static instant refreshment(instant now, struct rng *rng)
{
	duration spread = rng_between(rng, duration_s(0), duration_s(REFRESH_SPREAD_S));

	return instant_after(now, duration_us(duration_s(REFRESH_LEAST_S).us + spread.us));
}

static void make_all(struct origin *origin, instant now, const struct route_self *self,
		     struct adjacencies *adjacencies, struct database *database, struct rng *rng)
{
	uint32_t index = 0;
	struct stretch stretch;
	struct record draft = {
		.least = WIRE_VERSION,
		.greatest = WIRE_VERSION,
		.flags = self->flags,
		.fragments = (uint8_t)fragments_needed(adjacencies),
		.zone = origin->realm.zone,
		.epoch = self->epoch,
		.instance = self->instance,
		.lifetime = ROUTE_LIFETIME_S,
		.address = origin->own,
		.certificate = *self->certificate,
	};

	for (uint32_t i = 0; i < draft.fragments; i++) {
		draft.fragment = (uint8_t)i;
		stretch_take(adjacencies, i == 0 ? RECORD_ENTRIES_FIRST : RECORD_ENTRIES, &index,
			     &stretch);
		if (still_good(origin, now, adjacencies, database, &draft, &stretch))
			continue;
		make_fragment(origin, now, self, adjacencies, database, &draft, &stretch);
		origin->refresh[i] = refreshment(now, rng);
	}
	origin->fragments = draft.fragments;
	origin->said = draft.flags;
}

/* There changes come many at a time, and each goes to a crowd. */
static bool in_crowd(struct adjacencies *adjacencies)
{
	for (uint32_t i = 0; i < adjacency_count(adjacencies); i++) {
		if (adjacency_at(adjacencies, adjacency_nth(adjacencies, i))->known.crowd)
			return true;
	}
	return false;
}

void origin_make(struct origin *origin, instant now, const struct route_self *self,
		 struct adjacencies *adjacencies, struct database *database, struct rng *rng)
{
	if (!bucket_take(&origin->rate, RATE_ORIGINATE, now)) {
		origin->not_before = instant_after(
			now, duration_us(duration_s(1).us / RATE_ORIGINATE.per_second));
		return;
	}
	origin->due = INSTANT_NEVER;
	if (in_crowd(adjacencies))
		origin->not_before = instant_after(now, duration_ms(ROUTE_CROWD_MS));
	if (origin->duplicated && !instant_reached(now, origin->duplicate_until))
		origin->not_before = instant_after(now, duration_ms(ROUTE_DUPLICATE_MS));
	make_all(origin, now, self, adjacencies, database, rng);
}
