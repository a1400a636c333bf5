/* The clear bytes of frames. Whatever is read is written as the same bytes again; whatever is cut,
 * longer or not canonical is refused; and each bit of a header is authenticated unless the text
 * says that it is not. */
#include "meshp/header.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	ROUNDS = 300,
	FRAME = 200,
	COMPACT_LEAST = WIRE_DATA_CLEAR + 1 + WIRE_COMPACT_PAYLOAD + WIRE_TAG,
};

static void id_fill(struct rng *rng, struct node_id *id)
{
	rng_fill(rng, id->bytes, NODE_ID);
}

static struct data_header header_random(struct rng *rng, bool extended, bool addressed)
{
	struct data_header header = {
		.extended = extended,
		.parity = rng_below(rng, 2),
		.partial = rng_below(rng, 2),
		.lane = (uint8_t)rng_below(rng, WIRE_LANES),
		.hop_limit = (uint8_t)rng_u32(rng),
		.traffic_class = (uint8_t)rng_u32(rng),
		.counter = rng_u32(rng),
		.addressed = addressed,
	};
	uint8_t hash[ADDRESS_HASH];

	id_fill(rng, &header.destination);
	id_fill(rng, &header.source);
	if (addressed) {
		rng_fill(rng, hash, sizeof(hash));
		header.to = address_of_hash(hash);
		header.destination = address_id(&header.to);
		rng_fill(rng, hash, sizeof(hash));
		header.from = address_of_hash(hash);
		header.source = address_id(&header.from);
	}
	if (extended)
		header.length = (uint16_t)(1 + rng_below(rng, 60));
	return header;
}

/* A whole frame with that header and a sealed part of nonsense; padded to the least Ethernet frame
 * if it is shorter. Says its size. */
static size_t frame_build(struct rng *rng, const struct data_header *header, size_t sealed,
			  uint8_t frame[FRAME])
{
	struct writer out = writer_of(frame, FRAME);
	uint8_t *rest;

	data_header_write(header, &out);
	rest = writer_take(&out, sealed);
	assert_true(writer_ok(&out));
	rng_fill(rng, rest, sealed);
	while (header->extended && out.used < WIRE_FRAME_LEAST)
		writer_u8(&out, 0);
	return out.used;
}

/* True if the frame is refused, or written as the same clear bytes again. */
static bool refused_or_same(const uint8_t *frame, size_t size)
{
	struct reader in = reader_of(frame, size);
	struct data_header header;
	uint8_t again[FRAME];
	struct writer out = writer_of(again, sizeof(again));

	if (data_header_read(&in, &header))
		return true;
	data_header_write(&header, &out);
	return writer_ok(&out) && in.at == frame + out.used && memcmp(frame, again, out.used) == 0;
}

static bool data_refused(const uint8_t *frame, size_t size)
{
	uint8_t *copy = malloc(size + (size == 0));
	struct reader in;
	struct data_header header;
	bool refused;

	assert_non_null(copy);
	memcpy(copy, frame, size);
	in = reader_of(copy, size);
	refused = data_header_read(&in, &header) != DROP_NONE;
	free(copy);
	return refused;
}

static void headers_equal(const struct data_header *a, const struct data_header *b)
{
	assert_int_equal(a->extended, b->extended);
	assert_int_equal(a->parity, b->parity);
	assert_int_equal(a->partial, b->partial);
	assert_int_equal(a->lane, b->lane);
	assert_int_equal(a->hop_limit, b->hop_limit);
	assert_int_equal(a->traffic_class, b->traffic_class);
	assert_int_equal(a->counter, b->counter);
	assert_int_equal(a->addressed, b->addressed);
	assert_int_equal(a->length, b->length);
	assert_true(node_id_equal(&a->destination, &b->destination));
	assert_true(node_id_equal(&a->source, &b->source));
	assert_true(address_equal(&a->to, &b->to));
	assert_true(address_equal(&a->from, &b->from));
}

/* Round trip, then every single bit flipped, every truncation and an extension by one byte. */
static void frame_try(struct rng *rng, bool extended, bool addressed)
{
	struct data_header header = header_random(rng, extended, addressed), read;
	size_t sealed = (extended ? header.length : 11 + rng_below(rng, 50)) + WIRE_TAG;
	uint8_t frame[FRAME];
	size_t size = frame_build(rng, &header, sealed, frame);
	size_t clear = extended ? WIRE_EXT_CLEAR + (addressed ? WIRE_EXT_ADDRESS_PAIR : 0)
				: WIRE_DATA_CLEAR;
	struct reader in = reader_of(frame, size);

	assert_int_equal(data_header_read(&in, &read), DROP_NONE);
	headers_equal(&header, &read);
	assert_ptr_equal(in.at, frame + clear);
	assert_int_equal(in.left, sealed);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(refused_or_same(frame, size));
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t cut = 0; cut < (extended ? clear + sealed : COMPACT_LEAST); cut++)
		assert_true(data_refused(frame, cut));
	frame[size] = 0;
	assert_int_equal(data_refused(frame, size + 1), extended);
}

static void test_data_frames(void **state)
{
	const uint8_t seed[RNG_SEED] = {1};
	struct rng rng;

	rng_init(&rng, seed);
	for (size_t i = 0; i < ROUNDS; i++) {
		frame_try(&rng, false, false);
		frame_try(&rng, true, false);
		frame_try(&rng, true, true);
	}
}

/* The bytes of a compact header, laid out by hand from the text. */
static void test_compact_layout(void **state)
{
	const uint8_t expected[WIRE_DATA_CLEAR] = {0x7d, 64, 0xb9, 1,	 2,    3,    4,	  5,
						   6,	 7,  8,	   9,	 10,   11,   12,  13,
						   14,	 15, 16,   0xde, 0xad, 0xbe, 0xef};
	const struct data_header header = {
		.parity = true,
		.partial = true,
		.lane = 5,
		.hop_limit = 64,
		.traffic_class = 0xb9,
		.destination = {{1, 2, 3, 4, 5, 6, 7, 8}},
		.source = {{9, 10, 11, 12, 13, 14, 15, 16}},
		.counter = 0xdeadbeef,
	};
	const uint8_t nonce[AEAD_NONCE] = {0, 0, 0, 0, 0, 0, 0, 5, 0xde, 0xad, 0xbe, 0xef};
	uint8_t bytes[WIRE_DATA_CLEAR], associated[ASSOCIATED_MAX], made[AEAD_NONCE];
	struct writer out = writer_of(bytes, sizeof(bytes));

	data_header_write(&header, &out);
	assert_int_equal(out.used, WIRE_DATA_CLEAR);
	assert_memory_equal(bytes, expected, sizeof(expected));
	assert_int_equal(data_header_associated(&header, associated), 18);
	assert_int_equal(associated[0], 0x7d);
	assert_int_equal(associated[1], 0xb8);
	assert_memory_equal(associated + 2, expected + 3, 16);
	data_header_nonce(&header, made);
	assert_memory_equal(made, nonce, sizeof(nonce));
}

/* The bytes of an extended header with addresses, laid out by hand from the text. */
static void test_extended_layout(void **state)
{
	const uint8_t expected[WIRE_EXT_CLEAR + WIRE_EXT_ADDRESS_PAIR] = {
		0x40, 7,    255, 1, 2,	3,  4,	5,  6,	7,  8,	9,  10, 11, 12, 13, 14, 15, 16,
		0xd3, 0xb9, 0,	 1, 0,	0,  0,	42, 1,	2,  3,	4,  5,	6,  7,	8,  21, 22, 23,
		24,   25,   26,	 9, 10, 11, 12, 13, 14, 15, 16, 31, 32, 33, 34, 35, 36};
	struct data_header header = {
		.extended = true,
		.parity = true,
		.partial = true,
		.lane = 3,
		.hop_limit = 255,
		.traffic_class = 0xb9,
		.counter = 42,
		.addressed = true,
		.length = 1,
	};
	uint8_t bytes[sizeof(expected)], associated[ASSOCIATED_MAX];
	struct writer out = writer_of(bytes, sizeof(bytes));

	header.to = address_of_hash(expected + WIRE_EXT_CLEAR);
	header.from = address_of_hash(expected + WIRE_EXT_CLEAR + ADDRESS_HASH);
	header.destination = address_id(&header.to);
	header.source = address_id(&header.from);
	data_header_write(&header, &out);
	assert_int_equal(out.used, sizeof(expected));
	assert_memory_equal(bytes, expected, sizeof(expected));
	assert_int_equal(data_header_associated(&header, associated), 2 + 17 + 1 + 2 + 28);
	assert_memory_equal(associated, expected, 2);
	assert_memory_equal(associated + 2, expected + 3, 17);
	assert_int_equal(associated[19], 0xb8);
	assert_memory_equal(associated + 20, expected + 21, 2);
	assert_memory_equal(associated + 22, expected + 27, 28);
}

/* True if that bit of the clear part may change on the way without the receiver's refusal. */
static bool bit_is_free(bool extended, size_t bit)
{
	size_t byte = bit / 8;

	return byte == (extended ? 2 : 1) || (byte == (extended ? 20 : 2) && bit % 8 < 2);
}

/* Reads a frame and lays out all that its seal covers. False if it is refused. */
static bool covered(const uint8_t *frame, size_t size, uint8_t out[ASSOCIATED_MAX + AEAD_NONCE])
{
	struct reader in = reader_of(frame, size);
	struct data_header header;

	memset(out, 0, ASSOCIATED_MAX + AEAD_NONCE);
	if (data_header_read(&in, &header))
		return false;
	data_header_associated(&header, out);
	data_header_nonce(&header, out + ASSOCIATED_MAX);
	return true;
}

static void coverage_try(struct rng *rng, bool extended, bool addressed)
{
	struct data_header header = header_random(rng, extended, addressed);
	size_t sealed = (extended ? header.length : 20) + WIRE_TAG;
	uint8_t before[ASSOCIATED_MAX + AEAD_NONCE], after[ASSOCIATED_MAX + AEAD_NONCE];
	uint8_t frame[FRAME];
	size_t size = frame_build(rng, &header, sealed, frame);
	struct reader in = reader_of(frame, size);

	assert_int_equal(data_header_read(&in, &header), DROP_NONE);
	assert_true(covered(frame, size, before));
	for (size_t bit = 0; bit < 8 * (size_t)(in.at - frame); bit++) {
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (bit_is_free(extended, bit)) {
			assert_true(covered(frame, size, after));
			assert_memory_equal(before, after, sizeof(before));
		} else if (covered(frame, size, after)) {
			assert_memory_not_equal(before, after, sizeof(before));
		}
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void test_all_but_hop_limit_and_ecn_is_covered(void **state)
{
	const uint8_t seed[RNG_SEED] = {2};
	struct rng rng;

	rng_init(&rng, seed);
	for (size_t i = 0; i < ROUNDS; i++) {
		coverage_try(&rng, false, false);
		coverage_try(&rng, true, false);
		coverage_try(&rng, true, true);
	}
}

static void test_forms_never_cover_alike(void **state)
{
	const uint8_t seed[RNG_SEED] = {3};
	uint8_t a[ASSOCIATED_MAX] = {0}, b[ASSOCIATED_MAX] = {0};
	struct data_header header;
	struct rng rng;

	rng_init(&rng, seed);
	header = header_random(&rng, false, false);
	data_header_associated(&header, a);
	header.extended = true;
	header.length = 12;
	data_header_associated(&header, b);
	assert_int_not_equal(a[0], b[0]);
}

static enum drop extended_with(uint8_t flags, uint16_t length, size_t size)
{
	const struct data_header header = {.extended = true, .length = length};
	uint8_t frame[FRAME] = {0};
	struct writer out = writer_of(frame, sizeof(frame));
	struct reader in = reader_of(frame, size);
	struct data_header read;

	data_header_write(&header, &out);
	frame[19] = flags;
	return data_header_read(&in, &read);
}

static void test_extended_refusals(void **state)
{
	assert_int_equal(extended_with(0, 1, 46), DROP_NONE);
	assert_int_equal(extended_with(0x08, 1, 46), DROP_MALFORMED);
	assert_int_equal(extended_with(0x20, 1, 54), DROP_TYPE);
	assert_int_equal(extended_with(0, 0, 46), DROP_MALFORMED);
	assert_int_equal(extended_with(0x10, 1, 46), DROP_FRAME_SHORT);
	assert_int_equal(extended_with(0x10, 1, 72), DROP_NONE);
	assert_int_equal(extended_with(0x10, 1, 73), DROP_FRAME_LONG);
}

/* The ids in the clear are the first bytes of the addresses, and say nothing else. */
static void test_addresses_that_are_not_of_the_ids(void **state)
{
	const uint8_t seed[RNG_SEED] = {4};
	struct data_header header, read;
	uint8_t frame[FRAME];
	struct rng rng;
	size_t size;

	rng_init(&rng, seed);
	header = header_random(&rng, true, true);
	size = frame_build(&rng, &header, header.length + (size_t)WIRE_TAG, frame);
	for (size_t byte = 3; byte < WIRE_EXT_CLEAR + WIRE_EXT_ADDRESS_PAIR; byte++) {
		struct reader in = reader_of(frame, size);
		size_t inside = (byte - WIRE_EXT_CLEAR) % ADDRESS_HASH;

		frame[byte] ^= 1;
		if (byte < 19 || (byte >= WIRE_EXT_CLEAR && inside < NODE_ID))
			assert_int_equal(data_header_read(&in, &read), DROP_MALFORMED);
		else if (byte >= WIRE_EXT_CLEAR)
			assert_int_equal(data_header_read(&in, &read), DROP_NONE);
		frame[byte] ^= 1;
	}
}

/* The sender pads, so that a frame is the same bytes on every kind of link. */
static void test_padding_only_up_to_46_bytes(void **state)
{
	assert_int_equal(extended_with(0, 1, 44), DROP_FRAME_SHORT);
	assert_int_equal(extended_with(0, 1, 45), DROP_FRAME_SHORT);
	assert_int_equal(extended_with(0, 1, 46), DROP_NONE);
	assert_int_equal(extended_with(0, 1, 47), DROP_FRAME_LONG);
	assert_int_equal(extended_with(0, 3, 46), DROP_NONE);
	assert_int_equal(extended_with(0, 3, 47), DROP_FRAME_LONG);
	assert_int_equal(extended_with(0, 4, 46), DROP_FRAME_SHORT);
	assert_int_equal(extended_with(0, 4, 47), DROP_NONE);
	assert_int_equal(extended_with(0, 4, 48), DROP_FRAME_LONG);
}

static void test_form_of_every_first_byte(void **state)
{
	for (unsigned int first = 0; first < 256; first++) {
		enum frame_form expected = FRAME_FORM_MALFORMED;

		if (first < 0x40 || first > 0x7f)
			expected = FRAME_FORM_OTHER_VERSION;
		else if (first & 0x10)
			expected = FRAME_FORM_DATA;
		else if (first == 0x40)
			expected = FRAME_FORM_CONTROL;
		assert_int_equal(frame_form((uint8_t)first), expected);
	}
}

static void test_control_header(void **state)
{
	const uint8_t bytes[WIRE_CONTROL_HEADER + 1] = {0x40, 3, 254, 1,  2,  3,  4,  5,  6,  7,
							8,    9, 10,  11, 12, 13, 14, 15, 16, 0xff};
	uint8_t again[WIRE_CONTROL_HEADER];
	struct reader in = reader_of(bytes, sizeof(bytes));
	struct writer out = writer_of(again, sizeof(again));
	struct control_header header;

	assert_int_equal(control_header_read(&in, &header), DROP_NONE);
	assert_int_equal(in.left, 1);
	assert_int_equal(header.type, 3);
	assert_int_equal(header.hop_limit, 254);
	assert_memory_equal(header.destination.bytes, bytes + 3, NODE_ID);
	assert_memory_equal(header.source.bytes, bytes + 11, NODE_ID);
	control_header_write(&header, &out);
	assert_true(writer_ok(&out));
	assert_memory_equal(again, bytes, sizeof(again));
	for (size_t size = 0; size < WIRE_CONTROL_HEADER; size++) {
		in = reader_of(bytes, size);
		assert_int_equal(control_header_read(&in, &header), DROP_FRAME_SHORT);
	}
}

static void test_control_header_first_byte(void **state)
{
	uint8_t bytes[WIRE_CONTROL_HEADER] = {0};

	for (unsigned int first = 0; first < 256; first++) {
		struct reader in = reader_of(bytes, sizeof(bytes));
		struct control_header header;
		enum drop expected = DROP_MALFORMED;

		bytes[0] = (uint8_t)first;
		if (first < 0x40 || first > 0x7f)
			expected = DROP_VERSION;
		else if (first == 0x40)
			expected = DROP_NONE;
		assert_int_equal(control_header_read(&in, &header), expected);
	}
}

static enum drop control_frame(uint8_t type, size_t size)
{
	const uint8_t bytes[64] = {0x40, type};
	struct reader in = reader_of(bytes, size);
	struct control_header header;

	return control_frame_read(&in, FRAME_RESPONSE, 40, &header);
}

static void test_control_frame_has_one_size(void **state)
{
	assert_int_equal(control_frame(FRAME_RESPONSE, 40), DROP_NONE);
	assert_int_equal(control_frame(FRAME_RESPONSE, 39), DROP_FRAME_SHORT);
	assert_int_equal(control_frame(FRAME_RESPONSE, 41), DROP_FRAME_LONG);
	assert_int_equal(control_frame(FRAME_RESPONSE, 10), DROP_FRAME_SHORT);
	assert_int_equal(control_frame(FRAME_COOKIE, 40), DROP_TYPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data_frames),
		cmocka_unit_test(test_compact_layout),
		cmocka_unit_test(test_extended_layout),
		cmocka_unit_test(test_all_but_hop_limit_and_ecn_is_covered),
		cmocka_unit_test(test_forms_never_cover_alike),
		cmocka_unit_test(test_extended_refusals),
		cmocka_unit_test(test_addresses_that_are_not_of_the_ids),
		cmocka_unit_test(test_padding_only_up_to_46_bytes),
		cmocka_unit_test(test_form_of_every_first_byte),
		cmocka_unit_test(test_control_header),
		cmocka_unit_test(test_control_header_first_byte),
		cmocka_unit_test(test_control_frame_has_one_size),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/header", tests, NULL, NULL);
}
