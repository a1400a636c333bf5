/* The way in, read from top to bottom: session, window, open, what is inside, the header rebuilt,
 * host. */
#include "node/receive.h"

#include "meshp/packet.h"
#include "node/frame.h"

#include <string.h>

static struct verdict dropped(enum drop drop)
{
	return (struct verdict){.kind = VERDICT_DROP, .drop = drop};
}

static struct verdict opened_as(enum verdict_kind kind, const struct frame_opened *opened,
				bool news)
{
	return (struct verdict){.kind = kind, .index = opened->index, .news = news};
}

/* True if the payload of a packet frame may go to the host. */
static enum drop receive_check(const struct frame_opened *opened, uint8_t next_header, size_t size)
{
	if (next_header == WIRE_NEXT_HEADER_CONTROL)
		return DROP_LANE;
	if (next_header == WIRE_NEXT_HEADER_BUNDLE || opened->header.hop_limit == 0)
		return DROP_INNER;
	if (opened->header.partial && !packet_partial_fits(next_header, size))
		return DROP_CHECKSUM_PARTIAL;
	return DROP_NONE;
}

struct verdict receive_packet(const struct forwarding *forwarding, struct worker *worker,
			      instant now, const struct data_header *header, struct span sealed,
			      struct outbox *outbox)
{
	uint8_t *room = outbox_room(outbox, WIRE_IPV6_HEADER + sealed.size);
	struct frame_opened opened;

	if (room == NULL)
		return dropped(DROP_OUTBOX_FULL);
	if (sealed.size > PACKET_MAX - WIRE_IPV6_HEADER + 1 + WIRE_TAG)
		return dropped(DROP_FRAME_LONG);
	/* The next header lands on the last byte of the header that is then written over it. */
	uint8_t *plain = room + WIRE_IPV6_HEADER - 1;
	enum drop drop = frame_open(forwarding, worker, now, header, sealed, plain, &opened);
	if (drop != DROP_NONE)
		return dropped(drop);

	size_t size = opened.size - 1;
	struct packet packet = {.traffic_class = header->traffic_class,
				.next_header = plain[0],
				.hop_limit = header->hop_limit,
				.source = forwarding_at(forwarding, opened.index)->address,
				.destination = *forwarding_own(forwarding)};
	bool news = worker_news(worker, now, opened.index);
	drop = receive_check(&opened, plain[0], size);
	if (drop != DROP_NONE) {
		struct verdict verdict = opened_as(VERDICT_DROP, &opened, news);
		verdict.drop = drop;
		return verdict;
	}
	struct writer out = writer_of(room, WIRE_IPV6_HEADER);
	packet_header_write(&packet, size, &out);
	outbox_packet(outbox, WIRE_IPV6_HEADER + size, header->partial);
	worker_count_received(worker, opened.index,
			      forwarding_at(forwarding, opened.index)->generation);
	return opened_as(VERDICT_DONE, &opened, news);
}

/* True if a sealed part has the size of a message that may have been relayed. */
static bool receive_size_relayed(size_t size)
{
	return size <= 1 + WIRE_TAG || size == 1 + WIRE_TRACE + WIRE_TAG ||
	       size == 1 + WIRE_TRACED + WIRE_TAG;
}

struct verdict receive_sealed(const struct forwarding *forwarding, struct worker *worker,
			      instant now, const struct data_header *header, struct span sealed,
			      uint8_t *message, size_t *size)
{
	uint8_t plain[RECEIVE_SEALED];
	bool relayed = header->hop_limit != WIRE_HOP_LIMIT;
	struct frame_opened opened;

	if (sealed.size > sizeof(plain) + WIRE_TAG)
		return dropped(DROP_FRAME_LONG);
	if (relayed && !receive_size_relayed(sealed.size))
		return dropped(DROP_HOP_LIMIT);
	enum drop drop = frame_open(forwarding, worker, now, header, sealed, plain, &opened);
	if (drop != DROP_NONE)
		return dropped(drop);
	struct verdict verdict = opened_as(VERDICT_SEALED, &opened, true);
	if (plain[0] != WIRE_NEXT_HEADER_CONTROL || header->partial) {
		verdict.kind = VERDICT_DROP;
		verdict.drop = header->partial ? DROP_CHECKSUM_PARTIAL : DROP_LANE;
		return verdict;
	}
	if (relayed && opened.size > 1 && plain[1] != SEALED_TRACE && plain[1] != SEALED_TRACED) {
		verdict.kind = VERDICT_DROP;
		verdict.drop = DROP_HOP_LIMIT;
		return verdict;
	}
	*size = opened.size - 1;
	memcpy(message, plain + 1, *size);
	return verdict;
}
