/* The way out, read from top to bottom: packet, source, destination, path, session, frame. */
#include "node/send.h"

#include "meshp/packet.h"
#include "node/frame.h"

#include <string.h>

static struct verdict dropped(enum drop drop)
{
	return (struct verdict){.kind = VERDICT_DROP, .drop = drop};
}

static struct verdict refused(enum drop drop, enum icmp_error error, uint32_t mtu)
{
	return (struct verdict){.kind = VERDICT_ERROR, .drop = drop, .error = error, .mtu = mtu};
}

/* Only our own packets, to the mesh, of protocols that are not ours alone. */
static struct verdict send_check(const struct address *own, const struct packet *packet)
{
	if (packet->destination.bytes[0] == 0xff)
		return dropped(DROP_PACKET_MULTICAST);
	if (!address_equal(&packet->source, own))
		return refused(DROP_PACKET_SOURCE, ICMP_SOURCE_POLICY, 0);
	if (!address_in_mesh(packet->destination.bytes))
		return refused(DROP_PACKET_DESTINATION, ICMP_NO_ROUTE, 0);
	if (packet->next_header == WIRE_NEXT_HEADER_CONTROL ||
	    packet->next_header == WIRE_NEXT_HEADER_BUNDLE)
		return refused(DROP_PACKET_PROTOCOL, ICMP_PROHIBITED, 0);
	if (packet->hop_limit == 0)
		return dropped(DROP_PACKET_HOP_LIMIT);
	return (struct verdict){.kind = VERDICT_DONE};
}

static struct verdict send_to_self(const uint8_t *bytes, size_t size, struct outbox *outbox)
{
	uint8_t *room = outbox_room(outbox, size);

	if (room == NULL)
		return dropped(DROP_OUTBOX_FULL);
	memcpy(room, bytes, size);
	outbox_packet(outbox, size);
	return (struct verdict){.kind = VERDICT_DONE};
}

/* Where the packet may go: a verdict other than DONE ends its story. */
static struct verdict send_path(const struct forwarding *forwarding, uint32_t index, size_t size)
{
	if (index == UINT32_MAX)
		return refused(DROP_UNREACHABLE, ICMP_ADDRESS, 0);

	const struct destination *destination = forwarding_at(forwarding, index);
	switch (destination->reach) {
	case REACH_NONE:
		return refused(DROP_UNREACHABLE, ICMP_ADDRESS, 0);
	case REACH_SOON:
		return (struct verdict){.kind = VERDICT_STAGE, .index = index};
	case REACH_NOW:
		break;
	}
	uint32_t extra = destination->id_conflict ? FRAME_OVERHEAD - WIRE_DATA_OVERHEAD : 0;
	if (size > destination->mtu - extra)
		return refused(DROP_PACKET_TOO_BIG, ICMP_TOO_BIG, destination->mtu - extra);
	return (struct verdict){.kind = VERDICT_DONE};
}

static struct verdict send_sealed(const struct forwarding *forwarding, struct worker *worker,
				  instant now, uint32_t index, const struct packet *packet,
				  struct outbox *outbox)
{
	const struct destination *destination = forwarding_at(forwarding, index);
	size_t most = packet->payload.size + FRAME_OVERHEAD + WIRE_FRAME_LEAST;
	uint8_t *room = outbox_room(outbox, most);

	if (room == NULL)
		return dropped(DROP_OUTBOX_FULL);
	struct writer out = writer_of(room, most);
	struct frame_content content = {.lane = packet_lane(packet),
					.hop_limit = packet->hop_limit,
					.traffic_class = packet->traffic_class,
					.next_header = packet->next_header,
					.payload = packet->payload};
	enum drop drop = frame_seal(forwarding, worker, now, index, &content, &out);
	if (drop != DROP_NONE)
		return dropped(drop);
	outbox_frame(outbox, destination->link, destination->to, out.used);

	struct worker_peer *peer = worker_peer(worker, index, destination->generation);
	peer->tx_packets++;
	struct verdict done = {.kind = VERDICT_DONE, .index = index, .news = !peer->noted};
	peer->noted = true;
	return done;
}

struct verdict send_packet(const struct forwarding *forwarding, struct worker *worker, instant now,
			   const uint8_t *bytes, size_t size, struct outbox *outbox)
{
	const struct address *own = forwarding_own(forwarding);
	struct packet packet;

	enum drop drop = packet_read(bytes, size, &packet);
	if (drop != DROP_NONE)
		return dropped(drop);
	struct verdict verdict = send_check(own, &packet);
	if (verdict.kind != VERDICT_DONE)
		return verdict;
	if (address_equal(&packet.destination, own) ||
	    address_is_this_node(packet.destination.bytes))
		return send_to_self(bytes, size, outbox);
	if (size > PACKET_MAX)
		return refused(DROP_PACKET_TOO_BIG, ICMP_TOO_BIG, PACKET_MAX);

	uint32_t index = forwarding_by_address(forwarding, &packet.destination);
	verdict = send_path(forwarding, index, size);
	if (verdict.kind != VERDICT_DONE)
		return verdict;
	return send_sealed(forwarding, worker, now, index, &packet, outbox);
}
