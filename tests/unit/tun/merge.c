/* Packets joined: what comes out, cut up again, is what went in, in the order of each flow. */
#include "tun/merge.h"

#include "tests/unit/tun/traffic.h"
#include "tun/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { LONGEST = 1600 };

struct bag {
	uint8_t bytes[MERGE_PACKETS][LONGEST];
	size_t sizes[MERGE_PACKETS];
	bool partial[MERGE_PACKETS];
	size_t count;
};

struct fixture {
	struct merge merge;
	instant now, until;
	struct merge_out out;
	struct bag in;
	struct bag back;
	uint8_t flat[OFFLOAD_PACKET]; /* what a write to the device would have had */
	size_t size;
	struct offload offload;
};

static int setup(void **state)
{
	static struct fixture fixture;

	merge_init(&fixture.merge, true);
	fixture.in.count = 0;
	fixture.back.count = 0;
	fixture.now = (instant){0};
	fixture.until = INSTANT_NEVER;
	*state = &fixture;
	return 0;
}

/* Gathers a packet; a partial one loses its checksum, as a frame's may be anything. */
static void add(struct fixture *fixture, struct traffic traffic, bool partial)
{
	struct bag *in = &fixture->in;
	uint8_t *bytes = in->bytes[in->count];
	size_t size = traffic_write(&traffic, bytes);

	if (partial)
		bytes[traffic_checksum_at(bytes)] ^= 0x5a;
	in->sizes[in->count] = size;
	in->partial[in->count] = partial;
	assert_true(merge_add(&fixture->merge, fixture->now, (struct span){bytes, size}, partial));
	in->count++;
}

/* Takes the next out as the device would get it; false if there is none. */
static bool take(struct fixture *fixture)
{
	struct merge_out *out = &fixture->out;
	struct writer flat = writer_of(fixture->flat, sizeof(fixture->flat));

	if (!merge_next(&fixture->merge, fixture->until, out))
		return false;
	writer_copy(&flat, out->head, out->head_size);
	assert_in_range(out->count, 1, MERGE_SEGMENTS);
	for (size_t i = 0; i < out->count; i++)
		writer_copy(&flat, out->parts[i].bytes, out->parts[i].size);
	assert_true(writer_ok(&flat));
	fixture->size = flat.used;
	assert_true(offload_read((struct span){out->offload, OFFLOAD_HEADER}, &fixture->offload));
	return true;
}

/* Cuts what was taken into packets with whole checksums, as the host would. */
static void cut(struct fixture *fixture)
{
	struct bag *back = &fixture->back;
	struct split split;
	struct split_part part;

	assert_true(split_begin(&split, fixture->flat, fixture->size, &fixture->offload));
	while (split_next(&split, &part)) {
		assert_in_range(part.size, 1, LONGEST);
		if (part.partial)
			traffic_complete(part.bytes, part.size);
		memcpy(back->bytes[back->count], part.bytes, part.size);
		back->sizes[back->count++] = part.size;
	}
}

/* All come back, each flow in its order. The number of writes. */
static size_t all_come_back(struct fixture *fixture)
{
	size_t writes = 0;

	for (; take(fixture); writes++)
		cut(fixture);
	assert_int_equal(fixture->back.count, fixture->in.count);
	for (size_t i = 0; i < fixture->in.count; i++) {
		if (fixture->in.partial[i])
			traffic_complete(fixture->in.bytes[i], fixture->in.sizes[i]);
	}
	return writes;
}

static void expect_equal(struct fixture *fixture, size_t in, size_t back)
{
	assert_int_equal(fixture->in.sizes[in], fixture->back.sizes[back]);
	assert_memory_equal(fixture->in.bytes[in], fixture->back.bytes[back],
			    fixture->in.sizes[in]);
}

/* Everything in the order it went in, whatever the flow. */
static void expect_same_order(struct fixture *fixture)
{
	for (size_t i = 0; i < fixture->in.count; i++)
		expect_equal(fixture, i, i);
}

static void test_tcp_is_joined(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 10; i++)
		add(fixture, traffic_tcp(0xfffff000 + i * 1000, 1000), true);
	add(fixture, traffic_tcp(0xfffff000 + 10000, 400), true);
	assert_true(take(fixture));
	assert_int_equal(fixture->offload.kind, OFFLOAD_TCP);
	assert_true(fixture->offload.partial);
	assert_int_equal(fixture->offload.segment, 1000);
	assert_int_equal(fixture->offload.head, 72);
	assert_int_equal(fixture->offload.checksum_at, 40);
	assert_int_equal(fixture->offload.checksum_field, 16);
	assert_int_equal(fixture->size, 72 + 10400);
	assert_int_equal(fixture->flat[56] << 8 | fixture->flat[57],
			 traffic_partial(fixture->flat, fixture->size));
	cut(fixture);
	assert_int_equal(all_come_back(fixture), 0);
	expect_same_order(fixture);
}

static void test_udp_is_joined(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 70; i++)
		add(fixture, traffic_udp(9, 64), true);
	add(fixture, traffic_udp(9, 63), true);
	add(fixture, traffic_udp(9, 63), true);
	assert_true(take(fixture));
	assert_int_equal(fixture->offload.kind, OFFLOAD_UDP);
	assert_int_equal(fixture->offload.segment, 64);
	assert_int_equal(fixture->offload.checksum_field, 6);
	assert_int_equal(fixture->out.count, 64);
	assert_int_equal(fixture->flat[44] << 8 | fixture->flat[45], 8 + 64 * 64);
	cut(fixture);
	assert_int_equal(all_come_back(fixture), 2);
	expect_same_order(fixture);
}

static void test_udp_stays_single_where_the_device_wants_that(void **state)
{
	struct fixture *fixture = *state;

	merge_init(&fixture->merge, false);
	add(fixture, traffic_udp(9, 64), true);
	add(fixture, traffic_udp(9, 64), true);
	assert_int_equal(all_come_back(fixture), 2);
	assert_int_equal(fixture->offload.kind, OFFLOAD_NONE);
	assert_true(fixture->offload.partial);
	expect_same_order(fixture);
}

static void test_pushed_segments_are_joined(void **state)
{
	struct fixture *fixture = *state;
	struct traffic traffic = traffic_tcp(0, 1000);

	for (int i = 0; i < 3; i++, traffic.sequence += 1000) {
		traffic.flags = i == 1 ? ACK | PSH : ACK;
		add(fixture, traffic, true);
	}
	assert_true(take(fixture));
	assert_int_equal(fixture->out.count, 3);
	assert_int_equal(fixture->flat[53], ACK | PSH);
	assert_false(take(fixture));
}

static void test_cwr_begins_a_super_packet_and_joins_none(void **state)
{
	struct fixture *fixture = *state;
	struct traffic traffic = traffic_tcp(0, 1000);

	for (int i = 0; i < 6; i++, traffic.sequence += 1000) {
		traffic.flags = i == 2 ? ACK | CWR : ACK;
		add(fixture, traffic, true);
	}
	assert_true(take(fixture));
	assert_false(fixture->offload.ecn);
	assert_int_equal(fixture->out.count, 2);
	cut(fixture);
	assert_true(take(fixture));
	assert_true(fixture->offload.ecn);
	assert_int_equal(fixture->out.count, 4);
	cut(fixture);
	all_come_back(fixture);
	expect_same_order(fixture);
}

/* How one segment may differ from the one it continues, so that it must not join. */
static void traffic_change(struct traffic *traffic, int change)
{
	struct {
		void *field;
		size_t size;
	} const fields[] = {
		{&traffic->traffic_class, 1}, {&traffic->hop_limit, 1},
		{&traffic->source, 1},	      {&traffic->port, 2},
		{&traffic->sequence, 4},      {&traffic->acknowledgement, 4},
		{&traffic->window, 2},	      {&traffic->urgent, 2},
		{&traffic->option, 1},
	};
	static const uint8_t flags[] = {SYN, FIN, RST, URG, ECE, ACK};

	if (change < 9)
		*(uint8_t *)fields[change].field ^= 1;
	else if (change < 15)
		traffic->flags ^= flags[change - 9];
	else if (change == 15)
		traffic->options -= 4;
	else if (change == 16)
		traffic->extension = 8;
	else
		traffic->payload = change == 17 ? 0 : 1001;
}

static void test_a_segment_that_differs_joins_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct traffic traffic;

	for (int change = 0; change < 19; change++) {
		setup(state);
		add(fixture, traffic_tcp(0, 1000), true);
		traffic = traffic_tcp(1000, 1000);
		traffic_change(&traffic, change);
		add(fixture, traffic, traffic.extension == 0);
		assert_int_equal(all_come_back(fixture), 2);
		expect_same_order(fixture);
	}
}

static void test_flags_that_stand_alone_join_nothing(void **state)
{
	static const uint8_t flags[] = {ACK | SYN, ACK | FIN, ACK | RST, ACK | URG, PSH};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(flags); i++) {
		struct traffic traffic = traffic_tcp(0, 1000);

		setup(state);
		traffic.flags = flags[i];
		add(fixture, traffic, true);
		traffic.sequence = 1000;
		add(fixture, traffic, true);
		assert_int_equal(all_come_back(fixture), 2);
		expect_same_order(fixture);
	}
}

static void test_a_datagram_that_lies_about_its_length_joins_nothing(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 2; i++) {
		add(fixture, traffic_udp(9, 64), true);
		merge_init(&fixture->merge, true);
	}
	for (int i = 0; i < 2; i++) {
		fixture->in.bytes[i][45]--;
		assert_true(merge_add(&fixture->merge, fixture->now,
				      (struct span){fixture->in.bytes[i], fixture->in.sizes[i]},
				      true));
	}
	assert_int_equal(all_come_back(fixture), 2);
	expect_same_order(fixture);
}

static void test_whole_checksums_pass_as_they_came(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 3; i++)
		add(fixture, traffic_tcp(i * 1000, 1000), i != 1);
	for (uint32_t i = 0; i < 3; i++)
		add(fixture, traffic_udp(9, 100), i != 1);
	for (size_t i = 0; i < 6; i++) {
		assert_true(take(fixture));
		assert_int_equal(fixture->offload.partial, i % 3 != 1);
		assert_int_equal(fixture->offload.kind, OFFLOAD_NONE);
		if (i % 3 == 1)
			assert_ptr_equal(fixture->out.parts[0].bytes, fixture->in.bytes[i]);
		cut(fixture);
	}
	assert_int_equal(all_come_back(fixture), 0);
	expect_same_order(fixture);
}

/* A bare acknowledgement or a packet behind extension headers is not overtaken. */
static void test_nothing_overtakes(void **state)
{
	struct fixture *fixture = *state;
	struct traffic between = traffic_tcp(2000, 0);

	for (int i = 0; i < 2; i++) {
		setup(state);
		between.extension = i == 0 ? 0 : 8;
		add(fixture, traffic_tcp(0, 1000), true);
		add(fixture, traffic_tcp(1000, 1000), true);
		add(fixture, between, i == 0);
		add(fixture, traffic_tcp(2000, 1000), true);
		add(fixture, traffic_tcp(3000, 1000), true);
		assert_int_equal(all_come_back(fixture), 3);
		expect_same_order(fixture);
	}
}

static void test_a_super_packet_keeps_its_bounds(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 100; i++)
		add(fixture, traffic_tcp(i * 1400, 1400), true);
	assert_true(take(fixture));
	assert_int_equal(fixture->out.count, (MERGE_SIZE - 72) / 1400);
	cut(fixture);
	assert_int_equal(all_come_back(fixture), 2);
	expect_same_order(fixture);
}

static void test_more_flows_than_places_are_all_delivered(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 60; i++) {
		struct traffic traffic = traffic_tcp(i / 12 * 500, 500);
		traffic.port = (uint16_t)(1000 + i % 12);
		add(fixture, traffic, true);
	}
	assert_in_range(all_come_back(fixture), 12, 60);
	setup(state);
	for (uint32_t i = 0; i < 80; i++) {
		struct traffic traffic = traffic_tcp(i / 8 * 500, 500);
		traffic.port = (uint16_t)(1000 + i % 8);
		add(fixture, traffic, true);
	}
	assert_int_equal(all_come_back(fixture), 8);
}

static void test_the_flow_that_began_first_makes_room(void **state)
{
	struct fixture *fixture = *state;
	uint32_t more = MERGE_FLOWS + 2;

	for (uint32_t i = 0; i < more + MERGE_FLOWS; i++) {
		struct traffic traffic = traffic_tcp(i < more ? 0 : 500, 500);
		traffic.port = (uint16_t)(i < more ? i : i - MERGE_FLOWS);
		add(fixture, traffic, true);
	}
	assert_int_equal(all_come_back(fixture), more);
}

static void test_a_full_merge_says_so(void **state)
{
	struct fixture *fixture = *state;
	size_t count = 0;

	while (fixture->in.count < MERGE_PACKETS)
		add(fixture, traffic_udp(9, 20), false);
	for (int i = 0; i < 2; i++)
		assert_false(merge_add(&fixture->merge, fixture->now,
				       (struct span){fixture->flat, 48}, false));
	while (take(fixture))
		count++;
	assert_int_equal(count, MERGE_PACKETS);
	assert_true(merge_add(&fixture->merge, fixture->now,
			      (struct span){fixture->in.bytes[0], 68}, false));
}

/* Takes out what began no later than that or cannot grow. The number of writes. */
static size_t taken_until(struct fixture *fixture, int64_t until)
{
	size_t writes = 0;

	fixture->until = (instant){until};
	for (; take(fixture); writes++)
		cut(fixture);
	fixture->until = INSTANT_NEVER;
	return writes;
}

static void test_what_grows_stays_until_its_time(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 3; i++, fixture->now.us++) {
		add(fixture, traffic_tcp(i * 1000, 1000), true);
		add(fixture, traffic_udp(9, 64), true);
		assert_int_equal(taken_until(fixture, -1), 0);
		assert_true(merge_holds(&fixture->merge));
	}
	assert_int_equal(taken_until(fixture, 0), 2);
	assert_false(merge_holds(&fixture->merge));
	assert_int_equal(all_come_back(fixture), 0);
}

static void test_what_cannot_grow_goes_and_the_rest_stays(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, traffic_tcp(0, 1000), true);
	add(fixture, traffic_udp(9, 64), true);
	add(fixture, traffic_tcp(1000, 400), true);
	add(fixture, traffic_tcp(1400, 1000), true);
	add(fixture, traffic_udp(8, 64), false);
	assert_int_equal(taken_until(fixture, -1), 2);
	assert_int_equal(fixture->back.count, 3);
	add(fixture, traffic_tcp(2400, 1000), true);
	add(fixture, traffic_udp(9, 64), true);
	assert_int_equal(taken_until(fixture, -1), 0);
	assert_int_equal(all_come_back(fixture), 2);
	assert_false(merge_holds(&fixture->merge));
}

static void test_each_flow_has_its_own_time(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, traffic_udp(8, 64), true);
	fixture->now.us = 5;
	add(fixture, traffic_udp(9, 64), true);
	assert_int_equal(taken_until(fixture, 4), 1);
	add(fixture, traffic_udp(8, 64), true);
	add(fixture, traffic_udp(9, 64), true);
	assert_int_equal(taken_until(fixture, 4), 0);
	assert_int_equal(all_come_back(fixture), 2);
}

static void test_a_bare_acknowledgement_takes_its_flow_along(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, traffic_tcp(0, 1000), true);
	add(fixture, traffic_udp(9, 64), true);
	add(fixture, traffic_tcp(1000, 0), true);
	assert_int_equal(taken_until(fixture, -1), 2);
	assert_int_equal(all_come_back(fixture), 1);
}

/* What is no IPv6 packet of ours passes, byte by byte, and disturbs nothing. */
static void test_garbage_passes(void **state)
{
	struct fixture *fixture = *state;
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){3});
	for (size_t i = 0; i < 200; i++) {
		struct bag *in = &fixture->in;
		struct traffic traffic = traffic_tcp(0, 0);

		in->sizes[i] = i < 90 ? i : traffic_write(&traffic, in->bytes[i]);
		if (i < 90)
			rng_fill(&rng, in->bytes[i], i);
		else
			in->bytes[i][rng_below(&rng, 8)] ^= (uint8_t)(1 + rng_below(&rng, 255));
		assert_true(merge_add(&fixture->merge, fixture->now,
				      (struct span){in->bytes[i], in->sizes[i]}, false));
	}
	for (size_t i = 0; i < 200; i++) {
		assert_true(take(fixture));
		assert_int_equal(fixture->size, fixture->in.sizes[i]);
		assert_memory_equal(fixture->flat, fixture->in.bytes[i], fixture->size);
		assert_false(fixture->offload.partial);
	}
	assert_false(take(fixture));
}

/* PSH moves to the end of its super-packet: it is left out of the comparison. */
static void pushes_clear(struct bag *bag)
{
	for (size_t i = 0; i < bag->count; i++) {
		if (bag->bytes[i][6] != 6)
			continue;
		bag->bytes[i][53] &= (uint8_t)~PSH;
		traffic_complete(bag->bytes[i], bag->sizes[i]);
	}
}

static bool same_flow(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a + 8, b + 8, 36) == 0 && a[6] == b[6];
}

/* For each packet that came back, the first of its flow not yet seen must be it. */
static void expect_flows_in_order(struct fixture *fixture)
{
	bool seen[MERGE_PACKETS] = {false};

	for (size_t back = 0; back < fixture->back.count; back++) {
		size_t in = 0;

		while (in < fixture->in.count &&
		       (seen[in] || !same_flow(fixture->in.bytes[in], fixture->back.bytes[back])))
			in++;
		assert_true(in < fixture->in.count);
		expect_equal(fixture, in, back);
		seen[in] = true;
	}
}

static void test_random_flows_come_back(void **state)
{
	struct fixture *fixture = *state;
	struct rng rng;
	size_t packets = 0, writes = 0;

	rng_init(&rng, (const uint8_t[RNG_SEED]){9});
	for (int round = 0; round < 300; round++) {
		struct traffic flows[12];
		uint32_t count = 1 + rng_below(&rng, 12), gathered = rng_below(&rng, 256);

		setup(state);
		for (uint32_t i = 0; i < count; i++) {
			flows[i] = rng_below(&rng, 3) == 0
					   ? traffic_udp((uint16_t)i, 1 + rng_below(&rng, 1400))
					   : traffic_tcp(rng_u32(&rng), 1 + rng_below(&rng, 1400));
			flows[i].port = (uint16_t)i;
		}
		for (uint32_t i = 0; i < gathered; i++, fixture->now.us++) {
			add(fixture, traffic_next(&rng, &flows[rng_below(&rng, count)]),
			    rng_below(&rng, 20) != 0);
			if (rng_below(&rng, 30) == 0)
				writes += taken_until(fixture, fixture->now.us - 40);
		}
		writes += all_come_back(fixture);
		pushes_clear(&fixture->in);
		pushes_clear(&fixture->back);
		expect_flows_in_order(fixture);
		packets += gathered;
	}
	assert_true(writes < packets / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_tcp_is_joined, setup),
		cmocka_unit_test_setup(test_udp_is_joined, setup),
		cmocka_unit_test_setup(test_udp_stays_single_where_the_device_wants_that, setup),
		cmocka_unit_test_setup(test_pushed_segments_are_joined, setup),
		cmocka_unit_test_setup(test_cwr_begins_a_super_packet_and_joins_none, setup),
		cmocka_unit_test_setup(test_a_segment_that_differs_joins_nothing, setup),
		cmocka_unit_test_setup(test_flags_that_stand_alone_join_nothing, setup),
		cmocka_unit_test_setup(test_a_datagram_that_lies_about_its_length_joins_nothing,
				       setup),
		cmocka_unit_test_setup(test_whole_checksums_pass_as_they_came, setup),
		cmocka_unit_test_setup(test_nothing_overtakes, setup),
		cmocka_unit_test_setup(test_a_super_packet_keeps_its_bounds, setup),
		cmocka_unit_test_setup(test_more_flows_than_places_are_all_delivered, setup),
		cmocka_unit_test_setup(test_the_flow_that_began_first_makes_room, setup),
		cmocka_unit_test_setup(test_a_full_merge_says_so, setup),
		cmocka_unit_test_setup(test_what_grows_stays_until_its_time, setup),
		cmocka_unit_test_setup(test_what_cannot_grow_goes_and_the_rest_stays, setup),
		cmocka_unit_test_setup(test_each_flow_has_its_own_time, setup),
		cmocka_unit_test_setup(test_a_bare_acknowledgement_takes_its_flow_along, setup),
		cmocka_unit_test_setup(test_garbage_passes, setup),
		cmocka_unit_test_setup(test_random_flows_come_back, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tun/merge", tests, NULL, NULL);
}
