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

static struct verdict send_to_self(struct span bytes, bool partial, struct outbox *outbox)
{
	uint8_t *room = outbox_room(outbox, bytes.size);

	if (room == NULL)
		return dropped(DROP_OUTBOX_FULL);
	memcpy(room, bytes.bytes, bytes.size);
	outbox_packet(outbox, bytes.size, partial);
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

/* A packet that is to be sent, and what the snapshots say of where it goes. */
struct sending {
	struct span bytes;
	bool partial;
	struct packet packet;
	bool to_self;
	uint32_t node, index; /* in FIB and snapshot of sessions, unless it is to ourselves */
	uint8_t lane;	      /* once it is decided that it can be sent */
};

/* Looks at a packet. DONE: it can be sent. */
static struct verdict send_decide(const struct tables *tables, struct sending *sending)
{
	const struct address *own = forwarding_own(tables->forwarding);
	struct packet *packet = &sending->packet;

	enum drop drop = packet_read(sending->bytes.bytes, sending->bytes.size, packet);
	if (drop == DROP_NONE && sending->partial &&
	    !packet_partial_fits(packet->next_header, packet->payload.size))
		drop = DROP_CHECKSUM_PARTIAL;
	if (drop != DROP_NONE)
		return dropped(drop);
	struct verdict verdict = send_check(own, packet);
	if (verdict.kind != VERDICT_DONE)
		return verdict;
	sending->to_self = address_equal(&packet->destination, own) ||
			   address_is_this_node(packet->destination.bytes);
	if (sending->to_self)
		return verdict;
	if (sending->bytes.size > PACKET_MAX)
		return refused(DROP_PACKET_TOO_BIG, ICMP_TOO_BIG, PACKET_MAX);

	sending->lane = packet_lane(packet);
	sending->node = fib_by_address(tables->fib, &packet->destination);
	sending->index = forwarding_by_address(tables->forwarding, &packet->destination);
	verdict = send_path(tables, sending->node, sending->index);
	return verdict.kind == VERDICT_DONE
		       ? send_size(fib_node(tables->fib, sending->node), sending->bytes.size)
		       : verdict;
}

/* Seals it and says what is new. */
static struct verdict send_sealed(const struct tables *tables, struct worker *worker, instant now,
				  const struct sending *sending, struct outbox *outbox)
{
	const struct packet *packet = &sending->packet;
	const struct fib_node *node = fib_node(tables->fib, sending->node);
	uint32_t index = sending->index;
	size_t most = sending->bytes.size + FRAME_OVERHEAD + WIRE_FRAME_LEAST;
	uint8_t *room = outbox_room(outbox, most);
	struct frame_content content = {.lane = sending->lane,
					.hop_limit = packet->hop_limit,
					.traffic_class = packet->traffic_class,
					.next_header = packet->next_header,
					.addressed = node->id_conflict,
					.partial = sending->partial,
					.payload = packet->payload};
	struct culprit as;

	if (room == NULL)
		return dropped(DROP_OUTBOX_FULL);
	struct writer out = writer_of(room, most);
	enum drop drop = frame_seal(tables->forwarding, worker, now, index, &content, &as, &out);
	if (drop != DROP_NONE)
		return dropped(drop);
	uint16_t next = node->next[content.lane];
	const struct fib_hop *hop = fib_hop(tables->fib, next);
	outbox_frame(outbox, hop->link, hop->to, out.used);
	recent_keep(worker_recent(worker), &as, packet->hop_limit, sending->bytes);
	worker_count_sent(worker, index, forwarding_at(tables->forwarding, index)->generation);
	return (struct verdict){.kind = VERDICT_DONE,
				.index = index,
				.news = worker_news(worker, now, index),
				.hop_news =
					worker_hop_used(worker, now, fib_serial(tables->fib), next),
				.hop = next};
}

struct verdict send_packet(const struct tables *tables, struct worker *worker, instant now,
			   struct span bytes, bool partial, struct outbox *outbox)
{
	struct sending sending = {.bytes = bytes, .partial = partial};
	struct verdict verdict = send_decide(tables, &sending);

	if (verdict.kind != VERDICT_DONE)
		return verdict;
	if (sending.to_self)
		return send_to_self(bytes, partial, outbox);
	if (!worker_owns(worker, sending.lane))
		return (struct verdict){.kind = VERDICT_STAGE, .index = sending.index};
	return send_sealed(tables, worker, now, &sending, outbox);
}

struct verdict send_look(const struct tables *tables, struct span bytes, uint8_t *lane)
{
	struct sending sending = {.bytes = bytes};
	struct verdict verdict = send_decide(tables, &sending);

	if (verdict.kind == VERDICT_DONE)
		*lane = sending.lane;
	return verdict;
}
