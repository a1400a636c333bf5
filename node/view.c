/* What a node shows of itself: read-only walks over its parts. */
#include "node/routing.h"
#include "node/value.h"

#include <sodium.h>
#include <string.h>

bool node_in_network(const struct node *node, const uint8_t *key)
{
	return sodium_memcmp(key, node->network_key, sizeof(node->network_key)) == 0;
}

/* The largest packet any running link carries, within PACKET_MAX; packets for a narrower path are
 * answered by packet too big. Without a link what Ethernet carries, so that the size rarely
 * changes. */
static uint32_t packet_size(const struct node *node)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < node->limits.links; i++)
		if (node_link_at(node, i)->running && node_link_at(node, i)->mtu > most)
			most = node_link_at(node, i)->mtu;
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
		.full = !instant_reached(now, node->full_until),
		.flags = routing_flags(node),
		.listed = node->listed,
		.members = node->members,
		.zone = node->settings.zone,
		.boot_epoch = node->settings.boot_epoch,
		.generation = node->keys[0].certificate.generation,
		.mtu = packet_size(node),
		.peers = pool_count(node_peer_pool(node)),
		.neighbours = mesharp_count(node_mesharp(node)),
		.staged = staging_count(node_staging(node)),
		.nodes = database_nodes(route_database(node_route(node))),
		.synced = fib_synced(node_fib(node)),
		.drops = node->drops,
	};
	memcpy(status->public_key, node->identity.public_key, IDENTITY_PUBLIC);
	memcpy(status->network_id, node->network_id, NETWORK_ID);
	for (uint32_t i = 0; i < node_workers(node); i++)
		drops_add(&status->drops, worker_drops(node_worker(node, i)));
}

uint64_t node_publications(const struct node *node)
{
	return node->forwarding_serial;
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

	for (uint32_t i = 0; i < node_workers(node); i++) {
		struct worker_peer seen = worker_look(node_worker(node, i), index, generation);
		shown->tx_packets += seen.tx_packets;
		shown->rx_packets += seen.rx_packets;
		shown->tx_frames += seen.tx_frames;
		shown->rx_frames += seen.rx_frames;
		shown->rx_replay += seen.rx_replay;
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

bool node_routes(const struct node *node, uint32_t *cursor, struct node_route *route)
{
	const struct fib *fib = node_fib(node);
	const struct database *database = route_database(node_route(node));
	struct path path;

	while (*cursor < fib_nodes(fib) && fib_node(fib, *cursor)->lost)
		(*cursor)++;
	if (*cursor >= fib_nodes(fib))
		return false;
	const struct fib_node *to = fib_node(fib, (*cursor)++);
	const struct fib_hop *hop = fib_hop(fib, to->next[WIRE_LANE_CONTROL]);
	paths_to(route_paths(node_route(node)), database_find(database, &to->address), &path);
	*route = (struct node_route){.address = to->address,
				     .next_hop = hop->address,
				     .link = hop->link,
				     .metric_us = path.metric_us,
				     .hops = path.hops,
				     .mtu = to->mtu};
	return true;
}
