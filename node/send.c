/* The way out, read from top to bottom: packet, source, destination, path, session, size, bundle,
 * frame. A lane's frames to one node leave in the order its packets came: what was gathered goes
 * before a packet that is not put to it. */
#include "node/send.h"

#include "base/table.h"
#include "meshp/packet.h"
#include "node/frame.h"
#include "node/gather.h"

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

/* Looks at a packet. DONE: it can be sent. */
static struct verdict send_decide(const struct tables *tables, struct outgoing *outgoing)
{
	const struct address *own = forwarding_own(tables->forwarding);
	struct packet *packet = &outgoing->packet;

	enum drop drop = packet_read(outgoing->bytes.bytes, outgoing->bytes.size, packet);
	if (drop == DROP_NONE && outgoing->partial &&
	    !packet_partial_fits(packet->next_header, packet->payload.size))
		drop = DROP_CHECKSUM_PARTIAL;
	if (drop != DROP_NONE)
		return dropped(drop);
	struct verdict verdict = send_check(own, packet);
	if (verdict.kind != VERDICT_DONE)
		return verdict;
	outgoing->to_self = address_equal(&packet->destination, own) ||
			    address_is_this_node(packet->destination.bytes);
	if (outgoing->to_self)
		return verdict;
	if (outgoing->bytes.size > PACKET_MAX)
		return refused(DROP_PACKET_TOO_BIG, ICMP_TOO_BIG, PACKET_MAX);

	outgoing->lane = packet_lane(packet);
	outgoing->node = fib_by_address(tables->fib, &packet->destination);
	outgoing->index = forwarding_by_address(tables->forwarding, &packet->destination);
	verdict = send_path(tables, outgoing->node, outgoing->index);
	return verdict.kind == VERDICT_DONE
		       ? send_size(fib_node(tables->fib, outgoing->node), outgoing->bytes.size)
		       : verdict;
}

/* What goes into one frame: a packet, or a bundle of some. */
struct parcel {
	uint32_t node, index;
	uint32_t packets;
	struct span first; /* of them, its beginning at least, by which an ERROR is known */
	struct frame_content content;
};

static enum drop send_parcel(const struct tables *tables, struct worker *worker, instant now,
			     const struct parcel *parcel, struct outbox *outbox)
{
	const struct frame_content *content = &parcel->content;
	const struct fib_node *node = fib_node(tables->fib, parcel->node);
	const struct fib_hop *hop = fib_hop(tables->fib, node->next[content->lane]);
	size_t most = content->payload.size + FRAME_OVERHEAD + WIRE_FRAME_LEAST;
	uint8_t *room = outbox_room(outbox, most);
	struct culprit as;

	if (room == NULL)
		return DROP_OUTBOX_FULL;
	struct writer out = writer_of(room, most);
	enum drop drop =
		frame_seal(tables->forwarding, worker, now, parcel->index, content, &as, &out);
	if (drop != DROP_NONE)
		return drop;
	outbox_frame(outbox, hop->link, hop->to, out.used);
	if (outbox->eye != NULL)
		frame_show_sealed(outbox->eye, tables->forwarding, parcel->index, content, &as);
	recent_keep(worker_recent(worker), &as, content->hop_limit, parcel->first);
	worker_count_sent(worker, parcel->index,
			  forwarding_at(tables->forwarding, parcel->index)->generation,
			  parcel->packets);
	return DROP_NONE;
}

/* Sends what was gathered on a lane. */
static void send_gathered(const struct tables *tables, struct worker *worker, instant now,
			  uint8_t lane, struct outbox *outbox)
{
	struct gathered *gathered = worker_gathered(worker, lane);
	uint8_t first[RECENT_BYTES];
	const struct parcel parcel = {
		.node = gathered->node,
		.index = gathered->index,
		.packets = gathered->packets,
		.first = {first, gather_first(gathered, first)},
		.content = gather_content(gathered, lane),
	};
	enum drop drop = send_parcel(tables, worker, now, &parcel, outbox);

	if (drop != DROP_NONE)
		for (uint32_t i = 0; i < gathered->packets; i++)
			drops_count(worker_drops(worker), drop);
	gathered->packets = 0;
}

/* Says that it went, or is about to, and what is new. */
static struct verdict send_done(const struct tables *tables, struct worker *worker, instant now,
				const struct outgoing *outgoing)
{
	uint16_t next = fib_node(tables->fib, outgoing->node)->next[outgoing->lane];

	return (struct verdict){.kind = VERDICT_DONE,
				.index = outgoing->index,
				.news = worker_news(worker, now, outgoing->index),
				.hop_news =
					worker_hop_used(worker, now, fib_serial(tables->fib), next),
				.hop = next};
}

/* Sends a packet in a frame of its own, behind those of its lane that were gathered before. */
static struct verdict send_alone(const struct tables *tables, struct worker *worker, instant now,
				 const struct outgoing *outgoing, struct outbox *outbox)
{
	const struct packet *packet = &outgoing->packet;
	const struct gathered *gathered = worker_gathered(worker, outgoing->lane);
	const struct parcel parcel = {
		.node = outgoing->node,
		.index = outgoing->index,
		.packets = 1,
		.first = outgoing->bytes,
		.content = {.lane = outgoing->lane,
			    .hop_limit = packet->hop_limit,
			    .traffic_class = packet->traffic_class,
			    .next_header = packet->next_header,
			    .addressed = fib_node(tables->fib, outgoing->node)->id_conflict,
			    .partial = outgoing->partial,
			    .payload = packet->payload},
	};

	if (gathered->packets > 0 && gathered->index == outgoing->index)
		send_gathered(tables, worker, now, outgoing->lane, outbox);
	enum drop drop = send_parcel(tables, worker, now, &parcel, outbox);
	return drop == DROP_NONE ? send_done(tables, worker, now, outgoing) : dropped(drop);
}

/* Puts a packet to those that were gathered. */
static struct verdict send_later(const struct tables *tables, struct worker *worker, instant now,
				 const struct outgoing *outgoing, struct outbox *outbox)
{
	struct gathered *gathered = worker_gathered(worker, outgoing->lane);

	if (!gather_fits(gathered, outgoing))
		send_gathered(tables, worker, now, outgoing->lane, outbox);
	gather_put(gathered, outgoing);
	return send_done(tables, worker, now, outgoing);
}

/* True if it can share a frame; those that say whole addresses hold one packet. */
static bool send_shares(const struct tables *tables, const struct outgoing *outgoing)
{
	return gather_may(&outgoing->packet) &&
	       !fib_node(tables->fib, outgoing->node)->id_conflict &&
	       !forwarding_at(tables->forwarding, outgoing->index)->id_conflict;
}

struct verdict send_packet(const struct tables *tables, struct worker *worker, instant now,
			   struct span bytes, bool partial, struct outbox *outbox)
{
	struct outgoing outgoing = {.bytes = bytes, .partial = partial};
	struct verdict verdict = send_decide(tables, &outgoing);

	if (verdict.kind != VERDICT_DONE)
		return verdict;
	if (outgoing.to_self)
		return send_to_self(bytes, partial, outbox);
	if (!worker_owns(worker, outgoing.lane))
		return (struct verdict){.kind = VERDICT_STAGE, .index = outgoing.index};
	if (send_shares(tables, &outgoing))
		return send_later(tables, worker, now, &outgoing, outbox);
	return send_alone(tables, worker, now, &outgoing, outbox);
}

void send_flush(const struct tables *tables, struct worker *worker, instant now,
		struct outbox *outbox)
{
	for (uint8_t lane = 1; lane < WIRE_LANES; lane++)
		if (worker_owns(worker, lane) && worker_gathered(worker, lane)->packets > 0)
			send_gathered(tables, worker, now, lane, outbox);
}

struct verdict send_look(const struct tables *tables, struct span bytes, uint8_t *lane)
{
	struct outgoing outgoing = {.bytes = bytes};
	struct verdict verdict = send_decide(tables, &outgoing);

	if (verdict.kind == VERDICT_DONE)
		*lane = outgoing.lane;
	return verdict;
}
