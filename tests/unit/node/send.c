/* A packet's way out: what is sealed and where it goes, what is refused and by which ICMPv6 error.
 * RFC 4443; docs/protocol/meshp.md, section 2. */
#include "sides.h"

#include "meshp/packet.h"
#include "node/limits.h"
#include "node/send.h"

#include <stdlib.h>
#include <string.h>

struct fixture {
	struct side *sides;
	struct outbox *outbox;
	instant now;
	bool partial;
	struct packet header;
	uint8_t packet[PACKET_MAX + 100];
};

static struct fixture *fixture_new(void)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->sides = sides_new(SUITE_CHACHA20_POLY1305);
	fixture->outbox = calloc(1, sizeof(*fixture->outbox));
	assert_non_null(fixture->outbox);
	fixture->now = (instant){5000};
	fixture->header = (struct packet){.traffic_class = 0x2e,
					  .next_header = PROTOCOL_UDP,
					  .hop_limit = 64,
					  .source = fixture->sides[0].address,
					  .destination = fixture->sides[1].address};
	return fixture;
}

static void fixture_free(struct fixture *fixture)
{
	sides_free(fixture->sides);
	free(fixture->outbox);
	free(fixture);
}

/* Sends the first size bytes of the packet as they are, and whatever stayed with the worker. */
static struct verdict send_bytes(struct fixture *fixture, size_t size)
{
	const struct tables tables = side_tables(&fixture->sides[0]);

	struct verdict verdict = send_packet(&tables, fixture->sides[0].packets, fixture->now,
					     (struct span){fixture->packet, size}, fixture->partial,
					     fixture->outbox);
	send_flush(&tables, fixture->sides[0].packets, fixture->now, fixture->outbox);
	return verdict;
}

/* Sends a packet of size bytes as the header says. */
static struct verdict send(struct fixture *fixture, size_t size)
{
	struct writer out = writer_of(fixture->packet, WIRE_IPV6_HEADER);

	packet_header_write(&fixture->header, size - WIRE_IPV6_HEADER, &out);
	outbox_clear(fixture->outbox);
	return send_bytes(fixture, size);
}

static void check_error(struct fixture *fixture, enum drop drop, enum icmp_error error)
{
	struct verdict verdict = send(fixture, 100);

	assert_int_equal(verdict.kind, VERDICT_ERROR);
	assert_int_equal(verdict.drop, drop);
	assert_int_equal(verdict.error, error);
	assert_int_equal(fixture->outbox->count, 0);
}

static void check_drop_of(struct fixture *fixture, size_t size, enum drop drop)
{
	struct verdict verdict = send(fixture, size);

	assert_int_equal(verdict.kind, VERDICT_DROP);
	assert_int_equal(verdict.drop, drop);
	assert_int_equal(fixture->outbox->count, 0);
}

static void check_drop(struct fixture *fixture, enum drop drop)
{
	check_drop_of(fixture, 100, drop);
}

static void a_packet_becomes_one_frame(void **state)
{
	struct fixture *fixture = fixture_new();
	uint8_t plain[2000];
	struct frame_opened opened;
	struct packet packet;

	memset(fixture->packet, 0x77, sizeof(fixture->packet));
	for (size_t size = 50; size <= 1500; size += 29) {
		struct verdict verdict = send(fixture, size);
		assert_int_equal(verdict.kind, VERDICT_DONE);
		assert_int_equal(fixture->outbox->count, 1);
		const struct action *action = &fixture->outbox->actions[0];
		assert_int_equal(action->kind, ACTION_FRAME);
		assert_int_equal(action->link, 1);
		assert_memory_equal(action->to.bytes, fixture->sides[0].hop.to.bytes, LLADDR);
		assert_int_equal(action->size, size);
		assert_int_equal(side_open(&fixture->sides[1],
					   fixture->outbox->bytes + action->offset, size, plain,
					   &opened),
				 DROP_NONE);
		assert_int_equal(packet_read(fixture->packet, size, &packet), DROP_NONE);
		assert_int_equal(opened.header.lane, packet_lane(&packet));
		assert_int_equal(opened.header.hop_limit, 64);
		assert_int_equal(opened.header.traffic_class, 0x2e);
	}
	assert_int_equal(worker_look(fixture->sides[0].packets, SIDE_INDEX, 1).tx_packets, 51);
	fixture_free(fixture);
}

static void packets_of_others_are_refused(void **state)
{
	struct fixture *fixture = fixture_new();

	fixture->header.source.bytes[15] ^= 1;
	check_error(fixture, DROP_PACKET_SOURCE, ICMP_SOURCE_POLICY);
	fixture->header.source = (struct address){{0xbe, 0xef}};
	check_error(fixture, DROP_PACKET_SOURCE, ICMP_SOURCE_POLICY);
	fixture_free(fixture);
}

static void destinations_outside_are_refused(void **state)
{
	struct fixture *fixture = fixture_new();

	fixture->header.destination.bytes[0] = 0x20;
	check_error(fixture, DROP_PACKET_DESTINATION, ICMP_NO_ROUTE);
	fixture->header.destination.bytes[0] = 0xff;
	check_drop(fixture, DROP_PACKET_MULTICAST);
	fixture->header.destination = fixture->sides[1].address;
	fixture->header.destination.bytes[15] ^= 1;
	check_error(fixture, DROP_UNREACHABLE, ICMP_ADDRESS);
	fixture_free(fixture);
}

static void what_no_host_may_send_is_refused(void **state)
{
	struct fixture *fixture = fixture_new();

	fixture->header.next_header = WIRE_NEXT_HEADER_CONTROL;
	check_error(fixture, DROP_PACKET_PROTOCOL, ICMP_PROHIBITED);
	fixture->header.next_header = WIRE_NEXT_HEADER_BUNDLE;
	check_error(fixture, DROP_PACKET_PROTOCOL, ICMP_PROHIBITED);
	fixture->header.next_header = PROTOCOL_UDP;
	fixture->header.hop_limit = 0;
	check_drop(fixture, DROP_PACKET_HOP_LIMIT);
	fixture_free(fixture);
}

static void what_is_no_ipv6_packet_is_refused(void **state)
{
	struct fixture *fixture = fixture_new();
	struct verdict verdict;

	send(fixture, 100);
	outbox_clear(fixture->outbox);
	for (size_t size = 0; size <= 200; size++) {
		verdict = send_bytes(fixture, size);
		if (size != 100)
			assert_int_equal(verdict.drop, DROP_PACKET_SHORT);
		outbox_clear(fixture->outbox);
	}
	fixture->packet[0] = 0x45;
	verdict = send_bytes(fixture, 100);
	assert_int_equal(verdict.drop, DROP_PACKET_NOT_IPV6);
	assert_int_equal(fixture->outbox->count, 0);
	fixture_free(fixture);
}

static void what_does_not_fit_the_path_says_what_does(void **state)
{
	struct fixture *fixture = fixture_new();
	struct side *side = &fixture->sides[0];

	side->path.mtu = 1400;
	side_publish(side);
	assert_int_equal(send(fixture, 1400).kind, VERDICT_DONE);
	struct verdict verdict = send(fixture, 1401);
	assert_int_equal(verdict.kind, VERDICT_ERROR);
	assert_int_equal(verdict.drop, DROP_PACKET_TOO_BIG);
	assert_int_equal(verdict.error, ICMP_TOO_BIG);
	assert_int_equal(verdict.mtu, 1400);
	assert_int_equal(fixture->outbox->count, 0);

	side->path.id_conflict = true;
	side_publish(side);
	assert_int_equal(send(fixture, 1400 - 32).kind, VERDICT_DONE);
	assert_int_equal(fixture->outbox->actions[0].size, 1400);
	assert_int_equal(send(fixture, 1400 - 31).mtu, 1400 - 32);

	verdict = send(fixture, PACKET_MAX + 1);
	assert_int_equal(verdict.drop, DROP_PACKET_TOO_BIG);
	assert_int_equal(verdict.mtu, PACKET_MAX);
	fixture_free(fixture);
}

static void packets_to_ourselves_come_back(void **state)
{
	struct fixture *fixture = fixture_new();
	const struct address selves[] = {fixture->sides[0].address, {{0xbe, 0xef}}};

	for (size_t i = 0; i < 2; i++) {
		fixture->header.destination = selves[i];
		assert_int_equal(send(fixture, 1500).kind, VERDICT_DONE);
		assert_int_equal(fixture->outbox->count, 1);
		assert_int_equal(fixture->outbox->actions[0].kind, ACTION_PACKET);
		assert_int_equal(fixture->outbox->actions[0].size, 1500);
		assert_memory_equal(fixture->outbox->bytes, fixture->packet, 1500);
	}
	fixture_free(fixture);
}

static void check_staged(struct fixture *fixture, bool known)
{
	const struct tables tables = side_tables(&fixture->sides[0]);
	struct verdict verdict = send(fixture, 100);

	assert_int_equal(verdict.kind, VERDICT_STAGE);
	assert_int_equal(verdict.index, known ? SIDE_INDEX : UINT32_MAX);
	assert_int_equal(fixture->outbox->count, 0);
	assert_true(send_waits(&tables, &fixture->header.destination));
}

/* Who is in no path does not exist once we are synced, unless it is a neighbour being proven. */
static void what_is_in_no_path(void **state)
{
	struct fixture *fixture = fixture_new();
	struct side *side = &fixture->sides[0];
	const struct tables tables = side_tables(side);

	side->routed = false;
	side_publish(side);
	check_error(fixture, DROP_UNREACHABLE, ICMP_ADDRESS);
	assert_false(send_waits(&tables, &side->peer.address));
	side->peer.hopeful = true;
	side_publish(side);
	check_staged(fixture, true);
	side->peer.hopeful = side->synced = false;
	side_publish(side);
	check_staged(fixture, true);
	fixture->header.destination.bytes[15] ^= 1;
	check_staged(fixture, false);
	side->synced = true;
	side_publish(side);
	check_error(fixture, DROP_UNREACHABLE, ICMP_ADDRESS);
	fixture_free(fixture);
}

static void what_is_in_a_path_waits_for_a_session(void **state)
{
	struct fixture *fixture = fixture_new();
	struct side *side = &fixture->sides[0];

	side->peer.seal.serial = 0;
	side_publish(side);
	check_staged(fixture, true);
	forwarding_clear(side->forwarding, 2);
	check_staged(fixture, false);
	fixture_free(fixture);
}

/* Its next hop went a moment ago: what is for it waits, whatever we share with it. */
static void what_lost_its_path_waits(void **state)
{
	struct fixture *fixture = fixture_new();
	struct side *side = &fixture->sides[0];
	const struct tables tables = side_tables(side);

	side->path.lost = true;
	side_publish(side);
	check_staged(fixture, true);
	side->path.lost = false;
	side_publish(side);
	assert_int_equal(send(fixture, 100).kind, VERDICT_DONE);
	assert_false(send_waits(&tables, &side->peer.address));
	fixture_free(fixture);
}

/* Every lane has a next hop of its own, and each is told. */
static void each_lane_takes_its_path(void **state)
{
	static const uint8_t secret[16];
	const struct fib_limits limits = {.nodes = 1, .hops = WIRE_LANES, .ways = 1};
	struct fixture *fixture = fixture_new();
	struct side *side = &fixture->sides[0];
	uint32_t lanes = 0;

	free(side->fib);
	side->fib = fib_init(calloc(1, fib_size(&limits)), &limits, secret);
	for (uint8_t lane = 0; lane < WIRE_LANES; lane++) {
		struct fib_hop hop = {.address = {{lane}}, .link = lane, .to = {{lane}}};
		side->path.next[lane] = (uint16_t)fib_add_hop(side->fib, &hop);
	}
	fib_add_node(side->fib, &side->path);
	for (uint32_t port = 0; port < 400; port++) {
		fixture->packet[WIRE_IPV6_HEADER] = (uint8_t)(port >> 8);
		fixture->packet[WIRE_IPV6_HEADER + 1] = (uint8_t)port;
		struct verdict verdict = send(fixture, 100);
		struct packet packet;
		assert_int_equal(packet_read(fixture->packet, 100, &packet), DROP_NONE);
		uint8_t lane = packet_lane(&packet);
		assert_int_equal(fixture->outbox->actions[0].link, lane);
		assert_int_equal(fixture->outbox->actions[0].to.bytes[0], lane);
		assert_int_equal(verdict.hop_news, !(lanes & 1U << lane));
		assert_int_equal(verdict.hop, lane);
		lanes |= 1U << lane;
	}
	assert_int_equal(lanes, 0xfe);
	fixture_free(fixture);
}

/* What left is remembered by the frame it left in. */
static void packets_are_kept_for_errors(void **state)
{
	struct fixture *fixture = fixture_new();
	struct recent *recent = worker_recent(fixture->sides[0].packets);
	struct data_header header;

	fixture->header.hop_limit = 3;
	for (uint32_t i = 0; i < 100; i++) {
		fixture->packet[WIRE_IPV6_HEADER + 20] = (uint8_t)i;
		assert_int_equal(send(fixture, 100).kind, VERDICT_DONE);
		struct reader reader = reader_of(fixture->outbox->bytes, 100);
		assert_int_equal(data_header_read(&reader, &header), DROP_NONE);
		struct culprit culprit = culprit_of(&header, reader.at);
		struct span packet = recent_take(recent, &culprit);
		assert_int_equal(packet.size, RECENT_BYTES);
		assert_memory_equal(packet.bytes, fixture->packet, RECENT_BYTES);
	}
	fixture_free(fixture);
}

static void a_full_outbox_costs_no_counter(void **state)
{
	struct fixture *fixture = fixture_new();
	struct frame_opened opened;
	uint8_t plain[2000];

	assert_int_equal(send(fixture, 700).kind, VERDICT_DONE);
	fixture->outbox->count = OUTBOX_ACTIONS;
	struct verdict verdict = send_bytes(fixture, 700);
	assert_int_equal(verdict.kind, VERDICT_DROP);
	assert_int_equal(verdict.drop, DROP_OUTBOX_FULL);
	assert_int_equal(send(fixture, 700).kind, VERDICT_DONE);
	assert_int_equal(side_open(&fixture->sides[1], fixture->outbox->bytes, 700, plain, &opened),
			 DROP_NONE);
	assert_int_equal(opened.header.counter, 1);
	fixture_free(fixture);
}

static void packets_are_news_now_and_then(void **state)
{
	struct fixture *fixture = fixture_new();

	for (uint32_t i = 0; i < 5; i++) {
		assert_true(send(fixture, 700).news);
		assert_false(send(fixture, 700).news);
		fixture->now = instant_after(fixture->now, duration_us(249999));
		assert_false(send(fixture, 700).news);
		fixture->now = instant_after(fixture->now, duration_us(1));
	}
	fixture_free(fixture);
}

/* A checksum that was left out stays so, where the receiver can compute it. */
static void a_partial_checksum_travels(void **state)
{
	struct fixture *fixture = fixture_new();
	const struct address selves[] = {fixture->sides[0].address, {{0xbe, 0xef}}};
	struct frame_opened opened;
	uint8_t plain[2000];

	fixture->partial = true;
	for (size_t size = 48; size < 100; size++) {
		assert_int_equal(send(fixture, size).kind, VERDICT_DONE);
		assert_int_equal(side_open(&fixture->sides[1], fixture->outbox->bytes,
					   fixture->outbox->actions[0].size, plain, &opened),
				 DROP_NONE);
		assert_true(opened.header.partial);
	}
	check_drop_of(fixture, 47, DROP_CHECKSUM_PARTIAL);
	fixture->header.next_header = PROTOCOL_SCTP;
	check_drop_of(fixture, 100, DROP_CHECKSUM_PARTIAL);
	fixture->header.next_header = PROTOCOL_TCP;
	check_drop_of(fixture, 59, DROP_CHECKSUM_PARTIAL);
	for (size_t i = 0; i < 2; i++) {
		fixture->header.destination = selves[i];
		assert_int_equal(send(fixture, 60).kind, VERDICT_DONE);
		assert_int_equal(fixture->outbox->actions[0].kind, ACTION_PACKET);
		assert_true(fixture->outbox->actions[0].partial);
	}
	fixture_free(fixture);
}

/* A look says the same as sending, and the lane, but leaves all as it was. */
static void a_look_changes_nothing(void **state)
{
	struct fixture *fixture = fixture_new();
	const struct tables tables = side_tables(&fixture->sides[0]);
	const struct span bytes = {fixture->packet, 100};
	struct frame_opened opened;
	uint8_t plain[2000], lane;

	for (uint32_t port = 0; port < 50; port++) {
		fixture->packet[WIRE_IPV6_HEADER] = (uint8_t)port;
		assert_int_equal(send(fixture, 100).kind, VERDICT_DONE);
		assert_int_equal(
			side_open(&fixture->sides[1], fixture->outbox->bytes, 100, plain, &opened),
			DROP_NONE);
		assert_int_equal(send_look(&tables, bytes, &lane).kind, VERDICT_DONE);
		assert_int_equal(lane, opened.header.lane);
	}
	assert_int_equal(fixture->outbox->count, 1);
	assert_int_equal(worker_look(fixture->sides[0].packets, SIDE_INDEX, 1).tx_packets, 50);
	fixture->header.source.bytes[15] ^= 1;
	assert_int_equal(send(fixture, 100).drop, DROP_PACKET_SOURCE);
	assert_int_equal(send_look(&tables, bytes, &lane).kind, VERDICT_ERROR);
	fixture_free(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_becomes_one_frame),
		cmocka_unit_test(packets_of_others_are_refused),
		cmocka_unit_test(destinations_outside_are_refused),
		cmocka_unit_test(what_no_host_may_send_is_refused),
		cmocka_unit_test(what_is_no_ipv6_packet_is_refused),
		cmocka_unit_test(what_does_not_fit_the_path_says_what_does),
		cmocka_unit_test(packets_to_ourselves_come_back),
		cmocka_unit_test(what_is_in_no_path),
		cmocka_unit_test(what_is_in_a_path_waits_for_a_session),
		cmocka_unit_test(what_lost_its_path_waits),
		cmocka_unit_test(each_lane_takes_its_path),
		cmocka_unit_test(packets_are_kept_for_errors),
		cmocka_unit_test(a_full_outbox_costs_no_counter),
		cmocka_unit_test(packets_are_news_now_and_then),
		cmocka_unit_test(a_partial_checksum_travels),
		cmocka_unit_test(a_look_changes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/send", tests, NULL, NULL);
}
