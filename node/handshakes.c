/* Frames of strangers are looked at in order of cost: form, destination, list of members, mac1,
 * rates and cookie, then Noise, then the certificate. State changes once, at the end. */
#include "node/handshakes.h"

#include "node/members.h"
#include "node/peers.h"
#include "node/sealed.h"

#include <sodium.h>
#include <string.h>

static struct handshake_self self_with(const struct node *node, const struct own_key *key,
				       const struct way *way)
{
	struct handshake_self self = {
		.address = &node->own,
		.session = &key->pair,
		.certificate = &key->certificate,
		.network_key = node->network_key,
		.suites = node->settings.suites,
		.boot_epoch = node->settings.boot_epoch,
		.instance = node->instance,
		.remote = way->remote,
	};

	if (!way->remote) {
		self.lladdr = node_link_at(node, way->link)->lladdr;
		self.interface = mesharp_interface(way->link);
	}
	return self;
}

/* The way a frame came is the way its answer goes. */
static struct way way_back(uint32_t link, struct lladdr from, uint8_t hop_limit)
{
	return (struct way){.link = link, .to = from, .remote = hop_limit != WIRE_HOP_LIMIT};
}

/* True if the place a node says it is at is the one its frame came from; who is no neighbour is at
 * none. */
static bool place_true(const struct way *way, const struct handshake_peer *peer)
{
	const struct lladdr place = way->remote ? (struct lladdr){{0}} : way->to;

	return lladdr_equal(&peer->lladdr, &place);
}

/* Serials start at 1 and outlive any node. */
static uint64_t next_serial(struct node *node)
{
	return ++node->serial;
}

/* Relays have to know which of two nodes with one id is meant. */
static void write_destination(const struct node *node, const struct way *way,
			      const struct address *to, struct writer *out)
{
	if (way->remote && fib_conflict(node_fib(node), to))
		writer_copy(out, to->bytes + ADDRESS_PREFIX, ADDRESS_HASH);
}

void handshakes_ask(struct node *node, instant now, uint32_t index, struct outbox *outbox)
{
	struct peer *peer = node_peer(node, index);
	struct session *session = &peer->session;
	struct handshake_self self = self_with(node, &node->keys[0], &peer->way);
	uint8_t ephemeral[AGREE_KEY], number[8];
	struct handshake_pending pending;
	uint8_t *room = node_room(node, peer->way.link, WIRE_INITIATION + ADDRESS_HASH, outbox);

	if (room == NULL)
		return;
	rng_fill(&node->rng, ephemeral, sizeof(ephemeral));
	rng_fill(&node->rng, number, sizeof(number));
	struct reader reader = reader_of(number, sizeof(number));
	struct handshake_offer offer = {
		.number = reader_u64(&reader),
		.last_epoch = session->last_epoch,
		.sequence = ++node->sequence,
		.cookie = instant_reached(now, session->cookie_until) ? NULL : session->cookie,
		.ephemeral = ephemeral,
	};
	struct writer out = writer_of(room, WIRE_INITIATION + ADDRESS_HASH);
	bool begun = handshake_begin(&self, &peer->address, peer->certificate.session_key, &offer,
				     &pending, &out);
	if (begun) {
		write_destination(node, &peer->way, &peer->address, &out);
		outbox_frame(outbox, peer->way.link, peer->way.to, out.used);
		session_asked(session, now, &pending);
		/* Neighbours that are strangers are asked again when the neighbour table says so,
		 * within its rate. */
		if (!session_usable(session) && !peer->way.remote)
			session->attempt.retry = INSTANT_NEVER;
		sodium_memzero(&pending, sizeof(pending));
	} else {
		node_count(node, DROP_HANDSHAKE);
	}
	sodium_memzero(ephemeral, sizeof(ephemeral));
}

/* The key of ours an INITIATION was made for, or NULL. */
static const struct own_key *key_meant(const struct node *node, instant now, const uint8_t *frame,
				       const struct initiation *initiation)
{
	for (uint32_t i = 0; i < 2; i++) {
		const struct own_key *key = &node->keys[i];
		if (!instant_reached(now, key->until) &&
		    cookie_mac1_good(&key->cookies, frame, INITIATION_MAC1, initiation->mac1))
			return key;
	}
	return NULL;
}

/* What a cookie is bound to: where the INITIATION came from, and of one that was relayed, for whom
 * the next hop is the same as for all others, who sends it. */
static struct lladdr cookie_place(const struct way *way, const struct initiation *initiation)
{
	struct lladdr place = way->to;

	if (way->remote)
		memcpy(place.bytes, initiation->source.bytes, LLADDR);
	return place;
}

/* Answers an INITIATION by a cookie: the reason why it is answered by nothing else. */
static enum drop cookie_send(struct node *node, instant now, const struct way *way,
			     const struct own_key *key, const struct initiation *initiation,
			     struct outbox *outbox)
{
	uint8_t *room = outbox_room(outbox, WIRE_COOKIE_REPLY);
	uint8_t cookie[WIRE_COOKIE];
	struct cookie_reply reply = {.destination = initiation->source,
				     .source = address_id(&node->own),
				     .remote = way->remote,
				     .number = initiation->number};

	if (room == NULL)
		return DROP_OUTBOX_FULL;
	struct writer out = writer_of(room, WIRE_COOKIE_REPLY);
	cookie_bake(&node->jar, now, &node->rng, mesharp_interface(way->link),
		    cookie_place(way, initiation), cookie);
	cookie_reply_write(&reply, &key->cookies, &node->rng, initiation->mac1, cookie, &out);
	outbox_frame(outbox, way->link, way->to, out.used);
	return DROP_COOKIE;
}

/* The peer with keys that an INITIATION claims to be from, or NULL. */
static struct peer *peer_claimed(const struct node *node, const struct initiation *initiation)
{
	uint32_t index = forwarding_by_id(node_forwarding(node), &initiation->source);

	if (index == UINT32_MAX || !pool_used(node_peer_pool(node), index) ||
	    !session_held(&node_peer(node, index)->session))
		return NULL;
	return node_peer(node, index);
}

/* Whether this INITIATION may cost us curve operations. A peer has a rate of its own and half of
 * the rate of all; what goes beyond its own may be forged in its name and counts as a stranger's. A
 * stranger shows a cookie when half of its rate is spent. */
static enum drop initiation_rate(struct node *node, instant now, const struct way *way,
				 const uint8_t *frame, const struct initiation *initiation,
				 const struct own_key *key, struct outbox *outbox)
{
	struct peer *peer = peer_claimed(node, initiation);
	struct bucket *all = &node->handshakes_all;
	struct bucket *place = &node->place_handshakes[node_place(node, way->link, way->to)];
	struct bucket *strangers = &node->handshakes_strangers;

	if (peer != NULL && bucket_take(&peer->handshakes, RATE_HANDSHAKE_PEER, now))
		return bucket_take(all, RATE_HANDSHAKE_ALL, now) ? DROP_NONE : DROP_RATE_HANDSHAKE;
	if (!bucket_take(place, RATE_HANDSHAKE_PLACE, now) ||
	    bucket_strained(all, RATE_HANDSHAKE_ALL, now) ||
	    !bucket_take(all, RATE_HANDSHAKE_ALL, now))
		return DROP_RATE_HANDSHAKE;
	if (bucket_strained(strangers, RATE_HANDSHAKE_STRANGER, now) &&
	    !cookie_mac2_good(&node->jar, now, &node->rng, mesharp_interface(way->link),
			      cookie_place(way, initiation), frame, INITIATION_MAC2,
			      initiation->mac2))
		return cookie_send(node, now, way, key, initiation, outbox);
	return bucket_take(strangers, RATE_HANDSHAKE_STRANGER, now) ? DROP_NONE
								    : DROP_RATE_HANDSHAKE;
}

/* Answers a handshake whose sender is now known for certain. */
static enum drop initiation_answer(struct node *node, instant now, const struct way *way,
				   const struct own_key *key, const struct handshake_asked *asked,
				   uint32_t index, struct outbox *outbox)
{
	struct session *session = &node_peer(node, index)->session;
	struct handshake_self self = self_with(node, key, way);
	uint8_t *room = outbox_room(outbox, WIRE_RESPONSE + ADDRESS_HASH);
	uint8_t ephemeral[AGREE_KEY];
	struct handshake_keys keys;

	if (!session_newer(session, asked->peer.boot_epoch, asked->peer.sequence))
		return DROP_HANDSHAKE_STALE;
	if (room == NULL)
		return DROP_OUTBOX_FULL;
	struct writer out = writer_of(room, WIRE_RESPONSE + ADDRESS_HASH);
	rng_fill(&node->rng, ephemeral, sizeof(ephemeral));
	enum drop drop =
		handshake_answer(&self, asked, session_next_epoch(session, asked->peer.epoch),
				 ephemeral, &keys, &out);
	if (drop == DROP_NONE) {
		session_answered(session, now, next_serial(node), &asked->peer, &keys,
				 address_lower(&asked->peer.address, &node->own));
		write_destination(node, way, &asked->peer.address, &out);
		outbox_frame(outbox, way->link, way->to, out.used);
	}
	sodium_memzero(&keys, sizeof(keys));
	sodium_memzero(ephemeral, sizeof(ephemeral));
	return drop;
}

static enum drop initiation_admit(struct node *node, instant now, const struct way *way,
				  const struct own_key *key, const struct handshake_asked *asked,
				  struct outbox *outbox)
{
	uint32_t index;

	if (!place_true(way, &asked->peer))
		return DROP_SOURCE_SPOOFED;
	if (address_equal(&asked->peer.address, &node->own))
		return DROP_OWN;
	if (!members_hold(node, &asked->peer.address))
		return DROP_NOT_ALLOWED;
	enum drop drop =
		peers_admit(node, now, way->link, way->to, &asked->peer.certificate, false, &index);
	if (drop == DROP_NONE)
		drop = initiation_answer(node, now, way, key, asked, index, outbox);
	if (drop != DROP_NONE)
		return drop;

	struct peer *peer = node_peer(node, index);
	peer->way = *way;
	node->stale = true;
	sealed_news(node, now, index, outbox);
	if (way->remote)
		return DROP_NONE;
	return mesharp_greeted(node_mesharp(node), now, way->link, way->to, &peer->address,
			       session_usable(&peer->session));
}

/* True if an id in a frame is ours. */
static bool for_us(const struct node *node, const struct node_id *destination)
{
	struct node_id own = address_id(&node->own);

	return node_id_equal(destination, &own);
}

enum drop handshakes_initiation(struct node *node, instant now, uint32_t link, struct lladdr from,
				const uint8_t *frame, size_t size, struct outbox *outbox)
{
	struct initiation initiation;
	struct handshake_asked asked;
	enum drop drop = initiation_read(frame, size, &initiation);

	if (drop == DROP_NONE && !for_us(node, &initiation.destination))
		drop = DROP_NOT_FOR_US;
	if (drop == DROP_NONE && !members_hold_id(node, &initiation.source))
		drop = DROP_NOT_ALLOWED;
	if (drop != DROP_NONE)
		return drop;
	const struct way way = way_back(link, from, initiation.hop_limit);
	const struct own_key *key = key_meant(node, now, frame, &initiation);
	if (key == NULL)
		return DROP_MAC1;
	drop = initiation_rate(node, now, &way, frame, &initiation, key, outbox);
	if (drop != DROP_NONE)
		return drop;

	struct handshake_self self = self_with(node, key, &way);
	drop = handshake_open(&self, frame, size, &asked);
	if (drop == DROP_NONE)
		drop = initiation_admit(node, now, &way, key, &asked, outbox);
	sodium_memzero(&asked, sizeof(asked));
	return drop;
}

/* The peer whose pending attempt has that number, or POOL_NONE. An attempt whose INITIATION is not
 * written yet is keyed by nothing, so nothing may answer it. */
static uint32_t attempt_find(const struct node *node, uint64_t number)
{
	const struct pool *pool = node_peer_pool(node);
	uint32_t index = pool_oldest(pool);

	while (index != POOL_NONE) {
		const struct handshake_pending *pending =
			&node_peer(node, index)->session.attempt.pending;
		if (pending->noise.keyed && pending->number == number)
			return index;
		index = pool_newer(pool, index);
	}
	return POOL_NONE;
}

/* The RESPONSE authenticated: the keys are ours to use. */
static enum drop response_take(struct node *node, instant now, const struct way *way,
			       uint32_t index, const struct handshake_peer *learned,
			       const struct handshake_keys *keys, struct outbox *outbox)
{
	struct peer *peer = node_peer(node, index);
	uint32_t admitted;

	if (!place_true(way, learned))
		return DROP_SOURCE_SPOOFED;
	enum drop drop =
		peers_admit(node, now, way->link, way->to, &learned->certificate, false, &admitted);
	if (drop == DROP_NONE)
		drop = session_finished(&peer->session, now, next_serial(node), keys,
					address_lower(&peer->address, &node->own));
	if (drop != DROP_NONE)
		return drop;
	peer->way = *way;
	sealed_confirmed(node, now, index, outbox);
	sealed_send(node, now, index, way, (struct span){0}, outbox);
	return DROP_NONE;
}

enum drop handshakes_response(struct node *node, instant now, uint32_t link, struct lladdr from,
			      const uint8_t *frame, size_t size, struct outbox *outbox)
{
	struct response response;
	enum drop drop = response_read(frame, size, &response);

	if (drop == DROP_NONE && !for_us(node, &response.destination))
		drop = DROP_NOT_FOR_US;
	if (drop != DROP_NONE)
		return drop;
	if (!cookie_mac1_good(&node->keys[0].cookies, frame, RESPONSE_MAC1, response.mac1))
		return DROP_MAC1;
	uint32_t index = attempt_find(node, response.number);
	if (index == POOL_NONE)
		return DROP_HANDSHAKE_UNASKED;

	struct peer *peer = node_peer(node, index);
	/* Everybody on the wire has seen the number. */
	if (!bucket_take(&peer->responses, RATE_RESPONSE_PEER, now))
		return DROP_RATE_HANDSHAKE;
	const struct way way = way_back(link, from, response.hop_limit);
	struct handshake_self self = self_with(node, &node->keys[0], &way);
	struct handshake_peer learned;
	struct handshake_keys keys;
	drop = handshake_finish(&self, &peer->session.attempt.pending, &peer->address, frame, size,
				&learned, &keys);
	if (drop == DROP_NONE)
		drop = response_take(node, now, &way, index, &learned, &keys, outbox);
	sodium_memzero(&keys, sizeof(keys));
	return drop;
}

enum drop handshakes_cookie(struct node *node, instant now, const uint8_t *frame, size_t size)
{
	struct cookie_reply reply;
	enum drop drop = cookie_reply_read(frame, size, &reply);

	if (drop != DROP_NONE)
		return drop;
	if (!for_us(node, &reply.destination))
		return DROP_NOT_FOR_US;
	uint32_t index = attempt_find(node, reply.number);
	if (index == POOL_NONE)
		return DROP_HANDSHAKE_UNASKED;

	struct peer *peer = node_peer(node, index);
	struct cookie_keys keys;
	cookie_keys_of(&keys, peer->certificate.session_key, node->network_key);
	bool opened = cookie_reply_open(frame, &keys, peer->session.attempt.pending.mac1,
					peer->session.cookie);
	sodium_memzero(&keys, sizeof(keys));
	if (!opened)
		return DROP_AUTHENTICATION;
	peer->session.cookie_until = instant_after(now, duration_ms(WIRE_COOKIE_LIFE_MS));
	return DROP_NONE;
}
