/* ERROR frames: each byte in its place, one form for each, and how a culprit is told from others.
 * docs/protocol/route.md, section 8. */
#include "meshp/error.h"

#include "base/rng.h"
#include "meshp/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct error example = {
	.destination = {{1, 1, 1, 1, 1, 1, 1, 1}},
	.source = {{2, 2, 2, 2, 2, 2, 2, 2}},
	.kind = ERROR_TOO_BIG,
	.mtu = 1400,
	.culprit = {.destination = {{3, 3, 3, 3, 3, 3, 3, 3}},
		    .parity = true,
		    .lane = 5,
		    .counter = 0x01020304,
		    .seal = {0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7}},
};

static void build(const struct error *error, uint8_t frame[WIRE_ERROR])
{
	struct writer out = writer_of(frame, WIRE_ERROR);

	error_write(error, &out);
	assert_true(writer_ok(&out));
	assert_int_equal(out.used, WIRE_ERROR);
}

static void assert_same(const struct error *a, const struct error *b)
{
	assert_true(node_id_equal(&a->destination, &b->destination));
	assert_true(node_id_equal(&a->source, &b->source));
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->mtu, b->mtu);
	assert_true(culprit_equal(&a->culprit, &b->culprit));
}

static void test_every_byte_has_its_place(void **state)
{
	static const uint8_t header[] = {0x40, 5, 64}, zeros[3] = {0};
	static const uint8_t what[] = {2, 1400 >> 8, 1400 & 0xff};
	static const uint8_t which[] = {0x85, 1, 2, 3, 4};
	uint8_t frame[WIRE_ERROR];
	struct error read;

	build(&example, frame);
	assert_memory_equal(frame, header, 3);
	assert_memory_equal(frame + 3, example.destination.bytes, NODE_ID);
	assert_memory_equal(frame + 11, example.source.bytes, NODE_ID);
	assert_memory_equal(frame + 19, what, 3);
	assert_memory_equal(frame + 22, example.culprit.destination.bytes, NODE_ID);
	assert_memory_equal(frame + 30, which, 5);
	assert_memory_equal(frame + 35, example.culprit.seal, ERROR_SEAL);
	assert_memory_equal(frame + 43, zeros, 3);
	assert_int_equal(error_read(frame, sizeof(frame), &read), DROP_NONE);
	assert_same(&read, &example);
	assert_int_equal(read.hop_limit, 64);
	frame[2] = 61;
	assert_int_equal(error_read(frame, sizeof(frame), &read), DROP_NONE);
	assert_int_equal(read.hop_limit, 61);
}

static void test_what_is_written_is_read(void **state)
{
	struct error error = example, read;
	uint8_t frame[WIRE_ERROR];
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){1});
	for (uint32_t i = 0; i < 1000; i++) {
		error.kind = (enum error_kind)(1 + rng_below(&rng, 3));
		error.mtu =
			error.kind == ERROR_TOO_BIG ? (uint16_t)(1280 + rng_below(&rng, 60000)) : 0;
		error.culprit.parity = rng_below(&rng, 2);
		error.culprit.extended = rng_below(&rng, 2);
		error.culprit.lane = (uint8_t)(1 + rng_below(&rng, 7));
		error.culprit.counter = rng_u32(&rng);
		rng_fill(&rng, error.culprit.seal, ERROR_SEAL);
		rng_fill(&rng, error.culprit.destination.bytes, NODE_ID);
		build(&error, frame);
		assert_int_equal(error_read(frame, sizeof(frame), &read), DROP_NONE);
		assert_same(&read, &error);
	}
}

static void test_it_has_one_size(void **state)
{
	uint8_t frame[WIRE_ERROR + 1] = {0};
	struct error read;

	build(&example, frame);
	for (size_t size = 0; size < WIRE_ERROR; size++) {
		uint8_t *copy = malloc(size + (size == 0));

		assert_non_null(copy);
		memcpy(copy, frame, size);
		assert_int_equal(error_read(copy, size, &read), DROP_FRAME_SHORT);
		free(copy);
	}
	assert_int_equal(error_read(frame, sizeof(frame), &read), DROP_FRAME_LONG);
}

/* Reads the example with one byte set. */
static enum drop read_with(size_t byte, uint8_t value)
{
	uint8_t frame[WIRE_ERROR];
	struct error read;

	build(&example, frame);
	frame[byte] = value;
	return error_read(frame, sizeof(frame), &read);
}

static void test_it_has_one_form(void **state)
{
	assert_int_equal(read_with(1, FRAME_COOKIE), DROP_TYPE);
	for (uint32_t value = 0; value < 256; value++) {
		uint8_t byte = (uint8_t)value;
		/* Hop limit: neighbours send none. Kind: an MTU goes with kind 2 alone. */
		assert_int_equal(read_with(2, byte), value == 255 ? DROP_HOP_LIMIT : DROP_NONE);
		assert_int_equal(read_with(19, byte), value == 2 ? DROP_NONE : DROP_MALFORMED);
		/* MTU: at least 1280. */
		assert_int_equal(read_with(20, byte), value < 5 ? DROP_MALFORMED : DROP_NONE);
		/* Form: reserved bits zero, lane 0 is told nothing about. */
		bool good = (value & 0x38) == 0 && (value & 7) != 0;
		assert_int_equal(read_with(30, byte), good ? DROP_NONE : DROP_MALFORMED);
		for (size_t zero = 43; zero < WIRE_ERROR; zero++)
			assert_int_equal(read_with(zero, byte),
					 value == 0 ? DROP_NONE : DROP_MALFORMED);
	}
}

static void test_no_mtu_without_its_kind(void **state)
{
	uint8_t frame[WIRE_ERROR];
	struct error error = example, read;

	for (enum error_kind kind = ERROR_NO_ROUTE; kind <= ERROR_HOP_LIMIT; kind++) {
		bool big = kind == ERROR_TOO_BIG;
		error.kind = kind;
		error.mtu = 1280;
		build(&error, frame);
		assert_int_equal(error_read(frame, sizeof(frame), &read),
				 big ? DROP_NONE : DROP_MALFORMED);
		error.mtu = 0;
		build(&error, frame);
		assert_int_equal(error_read(frame, sizeof(frame), &read),
				 big ? DROP_MALFORMED : DROP_NONE);
	}
}

/* Every bit a source can compare tells one culprit from another. */
static void test_culprits_differ_in_every_bit(void **state)
{
	uint8_t frame[WIRE_ERROR];
	struct error read;

	build(&example, frame);
	for (size_t bit = 22 * 8; bit < 43 * 8; bit++) {
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (error_read(frame, sizeof(frame), &read) == DROP_NONE)
			assert_false(culprit_equal(&read.culprit, &example.culprit));
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void test_culprit_of_a_frame(void **state)
{
	const struct data_header header = {.extended = true,
					   .parity = true,
					   .lane = 3,
					   .hop_limit = 9,
					   .destination = {{7}},
					   .source = {{8}},
					   .counter = 99};
	const uint8_t sealed[17] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	struct culprit culprit = culprit_of(&header, sealed);

	assert_true(node_id_equal(&culprit.destination, &header.destination));
	assert_true(culprit.extended);
	assert_true(culprit.parity);
	assert_int_equal(culprit.lane, 3);
	assert_int_equal(culprit.counter, 99);
	assert_memory_equal(culprit.seal, sealed, ERROR_SEAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte_has_its_place),
		cmocka_unit_test(test_what_is_written_is_read),
		cmocka_unit_test(test_it_has_one_size),
		cmocka_unit_test(test_it_has_one_form),
		cmocka_unit_test(test_no_mtu_without_its_kind),
		cmocka_unit_test(test_culprits_differ_in_every_bit),
		cmocka_unit_test(test_culprit_of_a_frame),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/error", tests, NULL, NULL);
}
