/* An ERROR is believed if it names a packet that really left; it costs that packet its place, so
 * that one replayed is about nothing. It changes no route and no session. */
#include "node/errors.h"

#include <sodium.h>

/* The bucket that sources fall into. */
static struct bucket *errors_bucket(struct node *node, const struct node_id *source)
{
	uint8_t hash[crypto_shorthash_BYTES];

	crypto_shorthash(hash, source->bytes, NODE_ID, node->place_secret);
	return &node->place_errors[hash[0] % PLACES];
}

void errors_report(struct node *node, instant now, const struct data_header *header,
		   const uint8_t *sealed, const struct verdict *verdict, struct outbox *outbox)
{
	const struct fib *fib = node_fib(node);
	uint32_t source = fib_by_id(fib, &header->source);
	const struct error error = {
		.destination = header->source,
		.source = address_id(&node->own),
		.kind = verdict->report,
		.mtu = verdict->report == ERROR_TOO_BIG ? (uint16_t)verdict->mtu : 0,
		.culprit = culprit_of(header, sealed),
	};

	if (source == FIB_NONE || fib_node(fib, source)->lost)
		return;
	if (!bucket_take(errors_bucket(node, &header->source), RATE_ERROR, now)) {
		node_count(node, DROP_RATE_ERROR);
		return;
	}
	const struct fib_hop *hop = fib_hop(fib, fib_node(fib, source)->next[WIRE_LANE_CONTROL]);
	uint8_t *room = node_room(node, hop->link, WIRE_ERROR, outbox);
	if (room == NULL)
		return;
	struct writer out = writer_of(room, WIRE_ERROR);
	error_write(&error, &out);
	outbox_frame(outbox, hop->link, hop->to, out.used);
}

void errors_tell_host(struct node *node, instant now, enum icmp_error error, uint32_t mtu,
		      const struct icmp_source *from, struct span packet, struct outbox *outbox)
{
	if (!bucket_take(&node->icmp, RATE_ICMP, now))
		return;
	uint8_t *room = outbox_room(outbox, ICMP_ERROR_MAX);
	if (room == NULL) {
		node_count(node, DROP_OUTBOX_FULL);
		return;
	}
	struct writer out = writer_of(room, ICMP_ERROR_MAX);
	if (icmp_error_write(error, mtu, from, packet.bytes, packet.size, &out))
		outbox_packet(outbox, out.used, false);
}

static enum icmp_error errors_icmp(enum error_kind kind)
{
	switch (kind) {
	case ERROR_NO_ROUTE:
		return ICMP_ADDRESS;
	case ERROR_TOO_BIG:
		return ICMP_TOO_BIG;
	case ERROR_HOP_LIMIT:
		return ICMP_TIME_EXCEEDED;
	}
	abort();
}

enum drop errors_culprit(struct node *node, instant now, const struct error *error,
			 struct span packet, struct outbox *outbox)
{
	uint32_t relay = fib_by_id(node_fib(node), &error->source);

	if (relay == FIB_NONE)
		return DROP_ERROR_UNMATCHED;
	const struct icmp_source from = {fib_node(node_fib(node), relay)->address,
					 error->hop_limit};
	errors_tell_host(node, now, errors_icmp(error->kind), error->mtu, &from, packet, outbox);
	return DROP_NONE;
}

enum drop errors_receive(struct node *node, instant now, const uint8_t *frame, size_t size,
			 struct outbox *outbox)
{
	struct error error;
	enum drop drop = error_read(frame, size, &error);

	if (drop != DROP_NONE)
		return drop;
	if (fib_by_id(node_fib(node), &error.source) == FIB_NONE)
		return DROP_ERROR_UNMATCHED;
	if (node_lends_lanes(node)) {
		const struct handover handover = {.kind = HANDOVER_FRAME,
						  .lane = error.culprit.lane};
		return outbox_handover_copy(outbox, &handover, (struct span){frame, size})
			       ? DROP_NONE
			       : DROP_OUTBOX_FULL;
	}
	struct recent *recent = worker_recent(node_worker(node, WORKER_PACKETS));
	struct span packet = recent_take(recent, &error.culprit);
	if (packet.size == 0)
		return DROP_ERROR_UNMATCHED;
	return errors_culprit(node, now, &error, packet, outbox);
}
