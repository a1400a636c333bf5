/* Super-packets cut up: each part is the packet a sender without offloads would have made. */
#include "tun/split.h"

#include "tests/unit/tun/traffic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A super-packet with room around it, which must stay as it is. */
struct fixture {
	uint8_t before[64];
	uint8_t packet[OFFLOAD_PACKET];
	uint8_t after[64];
	size_t size;
	struct offload offload;
	struct split split;
};

static void put_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void fixture_make(struct fixture *fixture, const struct traffic *traffic, size_t segment)
{
	bool tcp = traffic->next_header == 6;

	memset(fixture->before, 0xaa, sizeof(fixture->before));
	memset(fixture->after, 0xaa, sizeof(fixture->after));
	fixture->size = traffic_write(traffic, fixture->packet);
	fixture->offload = (struct offload){
		.kind = tcp ? OFFLOAD_TCP : OFFLOAD_UDP,
		.partial = true,
		.checksum_at = (uint16_t)(40 + traffic->extension),
		.checksum_field = tcp ? 16 : 6,
		.head = 0, /* a hint, not needed */
		.segment = (uint16_t)segment,
	};
	put_u16(fixture->packet + traffic_checksum_at(fixture->packet),
		traffic_partial(fixture->packet, fixture->size));
}

static bool fixture_begin(struct fixture *fixture)
{
	return split_begin(&fixture->split, fixture->packet, fixture->size, &fixture->offload);
}

/* Cuts what traffic and segment make, and compares each part with the packet made by itself. */
static void parts_match(struct traffic traffic, size_t segment)
{
	static struct fixture fixture;
	uint8_t expected[OFFLOAD_PACKET];
	struct traffic one = traffic;
	struct split_part part;
	size_t given = 0;

	fixture_make(&fixture, &traffic, segment);
	assert_true(fixture_begin(&fixture));
	while (given < traffic.payload) {
		assert_true(split_next(&fixture.split, &part));
		size_t left = traffic.payload - given;
		one.payload = left < segment ? left : segment;
		one.sequence = traffic.sequence + (uint32_t)given;
		one.flags = traffic.flags;
		if (left > segment)
			one.flags &= (uint8_t) ~(PSH | FIN);
		if (given > 0)
			one.flags &= (uint8_t)~CWR;
		assert_int_equal(part.size, traffic_write(&one, expected));
		assert_int_equal(part.partial, traffic.extension == 0);
		if (part.partial)
			put_u16(expected + traffic_checksum_at(expected),
				traffic_partial(expected, part.size));
		assert_memory_equal(part.bytes, expected, part.size);
		given += one.payload;
	}
	assert_false(split_next(&fixture.split, &part));
	assert_false(split_next(&fixture.split, &part));
	for (size_t i = 0; i < sizeof(fixture.before); i++) {
		assert_int_equal(fixture.before[i], 0xaa);
		assert_int_equal(fixture.after[i], 0xaa);
	}
}

static void test_tcp_is_cut(void **state)
{
	struct traffic traffic = traffic_tcp(0xffff0000, 60000);

	traffic.flags = ACK | PSH | FIN | CWR | ECE;
	traffic.traffic_class = 0x03;
	parts_match(traffic, 1428);
	traffic.options = 40;
	parts_match(traffic, 1);
	traffic.options = 0;
	parts_match(traffic, 59999);
	parts_match(traffic, 60000);
	parts_match(traffic, 65000);
	traffic.payload = 1;
	parts_match(traffic, 1);
}

/* UDP's payload pattern follows the sequence, which UDP has not: it is of one byte. */
static void test_udp_is_cut(void **state)
{
	struct fixture fixture;
	struct traffic traffic = traffic_udp(40000, 1000 + 300);
	struct split_part part;
	uint8_t whole[1400];

	fixture_make(&fixture, &traffic, 500);
	memcpy(whole, fixture.packet, fixture.size);
	assert_true(fixture_begin(&fixture));
	for (size_t given = 0; given < traffic.payload; given += 500) {
		size_t payload = given == 1000 ? 300 : 500;

		assert_true(split_next(&fixture.split, &part));
		assert_int_equal(part.size, 48 + payload);
		assert_memory_equal(part.bytes + 48, whole + 48 + given, payload);
		assert_int_equal(part.bytes[5] | part.bytes[4] << 8, 8 + payload);
		assert_memory_equal(part.bytes + 44, part.bytes + 4, 2);
		assert_int_equal(part.bytes[46] << 8 | part.bytes[47],
				 traffic_partial(part.bytes, part.size));
		assert_true(part.partial);
	}
	assert_false(split_next(&fixture.split, &part));
}

static void test_checksums_behind_extensions_are_completed(void **state)
{
	struct traffic traffic = traffic_tcp(1, 5000);

	traffic.extension = 8;
	parts_match(traffic, 1400);
	traffic.extension = 160;
	parts_match(traffic, 7);
}

static void test_random_flows_are_cut(void **state)
{
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){7});
	for (int i = 0; i < 300; i++) {
		struct traffic traffic = traffic_tcp(rng_u32(&rng), 1 + rng_below(&rng, 20000));
		uint8_t flags = (uint8_t)rng_u32(&rng);

		traffic.flags = flags;
		traffic.options = (uint8_t)(4 * rng_below(&rng, 11));
		traffic.extension = (uint8_t)(8 * rng_below(&rng, 3));
		parts_match(traffic, 1 + rng_below(&rng, 1500));
	}
}

static void test_one_packet_passes(void **state)
{
	struct fixture fixture;
	struct traffic traffic = traffic_tcp(5, 1000);
	struct split_part part;
	uint8_t whole[1400];

	fixture_make(&fixture, &traffic, 1000);
	memcpy(whole, fixture.packet, fixture.size);
	fixture.offload.kind = OFFLOAD_NONE;
	fixture.offload.segment = 0;
	for (int partial = 0; partial < 2; partial++) {
		fixture.offload.partial = partial;
		assert_true(fixture_begin(&fixture));
		assert_true(split_next(&fixture.split, &part));
		assert_ptr_equal(part.bytes, fixture.packet);
		assert_int_equal(part.size, fixture.size);
		assert_int_equal(part.partial, partial);
		assert_memory_equal(part.bytes, whole, part.size);
		assert_false(split_next(&fixture.split, &part));
	}
	fixture.size = 0;
	fixture.offload.partial = false;
	assert_true(fixture_begin(&fixture));
	assert_false(split_next(&fixture.split, &part));
}

static void test_one_checksum_behind_an_extension_is_completed(void **state)
{
	struct fixture fixture;
	struct traffic traffic = traffic_udp(40000, 33);
	struct split_part part;

	traffic.extension = 16;
	fixture_make(&fixture, &traffic, 0);
	fixture.offload.kind = OFFLOAD_NONE;
	assert_true(fixture_begin(&fixture));
	assert_true(split_next(&fixture.split, &part));
	assert_false(part.partial);
	assert_int_equal(part.bytes[62] << 8 | part.bytes[63],
			 traffic_checksum(part.bytes, part.size));
}

/* A word of the payload that adds up with all the others makes the checksum 0. */
static void test_a_checksum_of_zero_is_written_as_ones(void **state)
{
	struct fixture fixture;
	struct traffic traffic = traffic_udp(40000, 32);
	struct split_part part;

	traffic.extension = 16;
	fixture_make(&fixture, &traffic, 0);
	fixture.offload.kind = OFFLOAD_NONE;
	put_u16(fixture.packet + 64, 0);
	put_u16(fixture.packet + 64, traffic_checksum(fixture.packet, fixture.size));
	assert_true(fixture_begin(&fixture));
	assert_true(split_next(&fixture.split, &part));
	assert_int_equal(part.bytes[62] << 8 | part.bytes[63], 0xffff);
}

/* Each changes one thing about a super-packet that is good. */
static void test_shapes_that_do_not_fit_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {{0, 0x45}, {5, 0}, {6, 17}, {6, 44}, {6, 60}, {52, 0x40}, {52, 0xf0}};
	struct fixture fixture;
	struct traffic traffic = traffic_tcp(5, 10);

	traffic.options = 0;
	fixture_make(&fixture, &traffic, 5);
	assert_true(fixture_begin(&fixture));
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		fixture_make(&fixture, &traffic, 5);
		fixture.packet[changes[i].at] = changes[i].value;
		assert_false(fixture_begin(&fixture));
	}
	for (size_t size = 0; size < 70; size++) {
		fixture_make(&fixture, &traffic, 5);
		fixture.size = size;
		assert_false(fixture_begin(&fixture));
	}
	fixture_make(&fixture, &traffic, 5);
	fixture.offload.checksum_at = 41;
	assert_false(fixture_begin(&fixture));
	fixture.offload.checksum_at = 40;
	fixture.offload.checksum_field = 6;
	assert_false(fixture_begin(&fixture));
	fixture.offload.checksum_field = 16;
	fixture.offload.kind = OFFLOAD_UDP;
	assert_false(fixture_begin(&fixture));
	fixture.offload.kind = OFFLOAD_NONE;
	fixture.offload.checksum_field = 30;
	assert_false(fixture_begin(&fixture));
}

static void test_too_long_heads_and_parts_are_refused(void **state)
{
	static struct fixture fixture;
	struct traffic traffic = traffic_tcp(5, 1000);

	traffic.options = 40;
	traffic.extension = 152;
	fixture_make(&fixture, &traffic, 500);
	assert_true(fixture_begin(&fixture));
	traffic.extension = 160;
	fixture_make(&fixture, &traffic, 500);
	assert_false(fixture_begin(&fixture));
	traffic = traffic_udp(40000, 65527);
	fixture_make(&fixture, &traffic, 65487);
	assert_true(fixture_begin(&fixture));
	fixture_make(&fixture, &traffic, 65488);
	assert_false(fixture_begin(&fixture));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp_is_cut),
		cmocka_unit_test(test_udp_is_cut),
		cmocka_unit_test(test_checksums_behind_extensions_are_completed),
		cmocka_unit_test(test_random_flows_are_cut),
		cmocka_unit_test(test_one_packet_passes),
		cmocka_unit_test(test_one_checksum_behind_an_extension_is_completed),
		cmocka_unit_test(test_a_checksum_of_zero_is_written_as_ones),
		cmocka_unit_test(test_shapes_that_do_not_fit_are_refused),
		cmocka_unit_test(test_too_long_heads_and_parts_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tun/split", tests, NULL, NULL);
}
