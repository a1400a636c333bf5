/* Data frames of both forms, sealed and opened: by the codec and the cipher alone, and by the
 * node's own way out and in; bundles; and the lanes of flows. docs/protocol/meshp.md, sections 2
 * and 3. */
#include "meshp/bundle.h"
#include "meshp/packet.h"
#include "node/frame.h"
#include "node/receive.h"
#include "tests/vectors/checks.h"
#include "tests/vectors/side.h"

#include <stdio.h>

/* A data frame as the vector tells it. */
struct telling {
	struct direction way;
	struct data_header header;
	bool id_conflict;
	uint8_t next_header;
	struct hex payload, frame, packet; /* packet is empty on lane 0 */
};

static void header_read(struct telling *telling, struct vector *vector)
{
	struct data_header *header = &telling->header;
	const uint32_t dscp = vector_number(vector, "dscp");

	*header = (struct data_header){
		.parity = telling->way.epoch & 1,
		.partial = header->partial,
		.lane = (uint8_t)vector_number(vector, "lane"),
		.hop_limit = (uint8_t)vector_number(vector, "hop_limit"),
		.traffic_class = (uint8_t)(dscp << 2 | vector_number(vector, "ecn")),
		.destination = address_id(&telling->way.destination),
		.source = address_id(&telling->way.source),
		.counter = vector_number(vector, "counter"),
	};
	header->extended = telling->id_conflict || telling->payload.size < WIRE_COMPACT_PAYLOAD;
	if (header->extended)
		header->length = (uint16_t)(1 + telling->payload.size);
	if (!telling->id_conflict)
		return;
	header->addressed = true;
	header->to = telling->way.destination;
	header->from = telling->way.source;
}

static void direction_read(struct direction *way, struct vector *vector)
{
	way->source = vector_address(vector, "source");
	way->destination = vector_address(vector, "destination");
	way->suite = (enum suite)vector_number(vector, "suite");
	way->epoch = vector_number(vector, "epoch");
	vector_bytes(vector, "key", way->key, AEAD_KEY);
	if ((aead_suites() & SUITE_BIT(way->suite)) == 0) {
		print_message("# skipped: this machine cannot do suite %u\n",
			      (unsigned int)way->suite);
		skip();
	}
}

static void telling_read(struct telling *telling, struct vector *vector)
{
	*telling = (struct telling){.id_conflict = vector_flag(vector, "id_conflict")};
	direction_read(&telling->way, vector);
	telling->next_header = (uint8_t)vector_number(vector, "next_header");
	telling->payload = vector_hex(vector, "payload");
	telling->frame = vector_hex(vector, "frame");
	telling->packet = vector_hex(vector, "packet");
	telling->header.partial = vector_flag(vector, "partial");
	header_read(telling, vector);
	vector_expect_text(vector, "form", telling->header.extended ? "extended" : "compact");
}

/* Next header, payload and room for the tag. */
static struct hex plain_of(const struct telling *telling)
{
	struct hex plain = {.bytes = {telling->next_header}, .size = 1 + telling->payload.size};

	memcpy(plain.bytes + 1, telling->payload.bytes, telling->payload.size);
	return plain;
}

/* The frame comes out of the codec and the cipher. */
static void sealed_by_hand(const struct telling *telling, struct vector *vector)
{
	struct hex plain = plain_of(telling);
	uint8_t associated[ASSOCIATED_MAX], nonce[AEAD_NONCE], frame[HEX_MAX] = {0};
	struct aead_key key;
	struct writer out = writer_of(frame, sizeof(frame));
	const struct span covered = {associated,
				     data_header_associated(&telling->header, associated)};

	vector_expect(vector, "associated", associated, covered.size);
	data_header_nonce(&telling->header, nonce);
	vector_expect(vector, "nonce", nonce, sizeof(nonce));
	data_header_write(&telling->header, &out);
	aead_prepare(NULL, telling->way.suite, telling->way.key, &key);
	aead_seal(&key, nonce, covered, plain.bytes, plain.size,
		  writer_take(&out, plain.size + AEAD_TAG));
	if (telling->header.extended && out.used < WIRE_FRAME_LEAST)
		writer_take(&out, WIRE_FRAME_LEAST - out.used);
	assert_true(writer_ok(&out));
	assert_int_equal(out.used, telling->frame.size);
	assert_memory_equal(frame, telling->frame.bytes, out.used);
}

static void headers_equal(const struct data_header *a, const struct data_header *b)
{
	uint8_t bytes[2][ASSOCIATED_MAX] = {{0}, {0}};
	struct writer out[2] = {writer_of(bytes[0], ASSOCIATED_MAX),
				writer_of(bytes[1], ASSOCIATED_MAX)};

	data_header_write(a, &out[0]);
	data_header_write(b, &out[1]);
	assert_true(writer_ok(&out[0]) && out[0].used == out[1].used);
	assert_memory_equal(bytes[0], bytes[1], sizeof(bytes[0]));
}

/* The frame opens and holds what it should. */
static void opened_by_hand(const struct telling *telling)
{
	struct reader in = reader_of(telling->frame.bytes, telling->frame.size);
	struct hex plain = plain_of(telling);
	uint8_t associated[ASSOCIATED_MAX], nonce[AEAD_NONCE], opened[HEX_MAX];
	struct aead_key key;
	struct data_header header;

	assert_int_equal(data_header_read(&in, &header), DROP_NONE);
	headers_equal(&header, &telling->header);
	assert_int_equal(in.left, plain.size + AEAD_TAG);
	data_header_nonce(&header, nonce);
	aead_prepare(NULL, telling->way.suite, telling->way.key, &key);
	assert_true(aead_open(
		&key, nonce, (struct span){associated, data_header_associated(&header, associated)},
		in.at, in.left, opened));
	assert_memory_equal(opened, plain.bytes, plain.size);
}

/* A node seals the same frame, if it is one that a node sends first: counters begin at 0. */
static void sealed_by_node(const struct telling *telling)
{
	const struct data_header *header = &telling->header;
	const struct frame_content content = {
		.lane = header->lane,
		.hop_limit = header->hop_limit,
		.traffic_class = header->traffic_class,
		.next_header = telling->next_header,
		.partial = header->partial,
		.payload = {telling->payload.bytes, telling->payload.size},
	};
	uint8_t frame[HEX_MAX + FRAME_OVERHEAD];
	struct writer out = writer_of(frame, sizeof(frame));
	struct culprit as;
	struct side sender;

	if (header->counter != 0)
		return;
	sender = side_new(&telling->way, true, telling->id_conflict);
	assert_int_equal(
		frame_seal(sender.forwarding, side_worker(&sender, header->lane), SIDE_NOW,
			   forwarding_by_address(sender.forwarding, &telling->way.destination),
			   &content, &as, &out),
		DROP_NONE);
	assert_int_equal(as.counter, header->counter);
	assert_int_equal(out.used, telling->frame.size);
	assert_memory_equal(frame, telling->frame.bytes, out.used);
	side_free(&sender);
}

/* A node hands the packet to its host, or the message to its control side. */
static void opened_by_node(const struct telling *telling)
{
	struct side receiver = side_new(&telling->way, false, telling->id_conflict);
	struct worker *worker = side_worker(&receiver, telling->header.lane);
	struct reader in = reader_of(telling->frame.bytes, telling->frame.size);
	const struct action *action = receiver.outbox->actions;
	uint8_t message[RECEIVE_SEALED];
	struct data_header header;
	struct verdict verdict;
	size_t size;

	assert_int_equal(data_header_read(&in, &header), DROP_NONE);
	const struct span sealed = {in.at, in.left};
	if (header.lane == WIRE_LANE_CONTROL) {
		verdict = receive_sealed(receiver.forwarding, worker, SIDE_NOW, &header, sealed,
					 message, &size, NULL);
		assert_int_equal(verdict.kind, VERDICT_SEALED);
		assert_int_equal(size, telling->payload.size);
		assert_memory_equal(message, telling->payload.bytes, size);
		assert_int_equal(telling->packet.size, 0);
	} else {
		verdict = receive_packet(receiver.forwarding, worker, SIDE_NOW, &header, sealed,
					 receiver.outbox);
		assert_int_equal(verdict.kind, VERDICT_DONE);
		assert_int_equal(receiver.outbox->count, 1);
		assert_int_equal(action->size, telling->packet.size);
		assert_int_equal(action->partial, header.partial);
		if (action->partial)
			assert_true(packet_complete(receiver.outbox->bytes, action->size));
		assert_memory_equal(receiver.outbox->bytes + action->offset, telling->packet.bytes,
				    action->size);
	}
	side_free(&receiver);
}

/* What a node makes of the packet on its way out is what the vector says. */
static void packet_agrees(const struct telling *telling)
{
	struct packet packet;

	if (telling->packet.size == 0)
		return;
	assert_int_equal(packet_read(telling->packet.bytes, telling->packet.size, &packet),
			 DROP_NONE);
	assert_int_equal(packet_lane(&packet), telling->header.lane);
	assert_int_equal(packet.traffic_class, telling->header.traffic_class);
	assert_int_equal(packet.next_header, telling->next_header);
	assert_int_equal(packet.hop_limit, telling->header.hop_limit);
	assert_true(address_equal(&packet.source, &telling->way.source));
	assert_true(address_equal(&packet.destination, &telling->way.destination));
}

void check_data(struct vector *vector)
{
	struct telling telling;

	telling_read(&telling, vector);
	sealed_by_hand(&telling, vector);
	opened_by_hand(&telling);
	sealed_by_node(&telling);
	opened_by_node(&telling);
	packet_agrees(&telling);
}

/* The packets as the vector has them, put together again, are its payload; *left says whose
 * checksum is left to the receiver. */
static void bundle_agrees(const struct hex *payload, struct vector *vector, uint32_t *left)
{
	struct reader in = reader_of(payload->bytes, payload->size);
	uint8_t again[WIRE_BUNDLE_SIZE];
	struct writer out = writer_of(again, sizeof(again));
	uint32_t packets = 0;
	char field[16];

	assert_int_equal(bundle_check((struct span){payload->bytes, payload->size}), DROP_NONE);
	*left = 0;
	for (struct bundled packet; bundle_next(&in, &packet); packets++) {
		snprintf(field, sizeof(field), "partial_%u", packets);
		vector_expect_number(vector, field, packet.partial);
		*left |= (uint32_t)packet.partial << packets;
		bundle_put(&packet, &out);
	}
	assert_true(writer_ok(&out) && out.used == payload->size);
	assert_memory_equal(again, payload->bytes, out.used);
	vector_expect_number(vector, "packets", packets);
}

/* A node hands just the packets of the vector to its host. */
static void bundle_opens(const struct telling *telling, struct vector *vector, uint32_t left)
{
	struct side receiver = side_new(&telling->way, false, false);
	struct outbox *outbox = receiver.outbox;
	struct reader in = reader_of(telling->frame.bytes, telling->frame.size);
	struct data_header header;
	char field[16];

	assert_int_equal(data_header_read(&in, &header), DROP_NONE);
	struct verdict verdict =
		receive_packet(receiver.forwarding, side_worker(&receiver, header.lane), SIDE_NOW,
			       &header, (struct span){in.at, in.left}, outbox);
	assert_int_equal(verdict.kind, VERDICT_DONE);
	for (uint32_t i = 0; i < outbox->count; i++) {
		const struct action *action = &outbox->actions[i];
		uint8_t *packet = outbox->bytes + action->offset;
		assert_int_equal(action->kind, ACTION_PACKET);
		assert_int_equal(action->partial, left >> i & 1);
		if (action->partial)
			assert_true(packet_complete(packet, action->size));
		snprintf(field, sizeof(field), "packet_%u", i);
		vector_expect(vector, field, packet, action->size);
	}
	side_free(&receiver);
}

void check_bundle(struct vector *vector)
{
	struct telling telling = {.next_header = WIRE_NEXT_HEADER_BUNDLE};
	uint32_t left;

	direction_read(&telling.way, vector);
	telling.payload = vector_hex(vector, "payload");
	telling.frame = vector_hex(vector, "frame");
	header_read(&telling, vector);
	bundle_agrees(&telling.payload, vector, &left);
	opened_by_hand(&telling);
	sealed_by_node(&telling);
	bundle_opens(&telling, vector, left);
}

void check_lane(struct vector *vector)
{
	struct hex bytes = vector_hex(vector, "packet");
	struct packet packet;

	assert_int_equal(packet_read(bytes.bytes, bytes.size, &packet), DROP_NONE);
	vector_expect_number(vector, "lane", packet_lane(&packet));
}
