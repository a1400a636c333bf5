/* The one place of the simulator that looks inside a node: for its keys, and for nothing else. */
#include "sim/witness.h"

#include "meshp/data.h"
#include "meshp/packet.h"
#include "node/value.h"

#include <string.h>

/* Opens a frame with a set of its sender's keys. */
static bool opens_under(const struct session_keys *keys, const struct data_header *header,
			struct span sealed, uint8_t *plain)
{
	return keys->serial != 0 && (keys->keys.epoch & 1) == header->parity &&
	       data_open(header, keys->keys.suite, keys->keys.send, sealed, plain);
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
	return sealed.size == 1 + WIRE_TAG ? KIND_EMPTY : KIND_PROBE;
}

enum frame_kind witness_frame(struct world *world, uint32_t node, const uint8_t *bytes, size_t size)
{
	static const enum frame_kind control[] = {[FRAME_HELLO] = KIND_HELLO,
						  [FRAME_INITIATION] = KIND_INITIATION,
						  [FRAME_RESPONSE] = KIND_RESPONSE,
						  [FRAME_COOKIE] = KIND_COOKIE};

	if (size < WIRE_FRAME_LEAST) {
		world_breach(world, node, "a frame of %zu bytes", size);
		return KIND_HELLO;
	}
	if (frame_form(bytes[0]) == FRAME_FORM_DATA || bytes[1] == FRAME_DATA_EXT)
		return data_kind(world, node, bytes, size);
	if (bytes[1] < FRAME_HELLO || bytes[1] > FRAME_COOKIE) {
		world_breach(world, node, "a control frame of type %u", bytes[1]);
		return KIND_HELLO;
	}
	return control[bytes[1]];
}

/* Errors that a node tells its own host. */
static bool own_error(const struct world *world, uint32_t node, const uint8_t *bytes, size_t size)
{
	struct packet packet;

	return packet_read(bytes, size, &packet) == DROP_NONE &&
	       packet.next_header == PROTOCOL_ICMPV6 &&
	       address_equal(&packet.destination, &world->hosts[node].address);
}

/* A PING asks its host for a PONG, a PONG answers what its arc stands for. */
static void parcel_taken(struct world *world, const struct parcel *taken)
{
	struct parcel answer = *taken;

	switch (taken->kind) {
	case PARCEL_SENT:
		world->traffic.delivered++;
		break;
	case PARCEL_PING:
		answer.kind = PARCEL_PONG;
		answer.from = taken->to;
		answer.to = taken->from;
		answer.delivered = 0;
		world_send(world, &answer);
		break;
	case PARCEL_PONG:
		world->standings[taken->expectation].answered[taken->arc] = true;
		break;
	}
}

void witness_packet(struct world *world, uint32_t node, const uint8_t *bytes, size_t size)
{
	uint32_t number = traffic_number(&world->traffic, bytes, size);
	uint8_t sent[TRAFFIC_MOST];

	if (own_error(world, node, bytes, size))
		return;
	if (number == UINT32_MAX) {
		world_breach(world, node, "a packet that nobody sent was delivered");
		return;
	}
	struct parcel *parcel = &world->traffic.parcels[number];
	traffic_write(number, &world->hosts[parcel->from].address,
		      &world->hosts[parcel->to].address, parcel->size, sent);
	if (parcel->to != node)
		world_breach(world, node, "packet %u of node %u for node %u was delivered here",
			     number, parcel->from, parcel->to);
	else if (size != parcel->size || memcmp(sent, bytes, size) != 0)
		world_breach(world, node, "packet %u of node %u changed on its way", number,
			     parcel->from);
	else if (parcel->delivered++ > 0)
		world_breach(world, node, "packet %u of node %u was delivered again", number,
			     parcel->from);
	else
		parcel_taken(world, parcel);
}
