/* Routing as one value: the database, the paths, the adjacencies, our own record, and one heap of
 * timers for all of them. Every event goes the same way: the part it concerns changes, then what
 * follows for the graph and the timers is settled. The invariants: between two calls each timer is
 * the deadline of its part, and after route_next said false all deadlines lie in the future. Timer
 * ids: an adjacency's slot, then the parts that are one. docs/protocol/route.md. */
#include "route/route.h"

#include "base/timers.h"
#include "route/adjacency.h"
#include "route/flood.h"
#include "route/origin.h"
#include "route/schedule.h"
#include "route/sync.h"

#include <sodium.h>

enum { ALIGNMENT = 16 };

/* Timer ids after those of the adjacencies. */
enum part {
	PART_ORIGIN,
	PART_SCHEDULE,
	PART_DATABASE,
	PARTS,
};

struct route {
	struct address own;
	uint32_t zone;
	uint32_t slots; /* of adjacencies */
	struct rng rng;
	struct flood flood;
	struct sync sync;
	struct origin origin;
	struct schedule schedule;
	struct bucket losses; /* of nodes and links, that paths are computed at once for */
	uint64_t graph;	      /* version of the database the schedule knows of */
	uint64_t timers, adjacencies, database, paths; /* offsets from here, bytes */
};

/* The bytes a part takes, so that the next one is aligned. */
static uint64_t aligned(uint64_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Where each part begins; returns where the last one ends. */
static uint64_t lay_out(struct route *route, const struct route_limits *limits)
{
	route->timers = aligned(sizeof(*route));
	route->adjacencies = route->timers + aligned(timers_size(limits->adjacent + PARTS));
	route->database = route->adjacencies + aligned(adjacencies_size(limits));
	route->paths = route->database + aligned(database_size(limits));
	return route->paths + aligned(paths_size(limits));
}

size_t route_size(const struct route_limits *limits)
{
	struct route route;

	return lay_out(&route, limits);
}

static void *at(const struct route *route, uint64_t offset)
{
	return (void *)((uintptr_t)route + (uintptr_t)offset);
}

static struct timers *timers_of(const struct route *route)
{
	return at(route, route->timers);
}

static struct adjacencies *adjacencies_of(const struct route *route)
{
	return at(route, route->adjacencies);
}

static struct database *database_of(const struct route *route)
{
	return at(route, route->database);
}

static struct paths *paths_of(const struct route *route)
{
	return at(route, route->paths);
}

const struct database *route_database(const struct route *route)
{
	return database_of(route);
}

const struct paths *route_paths(const struct route *route)
{
	return paths_of(route);
}

/* Sets the timers of the parts that are one. */
static void arm_parts(struct route *route, instant now)
{
	struct timers *timers = timers_of(route);

	timers_set(timers, route->slots + PART_ORIGIN, origin_deadline(&route->origin, now));
	timers_set(timers, route->slots + PART_SCHEDULE, route->schedule.due);
	timers_set(timers, route->slots + PART_DATABASE, database_deadline(database_of(route)));
}

static void arm(struct route *route, instant now, uint32_t slot)
{
	struct adjacencies *adjacencies = adjacencies_of(route);
	const struct adjacency *adjacency = adjacency_at(adjacencies, slot);
	instant floods = instant_earlier(flood_deadline(adjacency), adjacency->gone);
	instant syncs = sync_deadline(&route->sync, adjacencies, database_of(route), now, slot);

	timers_set(timers_of(route), slot, instant_earlier(floods, syncs));
}

static void arm_all(struct route *route, instant now)
{
	const struct adjacencies *adjacencies = adjacencies_of(route);

	for (uint32_t i = 0; i < adjacency_count(adjacencies); i++)
		arm(route, now, adjacency_nth(adjacencies, i));
	arm_parts(route, now);
}

struct route *route_init(void *memory, const struct route_limits *limits, const struct address *own,
			 const struct database_realm *realm, struct rng *rng)
{
	struct route *route = memory;
	uint8_t seed[RNG_SEED];
	uint8_t secret[TABLE_SECRET];

	lay_out(route, limits);
	route->own = *own;
	route->zone = realm->zone;
	route->slots = limits->adjacent;
	rng_fill(rng, seed, sizeof(seed));
	rng_init(&route->rng, seed);
	sodium_memzero(seed, sizeof(seed));
	rng_fill(&route->rng, secret, sizeof(secret));
	timers_init(timers_of(route), limits->adjacent + PARTS);
	adjacencies_init(adjacencies_of(route), limits);
	database_init(database_of(route), limits, own, realm, secret);
	paths_init(paths_of(route), limits);
	flood_init(&route->flood);
	sync_init(&route->sync);
	origin_init(&route->origin, own, realm);
	schedule_init(&route->schedule);
	route->graph = database_version(database_of(route));
	arm_parts(route, (instant){0});
	return route;
}

/* After an event: what is news is marked, a changed graph is to be computed, and timers are set. */
static void settle(struct route *route, instant now, bool at_once)
{
	uint64_t graph = database_version(database_of(route));
	struct adjacencies *adjacencies = adjacencies_of(route);

	if (graph != route->graph)
		schedule_change(&route->schedule, now, at_once);
	route->graph = graph;
	flood_news(&route->flood, adjacencies, database_of(route), now);
	arm_all(route, now);
}

/* True if we list the neighbour before it lists us: who knows fewer nodes joins the others. */
static bool lists_first(const struct route *route, const struct adjacency *adjacency)
{
	uint32_t ours = database_nodes(database_of(route)), theirs = adjacency->sync.nodes;

	return ours != theirs ? ours < theirs
			      : address_lower(&route->own, &adjacency->known.address);
}

bool route_neighbour(struct route *route, instant now, const struct route_neighbour *neighbour)
{
	struct adjacencies *adjacencies = adjacencies_of(route);
	uint32_t slot = adjacency_find(adjacencies, &neighbour->address);
	uint32_t node = database_find(database_of(route), &neighbour->address);
	bool fresh = slot == ADJACENCY_NONE;
	struct adjacency *adjacency;
	bool was_full;

	if (fresh)
		slot = adjacency_add(adjacencies, &neighbour->address);
	if (slot == ADJACENCY_NONE)
		return false;
	adjacency = adjacency_at(adjacencies, slot);
	was_full = adjacency->known.full;
	adjacency->known = *neighbour;
	if (fresh)
		adjacency->gone = INSTANT_NEVER;
	if (fresh && node != DATABASE_NONE)
		database_beside(database_of(route), node, true);
	if (fresh || (was_full && !neighbour->full))
		sync_begin(adjacencies, now, slot);
	if (fresh && node != DATABASE_NONE)
		adjacency->lists_us = flood_lists(database_of(route), node, &route->own);
	origin_neighbour(&route->origin, adjacency, now, was_full, lists_first(route, adjacency));
	arm(route, now, slot);
	arm_parts(route, now);
	return true;
}

void route_parted(struct route *route, instant now, const struct address *address)
{
	struct adjacencies *adjacencies = adjacencies_of(route);
	uint32_t slot = adjacency_find(adjacencies, address);
	uint32_t node = database_find(database_of(route), address);

	if (slot == ADJACENCY_NONE)
		return;
	if (node != DATABASE_NONE)
		database_beside(database_of(route), node, false);
	if (adjacency_at(adjacencies, slot)->known.full)
		origin_change(&route->origin, now);
	flood_news(&route->flood, adjacencies, database_of(route), now);
	sync_parted(&route->sync, slot);
	adjacency_remove(adjacencies, slot);
	timers_set(timers_of(route), slot, INSTANT_NEVER);
	arm_all(route, now);
}

void route_digest_heard(struct route *route, instant now, const struct address *address,
			uint64_t digest, uint32_t nodes)
{
	struct adjacencies *adjacencies = adjacencies_of(route);
	uint32_t slot = adjacency_find(adjacencies, address);

	if (slot == ADJACENCY_NONE)
		return;
	sync_digest(adjacencies, database_of(route), now, slot, digest, nodes);
	arm(route, now, slot);
}

void route_renew(struct route *route, instant now)
{
	origin_change(&route->origin, now);
	arm_parts(route, now);
}

bool route_left(const struct route *route)
{
	struct adjacencies *adjacencies = adjacencies_of(route);
	uint32_t first = database_first(database_of(route), DATABASE_OWN);

	if (!origin_left(&route->origin))
		return false;
	for (uint32_t i = 0; i < adjacency_count(adjacencies); i++) {
		uint32_t slot = adjacency_nth(adjacencies, i);
		enum adjacency_mark mark = adjacency_mark(adjacencies, slot, first);

		if (mark == ADJACENCY_WANTED || mark == ADJACENCY_FLYING)
			return false;
	}
	return true;
}

/* The neighbour is to have a fragment of ours, or the first if there is no such number any more. */
static void answer_with_own(struct route *route, instant now, uint32_t slot, uint32_t number)
{
	const struct database *database = database_of(route);
	uint32_t first = database_first(database, DATABASE_OWN);
	struct database_fragment facts;

	if (first == DATABASE_NONE)
		return;
	for (uint32_t i = first; i != DATABASE_NONE; i = database_next(database, i)) {
		if (database_fragment(database, i, &facts) && facts.number == number)
			first = i;
	}
	flood_want(adjacencies_of(route), now, slot, first);
}

static enum drop own_fragment(struct route *route, instant now, const struct route_self *self,
			      uint32_t slot, const struct record *record, struct span bytes)
{
	enum origin_verdict verdict;
	enum drop drop = origin_heard(&route->origin, now, self, record, bytes, &verdict);

	if (drop != DROP_NONE)
		return drop;
	switch (verdict) {
	case ORIGIN_NOTHING:
		return DROP_RECORD_KNOWN;
	case ORIGIN_ANSWER:
		answer_with_own(route, now, slot, record->fragment);
		return DROP_RECORD_OLD;
	case ORIGIN_ABOVE:
		return DROP_NONE;
	case ORIGIN_DUPLICATE:
		return DROP_DUPLICATE_NODE;
	}
	abort();
}

/* A neighbour's record says that it leaves, or as it is back no longer does. */
static void heed_leaving(struct adjacency *adjacency, instant now, bool leaves)
{
	if (!leaves)
		adjacency->gone = INSTANT_NEVER;
	else if (instant_is_never(adjacency->gone))
		adjacency->gone = instant_after(now, duration_ms(ROUTE_LEAVE_MS));
}

/* A fragment was taken. True if paths are to be computed at once: it is a neighbour's and that
 * lists us now and did not, or the other way round; or its node leaves, and is there for a moment
 * only. */
static bool taken(struct route *route, instant now, uint32_t slot, uint32_t fragment)
{
	struct adjacencies *adjacencies = adjacencies_of(route);
	const struct database *database = database_of(route);
	struct database_fragment facts;
	struct adjacency *origin;
	uint32_t at_origin;
	bool leaves, at_once, listed;

	flood_taken(adjacencies, fragment, slot);
	sync_fed(&route->sync, adjacency_at(adjacencies, slot), now, slot);
	if (!database_fragment(database, fragment, &facts))
		return false;
	leaves = (database_flags(database, facts.node) & RECORD_LEAVING) != 0;
	at_once = leaves && bucket_take(&route->losses, RATE_LOSSES, now);
	at_origin = adjacency_find(adjacencies, database_address(database, facts.node));
	if (at_origin == ADJACENCY_NONE)
		return at_once;
	origin = adjacency_at(adjacencies, at_origin);
	listed = origin->lists_us;
	origin->lists_us = flood_lists(database, facts.node, &route->own);
	heed_leaving(origin, now, leaves);
	if (origin->lists_us)
		origin_listed(&route->origin, origin, now);
	return at_once || listed != origin->lists_us;
}

/* One fragment of RECORDS. *at_once is set if it calls for paths at once. */
static enum drop fragment_came(struct route *route, instant now, const struct route_self *self,
			       uint32_t slot, struct span bytes, bool *at_once)
{
	struct record record;
	uint32_t fragment;
	bool beside;
	enum drop drop = record_read(bytes.bytes, bytes.size, &record);

	if (drop != DROP_NONE)
		return drop;
	if (record.zone == route->zone && address_equal(&record.address, &route->own))
		return own_fragment(route, now, self, slot, &record, bytes);
	beside = adjacency_find(adjacencies_of(route), &record.address) != ADJACENCY_NONE;
	drop = database_accept(database_of(route), now, slot, beside, bytes, &fragment);
	if (drop == DROP_NONE)
		*at_once |= taken(route, now, slot, fragment);
	else if (drop == DROP_RECORD_KNOWN && fragment != DATABASE_NONE)
		flood_known(adjacencies_of(route), slot, fragment);
	else if (drop == DROP_RECORD_OLD && fragment != DATABASE_NONE)
		flood_want(adjacencies_of(route), now, slot, fragment);
	return drop;
}

static enum drop records_came(struct route *route, instant now, const struct route_self *self,
			      uint32_t slot, struct reader *in, struct drops *drops)
{
	uint64_t displaced = database_displaced(database_of(route));
	uint64_t parted = database_parted(database_of(route));
	bool at_once = false;
	struct span fragment;
	uint32_t number;

	if (!message_records_read(in, &number))
		return DROP_MALFORMED;
	flood_received(adjacency_at(adjacencies_of(route), slot), now, number);
	while (message_records_next(in, &fragment)) {
		enum drop drop = fragment_came(route, now, self, slot, fragment, &at_once);

		if (drop != DROP_NONE)
			drops->counts[drop]++;
	}
	displaced = database_displaced(database_of(route)) - displaced;
	drops->counts[DROP_DATABASE_DISPLACED] += displaced;
	/* What is lost is gone round at once; what is gained can wait. */
	if (database_parted(database_of(route)) != parted && !at_once)
		at_once = bucket_take(&route->losses, RATE_LOSSES, now);
	settle(route, now, at_once || displaced > 0);
	return DROP_NONE;
}

static enum drop ack_came(struct route *route, uint32_t slot, struct reader *in)
{
	struct message_ack ack;

	if (!message_ack_read(in, &ack))
		return DROP_MALFORMED;
	flood_acknowledged(adjacencies_of(route), slot, &ack);
	return DROP_NONE;
}

static enum drop compare_came(struct route *route, instant now, uint32_t slot, struct reader *in)
{
	struct message_compare compare;

	if (!message_compare_read(in, &compare))
		return DROP_MALFORMED;
	sync_compared(&route->sync, adjacencies_of(route), database_of(route), now, slot, &compare);
	return DROP_NONE;
}

enum drop route_message(struct route *route, instant now, const struct route_self *self,
			const struct address *from, struct span message, struct drops *drops)
{
	uint32_t slot = adjacency_find(adjacencies_of(route), from);
	struct reader in = reader_of(message.bytes, message.size);
	uint8_t type = reader_u8(&in);
	enum drop drop = DROP_MALFORMED;

	if (slot == ADJACENCY_NONE)
		return DROP_NEIGHBOUR_UNKNOWN;
	if (type == SEALED_RECORDS)
		drop = records_came(route, now, self, slot, &in, drops);
	else if (type == SEALED_ACK)
		drop = ack_came(route, slot, &in);
	else if (type == SEALED_COMPARE)
		drop = compare_came(route, now, slot, &in);
	if (drop == DROP_NONE)
		arm(route, now, slot);
	return drop;
}

/* An adjacency's timer fired: true if there is something to do. */
static bool adjacency_due(struct route *route, instant now, uint32_t slot,
			  struct route_action *action)
{
	struct adjacencies *adjacencies = adjacencies_of(route);
	const struct database *database = database_of(route);
	struct adjacency *adjacency = adjacency_at(adjacencies, slot);
	struct writer out = writer_of(action->message, sizeof(action->message));
	bool gone = instant_reached(now, adjacency->gone);
	bool level = !gone && sync_level(adjacency);
	bool sends = !gone && !level &&
		     (sync_due(&route->sync, adjacencies, database, now, slot, &out) ||
		      flood_due(adjacencies, database, now, slot, &out));

	REQUIRE(writer_ok(&out));
	action->deed = gone ? ROUTE_GONE : level ? ROUTE_LEVEL : ROUTE_SEND;
	action->neighbour = adjacency->known.address;
	action->size = out.used;
	if (gone)
		adjacency->gone = INSTANT_NEVER;
	arm(route, now, slot);
	return gone || level || sends;
}

/* Our record is due, or a duplicate is to be told of: true if that is so. */
static bool origin_due(struct route *route, instant now, const struct route_self *self,
		       struct route_action *action)
{
	if (origin_tell(&route->origin, now)) {
		action->deed = ROUTE_DUPLICATE;
		arm_parts(route, now);
		return true;
	}
	origin_make(&route->origin, now, self, adjacencies_of(route), database_of(route),
		    &route->rng);
	settle(route, now, true);
	return false;
}

static void compute(struct route *route, instant now)
{
	struct database *database = database_of(route);

	paths_compute(paths_of(route), database);
	database_connect(database, paths_reached(paths_of(route)));
	schedule_done(&route->schedule);
	route->graph = database_version(database);
	settle(route, now, false);
}

/* The timer of a part that is one fired: true if there is something to do. */
static bool part_due(struct route *route, instant now, const struct route_self *self,
		     enum part part, struct route_action *action)
{
	switch (part) {
	case PART_ORIGIN:
		return origin_due(route, now, self, action);
	case PART_SCHEDULE:
		compute(route, now);
		action->deed = ROUTE_CHANGED;
		return true;
	case PART_DATABASE:
		database_time(database_of(route), now);
		settle(route, now, false);
		return false;
	case PARTS:
		break;
	}
	abort();
}

bool route_next(struct route *route, instant now, const struct route_self *self,
		struct route_action *action)
{
	uint32_t id;

	while (timers_due(timers_of(route), now, &id)) {
		*action = (struct route_action){.size = 0};
		if (id < route->slots
			    ? adjacency_due(route, now, id, action)
			    : part_due(route, now, self, (enum part)(id - route->slots), action))
			return true;
	}
	return false;
}

instant route_deadline(const struct route *route)
{
	return timers_next(timers_of(route));
}
