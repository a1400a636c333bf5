/* A worker's part of a packet's story: the per-packet functions with its own block, and a handover
 * for each verdict that asks for more. */
#include "node/datapath.h"

#include "meshp/error.h"
#include "meshp/packet.h"
#include "node/receive.h"
#include "node/relay.h"
#include "node/send.h"
#include "node/value.h"

#include <string.h>

struct datapath datapath_begin(struct node *node, uint32_t number)
{
	uint32_t sessions = slots_hold(&node->sessions, number);
	uint32_t fib = slots_hold(&node->fibs, number);
	struct datapath begun = {
		.node = node,
		.number = number,
		.worker = node_worker(node, WORKER_PACKETS + number),
		.tables = {.forwarding = node_snapshot(node, sessions),
			   .fib = node_fib_at(node, fib)},
	};

	worker_follow(begun.worker, begun.tables.forwarding);
	return begun;
}

void datapath_end(struct datapath *datapath)
{
	slots_release(&datapath->node->sessions, datapath->number);
	slots_release(&datapath->node->fibs, datapath->number);
}

static void datapath_count(struct datapath *datapath, enum drop drop)
{
	drops_count(worker_drops(datapath->worker), drop);
}

/* Hands a frame over as it came. */
static void datapath_turn_in(struct datapath *datapath, const struct relay_frame *frame, bool group,
			     struct outbox *outbox)
{
	const struct handover handover = {
		.kind = HANDOVER_FRAME, .group = group, .link = frame->link, .lladdr = frame->from};

	if (!outbox_handover_copy(outbox, &handover, (struct span){frame->bytes, frame->size}))
		datapath_count(datapath, DROP_OUTBOX_FULL);
}

/* Hands a packet over with its checksum, for it may wait or be quoted. */
static void datapath_turn_in_packet(struct datapath *datapath, struct span packet, bool partial,
				    struct outbox *outbox)
{
	const struct handover handover = {.kind = HANDOVER_PACKET};
	uint8_t *room = outbox_room(outbox, packet.size);

	if (room == NULL) {
		datapath_count(datapath, DROP_OUTBOX_FULL);
		return;
	}
	memcpy(room, packet.bytes, packet.size);
	if (partial)
		REQUIRE(packet_complete(room, packet.size));
	outbox_handover(outbox, &handover, packet.size);
}

/* Tells what a packet or frame showed under way. News that finds no room comes again. */
static void datapath_news(struct datapath *datapath, const struct verdict *verdict,
			  struct outbox *outbox)
{
	struct handover handover = {.kind = HANDOVER_NEWS, .index = verdict->index};

	if (verdict->news) {
		handover.generation =
			forwarding_at(datapath->tables.forwarding, verdict->index)->generation;
		(void)!outbox_handover_copy(outbox, &handover, (struct span){0});
	}
	if (verdict->hop_news) {
		const struct fib_hop *hop = fib_hop(datapath->tables.fib, verdict->hop);
		handover = (struct handover){.kind = HANDOVER_HOP,
					     .link = hop->link,
					     .lladdr = hop->to,
					     .address = hop->address};
		(void)!outbox_handover_copy(outbox, &handover, (struct span){0});
	}
}

/* Tells that a frame left by the link it came in on, as often as that data goes there is told. */
static void datapath_hint(struct datapath *datapath, const struct relay_frame *frame, uint32_t hop,
			  struct outbox *outbox)
{
	const struct handover handover = {.kind = HANDOVER_HINT,
					  .link = frame->link,
					  .lladdr = frame->from,
					  .address = fib_hop(datapath->tables.fib, hop)->address};

	(void)!outbox_handover_copy(outbox, &handover, (struct span){0});
}

void datapath_packet(struct datapath *datapath, instant now, struct span packet, bool partial,
		     struct outbox *outbox)
{
	struct verdict verdict =
		send_packet(&datapath->tables, datapath->worker, now, packet, partial, outbox);

	switch (verdict.kind) {
	case VERDICT_DONE:
	case VERDICT_SEALED:
	case VERDICT_REPORT:
		break;
	case VERDICT_DROP:
		datapath_count(datapath, verdict.drop);
		break;
	case VERDICT_ERROR:
	case VERDICT_STAGE:
		datapath_turn_in_packet(datapath, packet, partial, outbox);
		break;
	}
	datapath_news(datapath, &verdict, outbox);
}

void datapath_flush(struct datapath *datapath, instant now, struct outbox *outbox)
{
	send_flush(&datapath->tables, datapath->worker, now, outbox);
}

/* True if it is a data frame of either form. */
static bool datapath_is_data(const uint8_t *bytes, size_t size)
{
	enum frame_form form = size > 1 ? frame_form(bytes[0]) : FRAME_FORM_OTHER_VERSION;

	return form == FRAME_FORM_DATA ||
	       (form == FRAME_FORM_CONTROL && bytes[1] == FRAME_DATA_EXT);
}

static bool datapath_is_ours(const struct datapath *datapath, const struct data_header *header)
{
	const struct address *own = forwarding_own(datapath->tables.forwarding);
	struct node_id id = address_id(own);

	return header->addressed ? address_equal(&header->to, own)
				 : node_id_equal(&header->destination, &id);
}

void datapath_frame(struct datapath *datapath, instant now, uint32_t link, struct lladdr from,
		    bool group, const uint8_t *bytes, size_t size, struct outbox *outbox)
{
	const struct relay_frame frame = {.link = link, .from = from, .bytes = bytes, .size = size};
	struct reader reader = reader_of(bytes, size);
	struct data_header header;
	struct verdict verdict;

	if (!datapath_is_data(bytes, size)) {
		datapath_turn_in(datapath, &frame, group, outbox);
		return;
	}
	enum drop drop = group ? DROP_TYPE : data_header_read(&reader, &header);
	if (drop != DROP_NONE) {
		datapath_count(datapath, drop);
		return;
	}
	if (!datapath_is_ours(datapath, &header)) {
		verdict = relay_data(&datapath->tables, datapath->worker, now, &frame, &header,
				     outbox);
	} else if (worker_owns(datapath->worker, header.lane)) {
		verdict = receive_packet(datapath->tables.forwarding, datapath->worker, now,
					 &header, (struct span){reader.at, reader.left}, outbox);
	} else {
		datapath_turn_in(datapath, &frame, group, outbox);
		return;
	}
	if (verdict.kind == VERDICT_REPORT)
		datapath_turn_in(datapath, &frame, group, outbox);
	else
		datapath_count(datapath, verdict.drop);
	datapath_news(datapath, &verdict, outbox);
	if (verdict.hint && verdict.hop_news)
		datapath_hint(datapath, &frame, verdict.hop, outbox);
}

/* An ERROR frame: if it is about a packet of this worker's the control side is told which. */
static void datapath_error(struct datapath *datapath, struct span frame, struct outbox *outbox)
{
	const struct handover handover = {.kind = HANDOVER_CULPRIT};
	struct error error;

	REQUIRE(error_read(frame.bytes, frame.size, &error) == DROP_NONE);
	struct span packet = recent_take(worker_recent(datapath->worker), &error.culprit);
	if (packet.size == 0) {
		datapath_count(datapath, DROP_ERROR_UNMATCHED);
		return;
	}
	uint8_t *room = outbox_room(outbox, frame.size + packet.size);
	if (room == NULL) {
		datapath_count(datapath, DROP_OUTBOX_FULL);
		return;
	}
	memcpy(room, frame.bytes, frame.size);
	memcpy(room + frame.size, packet.bytes, packet.size);
	outbox_handover(outbox, &handover, frame.size + packet.size);
}

void datapath_handover(struct datapath *datapath, instant now, const struct handover *handover,
		       const uint8_t *bytes, size_t size, struct outbox *outbox)
{
	REQUIRE(handover->kind == HANDOVER_PACKET || handover->kind == HANDOVER_FRAME);
	if (handover->kind == HANDOVER_PACKET)
		datapath_packet(datapath, now, (struct span){bytes, size}, false, outbox);
	else if (datapath_is_data(bytes, size))
		datapath_frame(datapath, now, handover->link, handover->lladdr, handover->group,
			       bytes, size, outbox);
	else
		datapath_error(datapath, (struct span){bytes, size}, outbox);
}
