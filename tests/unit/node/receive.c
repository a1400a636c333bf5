/* A data frame's way in: what the host gets, and what is opened but refused. The frames are sealed
 * with the right keys, as only a peer that misbehaves can. docs/protocol/meshp.md, sections 2, 4.
 */
#include "sides.h"

#include "meshp/bundle.h"
#include "meshp/data.h"
#include "meshp/packet.h"
#include "node/limits.h"
#include "node/receive.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = 12000 };

struct fixture {
	struct side *sides;
	struct outbox *outbox;
	struct frame_content content;
	uint8_t payload[PACKET_MAX + 100];
	uint8_t frame[ROOM];
	size_t size;
	uint8_t message[RECEIVE_SEALED];
	size_t message_size;
};

static struct fixture *fixture_new(void)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->sides = sides_new(SUITE_CHACHA20_POLY1305);
	fixture->outbox = calloc(1, sizeof(*fixture->outbox));
	assert_non_null(fixture->outbox);
	fixture->content = (struct frame_content){
		.lane = 3, .hop_limit = 7, .traffic_class = 0xfd, .next_header = PROTOCOL_UDP};
	for (size_t i = 0; i < sizeof(fixture->payload); i++)
		fixture->payload[i] = (uint8_t)(i * 31 + 1);
	return fixture;
}

static void fixture_free(struct fixture *fixture)
{
	sides_free(fixture->sides);
	free(fixture->outbox);
	free(fixture);
}

/* Seals a payload of that size at side 0. */
static void seal(struct fixture *fixture, size_t payload_size)
{
	fixture->content.payload = (struct span){fixture->payload, payload_size};
	fixture->size = side_seal(&fixture->sides[0], &fixture->content, fixture->frame);
}

/* Receives the frame at side 1, in the way its lane asks for. */
static struct verdict receive(struct fixture *fixture)
{
	const struct side *side = &fixture->sides[1];
	struct reader reader = reader_of(fixture->frame, fixture->size);
	struct data_header header;

	outbox_clear(fixture->outbox);
	assert_int_equal(data_header_read(&reader, &header), DROP_NONE);
	struct span sealed = {reader.at, reader.left};
	if (header.lane == WIRE_LANE_CONTROL)
		return receive_sealed(side->forwarding, side->control, (instant){9000}, &header,
				      sealed, fixture->message, &fixture->message_size, NULL);
	return receive_packet(side->forwarding, side->packets, (instant){9000}, &header, sealed,
			      fixture->outbox);
}

static void check_drop(struct fixture *fixture, enum drop drop)
{
	struct verdict verdict = receive(fixture);

	assert_int_equal(verdict.kind, VERDICT_DROP);
	assert_int_equal(verdict.drop, drop);
	assert_int_equal(fixture->outbox->count, 0);
}

static void the_packet_is_rebuilt(void **state)
{
	struct fixture *fixture = fixture_new();
	struct packet packet;

	for (size_t size = 0; size <= 1460; size += 7) {
		seal(fixture, size);
		struct verdict verdict = receive(fixture);
		assert_int_equal(verdict.kind, VERDICT_DONE);
		assert_int_equal(verdict.news, size == 0); /* it is the same instant */
		assert_int_equal(fixture->outbox->count, 1);
		assert_int_equal(fixture->outbox->actions[0].kind, ACTION_PACKET);
		assert_int_equal(fixture->outbox->actions[0].size, size + 40);
		assert_int_equal(packet_read(fixture->outbox->bytes, size + 40, &packet),
				 DROP_NONE);
		assert_memory_equal(fixture->outbox->bytes, ((uint8_t[]){0x6f, 0xd0, 0, 0}), 4);
		assert_int_equal(packet.traffic_class, 0xfd);
		assert_int_equal(packet.next_header, PROTOCOL_UDP);
		assert_int_equal(packet.hop_limit, 7);
		assert_true(address_equal(&packet.source, &fixture->sides[0].address));
		assert_true(address_equal(&packet.destination, &fixture->sides[1].address));
		assert_memory_equal(packet.payload.bytes, fixture->payload, size);
	}
	fixture_free(fixture);
}

static void only_lane_0_carries_253(void **state)
{
	struct fixture *fixture = fixture_new();

	fixture->content.next_header = WIRE_NEXT_HEADER_CONTROL;
	seal(fixture, 42);
	check_drop(fixture, DROP_LANE);
	check_drop(fixture, DROP_REPLAY);
	fixture->content.lane = WIRE_LANE_CONTROL;
	fixture->content.hop_limit = WIRE_HOP_LIMIT;
	fixture->content.next_header = PROTOCOL_UDP;
	seal(fixture, 42);
	check_drop(fixture, DROP_LANE);
	fixture_free(fixture);
}

/* Seals three packets of 60 bytes in one frame, the last with that next header. */
static void seal_bundle(struct fixture *fixture, uint8_t last)
{
	struct writer out = writer_of(fixture->payload, sizeof(fixture->payload));
	uint8_t payload[20];

	for (uint32_t i = 0; i < 3; i++) {
		memset(payload, (int)i, sizeof(payload));
		bundle_put(&(struct bundled){.next_header = i == 2 ? last : PROTOCOL_UDP,
					     .partial = i == 1,
					     .payload = {payload, sizeof(payload)}},
			   &out);
	}
	fixture->content.next_header = WIRE_NEXT_HEADER_BUNDLE;
	seal(fixture, out.used);
}

static void the_packets_of_a_bundle_are_rebuilt(void **state)
{
	struct fixture *fixture = fixture_new();
	const struct side *side = &fixture->sides[1];
	struct packet packet;

	seal_bundle(fixture, PROTOCOL_TCP);
	assert_int_equal(receive(fixture).kind, VERDICT_DONE);
	assert_int_equal(fixture->outbox->count, 3);
	assert_int_equal(worker_look(side->packets, SIDE_INDEX, 1).rx_packets, 3);
	for (uint32_t i = 0; i < 3; i++) {
		const struct action *action = &fixture->outbox->actions[i];
		assert_int_equal(action->kind, ACTION_PACKET);
		assert_int_equal(action->partial, i == 1);
		assert_int_equal(
			packet_read(fixture->outbox->bytes + action->offset, action->size, &packet),
			DROP_NONE);
		assert_int_equal(packet.next_header, i == 2 ? PROTOCOL_TCP : PROTOCOL_UDP);
		assert_int_equal(packet.hop_limit, 7);
		assert_int_equal(packet.traffic_class, 0xfd);
		assert_true(address_equal(&packet.source, &fixture->sides[0].address));
		assert_true(address_equal(&packet.destination, &side->address));
		assert_int_equal(packet.payload.size, 20);
		assert_int_equal(packet.payload.bytes[19], i);
	}
	check_drop(fixture, DROP_REPLAY);
	fixture_free(fixture);
}

static void a_bundle_is_refused_whole(void **state)
{
	struct fixture *fixture = fixture_new();

	seal_bundle(fixture, WIRE_NEXT_HEADER_CONTROL);
	check_drop(fixture, DROP_LANE);
	seal_bundle(fixture, WIRE_NEXT_HEADER_BUNDLE);
	check_drop(fixture, DROP_INNER);
	seal(fixture, 42);
	check_drop(fixture, DROP_MALFORMED);
	fixture->content.hop_limit = 0;
	seal_bundle(fixture, PROTOCOL_TCP);
	check_drop(fixture, DROP_INNER);
	fixture->content.hop_limit = 7;
	fixture->content.partial = true;
	seal_bundle(fixture, PROTOCOL_TCP);
	check_drop(fixture, DROP_CHECKSUM_PARTIAL);
	fixture->content.partial = false;
	fixture->content.addressed = true;
	seal_bundle(fixture, PROTOCOL_TCP);
	check_drop(fixture, DROP_INNER);
	assert_int_equal(worker_look(fixture->sides[1].packets, SIDE_INDEX, 1).rx_packets, 0);
	fixture_free(fixture);
}

static void a_bundle_needs_room_for_all(void **state)
{
	struct fixture *fixture = fixture_new();
	const struct side *side = &fixture->sides[1];
	struct data_header header;

	seal_bundle(fixture, PROTOCOL_TCP);
	struct reader reader = reader_of(fixture->frame, fixture->size);
	assert_int_equal(data_header_read(&reader, &header), DROP_NONE);
	fixture->outbox->count = OUTBOX_ACTIONS - 2;
	struct verdict verdict =
		receive_packet(side->forwarding, side->packets, (instant){9000}, &header,
			       (struct span){reader.at, reader.left}, fixture->outbox);
	assert_int_equal(verdict.kind, VERDICT_DROP);
	assert_int_equal(verdict.drop, DROP_OUTBOX_FULL);
	assert_int_equal(fixture->outbox->count, OUTBOX_ACTIONS - 2);
	assert_int_equal(receive(fixture).kind, VERDICT_DONE); /* it was not opened before */
	fixture_free(fixture);
}

static void spent_packets_are_not_delivered(void **state)
{
	struct fixture *fixture = fixture_new();

	fixture->content.hop_limit = 0;
	seal(fixture, 42);
	check_drop(fixture, DROP_INNER);
	fixture_free(fixture);
}

/* What no sealer of ours would send is here too, so the frame is made by hand. */
static void seal_partial(struct fixture *fixture, uint8_t next_header, size_t payload_size)
{
	const struct side *side = &fixture->sides[0];
	struct data_header header = {.partial = true,
				     .lane = 2,
				     .hop_limit = 9,
				     .destination = address_id(&side->peer.address),
				     .source = address_id(&side->address),
				     .counter = payload_size};
	struct writer out = writer_of(fixture->frame, sizeof(fixture->frame));

	data_header_write(&header, &out);
	uint8_t *sealed = writer_take(&out, 1 + payload_size + WIRE_TAG);
	sealed[0] = next_header;
	memcpy(sealed + 1, fixture->payload, payload_size);
	struct aead_key key;
	aead_prepare(NULL, SUITE_CHACHA20_POLY1305, side->peer.seal.key, &key);
	data_seal(&header, &key, sealed, 1 + payload_size, sealed);
	fixture->size = out.used;
}

static void a_partial_checksum_is_left_to_the_host(void **state)
{
	struct fixture *fixture = fixture_new();

	seal(fixture, 101);
	assert_int_equal(receive(fixture).kind, VERDICT_DONE);
	assert_false(fixture->outbox->actions[0].partial);
	seal_partial(fixture, PROTOCOL_UDP, 101);
	assert_int_equal(receive(fixture).kind, VERDICT_DONE);
	assert_true(fixture->outbox->actions[0].partial);
	assert_memory_equal(fixture->outbox->bytes + WIRE_IPV6_HEADER, fixture->payload, 101);
	assert_true(packet_complete(fixture->outbox->bytes, 141));
	seal_partial(fixture, PROTOCOL_TCP, 20);
	assert_int_equal(receive(fixture).kind, VERDICT_DONE);
	assert_true(fixture->outbox->actions[0].partial);
	seal_partial(fixture, PROTOCOL_TCP, 19);
	check_drop(fixture, DROP_CHECKSUM_PARTIAL);
	seal_partial(fixture, PROTOCOL_ICMPV6, 100);
	check_drop(fixture, DROP_CHECKSUM_PARTIAL);
	fixture_free(fixture);
}

static void lane_0_is_for_neighbours(void **state)
{
	struct fixture *fixture = fixture_new();

	fixture->content = (struct frame_content){.lane = WIRE_LANE_CONTROL,
						  .hop_limit = WIRE_HOP_LIMIT,
						  .next_header = WIRE_NEXT_HEADER_CONTROL};
	seal(fixture, 42);
	fixture->frame[1]--;
	check_drop(fixture, DROP_HOP_LIMIT);
	fixture->frame[1]++;
	struct verdict verdict = receive(fixture);
	assert_int_equal(verdict.kind, VERDICT_SEALED);
	assert_int_equal(verdict.index, SIDE_INDEX);
	assert_int_equal(fixture->message_size, 42);
	assert_memory_equal(fixture->message, fixture->payload, 42);
	fixture_free(fixture);
}

/* An empty frame says nothing but that it could be sealed, and may have come over relays. */
static void an_empty_frame_may_come_from_afar(void **state)
{
	struct fixture *fixture = fixture_new();

	fixture->content = (struct frame_content){.lane = WIRE_LANE_CONTROL,
						  .next_header = WIRE_NEXT_HEADER_CONTROL};
	for (uint32_t hop_limit = 0; hop_limit < 256; hop_limit += 15) {
		fixture->content.hop_limit = (uint8_t)hop_limit;
		fixture->message_size = 77;
		seal(fixture, 0);
		assert_int_equal(receive(fixture).kind, VERDICT_SEALED);
		assert_int_equal(fixture->message_size, 0);
		seal(fixture, 1);
		if (hop_limit < WIRE_HOP_LIMIT)
			check_drop(fixture, DROP_HOP_LIMIT);
	}
	fixture_free(fixture);
}

/* Of messages that say something TRACE and TRACED alone may have been relayed. */
static void traces_may_come_from_afar(void **state)
{
	struct fixture *fixture = fixture_new();

	fixture->content = (struct frame_content){.lane = WIRE_LANE_CONTROL,
						  .hop_limit = WIRE_HOP_LIMIT_REMOTE,
						  .next_header = WIRE_NEXT_HEADER_CONTROL};
	for (uint32_t type = 0; type < 256; type++) {
		bool traces = type == SEALED_TRACE || type == SEALED_TRACED;
		for (size_t size = WIRE_TRACE - 1; size <= WIRE_TRACED + 1; size++) {
			bool fits = size == WIRE_TRACE || size == WIRE_TRACED;
			if (!fits && size > WIRE_TRACE + 1 && size < WIRE_TRACED - 1)
				continue;
			fixture->payload[0] = (uint8_t)type;
			seal(fixture, size);
			if (fits && traces)
				assert_int_equal(receive(fixture).kind, VERDICT_SEALED);
			else
				check_drop(fixture, DROP_HOP_LIMIT);
		}
	}
	fixture_free(fixture);
}

static void messages_have_a_greatest_size(void **state)
{
	struct fixture *fixture = fixture_new();

	fixture->content = (struct frame_content){.lane = WIRE_LANE_CONTROL,
						  .hop_limit = WIRE_HOP_LIMIT,
						  .next_header = WIRE_NEXT_HEADER_CONTROL};
	seal(fixture, RECEIVE_SEALED - 1);
	assert_int_equal(receive(fixture).kind, VERDICT_SEALED);
	assert_int_equal(fixture->message_size, RECEIVE_SEALED - 1);
	seal(fixture, RECEIVE_SEALED);
	check_drop(fixture, DROP_FRAME_LONG);
	fixture_free(fixture);
}

static void packets_have_a_greatest_size(void **state)
{
	struct fixture *fixture = fixture_new();

	seal(fixture, PACKET_MAX - 40);
	assert_int_equal(receive(fixture).kind, VERDICT_DONE);
	assert_int_equal(fixture->outbox->actions[0].size, PACKET_MAX);
	seal(fixture, PACKET_MAX - 39);
	check_drop(fixture, DROP_FRAME_LONG);
	fixture_free(fixture);
}

static void a_full_outbox_leaves_the_frame_unopened(void **state)
{
	struct fixture *fixture = fixture_new();
	const struct side *side = &fixture->sides[1];
	struct data_header header;

	seal(fixture, 42);
	struct reader reader = reader_of(fixture->frame, fixture->size);
	assert_int_equal(data_header_read(&reader, &header), DROP_NONE);
	fixture->outbox->used = OUTBOX_BYTES - 40;
	struct verdict verdict =
		receive_packet(side->forwarding, side->packets, (instant){1}, &header,
			       (struct span){reader.at, reader.left}, fixture->outbox);
	assert_int_equal(verdict.drop, DROP_OUTBOX_FULL);
	assert_int_equal(receive(fixture).kind, VERDICT_DONE);
	fixture_free(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_packet_is_rebuilt),
		cmocka_unit_test(only_lane_0_carries_253),
		cmocka_unit_test(the_packets_of_a_bundle_are_rebuilt),
		cmocka_unit_test(a_bundle_is_refused_whole),
		cmocka_unit_test(a_bundle_needs_room_for_all),
		cmocka_unit_test(spent_packets_are_not_delivered),
		cmocka_unit_test(a_partial_checksum_is_left_to_the_host),
		cmocka_unit_test(lane_0_is_for_neighbours),
		cmocka_unit_test(an_empty_frame_may_come_from_afar),
		cmocka_unit_test(traces_may_come_from_afar),
		cmocka_unit_test(messages_have_a_greatest_size),
		cmocka_unit_test(packets_have_a_greatest_size),
		cmocka_unit_test(a_full_outbox_leaves_the_frame_unopened),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/receive", tests, NULL, NULL);
}
