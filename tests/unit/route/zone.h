/* A zone of nodes with identities, which write and sign the fragments of their records, and who
 * look at them: for the tests of the database and of the paths. */
#ifndef TESTS_UNIT_ROUTE_ZONE_H
#define TESTS_UNIT_ROUTE_ZONE_H

#include "route/cost.h"
#include "route/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
	ZONE = 7,
	ZONE_NODES = 2400,
	ZONE_LINKS = 8000,
	ZONE_COST = 40,
	ZONE_MTU = 1400,
	ZONE_LIFETIME_S = 9000,
	ZONE_START_S = 1000,
};

static const struct database_realm realm = {.zone = ZONE, .network_id = "network"};

struct zone_node {
	struct identity identity;
	struct address address;
	uint32_t generation;
	uint32_t epoch;
	uint32_t sequence[RECORD_FRAGMENTS];
	uint8_t flags;
	uint8_t count; /* of fragments */
	uint16_t lifetime;
	bool made;
};

/* What one end says of a link. */
struct zone_claim {
	uint32_t from, to;
	uint32_t cost_us;
	uint16_t mtu;
};

struct zone {
	struct zone_node nodes[ZONE_NODES];
	struct zone_claim claims[ZONE_LINKS];
	uint32_t claimed;
	uint8_t bytes[RECORD_MAX]; /* of the last fragment written */
};

static inline struct zone *zone_new(void)
{
	struct zone *zone = calloc(1, sizeof(*zone));

	assert_non_null(zone);
	return zone;
}

/* A node by number, made when it is first asked for. */
static inline struct zone_node *zone_node(struct zone *zone, uint32_t number)
{
	struct zone_node *node = &zone->nodes[number];
	uint8_t seed[IDENTITY_SEED] = {0};

	assert_true(number < ZONE_NODES);
	if (node->made)
		return node;
	memcpy(seed, &number, sizeof(number));
	identity_of(&node->identity, seed);
	node->address = address_of_key(node->identity.public_key);
	node->epoch = 1;
	node->count = 1;
	node->lifetime = ZONE_LIFETIME_S;
	node->made = true;
	return node;
}

static inline void zone_claim(struct zone *zone, uint32_t from, uint32_t to, uint32_t cost_us,
			      uint16_t mtu)
{
	assert_true(zone->claimed < ZONE_LINKS);
	zone->claims[zone->claimed++] = (struct zone_claim){from, to, cost_us, mtu};
}

/* A link that both ends list alike. */
static inline void zone_link(struct zone *zone, uint32_t a, uint32_t b, uint32_t cost_us)
{
	zone_claim(zone, a, b, cost_us, ZONE_MTU);
	zone_claim(zone, b, a, cost_us, ZONE_MTU);
}

/* Forgets what a node lists. */
static inline void zone_unclaim(struct zone *zone, uint32_t from)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < zone->claimed; i++) {
		if (zone->claims[i].from != from)
			zone->claims[kept++] = zone->claims[i];
	}
	zone->claimed = kept;
}

static inline int zone_entry_order(const void *a, const void *b)
{
	const struct record_entry *left = a, *right = b;

	return memcmp(left->address.bytes, right->address.bytes, ADDRESS);
}

/* The entries of a node in order; returns how many. */
static inline uint32_t zone_entries(struct zone *zone, uint32_t number, struct record_entry *out)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < zone->claimed; i++) {
		const struct zone_claim *claim = &zone->claims[i];

		if (claim->from == number)
			out[count++] = (struct record_entry){
				.address = zone_node(zone, claim->to)->address,
				.cost = cost_code(claim->cost_us),
				.mtu = claim->mtu,
				.quality = 255,
				.medium = MEDIUM_WIRE,
			};
	}
	qsort(out, count, sizeof(*out), zone_entry_order);
	return count;
}

/* Writes a node's fragment with these entries, its sequence one more than before. */
static inline struct span zone_write(struct zone *zone, uint32_t number, uint32_t fragment,
				     const struct record_entry *entries, uint32_t count)
{
	static const uint8_t session_key[AGREE_KEY] = {9};
	struct zone_node *node = zone_node(zone, number);
	struct writer out = writer_of(zone->bytes, sizeof(zone->bytes));
	struct record record = {
		.least = WIRE_VERSION,
		.greatest = WIRE_VERSION,
		.flags = node->flags,
		.fragment = (uint8_t)fragment,
		.fragments = node->count,
		.entries = (uint8_t)count,
		.zone = ZONE,
		.epoch = node->epoch,
		.instance = 5,
		.sequence = ++node->sequence[fragment],
		.lifetime = node->lifetime,
		.address = node->address,
	};

	certificate_make(&record.certificate, &node->identity, session_key, node->generation,
			 realm.network_id);
	record_write(&record, entries, &node->identity, realm.network_id, &out);
	assert_true(writer_ok(&out));
	return (struct span){zone->bytes, out.used};
}

/* A node's fragment with its part of what the node lists. */
static inline struct span zone_fragment(struct zone *zone, uint32_t number, uint32_t fragment)
{
	static struct record_entry entries[ZONE_LINKS];
	uint32_t count = zone_entries(zone, number, entries);
	uint32_t begin = fragment ? RECORD_ENTRIES_FIRST + (fragment - 1) * RECORD_ENTRIES : 0;
	uint32_t most = fragment ? RECORD_ENTRIES : RECORD_ENTRIES_FIRST;
	uint32_t rest = count > begin ? count - begin : 0;

	zone_node(zone, number)->count =
		(uint8_t)(count > RECORD_ENTRIES_FIRST
				  ? 1 + (count - RECORD_ENTRIES_FIRST + RECORD_ENTRIES - 1) /
						    RECORD_ENTRIES
				  : 1);
	return zone_write(zone, number, fragment, &entries[begin], rest < most ? rest : most);
}

static inline instant at_s(int64_t s)
{
	return (instant){duration_s(s).us};
}

/* A database of one of the nodes. */
struct viewer {
	struct zone *zone;
	struct database *database;
	struct route_limits limits;
	uint32_t own; /* number in the zone */
	instant now;
};

static inline struct viewer viewer_new(struct zone *zone, uint32_t own,
				       const struct route_limits *limits)
{
	static const uint8_t secret[TABLE_SECRET] = {3};
	size_t size = (database_size(limits) + 15) / 16 * 16;
	void *memory = aligned_alloc(16, size);

	assert_non_null(memory);
	memset(memory, 0, size);
	return (struct viewer){
		.zone = zone,
		.database = database_init(memory, limits, &zone_node(zone, own)->address, &realm,
					  secret),
		.limits = *limits,
		.own = own,
		.now = at_s(ZONE_START_S),
	};
}

static inline void viewer_free(struct viewer *viewer)
{
	free(viewer->database);
}

/* The viewer's own record as it is now. */
static inline void viewer_own(struct viewer *viewer)
{
	struct zone_node *node = zone_node(viewer->zone, viewer->own);
	uint32_t fragment = 0;

	do {
		struct span bytes = zone_fragment(viewer->zone, viewer->own, fragment);

		(void)database_own(viewer->database, bytes, node->count);
	} while (++fragment < node->count);
}

/* A neighbour brings bytes. */
static inline enum drop viewer_bring(struct viewer *viewer, uint32_t neighbour, struct span bytes)
{
	uint32_t fragment;

	return database_accept(viewer->database, viewer->now, neighbour, false, bytes, &fragment);
}

/* A neighbour brings the whole record of a node, made anew; all of it is taken. */
static inline void viewer_learn(struct viewer *viewer, uint32_t neighbour, uint32_t number)
{
	struct zone_node *node = zone_node(viewer->zone, number);
	uint32_t fragment = 0;

	do {
		struct span bytes = zone_fragment(viewer->zone, number, fragment);

		assert_int_equal(viewer_bring(viewer, neighbour, bytes), DROP_NONE);
	} while (++fragment < node->count);
}

/* The node's number in the viewer's database, or DATABASE_NONE. */
static inline uint32_t viewer_find(const struct viewer *viewer, uint32_t number)
{
	return database_find(viewer->database, &zone_node(viewer->zone, number)->address);
}

static inline bool viewer_connected(const struct viewer *viewer, uint32_t number)
{
	uint32_t node = viewer_find(viewer, number);

	return node != DATABASE_NONE && database_connected(viewer->database, node);
}

/* Takes all news; returns how many pieces. */
static inline uint32_t viewer_news(struct viewer *viewer)
{
	uint32_t fragment, from, count = 0;

	while (database_news(viewer->database, &fragment, &from))
		count++;
	return count;
}

/* The sums are those that a look at all fragments gives. */
static inline void viewer_check_sums(const struct viewer *viewer)
{
	const struct database *database = viewer->database;
	uint64_t sums[DATABASE_BUCKETS] = {0};
	uint64_t digest = 0;
	uint32_t nodes = 0;

	for (uint32_t node = 0; node < viewer->limits.nodes; node++)
		nodes += database_connected(database, node);
	for (uint32_t i = 0; i < database_fragments(database); i++) {
		struct database_fragment fragment;
		uint8_t bytes[RECORD_MAX];

		if (!database_fragment(database, i, &fragment) ||
		    !database_connected(database, fragment.node))
			continue;
		assert_int_equal(database_copy(database, i, bytes), fragment.size);
		assert_true(record_hash(bytes, fragment.size, realm.network_id) == fragment.hash);
		sums[database_bucket(database, i)] += fragment.hash;
		digest += fragment.hash;
	}
	for (uint32_t bucket = 0; bucket < DATABASE_BUCKETS; bucket++)
		assert_true(database_sum(database, bucket) == sums[bucket]);
	assert_true(database_digest(database) == digest);
	assert_int_equal(database_nodes(database), nodes);
}

#endif
