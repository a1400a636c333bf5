/* Peers lie in a pool ordered by when they were last heard; a stranger takes the place of the one
 * heard longest ago that shares no key with us and is no proven neighbour. */
#include "node/peers.h"

#include "node/members.h"

#include <sodium.h>
#include <string.h>

uint32_t peers_find(const struct node *node, const struct address *address)
{
	uint32_t index = table_find(node_peer_table(node), address->bytes);

	return index == TABLE_NONE ? POOL_NONE : index;
}

static bool peer_dispensable(const struct node *node, const struct peer *peer)
{
	if (session_held(&peer->session) || peer->session.attempt.active || peer->queue.count > 0)
		return false;
	switch (mesharp_hope(node_mesharp(node), &peer->address)) {
	case NEIGHBOUR_NONE:
	case NEIGHBOUR_BLOCKED:
	case NEIGHBOUR_LOST:
	case NEIGHBOUR_HEARD:
		return true;
	case NEIGHBOUR_HANDSHAKE:
	case NEIGHBOUR_ONEWAY:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		return false;
	}
	return false;
}

static void peer_forget(struct node *node, uint32_t index)
{
	struct peer *peer = node_peer(node, index);

	table_remove(node_peer_table(node), peer->address.bytes);
	timers_set(node_timers(node), TIMER_PEERS + index, INSTANT_NEVER);
	session_wipe(&peer->session);
	pool_free(node_peer_pool(node), index);
	node->stale = true;
}

void peers_expel(struct node *node, uint32_t index)
{
	struct peer *peer = node_peer(node, index);
	struct staged staged;

	while (staging_take(node_staging(node), &peer->queue, &staged))
		node_count(node, DROP_NOT_ALLOWED);
	peer_forget(node, index);
}

/* A slot for a new peer, or POOL_NONE. */
static uint32_t peers_room(struct node *node)
{
	struct pool *pool = node_peer_pool(node);

	if (pool_count(pool) == pool_capacity(pool)) {
		uint32_t index = pool_oldest(pool);
		while (index != POOL_NONE && !peer_dispensable(node, node_peer(node, index)))
			index = pool_newer(pool, index);
		if (index == POOL_NONE)
			return POOL_NONE;
		peer_forget(node, index);
	}
	return pool_take(pool);
}

static enum drop certificate_check(struct node *node, instant now, uint32_t link,
				   struct lladdr from, const struct certificate *certificate,
				   bool rated)
{
	struct bucket *place = &node->place_certificates[node_place(node, link, from)];

	if (rated &&
	    (!bucket_take(place, RATE_CERTIFICATE_PLACE, now) ||
	     !bucket_take(&node_link_slot(node, link)->certificates, RATE_CERTIFICATE_LINK, now)))
		return DROP_RATE_CERTIFICATE;
	return certificate_verify(certificate, node->network_id) ? DROP_NONE : DROP_CERTIFICATE;
}

/* Keeps a certificate that is newer than what is known, as the peer at `found` or as a new one. */
static uint32_t peers_keep(struct node *node, uint32_t found, const struct certificate *certificate)
{
	const struct address address = certificate_address(certificate);
	uint32_t index = found;

	if (index == POOL_NONE) {
		index = peers_room(node);
		if (index == POOL_NONE)
			return POOL_NONE;
		*node_peer(node, index) = (struct peer){.address = address};
		REQUIRE(table_put(node_peer_table(node), address.bytes, index));
		node->stale = true;
	}
	node_peer(node, index)->certificate = *certificate;
	return index;
}

enum drop peers_admit(struct node *node, instant now, uint32_t link, struct lladdr from,
		      const struct certificate *certificate, bool rated, uint32_t *index)
{
	struct address address = certificate_address(certificate);
	uint32_t found = peers_find(node, &address);

	if (found != POOL_NONE) {
		const struct certificate *known = &node_peer(node, found)->certificate;
		pool_touch(node_peer_pool(node), found);
		*index = found;
		if (certificate_equal(known, certificate))
			return DROP_NONE;
		if (certificate->generation <= known->generation)
			return DROP_CERTIFICATE_OLD;
	}
	enum drop drop = certificate_check(node, now, link, from, certificate, rated);
	if (drop != DROP_NONE)
		return drop;
	found = peers_keep(node, found, certificate);
	if (found == POOL_NONE)
		return DROP_PEERS_FULL;
	*index = found;
	return DROP_NONE;
}

uint32_t peers_introduce(struct node *node, const struct certificate *certificate)
{
	struct address address = certificate_address(certificate);
	uint32_t found = peers_find(node, &address);

	if (found != POOL_NONE) {
		pool_touch(node_peer_pool(node), found);
		if (certificate->generation <= node_peer(node, found)->certificate.generation)
			return found;
	}
	return peers_keep(node, found, certificate);
}

uint32_t peers_meet(struct node *node, const struct address *address)
{
	const struct database *database = route_database(node_route(node));
	uint32_t number = database_find(database, address);
	uint32_t known = peers_find(node, address);
	struct certificate certificate;

	if (known != POOL_NONE)
		return known;
	if (!members_hold(node, address) || number == DATABASE_NONE ||
	    !database_certificate(database, number, &certificate))
		return POOL_NONE;
	return peers_introduce(node, &certificate);
}
