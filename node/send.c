/* The way out, read from top to bottom: packet, source, destination, path, session, size, frame. */
#include "node/send.h"

#include "base/table.h"
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

/* True if a packet for it, which is in no path, may be so soon. */
static bool send_hopeful(const struct tables *tables, uint32_t index)
{
	return !fib_synced(tables->fib) ||
	       (index != TABLE_NONE && forwarding_at(tables->forwarding, index)->hopeful);
}

/* Where a packet to that address may go: a verdict other than DONE ends its story. */
static struct verdict send_path(const struct tables *tables, uint32_t node, uint32_t index)
{
	const struct verdict stage = {.kind = VERDICT_STAGE, .index = index};

	if (node == FIB_NONE)
		return send_hopeful(tables, index) ? stage
						   : refused(DROP_UNREACHABLE, ICMP_ADDRESS, 0);
	if (fib_node(tables->fib, node)->lost || index == TABLE_NONE ||
	    forwarding_at(tables->forwarding, index)->seal.serial == 0)
		return stage;
	return (struct verdict){.kind = VERDICT_DONE};
}

bool send_waits(const struct tables *tables, const struct address *address)
{
	uint32_t index = forwarding_by_address(tables->forwarding, address);

	return send_path(tables, fib_by_address(tables->fib, address), index).kind == VERDICT_STAGE;
}

static struct verdict send_size(const struct fib_node *node, size_t size)
{
	uint32_t extra = node->id_conflict ? FRAME_OVERHEAD - WIRE_DATA_OVERHEAD : 0;

	if (size > node->mtu - extra)
		return refused(DROP_PACKET_TOO_BIG, ICMP_TOO_BIG, node->mtu - extra);
	return (struct verdict){.kind = VERDICT_DONE};
}

static struct verdict send_sealed(const struct tables *tables, struct worker *worker, instant now,
				  uint32_t index, const struct fib_node *node, struct span bytes,
				  const struct packet *packet, struct outbox *outbox)
{
	uint32_t generation = forwarding_at(tables->forwarding, index)->generation;
	size_t most = packet->payload.size + FRAME_OVERHEAD + WIRE_FRAME_LEAST;
	uint8_t *room = outbox_room(outbox, most);
	uint8_t lane = packet_lane(packet);
	struct culprit as;

	if (room == NULL)
		return dropped(DROP_OUTBOX_FULL);
	struct writer out = writer_of(room, most);
	struct frame_content content = {.lane = lane,
					.hop_limit = packet->hop_limit,
					.traffic_class = packet->traffic_class,
					.next_header = packet->next_header,
					.addressed = node->id_conflict,
					.payload = packet->payload};
	enum drop drop = frame_seal(tables->forwarding, worker, now, index, &content, &as, &out);
	if (drop != DROP_NONE)
		return dropped(drop);
	const struct fib_hop *hop = fib_hop(tables->fib, node->next[lane]);
	outbox_frame(outbox, hop->link, hop->to, out.used);
	recent_keep(worker_recent(worker), &as, packet->hop_limit, bytes);

	struct worker_peer *peer = worker_peer(worker, index, generation);
	peer->tx_packets++;
	struct verdict done = {.kind = VERDICT_DONE,
			       .index = index,
			       .news = !peer->noted,
			       .hop_news = worker_hop_used(worker, node->next[lane]),
			       .hop = node->next[lane]};
	peer->noted = true;
	return done;
}

struct verdict send_packet(const struct tables *tables, struct worker *worker, instant now,
			   const uint8_t *bytes, size_t size, struct outbox *outbox)
{
	const struct address *own = forwarding_own(tables->forwarding);
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

	uint32_t node = fib_by_address(tables->fib, &packet.destination);
	uint32_t index = forwarding_by_address(tables->forwarding, &packet.destination);
	verdict = send_path(tables, node, index);
	if (verdict.kind == VERDICT_DONE)
		verdict = send_size(fib_node(tables->fib, node), size);
	if (verdict.kind != VERDICT_DONE)
		return verdict;
	return send_sealed(tables, worker, now, index, fib_node(tables->fib, node),
			   (struct span){bytes, size}, &packet, outbox);
}
