/* Routing knows addresses, the neighbour table links and link addresses; of several links to one
 * node the best carries frames, and all of them bound what the node may be sent. */
#include "node/routing.h"

#include "base/bytes.h"
#include "node/members.h"
#include "node/sealed.h"

#include <string.h>

uint8_t routing_flags(const struct node *node)
{
	return (uint8_t)((node->settings.no_transit ? RECORD_NO_TRANSIT : 0) |
			 (node->leaving ? RECORD_LEAVING : 0));
}

static struct route_self routing_self(const struct node *node)
{
	return (struct route_self){
		.identity = &node->identity,
		.certificate = &node->keys[0].certificate,
		.epoch = node->settings.boot_epoch,
		.instance = node->instance,
		.flags = routing_flags(node),
	};
}

/* The least MTU of all links in use to a node. */
static uint32_t routing_mtu(const struct node *node, const struct address *address)
{
	struct mesharp_entry entry;
	uint32_t cursor = 0, least = PACKET_MAX;

	while (mesharp_of(node_mesharp(node), address, &cursor, &entry)) {
		uint32_t mtu = node_link_at(node, entry.link)->mtu;
		if (mtu < least)
			least = mtu;
	}
	return least;
}

void routing_neighbour(struct node *node, instant now, const struct address *address)
{
	struct route_neighbour told;
	struct mesharp_entry entry;

	if (!mesharp_proven(node_mesharp(node), address, &entry)) {
		route_parted(node_route(node), now, address);
		return;
	}
	/* It is kept in the node, of whose bytes none is left to chance. */
	memset(&told, 0, sizeof(told));
	told.address = *address;
	told.full = entry.state == NEIGHBOUR_FULL;
	told.metric_us = entry.metric_us;
	told.mtu = routing_mtu(node, address);
	told.quality = entry.quality;
	told.medium = node_link_at(node, entry.link)->radio ? MEDIUM_RADIO : MEDIUM_WIRE;
	told.rtt_us = entry.rtt_us;
	told.crowd = entry.crowd;
	told.lazy = entry.crowd && !entry.eager;
	if (!route_neighbour(node_route(node), now, &told))
		node_count(node, DROP_NEIGHBOURS_FULL);
	/* Another link to a node that is level is level, too. */
	if (told.full)
		mesharp_level(node_mesharp(node), now, address);
}

void routing_stranded(struct node *node, instant now, const struct address *address)
{
	const struct fib *fib = node_fib(node);

	if (fib_synced(fib) && fib_by_address(fib, address) == FIB_NONE)
		mesharp_stranded(node_mesharp(node), now, address);
}

void routing_link(struct node *node, instant now, uint32_t link)
{
	struct mesharp_entry entry;
	uint32_t cursor = 0;

	while (mesharp_entries(node_mesharp(node), &cursor, &entry)) {
		if (entry.link == link && entry.state == NEIGHBOUR_FULL)
			routing_neighbour(node, now, &entry.address);
	}
}

void routing_digest(struct node *node, instant now, const struct address *address,
		    const uint8_t digest[8], uint32_t nodes)
{
	struct reader in = reader_of(digest, 8);

	route_digest_heard(node_route(node), now, address, reader_u64(&in), nodes);
}

void routing_tell(const struct node *node, uint8_t digest[8], uint16_t *nodes)
{
	const struct database *database = route_database(node_route(node));
	struct writer out = writer_of(digest, 8);
	uint32_t count = database_nodes(database);

	writer_u64(&out, database_digest(database));
	*nodes = count < UINT16_MAX ? (uint16_t)count : UINT16_MAX;
}

enum drop routing_message(struct node *node, instant now, const struct address *from,
			  struct span message)
{
	const struct route_self self = routing_self(node);

	return route_message(node_route(node), now, &self, from, message, &node->drops);
}

static void routing_send(struct node *node, instant now, const struct route_action *action,
			 struct outbox *outbox)
{
	uint32_t index = table_find(node_peer_table(node), action->neighbour.bytes);
	struct mesharp_entry entry;

	if (index == TABLE_NONE || !mesharp_proven(node_mesharp(node), &action->neighbour, &entry))
		return;
	const struct way way = {.link = entry.link, .to = entry.lladdr};
	sealed_send(node, now, index, &way, (struct span){action->message, action->size}, outbox);
}

static void routing_duplicate(struct node *node, instant now, struct outbox *outbox)
{
	if (instant_reached(now, node->duplicate_until))
		outbox_notice(outbox, &(struct notice){.kind = NOTICE_DUPLICATE_NODE,
						       .address = node->own});
	node->duplicate_until = instant_after(now, duration_ms(DUPLICATE_MS));
}

/* A neighbour left. A record that one of its earlier lives made says nothing of the one whose
 * certificate we hold. */
static void routing_gone(struct node *node, instant now, const struct address *address)
{
	const struct database *database = route_database(node_route(node));
	uint32_t number = database_find(database, address);
	uint32_t index = table_find(node_peer_table(node), address->bytes);
	struct certificate certificate;

	if (index == TABLE_NONE || number == DATABASE_NONE ||
	    !database_certificate(database, number, &certificate) ||
	    certificate.generation < node_peer(node, index)->certificate.generation)
		return;
	mesharp_gone(node_mesharp(node), now, address);
}

bool routing_step(struct node *node, instant now, struct outbox *outbox)
{
	const struct route_self self = routing_self(node);
	struct route_action action;

	if (!route_next(node_route(node), now, &self, &action))
		return false;
	switch (action.deed) {
	case ROUTE_SEND:
		routing_send(node, now, &action, outbox);
		break;
	case ROUTE_LEVEL:
		mesharp_level(node_mesharp(node), now, &action.neighbour);
		break;
	case ROUTE_CHANGED:
		node->fib_stale = true;
		break;
	case ROUTE_DUPLICATE:
		routing_duplicate(node, now, outbox);
		break;
	case ROUTE_GONE:
		routing_gone(node, now, &action.neighbour);
		break;
	}
	return true;
}

/* One notice in 5 minutes, however many records find no room. */
static void routing_tell_full(struct node *node, instant now, struct outbox *outbox)
{
	uint64_t refused = node->drops.counts[DROP_DATABASE_FULL];

	if (refused == node->full_told)
		return;
	if (instant_reached(now, node->full_until))
		outbox_notice(outbox,
			      &(struct notice){.kind = NOTICE_DATABASE_FULL, .address = node->own});
	node->full_told = refused;
	node->full_until = instant_after(now, duration_ms(DATABASE_FULL_MS));
}

void routing_news(struct node *node, instant now, struct outbox *outbox)
{
	uint32_t nodes = database_nodes(route_database(node_route(node)));
	bool synced = fib_synced(node_fib(node));

	if (!outbox_spare(outbox))
		return;
	routing_tell_full(node, now, outbox);
	if (node->leaving && !node->left_told && route_left(node_route(node))) {
		outbox_notice(outbox, &(struct notice){.kind = NOTICE_LEFT, .address = node->own});
		node->left_told = true;
	}
	if (nodes == node->nodes_told && synced == node->synced_told)
		return;
	node->nodes_told = nodes;
	node->synced_told = synced;
	outbox_notice(outbox, &(struct notice){.kind = NOTICE_ZONE,
					       .address = node->own,
					       .nodes = nodes,
					       .synced = synced});
}

static uint32_t routing_add_hop(const struct node *node, const struct mesharp_entry *best,
				struct fib *fib)
{
	struct fib_hop made;

	/* It is kept in the node, of whose bytes none is left to chance. */
	memset(&made, 0, sizeof(made));
	made.address = best->address;
	made.link = best->link;
	made.to = best->lladdr;
	made.shortcut = best->state == NEIGHBOUR_TWOWAY;
	made.mtu = node_link_at(node, best->link)->mtu;
	return fib_add_hop(fib, &made);
}

/* Every neighbour in use is a next hop by its best link; frames from any of its links are its. So
 * is one that is proven and not adjacent, for what is meant for itself; neighbours in use find room
 * first. */
static void routing_add_hops(const struct node *node, enum neighbour_state state, struct fib *fib)
{
	struct mesharp_entry entry, best;
	uint32_t cursor = 0;

	while (mesharp_entries(node_mesharp(node), &cursor, &entry)) {
		if (entry.state != state)
			continue;
		if (!mesharp_best(node_mesharp(node), &entry.address, &best))
			best = entry;
		uint32_t hop = fib_hop_of(fib, &entry.address);
		if (hop == FIB_NONE)
			hop = routing_add_hop(node, &best, fib);
		if (hop != FIB_NONE)
			fib_add_way(fib, entry.link, entry.lladdr, hop);
	}
}

/* True if a path leads to anybody: by then all the others are known, too. Records alone are not
 * enough, as paths are computed a little after them. */
static bool routing_synced(const struct node *node)
{
	const struct route *route = node_route(node);
	struct path path = {.reached = false};

	for (uint32_t number = DATABASE_OWN + 1; number < node->limits.route.nodes; number++) {
		if (database_used(route_database(route), number))
			paths_to(route_paths(route), number, &path);
		if (path.reached)
			return true;
	}
	return false;
}

/* The next hop of a lane: the node itself where it is proven and not adjacent, else the path's, or
 * if that is no neighbour in use now of another lane, whose path is as
 * short, or else the alternate; FIB_NONE if none of them is in use. */
static uint32_t routing_hop(const struct database *database, const struct fib *fib,
			    const struct path *path, const struct address *to, uint32_t lane)
{
	uint32_t hop = fib_hop_of(fib, to);

	if (hop != FIB_NONE && fib_hop(fib, hop)->shortcut)
		return hop;
	hop = fib_hop_of(fib, database_address(database, path->next[lane]));
	for (uint32_t i = 0; i < WIRE_LANES && hop == FIB_NONE; i++)
		hop = fib_hop_of(fib, database_address(database, path->next[i]));
	if (hop == FIB_NONE && path->alternate != DATABASE_NONE)
		hop = fib_hop_of(fib, database_address(database, path->alternate));
	return hop;
}

/* False if all its next hops are gone. */
static bool routing_node_of(const struct database *database, const struct fib *fib,
			    const struct path *path, struct fib_node *node)
{
	uint32_t least = path->mtu < PACKET_MAX ? path->mtu : PACKET_MAX;

	for (uint32_t lane = 0; lane < WIRE_LANES; lane++) {
		uint32_t hop = routing_hop(database, fib, path, &node->address, lane);
		if (hop == FIB_NONE)
			return false;
		node->next[lane] = (uint16_t)hop;
		least = fib_hop(fib, hop)->mtu < least ? fib_hop(fib, hop)->mtu : least;
	}
	node->mtu = (uint16_t)least;
	return true;
}

/* A node that began anew has lost the keys we share; the certificate of its record tells. */
static void routing_renew(struct node *node, instant now)
{
	const struct database *database = route_database(node_route(node));
	const struct pool *pool = node_peer_pool(node);
	struct certificate certificate;

	for (uint32_t i = pool_oldest(pool); i != POOL_NONE; i = pool_newer(pool, i)) {
		struct peer *peer = node_peer(node, i);
		uint32_t number = database_find(database, &peer->address);
		if (number == DATABASE_NONE || !session_usable(&peer->session) ||
		    peer->session.attempt.active ||
		    !database_certificate(database, number, &certificate) ||
		    certificate.generation <= peer->certificate.generation)
			continue;
		session_want(&peer->session, now);
		timers_set(node_timers(node), TIMER_PEERS + i, now);
	}
}

void routing_publish(struct node *node, instant now)
{
	const struct route *route = node_route(node);
	const struct database *database = route_database(route);
	uint32_t next = slots_spare(&node->fibs);
	struct fib *fib = node_fib_at(node, next);

	fib_clear(fib, ++node->fib_serial, routing_synced(node));
	if (node->listed)
		fib_close(fib);
	routing_add_hops(node, NEIGHBOUR_FULL, fib);
	routing_add_hops(node, NEIGHBOUR_TWOWAY, fib);
	for (uint32_t number = DATABASE_OWN + 1; number < node->limits.route.nodes; number++) {
		struct fib_node made = {0};
		struct path path;
		if (!database_used(database, number) || !database_mapped(database, number))
			continue;
		paths_to(route_paths(route), number, &path);
		made.address = *database_address(database, number);
		if (!members_hold(node, &made.address))
			continue;
		made.lost = path.reached && !routing_node_of(database, fib, &path, &made);
		if (path.reached)
			fib_add_node(fib, &made);
	}
	slots_publish(&node->fibs, next);
	node->fib_stale = false;
	node->fresh = true;
	routing_renew(node, now);
}
