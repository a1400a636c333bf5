/* IPv6 packets: the header read and rebuilt, lanes, and checksums against sums done by hand. */
#include "meshp/packet.h"

#include "base/rng.h"
#include "meshp/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 500, PACKET = 200 };

static const struct address one = {{0xbe, 0xef, [15] = 1}};
static const struct address two = {{0xbe, 0xef, [15] = 2}};

/* A random packet with that many bytes after the header; every field of the header is random. */
static size_t packet_random(struct rng *rng, size_t payload, uint8_t bytes[PACKET])
{
	rng_fill(rng, bytes, PACKET);
	bytes[0] = 0x60 | (bytes[0] & 0x0f);
	bytes[4] = (uint8_t)(payload >> 8);
	bytes[5] = (uint8_t)payload;
	return WIRE_IPV6_HEADER + payload;
}

static void test_rebuilt_header_loses_the_flow_label_only(void **state)
{
	const uint8_t seed[RNG_SEED] = {1};
	uint8_t bytes[PACKET], again[WIRE_IPV6_HEADER];
	struct rng rng;

	rng_init(&rng, seed);
	for (size_t i = 0; i < ROUNDS; i++) {
		size_t payload = rng_below(&rng, PACKET - WIRE_IPV6_HEADER);
		size_t size = packet_random(&rng, payload, bytes);
		struct writer out = writer_of(again, sizeof(again));
		struct packet packet;

		assert_int_equal(packet_read(bytes, size, &packet), DROP_NONE);
		assert_ptr_equal(packet.payload.bytes, bytes + WIRE_IPV6_HEADER);
		assert_int_equal(packet.payload.size, payload);
		packet_header_write(&packet, payload, &out);
		assert_true(writer_ok(&out));
		assert_int_equal(out.used, WIRE_IPV6_HEADER);
		bytes[1] &= 0xf0;
		bytes[2] = bytes[3] = 0;
		assert_memory_equal(bytes, again, sizeof(again));
	}
}

static void test_every_other_size_is_refused(void **state)
{
	const uint8_t seed[RNG_SEED] = {2};
	uint8_t bytes[PACKET];
	struct packet packet;
	struct rng rng;
	size_t size;

	rng_init(&rng, seed);
	size = packet_random(&rng, 30, bytes);
	for (size_t cut = 0; cut < PACKET; cut++) {
		uint8_t *copy = malloc(cut + (cut == 0));

		assert_non_null(copy);
		memcpy(copy, bytes, cut);
		assert_int_equal(packet_read(copy, cut, &packet),
				 cut == size ? DROP_NONE : DROP_PACKET_SHORT);
		free(copy);
	}
}

/* Of what was cut off, what is left is read; more than the header says is refused. */
static void test_the_beginning_of_a_packet(void **state)
{
	const uint8_t seed[RNG_SEED] = {3};
	uint8_t bytes[PACKET];
	struct packet packet;
	struct rng rng;

	rng_init(&rng, seed);
	size_t size = packet_random(&rng, 30, bytes);
	for (size_t cut = 0; cut < PACKET; cut++) {
		uint8_t *copy = malloc(cut + (cut == 0));
		bool good = cut >= WIRE_IPV6_HEADER && cut <= size;

		assert_non_null(copy);
		memcpy(copy, bytes, cut);
		assert_int_equal(packet_begin_read(copy, cut, &packet),
				 good ? DROP_NONE : DROP_PACKET_SHORT);
		if (good) {
			assert_int_equal(packet.payload.size, cut - WIRE_IPV6_HEADER);
			assert_ptr_equal(packet.payload.bytes, copy + WIRE_IPV6_HEADER);
			assert_int_equal(packet.hop_limit, bytes[7]);
		}
		free(copy);
	}
	bytes[0] = 0x45;
	assert_int_equal(packet_begin_read(bytes, size, &packet), DROP_PACKET_NOT_IPV6);
}

static void test_other_versions_are_refused(void **state)
{
	for (unsigned int version = 0; version < 16; version++) {
		const uint8_t bytes[WIRE_IPV6_HEADER] = {(uint8_t)(version << 4)};
		struct packet packet;

		assert_int_equal(packet_read(bytes, sizeof(bytes), &packet),
				 version == 6 ? DROP_NONE : DROP_PACKET_NOT_IPV6);
		if (version != 6)
			assert_int_equal(packet_read(bytes, 20, &packet), DROP_PACKET_NOT_IPV6);
	}
}

static void test_header_of_too_much(void **state)
{
	const struct packet packet = {.next_header = PROTOCOL_UDP};
	uint8_t bytes[WIRE_IPV6_HEADER];
	struct writer out = writer_of(bytes, sizeof(bytes));

	packet_header_write(&packet, 65535, &out);
	assert_true(writer_ok(&out));
	out = writer_of(bytes, sizeof(bytes));
	packet_header_write(&packet, 65536, &out);
	assert_false(writer_ok(&out));
}

static uint8_t lane_of(uint8_t next_header, uint16_t from, uint16_t to, bool back, size_t size)
{
	const uint8_t ports[8] = {(uint8_t)(from >> 8), (uint8_t)from, (uint8_t)(to >> 8),
				  (uint8_t)to};
	const struct packet packet = {
		.next_header = next_header,
		.source = back ? two : one,
		.destination = back ? one : two,
		.payload = {ports, size},
	};

	return packet_lane(&packet);
}

static void test_lane_is_symmetric_and_of_all_seven(void **state)
{
	const uint8_t seed[RNG_SEED] = {3};
	unsigned int seen[WIRE_LANES] = {0};
	struct rng rng;

	rng_init(&rng, seed);
	for (size_t i = 0; i < 7000; i++) {
		uint16_t a = (uint16_t)rng_u32(&rng), b = (uint16_t)rng_u32(&rng);
		uint8_t lane = lane_of(PROTOCOL_TCP, a, b, false, 8);

		assert_int_equal(lane, lane_of(PROTOCOL_TCP, b, a, true, 8));
		assert_in_range(lane, 1, 7);
		seen[lane]++;
	}
	assert_int_equal(seen[0], 0);
	for (size_t lane = 1; lane < WIRE_LANES; lane++)
		assert_in_range(seen[lane], 850, 1150);
}

/* The text's formula in another language (Python) gave these. */
static void test_lane_values(void **state)
{
	static const uint8_t expected[8] = {4, 4, 5, 5, 4, 6, 5, 7};

	for (uint16_t i = 0; i < 8; i++)
		assert_int_equal(lane_of(PROTOCOL_TCP, 1234 + i, 80, false, 8), expected[i]);
}

/* True if ports make a difference to the lane. */
static bool ports_count(uint8_t next_header, size_t size)
{
	uint8_t first = lane_of(next_header, 0, 0, false, size);

	for (uint16_t port = 1; port < 100; port++) {
		if (lane_of(next_header, port, 0, false, size) != first)
			return true;
	}
	return false;
}

static void test_lane_of_what_has_no_ports(void **state)
{
	assert_true(ports_count(PROTOCOL_TCP, 8));
	assert_true(ports_count(PROTOCOL_UDP, 8));
	assert_true(ports_count(PROTOCOL_SCTP, 4));
	assert_true(ports_count(PROTOCOL_DCCP, 4));
	assert_false(ports_count(PROTOCOL_FRAGMENT, 8));
	assert_false(ports_count(PROTOCOL_HOP_BY_HOP, 8));
	assert_false(ports_count(PROTOCOL_ICMPV6, 8));
	assert_false(ports_count(PROTOCOL_TCP, 3));
	assert_in_range(lane_of(PROTOCOL_TCP, 0, 0, false, 0), 1, 7);
}

/* beef + 1 + beef + 2 + length 8 + UDP 11 + ports 1234 + 5678 + length 8 = 1e6ae (hexadecimal);
 * the carry added: e6af; its complement: 1950. */
static void test_checksum_by_hand(void **state)
{
	uint8_t udp[8] = {0x12, 0x34, 0x56, 0x78, 0, 8, 0, 0};

	assert_int_equal(packet_checksum(&one, &two, PROTOCOL_UDP, udp, 8), 0x1950);
	udp[6] = 0x19;
	udp[7] = 0x50;
	assert_int_equal(packet_checksum(&one, &two, PROTOCOL_UDP, udp, 8), 0xffff);
}

/* As above with both lengths 9 and a last byte ab, which counts as ab00: 291b0, 91b2, 6e4d. */
static void test_checksum_of_odd_size(void **state)
{
	const uint8_t udp[9] = {0x12, 0x34, 0x56, 0x78, 0, 9, 0, 0, 0xab};

	assert_int_equal(packet_checksum(&one, &two, PROTOCOL_UDP, udp, 9), 0x6e4d);
}

/* The destination port 1950 greater makes the sum ffff, whose complement UDP may not send. With
 * TCP, number 6, the sum is b less. */
static void test_checksum_zero(void **state)
{
	uint8_t udp[8] = {0x12, 0x34, 0x6f, 0xc8, 0, 8, 0, 0};

	assert_int_equal(packet_checksum(&one, &two, PROTOCOL_UDP, udp, 8), 0xffff);
	udp[5] = 8 + 0xb;
	assert_int_equal(packet_checksum(&one, &two, PROTOCOL_TCP, udp, 8), 0);
}

/* A length over 16 bits: all ff, which adds nothing, and the length 10000 adds 1. */
static void test_checksum_of_a_jumbo(void **state)
{
	static uint8_t bytes[0x10000];
	uint16_t small;

	memset(bytes, 0xff, sizeof(bytes));
	small = packet_checksum(&one, &two, PROTOCOL_TCP, bytes, 2);
	assert_int_equal(packet_checksum(&one, &two, PROTOCOL_TCP, bytes, sizeof(bytes)),
			 small + 1);
}

/* A packet of size bytes after the header, of which it is said that it has `says`. */
static void complete_try(uint8_t next_header, size_t size, size_t says, bool expected)
{
	const uint8_t seed[RNG_SEED] = {4};
	uint8_t bytes[PACKET], before[PACKET];
	uint8_t *payload = bytes + WIRE_IPV6_HEADER;
	size_t offset = WIRE_IPV6_HEADER + (next_header == PROTOCOL_TCP ? 16 : 6);
	struct packet packet;
	struct rng rng;

	rng_init(&rng, seed);
	packet_random(&rng, says, bytes);
	bytes[6] = next_header;
	memcpy(before, bytes, sizeof(bytes));
	assert_int_equal(packet_complete(bytes, WIRE_IPV6_HEADER + size), expected);
	if (expected) {
		assert_int_equal(packet_read(bytes, WIRE_IPV6_HEADER + size, &packet), DROP_NONE);
		assert_int_equal(packet_checksum(&packet.source, &packet.destination, next_header,
						 payload, size),
				 next_header == PROTOCOL_UDP ? 0xffff : 0);
		memcpy(before + offset, bytes + offset, 2);
	}
	assert_memory_equal(before, bytes, sizeof(bytes));
}

static void test_complete(void **state)
{
	uint8_t bytes[PACKET] = {0x60, [6] = PROTOCOL_UDP};

	for (size_t size = 0; size <= 64; size++) {
		complete_try(PROTOCOL_TCP, size, size, size >= 20);
		complete_try(PROTOCOL_UDP, size, size, size >= 8);
		complete_try(PROTOCOL_SCTP, size, size, false);
		complete_try(PROTOCOL_FRAGMENT, size, size, false);
		complete_try(PROTOCOL_ICMPV6, size, size, false);
		complete_try(PROTOCOL_UDP, size, size + 1, false);
	}
	for (size_t size = 0; size < WIRE_IPV6_HEADER; size++)
		assert_false(packet_complete(bytes, size));
}

static void test_what_may_be_left_to_the_receiver(void **state)
{
	for (unsigned int next_header = 0; next_header < 256; next_header++) {
		size_t least = next_header == PROTOCOL_TCP   ? 20
			       : next_header == PROTOCOL_UDP ? 8
							     : SIZE_MAX;
		for (size_t size = 0; size < 100; size++)
			assert_int_equal(packet_partial_fits((uint8_t)next_header, size),
					 size >= least);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rebuilt_header_loses_the_flow_label_only),
		cmocka_unit_test(test_every_other_size_is_refused),
		cmocka_unit_test(test_the_beginning_of_a_packet),
		cmocka_unit_test(test_other_versions_are_refused),
		cmocka_unit_test(test_header_of_too_much),
		cmocka_unit_test(test_lane_is_symmetric_and_of_all_seven),
		cmocka_unit_test(test_lane_values),
		cmocka_unit_test(test_lane_of_what_has_no_ports),
		cmocka_unit_test(test_checksum_by_hand),
		cmocka_unit_test(test_checksum_of_odd_size),
		cmocka_unit_test(test_checksum_zero),
		cmocka_unit_test(test_checksum_of_a_jumbo),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_what_may_be_left_to_the_receiver),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/packet", tests, NULL, NULL);
}
