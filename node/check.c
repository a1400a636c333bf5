/* One pass over the peers and one over the neighbours; each line is an invariant that some other
 * file of the room keeps. */
#include "node/check.h"

#include "node/value.h"

/* Serials are given once: each is one that was given, and no two places share one. */
static void check_keys(const struct node *node, const struct session *session)
{
	for (uint32_t i = 0; i < SESSION_PLACES; i++) {
		uint64_t serial = session->places[i].serial;
		REQUIRE(serial <= node->serial);
		for (uint32_t j = 0; j < i; j++)
			REQUIRE(serial == 0 || serial != session->places[j].serial);
	}
	const struct session_keys *confirmed = &session->places[SESSION_CONFIRMED];
	const struct session_keys *previous = &session->places[SESSION_PREVIOUS];
	REQUIRE(confirmed->serial == 0 || confirmed->keys.epoch <= session->last_epoch);
	REQUIRE(confirmed->serial == 0 || previous->serial == 0 ||
		previous->keys.epoch <= confirmed->keys.epoch);
}

static void check_peer(const struct node *node, uint32_t index)
{
	const struct peer *peer = node_peer(node, index);

	REQUIRE(table_find(node_peer_table(node), peer->address.bytes) == index);
	REQUIRE(!address_equal(&peer->address, &node->own));
	REQUIRE(peer->way.link < node->limits.links);
	REQUIRE(peer->queue.count <= STAGED_PER_PEER);
	REQUIRE(peer->queue.count == 0 || peer->queue.head != 0);
	check_keys(node, &peer->session);
}

/* What workers go by is what the control side knows, unless it knows that it is not. */
static void check_destination(const struct node *node, uint32_t index)
{
	const struct peer *peer = node_peer(node, index);
	const struct forwarding *forwarding = node_forwarding(node);

	REQUIRE(forwarding_by_address(forwarding, &peer->address) == index);
	const struct destination *destination = forwarding_at(forwarding, index);
	REQUIRE(destination->generation == node_peer_generation(node, index));
	REQUIRE(destination->seal.serial == peer->session.places[SESSION_CONFIRMED].serial);
}

/* A node in the FIB has its next hops on running links. It may have expired from the database
 * since; then paths are about to be computed. */
static void check_fib(const struct node *node)
{
	const struct fib *fib = node_fib(node);

	for (uint32_t i = 0; i < fib_nodes(fib); i++) {
		const struct fib_node *to = fib_node(fib, i);
		REQUIRE(!address_equal(&to->address, &node->own));
		REQUIRE(fib_by_address(fib, &to->address) == i);
		for (uint32_t lane = 0; lane < WIRE_LANES && !to->lost; lane++) {
			const struct fib_hop *hop = fib_hop(fib, to->next[lane]);
			REQUIRE(hop->link < node->limits.links &&
				node_link_at(node, hop->link)->running);
		}
	}
}

static void check_peers(const struct node *node)
{
	const struct pool *pool = node_peer_pool(node);
	uint32_t staged = 0;

	for (uint32_t i = pool_oldest(pool); i != POOL_NONE; i = pool_newer(pool, i)) {
		check_peer(node, i);
		staged += node_peer(node, i)->queue.count;
		if (!node->stale)
			check_destination(node, i);
	}
	REQUIRE(pool_count(pool) == table_count(node_peer_table(node)));
	REQUIRE(pool_count(pool) <= node->limits.peers);
	staged += node->limbo.count;
	REQUIRE(staged == staging_count(node_staging(node)) && staged <= node->limits.staged);
}

/* A neighbour in use stands on a running link and on keys that are held. */
static void check_neighbour(const struct node *node, const struct mesharp_entry *entry)
{
	REQUIRE(entry->link < node->limits.links && node_link_at(node, entry->link)->running);
	REQUIRE(!address_equal(&entry->address, &node->own));
	if (entry->state != NEIGHBOUR_TWOWAY && entry->state != NEIGHBOUR_SYNC &&
	    entry->state != NEIGHBOUR_FULL)
		return;
	uint32_t index = table_find(node_peer_table(node), entry->address.bytes);
	REQUIRE(index != TABLE_NONE && session_usable(&node_peer(node, index)->session));
}

void node_check(const struct node *node)
{
	uint32_t seen = NODE_CHECK_ALL;

	node_check_new(node, &seen);
}

void node_check_new(const struct node *node, uint32_t *seen)
{
	struct mesharp_entry entry;
	uint32_t cursor = 0, neighbours = 0;

	REQUIRE(slots_published(&node->sessions) < node->sessions.count);
	REQUIRE(slots_published(&node->fibs) < node->fibs.count);
	check_peers(node);
	if (!node->fib_stale && *seen != slots_published(&node->fibs)) {
		check_fib(node);
		*seen = slots_published(&node->fibs);
	}
	while (mesharp_entries(node_mesharp(node), &cursor, &entry)) {
		check_neighbour(node, &entry);
		neighbours++;
	}
	REQUIRE(neighbours == mesharp_count(node_mesharp(node)));
	REQUIRE(neighbours <= node->limits.neighbours);
}
