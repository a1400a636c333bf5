/* The way in, read from top to bottom: session, window, open, what is inside, the header rebuilt of
 * each packet, host. */
#include "node/receive.h"

#include "meshp/bundle.h"
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

/* What is the matter with the one packet of a frame. */
static enum drop receive_check(const struct data_header *header, uint8_t next_header, size_t size)
{
	if (header->hop_limit == 0)
		return DROP_INNER;
	return bundle_packet_check(next_header, header->partial, size);
}

/* Room for whatever comes out of a frame: it is looked for before the frame is opened, for what was
 * opened once does not open again. NULL if there is none. */
static uint8_t *receive_room(struct outbox *outbox, size_t sealed)
{
	if (sealed > 1 + WIRE_BUNDLE_SIZE + WIRE_TAG)
		return outbox_room(outbox, WIRE_IPV6_HEADER + sealed);
	return outbox_spare(outbox)
		       ? outbox_room(outbox, WIRE_BUNDLE_PACKETS * WIRE_IPV6_HEADER + sealed)
		       : NULL;
}

/* Hands the packets of a bundle, which lies in that room, to the host in their order, all or,
 * refusing it, none; like says what they have in common. */
static enum drop receive_bundle(const struct data_header *header, struct packet *like,
				struct span bundle, uint8_t *room, uint32_t *packets,
				struct outbox *outbox)
{
	uint8_t copy[WIRE_BUNDLE_SIZE]; /* for the packets are written over it */
	struct bundled bundled;

	if (header->hop_limit == 0 || header->extended)
		return DROP_INNER;
	if (header->partial)
		return DROP_CHECKSUM_PARTIAL;
	enum drop drop = bundle_check(bundle);
	if (drop != DROP_NONE)
		return drop;
	memcpy(copy, bundle.bytes, bundle.size);
	struct reader in = reader_of(copy, bundle.size);
	for (*packets = 0; bundle_next(&in, &bundled); ++*packets) {
		size_t size = WIRE_IPV6_HEADER + bundled.payload.size;
		struct writer out = writer_of(room, size);
		like->next_header = bundled.next_header;
		packet_header_write(like, bundled.payload.size, &out);
		writer_copy(&out, bundled.payload.bytes, bundled.payload.size);
		outbox_packet(outbox, size, bundled.partial);
		room += size;
	}
	return DROP_NONE;
}

/* Hands to the host what was opened in that room, behind space for a header. */
static enum drop receive_opened(const struct frame_opened *opened, struct packet *packet,
				uint8_t *room, uint32_t *packets, struct outbox *outbox)
{
	const struct data_header *header = &opened->header;
	const uint8_t *plain = room + WIRE_IPV6_HEADER - 1;
	size_t size = opened->size - 1;

	if (plain[0] == WIRE_NEXT_HEADER_BUNDLE)
		return receive_bundle(header, packet, (struct span){plain + 1, size}, room, packets,
				      outbox);
	enum drop drop = receive_check(header, plain[0], size);
	if (drop != DROP_NONE)
		return drop;
	packet->next_header = plain[0];
	struct writer out = writer_of(room, WIRE_IPV6_HEADER);
	packet_header_write(packet, size, &out);
	outbox_packet(outbox, WIRE_IPV6_HEADER + size, header->partial);
	*packets = 1;
	return DROP_NONE;
}

struct verdict receive_packet(const struct forwarding *forwarding, struct worker *worker,
			      instant now, const struct data_header *header, struct span sealed,
			      struct outbox *outbox)
{
	uint8_t *room = receive_room(outbox, sealed.size);
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
	if (outbox->eye != NULL)
		frame_show_opened(outbox->eye, forwarding, &opened, plain);

	uint32_t packets;
	struct packet packet = {.traffic_class = header->traffic_class,
				.hop_limit = header->hop_limit,
				.source = forwarding_at(forwarding, opened.index)->address,
				.destination = *forwarding_own(forwarding)};
	bool news = worker_news(worker, now, opened.index);
	drop = receive_opened(&opened, &packet, room, &packets, outbox);
	if (drop != DROP_NONE) {
		struct verdict verdict = opened_as(VERDICT_DROP, &opened, news);
		verdict.drop = drop;
		return verdict;
	}
	worker_count_received(worker, opened.index,
			      forwarding_at(forwarding, opened.index)->generation, packets);
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
			      uint8_t *message, size_t *size, struct eye *eye)
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
	if (eye != NULL)
		frame_show_opened(eye, forwarding, &opened, plain);
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
