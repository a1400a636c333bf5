/* The checks in the order of the specification, then a copy with one byte less in it. */
#include "node/relay.h"

#include <string.h>

/* What of a frame decides where it goes. */
struct transit {
	struct node_id destination, source;
	const struct address *to; /* the whole destination, if the frame says it */
	uint8_t lane;
	uint8_t hop_limit;
	uint32_t hop_limit_at; /* its place in the frame */
};

static struct verdict dropped(enum drop drop)
{
	return (struct verdict){.kind = VERDICT_DROP, .drop = drop};
}

/* Of lane 0 nothing is reported. */
static struct verdict reported(const struct transit *transit, enum drop drop,
			       enum error_kind report, uint32_t mtu)
{
	if (transit->lane == WIRE_LANE_CONTROL)
		return dropped(drop);
	return (struct verdict){.kind = VERDICT_REPORT, .drop = drop, .report = report, .mtu = mtu};
}

/* True of our own id, unless another node has it, too. */
static bool is_own(const struct tables *tables, const struct node_id *source)
{
	struct node_id own = address_id(forwarding_own(tables->forwarding));

	return node_id_equal(source, &own) && fib_by_id(tables->fib, &own) == FIB_NONE;
}

/* The node it is for, or a verdict that ends its story. */
static struct verdict relay_destination(const struct fib *fib, const struct transit *transit,
					uint32_t *node)
{
	*node = transit->to != NULL ? fib_by_address(fib, transit->to)
				    : fib_by_id(fib, &transit->destination);
	if (*node == FIB_NONE)
		return reported(transit, DROP_NO_ROUTE, ERROR_NO_ROUTE, 0);
	if (transit->to == NULL && fib_node(fib, *node)->id_conflict)
		return dropped(DROP_ID_CONFLICT);
	if (fib_node(fib, *node)->lost)
		return dropped(DROP_LINK_DOWN);
	return (struct verdict){.kind = VERDICT_DONE};
}

static struct verdict relay_copy(const struct fib_hop *hop, const struct relay_frame *frame,
				 const struct transit *transit, struct outbox *outbox)
{
	uint8_t *room = outbox_room(outbox, frame->size);

	if (room == NULL)
		return dropped(DROP_OUTBOX_FULL);
	memcpy(room, frame->bytes, frame->size);
	room[transit->hop_limit_at]--;
	outbox_frame(outbox, hop->link, hop->to, frame->size);
	return (struct verdict){.kind = VERDICT_DONE};
}

static struct verdict relay(const struct tables *tables, struct worker *worker, instant now,
			    const struct relay_frame *frame, const struct transit *transit,
			    struct outbox *outbox)
{
	const struct fib *fib = tables->fib;
	uint32_t from = fib_way(fib, frame->link, frame->from);
	uint32_t node;

	if (from == FIB_NONE)
		return dropped(DROP_RELAY_STRANGER);
	if (is_own(tables, &transit->source))
		return dropped(DROP_OWN);
	if (transit->lane == WIRE_LANE_CONTROL && transit->hop_limit == WIRE_HOP_LIMIT)
		return dropped(DROP_HOP_LIMIT);
	if (transit->hop_limit < 2)
		return reported(transit, DROP_HOP_LIMIT, ERROR_HOP_LIMIT, 0);
	struct verdict verdict = relay_destination(fib, transit, &node);
	if (verdict.kind != VERDICT_DONE)
		return verdict;
	uint32_t next = fib_node(fib, node)->next[transit->lane];
	const struct fib_hop *hop = fib_hop(fib, next);
	if (next == from)
		return dropped(DROP_BACKWARDS);
	if (frame->size > hop->mtu)
		return reported(transit, DROP_TOO_BIG, ERROR_TOO_BIG, hop->mtu);
	verdict = relay_copy(hop, frame, transit, outbox);
	verdict.hop_news =
		verdict.kind == VERDICT_DONE && worker_hop_used(worker, now, fib_serial(fib), next);
	verdict.hop = next;
	/* Handshakes alone are no reason to prove another way. */
	verdict.hint = verdict.kind == VERDICT_DONE && transit->lane != WIRE_LANE_CONTROL &&
		       hop->link == frame->link &&
		       address_equal(&hop->address, &fib_node(fib, node)->address);
	return verdict;
}

/* True of who is not to be relayed for; who that is, the relay knows from the graph. */
static bool is_outsider(const struct fib *fib, const struct node_id *source)
{
	return fib_closed(fib) && fib_by_id(fib, source) == FIB_NONE;
}

struct verdict relay_data(const struct tables *tables, struct worker *worker, instant now,
			  const struct relay_frame *frame, const struct data_header *header,
			  struct outbox *outbox)
{
	const struct transit transit = {
		.destination = header->destination,
		.source = header->source,
		.to = header->addressed ? &header->to : NULL,
		.lane = header->lane,
		.hop_limit = header->hop_limit,
		.hop_limit_at = header->extended ? WIRE_CONTROL_HOP_LIMIT : WIRE_DATA_HOP_LIMIT,
	};

	if (is_outsider(tables->fib, &transit.source))
		return dropped(DROP_NOT_ALLOWED);
	return relay(tables, worker, now, frame, &transit, outbox);
}

struct verdict relay_control(const struct tables *tables, struct worker *worker, instant now,
			     const struct relay_frame *frame, const struct control_header *header,
			     struct outbox *outbox)
{
	const struct transit transit = {
		.destination = header->destination,
		.source = header->source,
		.to = frame->to,
		.lane = WIRE_LANE_CONTROL,
		.hop_limit = header->hop_limit,
		.hop_limit_at = WIRE_CONTROL_HOP_LIMIT,
	};

	return relay(tables, worker, now, frame, &transit, outbox);
}
