/* What is taken in, and what follows from it for who is connected and for what is news. The looking
 * is route/arrival.h's, the keeping route/store.h's, the connecting route/reach.h's. The
 * invariants: our own node is connected always; of a connected node fragment 0 is there and all its
 * fragments with bytes are in use; nothing expires before `earliest`. docs/protocol/route.md,
 * section 2; its likes are section 13 of RFC 2328 and section 7.3 of ISO 10589, without any
 * purging. */
#include "route/database.h"

#include "route/arrival.h"
#include "route/claims.h"
#include "route/reach.h"
#include "route/room.h"
#include "route/store.h"

enum { ALIGNMENT = 16 };

struct database {
	struct database_realm realm;
	uint32_t fragments; /* numbers there can be */
	uint32_t adjacent;  /* visitors */
	instant earliest;   /* nothing expires before */
	uint64_t version, taken, displaced, parted;
	uint64_t visitors, store; /* offsets from here, bytes */
};

/* The bytes a part takes, so that the next one is aligned. */
static uint64_t aligned(uint64_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Where each part begins; returns where the last one ends. */
static uint64_t lay_out(struct database *database, const struct route_limits *limits)
{
	database->visitors = aligned(sizeof(*database));
	database->store = database->visitors + aligned(limits->adjacent * sizeof(struct visitor));
	return database->store + store_size(limits);
}

size_t database_size(const struct route_limits *limits)
{
	struct database database;

	return lay_out(&database, limits);
}

static struct store *store_of(const struct database *database)
{
	return (struct store *)((uintptr_t)database + (uintptr_t)database->store);
}

static struct visitor *visitor_at(const struct database *database, uint32_t neighbour)
{
	struct visitor *visitors =
		(struct visitor *)((uintptr_t)database + (uintptr_t)database->visitors);

	REQUIRE(neighbour < database->adjacent);
	return &visitors[neighbour];
}

struct database *database_init(void *memory, const struct route_limits *limits,
			       const struct address *own, const struct database_realm *realm,
			       const uint8_t secret[TABLE_SECRET])
{
	struct database *database = memory;

	lay_out(database, limits);
	database->realm = *realm;
	database->fragments = limits->fragments;
	database->adjacent = limits->adjacent;
	database->earliest = INSTANT_NEVER;
	store_init(store_of(database), limits, own, secret);
	return database;
}

static bool is_connected(const struct store *store, uint32_t node)
{
	return store_node(store, node)->state == NODE_CONNECTED;
}

/* True if a node may be connected at all. */
static bool is_present(const struct store *store, uint32_t node)
{
	return store_has_head(store, node) &&
	       (store_node(store, node)->flags & RECORD_LEAVING) == 0;
}

/* What a fragment that was kept is news to, and whom it connects. */
static void follow(struct database *database, uint32_t node, uint32_t fragment, bool changed)
{
	struct store *store = store_of(database);
	bool was = is_connected(store, node);

	if (was)
		store_tell(store, fragment);
	if (was && node != STORE_OWN && !is_present(store, node))
		store_move(store, node, NODE_LAPSED);
	else if (was || reach_attached(store, node))
		reach_spread(store, node);
	if (was ? changed : is_connected(store, node))
		database->version++;
}

enum drop database_accept(struct database *database, instant now, uint32_t neighbour, bool beside,
			  struct span bytes, uint32_t *fragment)
{
	struct store *store = store_of(database);
	struct arrival arrival = {.store = store,
				  .realm = &database->realm,
				  .visitor = visitor_at(database, neighbour),
				  .neighbour = neighbour,
				  .beside = beside,
				  .own = room_own(database->adjacent),
				  .bytes = bytes};
	enum drop drop = arrival_check(&arrival, now);

	*fragment = DATABASE_NONE;
	if (drop == DROP_NONE) {
		bool changed = arrival_keep(&arrival, now);

		database->taken++;
		database->displaced += arrival.displaced;
		database->parted += arrival.parts;
		database->version += arrival.displaced;
		database->earliest = instant_earlier(
			database->earliest, store_fragment(store, arrival.fragment)->expires);
		follow(database, arrival.node, arrival.fragment, changed);
		*fragment = arrival.fragment;
	}
	if ((drop == DROP_RECORD_KNOWN || drop == DROP_RECORD_OLD) &&
	    store_fragment(store, arrival.fragment)->size > 0)
		*fragment = arrival.fragment;
	return drop;
}

uint32_t database_own(struct database *database, struct span bytes, uint32_t count)
{
	struct store *store = store_of(database);
	struct arrival arrival = {
		.store = store,
		.realm = &database->realm,
		.neighbour = STORE_NOBODY,
		.bytes = bytes,
	};
	bool changed;

	arrival_own(&arrival);
	changed = arrival_keep(&arrival, (instant){0});
	store_fragment(store, arrival.fragment)->expires = INSTANT_NEVER;
	for (uint32_t number = count; number < RECORD_FRAGMENTS; number++) {
		uint32_t beyond = store_at(store, STORE_OWN, number);

		if (beyond == STORE_NONE)
			continue;
		store_drop(store, beyond);
		changed = true;
	}
	follow(database, STORE_OWN, arrival.fragment, changed);
	return arrival.fragment;
}

bool database_news(struct database *database, uint32_t *fragment, uint32_t *from)
{
	struct store *store = store_of(database);

	for (uint32_t at = store_told(store); at != STORE_NONE; at = store_told(store)) {
		const struct store_fragment *told = store_fragment(store, at);
		const struct store_node *node = store_node(store, told->node);

		if (node->state != NODE_CONNECTED && (node->flags & RECORD_LEAVING) == 0)
			continue;
		*fragment = at;
		*from = told->from == STORE_NOBODY ? DATABASE_NONE : told->from;
		return true;
	}
	return false;
}

void database_connect(struct database *database, const uint8_t *connected)
{
	struct store *store = store_of(database);

	for (uint32_t node = STORE_OWN + 1; node < store_nodes_end(store); node++) {
		if (!store_node_used(store, node))
			continue;
		store_node(store, node)->mapped = connected[node];
		if (connected[node] && is_present(store, node) && !is_connected(store, node))
			reach_connect(store, node);
		if (!connected[node] && is_connected(store, node))
			store_move(store, node, NODE_LAPSED);
	}
}

bool database_mapped(const struct database *database, uint32_t node)
{
	return store_node(store_of(database), node)->mapped != 0;
}

void database_beside(struct database *database, uint32_t node, bool beside)
{
	store_node(store_of(database), node)->beside = beside;
}

uint64_t database_displaced(const struct database *database)
{
	return database->displaced;
}

uint64_t database_parted(const struct database *database)
{
	return database->parted;
}

/* The life of a fragment or the memory of it ends. */
static void expire(struct database *database, uint32_t index)
{
	struct store *store = store_of(database);
	struct store_fragment *fragment = store_fragment(store, index);
	uint32_t node = fragment->node;

	if (fragment->size == 0) {
		store_drop(store, index);
		if (store_first(store, node) == STORE_NONE)
			store_remove(store, node);
		return;
	}
	database->version += is_connected(store, node);
	store_empty(store, index);
	fragment->expires = instant_after(fragment->expires, duration_s(fragment->lifetime));
	if (fragment->number == 0 && is_connected(store, node))
		store_move(store, node, NODE_LAPSED);
}

void database_time(struct database *database, instant now)
{
	struct store *store = store_of(database);
	instant earliest = INSTANT_NEVER;

	if (!instant_reached(now, database->earliest))
		return;
	for (uint32_t at = 0; at < store_fragments_end(store); at++) {
		const struct store_fragment *fragment = store_fragment(store, at);

		/* Twice, if its life and the memory of it ended since the last call. */
		while (fragment->used && instant_reached(now, fragment->expires))
			expire(database, at);
		if (fragment->used)
			earliest = instant_earlier(earliest, fragment->expires);
	}
	database->earliest = earliest;
}

instant database_deadline(const struct database *database)
{
	return database->earliest;
}

bool database_fragment(const struct database *database, uint32_t fragment,
		       struct database_fragment *out)
{
	const struct store *store = store_of(database);
	const struct store_fragment *kept;

	if (!store_fragment_used(store, fragment))
		return false;
	kept = store_fragment(store, fragment);
	if (kept->size == 0)
		return false;
	*out = (struct database_fragment){
		.node = kept->node,
		.number = kept->number,
		.epoch = kept->epoch,
		.sequence = kept->sequence,
		.size = kept->size,
		.hash = kept->hash,
	};
	return true;
}

size_t database_copy(const struct database *database, uint32_t fragment, uint8_t *out)
{
	return store_copy(store_of(database), fragment, out);
}

/* The first fragment from `at` on, of the same node, that is no tombstone. */
static uint32_t alive(const struct store *store, uint32_t at)
{
	while (at != STORE_NONE && store_fragment(store, at)->size == 0)
		at = store_next(store, at);
	return at;
}

uint32_t database_first(const struct database *database, uint32_t node)
{
	const struct store *store = store_of(database);

	return alive(store, store_first(store, node));
}

uint32_t database_next(const struct database *database, uint32_t fragment)
{
	const struct store *store = store_of(database);

	return alive(store, store_next(store, fragment));
}

uint32_t database_fragments(const struct database *database)
{
	return database->fragments;
}

uint32_t database_find(const struct database *database, const struct address *address)
{
	return store_find(store_of(database), address);
}

bool database_used(const struct database *database, uint32_t node)
{
	return store_node_used(store_of(database), node);
}

const struct address *database_address(const struct database *database, uint32_t node)
{
	return &store_node(store_of(database), node)->address;
}

bool database_certificate(const struct database *database, uint32_t node,
			  struct certificate *certificate)
{
	return claims_certificate(store_of(database), node, certificate);
}

uint8_t database_flags(const struct database *database, uint32_t node)
{
	return store_node(store_of(database), node)->flags;
}

bool database_connected(const struct database *database, uint32_t node)
{
	return database_used(database, node) && is_connected(store_of(database), node);
}

uint32_t database_nodes(const struct database *database)
{
	return store_count(store_of(database), NODE_CONNECTED);
}

uint64_t database_digest(const struct database *database)
{
	return store_digest(store_of(database));
}

uint64_t database_sum(const struct database *database, uint32_t bucket)
{
	return store_sum(store_of(database), bucket);
}

uint32_t database_bucket(const struct database *database, uint32_t fragment)
{
	return store_bucket(store_of(database), fragment);
}

uint64_t database_version(const struct database *database)
{
	return database->version;
}

uint64_t database_taken(const struct database *database)
{
	return database->taken;
}

const struct store *database_store(const struct database *database)
{
	return store_of(database);
}
