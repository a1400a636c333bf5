/* One pass over the peers; the slots take turns, so a reader of the last snapshot is not disturbed.
 */
#include "node/publish.h"

#include <sodium.h>

static bool hopeful(enum neighbour_state hope)
{
	switch (hope) {
	case NEIGHBOUR_NONE:
	case NEIGHBOUR_LOST:
	case NEIGHBOUR_BLOCKED:
		return false;
	case NEIGHBOUR_HEARD:
	case NEIGHBOUR_HANDSHAKE:
	case NEIGHBOUR_ONEWAY:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		return true;
	}
	return false;
}

static struct destination destination_of(const struct node *node, uint32_t index)
{
	const struct peer *peer = node_peer(node, index);
	const struct session *session = &peer->session;
	struct destination made = {
		.address = peer->address,
		.generation = node_peer_generation(node, index),
		.seal = forwarding_seal_key(&session->places[SESSION_CONFIRMED]),
		.hopeful = hopeful(mesharp_hope(node_mesharp(node), &peer->address)),
	};

	for (uint32_t place = 0; place < SESSION_PLACES; place++)
		made.open[place] = forwarding_open_key(&session->places[place]);
	return made;
}

void publish(struct node *node)
{
	const struct pool *pool = node_peer_pool(node);
	uint32_t next = slots_spare(&node->sessions);
	struct forwarding *snapshot = node_snapshot(node, next);

	forwarding_clear(snapshot, ++node->forwarding_serial);
	for (uint32_t i = pool_oldest(pool); i != POOL_NONE; i = pool_newer(pool, i)) {
		struct destination made = destination_of(node, i);
		forwarding_put(snapshot, i, &made);
		sodium_memzero(&made, sizeof(made));
	}
	worker_follow(node_worker(node, WORKER_CONTROL), snapshot);
	if (!node_lends_lanes(node))
		worker_follow(node_worker(node, WORKER_PACKETS), snapshot);
	node->past |= 1U << slots_published(&node->sessions);
	node->past &= ~(1U << next);
	slots_publish(&node->sessions, next);
	node->stale = false;
	node->fresh = true;
}

void publish_forget(struct node *node)
{
	for (uint32_t slot = 0; slot < node->sessions.count; slot++) {
		if ((node->past >> slot & 1) == 0 || !slots_idle(&node->sessions, slot))
			continue;
		forwarding_clear(node_snapshot(node, slot), 0);
		node->past &= ~(1U << slot);
	}
}
