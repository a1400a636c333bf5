/* What a node shows of itself: read-only walks over its parts. */
#include "node/value.h"

#include <string.h>

static void drops_add(struct drops *sum, const struct drops *more)
{
	for (uint32_t i = 0; i < DROP_COUNT; i++)
		sum->counts[i] += more->counts[i];
}

/* The largest packet any running link carries, within PACKET_MAX; packets for a narrower path are
 * answered by packet too big. Without a link what Ethernet carries, so that the size rarely
 * changes. */
static uint32_t packet_size(const struct node *node)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < node->limits.links; i++)
		if (node->links[i].running && node->links[i].mtu > most)
			most = node->links[i].mtu;
	if (most == 0)
		return PACKET_MAX;
	return most < PACKET_MAX ? most : PACKET_MAX;
}

void node_status(const struct node *node, instant now, struct node_status *status)
{
	*status = (struct node_status){
		.address = node->own,
		.closed = node->closed,
		.duplicate = !instant_reached(now, node->duplicate_until),
		.zone = node->settings.zone,
		.boot_epoch = node->settings.boot_epoch,
		.generation = node->keys[0].certificate.generation,
		.mtu = packet_size(node),
		.peers = pool_count(node_peer_pool(node)),
		.neighbours = mesharp_count(node_mesharp(node)),
		.staged = staging_count(node_staging(node)),
		.drops = node->drops,
	};
	memcpy(status->public_key, node->identity.public_key, IDENTITY_PUBLIC);
	memcpy(status->network_id, node->network_id, NETWORK_ID);
	for (uint32_t i = 0; i < WORKERS; i++)
		drops_add(&status->drops, worker_drops(node_worker(node, i)));
}

bool node_neighbours(const struct node *node, instant now, uint32_t *cursor,
		     struct node_neighbour *neighbour)
{
	struct mesharp_entry entry;

	if (!mesharp_entries(node_mesharp(node), cursor, &entry))
		return false;
	*neighbour = (struct node_neighbour){
		.address = entry.address,
		.link = entry.link,
		.lladdr = entry.lladdr,
		.state = entry.state,
		.rtt_us = entry.rtt_us,
		.loss_ppm = entry.loss_ppm,
		.metric_us = entry.metric_us,
		.since = instant_since(now, entry.since),
	};
	return true;
}

static void session_figures(const struct node *node, uint32_t index, struct node_session *shown)
{
	uint32_t generation = node_peer_generation(node, index);

	for (uint32_t i = 0; i < WORKERS; i++) {
		const struct worker_peer *seen = worker_peer_seen(node_worker(node, i), index);
		if (seen->generation != generation)
			continue;
		shown->tx_packets += seen->tx_packets;
		shown->rx_packets += seen->rx_packets;
		shown->rx_replay += seen->rx_replay;
	}
}

bool node_sessions(const struct node *node, instant now, uint32_t *cursor,
		   struct node_session *shown)
{
	const struct pool *pool = node_peer_pool(node);

	while (*cursor < pool_capacity(pool) && !pool_used(pool, *cursor))
		(*cursor)++;
	if (*cursor >= pool_capacity(pool))
		return false;
	uint32_t index = (*cursor)++;
	const struct peer *peer = node_peer(node, index);
	const struct session_keys *keys = &peer->session.places[SESSION_CONFIRMED];
	*shown = (struct node_session){
		.address = peer->address,
		.usable = session_usable(&peer->session),
		.handshaking = peer->session.attempt.active,
	};
	if (shown->usable) {
		shown->suite = (uint8_t)keys->keys.suite;
		shown->epoch = keys->keys.epoch;
		shown->age = instant_since(now, keys->made);
	}
	session_figures(node, index, shown);
	return true;
}

/* The metric as it is now; the snapshot says only which way is best. */
static uint32_t metric_us_to(const struct node *node, const struct address *address)
{
	struct mesharp_entry best;

	return mesharp_best(node_mesharp(node), address, &best) ? best.metric_us : 0;
}

bool node_routes(const struct node *node, uint32_t *cursor, struct node_route *route)
{
	const struct pool *pool = node_peer_pool(node);

	for (; *cursor < pool_capacity(pool); (*cursor)++) {
		if (!pool_used(pool, *cursor))
			continue;
		const struct destination *to = forwarding_at(node_forwarding(node), *cursor);
		if (to->reach != REACH_NOW)
			continue;
		*route = (struct node_route){.address = to->address,
					     .next_hop = to->address,
					     .link = to->link,
					     .metric_us = metric_us_to(node, &to->address),
					     .hops = 1,
					     .mtu = to->mtu};
		(*cursor)++;
		return true;
	}
	return false;
}
