/* Looks inside a node: for its keys, its timers and its count of replays, and for nothing else. Of
 * the simulator only ways.c and chart.c do so too. */
#include "sim/witness.h"

#include "meshp/data.h"
#include "meshp/packet.h"
#include "node/value.h"

#include <string.h>

/* Opens a frame with a set of its sender's keys. */
static bool opens_under(const struct session_keys *keys, const struct data_header *header,
			struct span sealed, uint8_t *plain)
{
	struct aead_key key;

	if (keys->serial == 0 || (keys->keys.epoch & 1) != header->parity)
		return false;
	aead_prepare(NULL, keys->keys.suite, keys->keys.send, &key);
	return data_open(header, &key, sealed, plain);
}

/* The keys of the sender that open a data frame of its own, or NULL. */
static const struct session_keys *keys_of(const struct node *node, const struct data_header *header,
					  struct span sealed, uint8_t *plain)
{
	const struct pool *pool = node_peer_pool(node);

	for (uint32_t i = pool_oldest(pool); i != POOL_NONE; i = pool_newer(pool, i)) {
		const struct session *session = &node_peer(node, i)->session;
		struct node_id id = address_id(&node_peer(node, i)->address);
		bool meant = node_id_equal(&id, &header->destination);
		for (uint32_t place = 0; meant && place < SESSION_PLACES; place++)
			if (opens_under(&session->places[place], header, sealed, plain))
				return &session->places[place];
	}
	return NULL;
}

/* Opens a frame with one of its receiver's keys. */
static bool opened_by(const struct forwarding_key *key, const struct data_header *header,
		      struct span sealed, uint8_t *plain)
{
	struct aead_key ready;

	if (key->serial == 0 || key->parity != header->parity)
		return false;
	aead_prepare(NULL, (enum suite)key->suite, key->key, &ready);
	return data_open(header, &ready, sealed, plain);
}

/* The receiver's key that opens a data frame to it, or NULL. */
static const struct forwarding_key *
key_opening(const struct destination *source, const struct data_header *header, struct span sealed)
{
	uint8_t plain[PACKET_MAX + ASSOCIATED_MAX];

	if (sealed.size > sizeof(plain))
		return NULL;
	for (uint32_t place = 0; place < SESSION_PLACES; place++) {
		if (opened_by(&source->open[place], header, sealed, plain))
			return &source->open[place];
	}
	return NULL;
}

/* Frames of a peer that its windows refused. */
static uint64_t replays_of(const struct node *node, uint32_t peer)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < node_workers(node); i++)
		sum += worker_look(node_worker(node, i), peer, node_peer_generation(node, peer))
			       .rx_replay;
	return sum;
}

static uint64_t full_of(const struct node *node)
{
	return node->drops.counts[DROP_OUTBOX_FULL];
}

/* What neighbours alone say to each other is not opened if it came from further away. */
static bool may_be_opened(const struct data_header *header, size_t sealed)
{
	size_t message = sealed < 1 + WIRE_TAG ? 0 : sealed - 1 - WIRE_TAG;

	return header->lane != WIRE_LANE_CONTROL || header->hop_limit == WIRE_HOP_LIMIT ||
	       message == 0 || message == WIRE_TRACE || message == WIRE_TRACED;
}

static bool is_for(const struct node *node, const struct data_header *header)
{
	struct node_id own = address_id(&node->own);

	return header->addressed ? address_equal(&header->to, &node->own)
				 : node_id_equal(&header->destination, &own);
}

/* The peer a data frame is from, and the key of it that opens it; TABLE_NONE if there is none. */
static uint32_t opening(const struct forwarding *forwarding, const struct data_header *header,
			struct span sealed, const struct forwarding_key **key)
{
	uint32_t peer = header->addressed ? forwarding_by_address(forwarding, &header->from)
					  : forwarding_by_id(forwarding, &header->source);
	bool several = peer != TABLE_NONE && !header->addressed &&
		       forwarding_at(forwarding, peer)->id_conflict;

	if (several)
		peer = forwarding_next(forwarding, &header->source, 0);
	while (peer != TABLE_NONE) {
		*key = key_opening(forwarding_at(forwarding, peer), header, sealed);
		if (*key != NULL)
			return peer;
		peer = several ? forwarding_next(forwarding, &header->source, peer + 1)
			       : TABLE_NONE;
	}
	return TABLE_NONE;
}

void witness_arrival(struct world *world, uint32_t node, const struct frame *frame, bool group,
		     struct arrival *arrival)
{
	const struct node *receiver = world->hosts[node].node;
	struct reader reader = reader_of(frame->bytes, frame->size);
	struct data_header header;

	*arrival = (struct arrival){0};
	if (group ||
	    (frame_form(frame->bytes[0]) != FRAME_FORM_DATA && frame->bytes[1] != FRAME_DATA_EXT))
		return;
	if (data_header_read(&reader, &header) != DROP_NONE || !is_for(receiver, &header) ||
	    !may_be_opened(&header, reader.left))
		return;
	struct span sealed = {reader.at, reader.left};
	const struct forwarding *forwarding = node_forwarding(receiver);
	const struct forwarding_key *key;
	uint32_t peer = opening(forwarding, &header, sealed, &key);
	if (peer == TABLE_NONE)
		return;
	*arrival = (struct arrival){.sealed = true,
				    .peer = peer,
				    .lane = header.lane,
				    .counter = header.counter,
				    .replays = replays_of(receiver, peer),
				    .full = full_of(receiver)};
	memcpy(arrival->key, key->key, AEAD_KEY);
}

void witness_verdict(struct world *world, uint32_t node, const struct arrival *arrival)
{
	const struct node *receiver = world->hosts[node].node;

	if (!arrival->sealed || full_of(receiver) != arrival->full)
		return;
	bool refused = replays_of(receiver, arrival->peer) > arrival->replays;
	bool fresh =
		reference_fresh(&world->reference, arrival->key, arrival->lane, arrival->counter);
	if (fresh && refused)
		world_breach(world, node, "counter %u of lane %u refused though it never came",
			     arrival->counter, arrival->lane);
	else if (!fresh && !refused)
		world_breach(world, node, "counter %u of lane %u opened though it came before",
			     arrival->counter, arrival->lane);
	else if (fresh)
		reference_take(&world->reference, arrival->key, arrival->lane, arrival->counter);
}

/* A timer is set no later than what it is for, and lies in the future. */
static bool timer_right(const struct node *node, instant now, uint32_t id, instant wanted)
{
	instant set = timers_get(node_timers(node), id);

	return set.us > now.us && set.us <= wanted.us;
}

void witness_timers(struct world *world, uint32_t number, instant now)
{
	const struct node *node = world->hosts[number].node;
	const struct pool *pool = node_peer_pool(node);

	for (uint32_t id = 0; id < TIMER_PEERS; id++)
		if (!timer_right(node, now, id, INSTANT_NEVER))
			world_breach(world, number, "timer %u is due", id);
	if (!timer_right(node, now, TIMER_MESHARP, mesharp_deadline(node_mesharp(node))))
		world_breach(world, number, "the neighbours' timer is late");
	for (uint32_t i = pool_oldest(pool); i != POOL_NONE; i = pool_newer(pool, i)) {
		const struct session *session = &node_peer(node, i)->session;
		if (!timer_right(node, now, TIMER_PEERS + i,
				 session_deadline(session, node->settings.rekey)))
			world_breach(world, number, "the timer of peer %u is late", i);
	}
}

static enum frame_kind data_kind(struct world *world, uint32_t node, const uint8_t *bytes,
				 size_t size)
{
	struct reader reader = reader_of(bytes, size);
	struct data_header header;
	uint8_t plain[PACKET_MAX + ASSOCIATED_MAX];

	if (size > sizeof(plain) || data_header_read(&reader, &header) != DROP_NONE) {
		world_breach(world, node, "a data frame of %zu bytes that is none", size);
		return KIND_PACKET;
	}
	struct span sealed = {reader.at, reader.left};
	const struct session_keys *keys = keys_of(world->hosts[node].node, &header, sealed, plain);
	if (keys == NULL)
		world_breach(world, node, "a frame sealed under no key of its sender");
	else if (!nonces_use(&world->nonces, keys->keys.send, header.lane, header.counter))
		world_breach(world, node, "counter %u of lane %u used again under one key",
			     header.counter, header.lane);
	if (header.lane != WIRE_LANE_CONTROL)
		return KIND_PACKET;
	if (sealed.size == 1 + WIRE_TAG)
		return KIND_EMPTY;
	return plain[1] == SEALED_PROBE ? KIND_PROBE : KIND_ROUTING;
}

/* A relay passes on the very frame that came, but for one hop less. */
static bool is_passed_on(const struct world *world, const uint8_t *bytes, size_t size)
{
	uint32_t at = frame_form(bytes[0]) == FRAME_FORM_DATA ? WIRE_DATA_HOP_LIMIT
							      : WIRE_CONTROL_HOP_LIMIT;
	const struct frame *came = world->handled;

	return came != NULL && came->size == size && came->bytes[at] == bytes[at] + 1 &&
	       memcmp(came->bytes, bytes, at) == 0 &&
	       memcmp(came->bytes + at + 1, bytes + at + 1, size - at - 1) == 0;
}

/* True if the frame says it is of another node. */
static bool is_others(const struct world *world, uint32_t node, const uint8_t *bytes)
{
	struct node_id own = address_id(&world->hosts[node].address);
	uint32_t at = frame_form(bytes[0]) == FRAME_FORM_DATA ? WIRE_DATA_HOP_LIMIT
							      : WIRE_CONTROL_HOP_LIMIT;
	/* Source and destination follow the hop limit, but for the byte of DSCP and ECN. */
	at += (frame_form(bytes[0]) == FRAME_FORM_DATA ? 2 : 1) + NODE_ID;

	return memcmp(bytes + at, own.bytes, NODE_ID) != 0;
}

enum frame_kind witness_frame(struct world *world, uint32_t node, const uint8_t *bytes, size_t size)
{
	static const enum frame_kind control[] = {[FRAME_HELLO] = KIND_HELLO,
						  [FRAME_INITIATION] = KIND_INITIATION,
						  [FRAME_RESPONSE] = KIND_RESPONSE,
						  [FRAME_COOKIE] = KIND_COOKIE,
						  [FRAME_ERROR] = KIND_ERROR};

	if (size < WIRE_FRAME_LEAST) {
		world_breach(world, node, "a frame of %zu bytes", size);
		return KIND_HELLO;
	}
	/* Who has our id is another, too. */
	if (is_passed_on(world, bytes, size))
		return KIND_RELAYED;
	if (is_others(world, node, bytes)) {
		world_breach(world, node, "relays a frame that did not come so");
		return KIND_RELAYED;
	}
	if (frame_form(bytes[0]) == FRAME_FORM_DATA || bytes[1] == FRAME_DATA_EXT)
		return data_kind(world, node, bytes, size);
	if (bytes[1] < FRAME_HELLO || bytes[1] > FRAME_ERROR) {
		world_breach(world, node, "a control frame of type %u", bytes[1]);
		return KIND_HELLO;
	}
	if (bytes[1] == FRAME_ERROR)
		errors_put(world, node, bytes, size);
	return control[bytes[1]];
}

/* A PING asks its host for a PONG, a PONG answers what its arc stands for. */
static void parcel_taken(struct world *world, const struct parcel *taken, const uint8_t *bytes,
			 size_t size)
{
	struct parcel answer = *taken;

	switch (taken->kind) {
	case PARCEL_SENT:
		stack_take(world, taken, bytes, size);
		break;
	case PARCEL_PING:
		answer.kind = PARCEL_PONG;
		answer.from = taken->to;
		answer.to = taken->from;
		answer.delivered = 0;
		world_send(world, &answer);
		break;
	case PARCEL_PONG:
		world->standings[taken->expectation].answered[taken->number] = true;
		break;
	}
}

enum { PACKET_HOP_LIMIT = 7 }; /* where IPv6 has it */

void witness_packet(struct world *world, uint32_t node, const uint8_t *bytes, size_t size)
{
	uint32_t number = traffic_number(&world->traffic, bytes, size);
	uint8_t sent[TRAFFIC_MOST];

	if (errors_take(world, node, bytes, size))
		return;
	if (number == UINT32_MAX) {
		world_breach(world, node, "a packet that nobody sent was delivered");
		return;
	}
	struct parcel *parcel = &world->traffic.parcels[number];
	if (parcel->delivered == 0)
		traffic_write(number, parcel, &world->hosts[parcel->from].address,
			      &world->hosts[parcel->to].address, sent);
	traffic_forget(&world->traffic, number);
	/* Relays count the hop limit down, so it alone is not sealed, and may be damaged. */
	sent[PACKET_HOP_LIMIT] = bytes[PACKET_HOP_LIMIT];
	if (!address_equal(&world->hosts[parcel->to].address, &world->hosts[node].address))
		world_breach(world, node, "packet %u of node %u for node %u was delivered here",
			     number, parcel->from, parcel->to);
	else if (parcel->delivered++ > 0)
		world_breach(world, node, "packet %u of node %u was delivered again", number,
			     parcel->from);
	else if (size != parcel->size || memcmp(sent, bytes, size) != 0)
		world_breach(world, node, "packet %u of node %u changed on its way", number,
			     parcel->from);
	else
		parcel_taken(world, parcel, bytes, size);
}
