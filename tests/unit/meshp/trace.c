/* TRACE and TRACED: each byte in its place, one form for each, and what the signature covers.
 * docs/protocol/route.md, section 9. */
#include "meshp/trace.h"

#include "base/rng.h"
#include "meshp/wire.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct trace question = {
	.lane = 3,
	.nonce = {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c,
		  0x1d, 0x1e, 0x1f},
	.destination = {{0xbe, 0xef, 0xd0, 0xd1}},
	.origin = {{0xbe, 0xef, 0xa0, 0xa1}},
};

static struct traced answer(void)
{
	return (struct traced){.question = question,
			       .from = {{0xbe, 0xef, 0xf0, 0xf1}},
			       .way = {.next = {{0xbe, 0xef, 0xe0, 0xe1}},
				       .back = {{0xbe, 0xef, 0xb0, 0xb1}},
				       .interface = 0x01020304,
				       .mtu = 1400,
				       .rtt_us = 0x05060708,
				       .loss_ppm = 1000000,
				       .metric_us = 0x090a0b0c,
				       .queued = 0x0d0e0f10},
			       .signature = {0x51, 0x52}};
}

static void build(const struct traced *traced, uint8_t bytes[WIRE_TRACED])
{
	struct writer out = writer_of(bytes, WIRE_TRACED);

	traced_write(traced, &out);
	assert_true(writer_ok(&out));
	assert_int_equal(out.used, WIRE_TRACED);
}

static void a_question_has_its_bytes(void **state)
{
	uint8_t bytes[WIRE_TRACE], expected[WIRE_TRACE] = {5, 3};
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct trace read;

	memcpy(expected + 2, question.nonce, TRACE_NONCE);
	memcpy(expected + 18, (const uint8_t[]){0xd0, 0xd1}, 2);
	memcpy(expected + 32, (const uint8_t[]){0xa0, 0xa1}, 2);
	trace_write(&question, &out);
	assert_true(writer_ok(&out));
	assert_int_equal(out.used, WIRE_TRACE);
	assert_memory_equal(bytes, expected, sizeof(bytes));
	assert_true(trace_read(bytes, sizeof(bytes), &read));
	assert_int_equal(read.lane, question.lane);
	assert_memory_equal(read.nonce, question.nonce, TRACE_NONCE);
	assert_true(address_equal(&read.destination, &question.destination));
	assert_true(address_equal(&read.origin, &question.origin));
}

static void an_answer_has_its_bytes(void **state)
{
	static const uint8_t figures[] = {1,  2,  3,  4,    1400 >> 8, 1400 & 0xff, 5,	  6,
					  7,  8,  0,  0x0f, 0x42,      0x40,	    9,	  10,
					  11, 12, 13, 14,   15,	       16,	    0xb0, 0xb1};
	const struct traced traced = answer();
	uint8_t bytes[WIRE_TRACED], expected[WIRE_TRACED] = {6, 3};

	memcpy(expected + 2, question.nonce, TRACE_NONCE);
	memcpy(expected + 18, (const uint8_t[]){0xd0, 0xd1}, 2);
	memcpy(expected + 32, (const uint8_t[]){0xa0, 0xa1}, 2);
	memcpy(expected + 46, (const uint8_t[]){0xf0, 0xf1}, 2);
	memcpy(expected + 60, (const uint8_t[]){0xe0, 0xe1}, 2);
	memcpy(expected + 74, figures, sizeof(figures));
	memcpy(expected + 112, traced.signature, SIGNATURE);
	build(&traced, bytes);
	assert_memory_equal(bytes, expected, sizeof(bytes));
}

/* Whatever is read is written again byte for byte; most of what is drawn is refused. */
static void what_is_read_is_written_again(void **state)
{
	uint8_t bytes[WIRE_TRACED], again[WIRE_TRACED];
	struct traced ends = answer(), read;
	struct rng rng;
	uint32_t taken = 0;

	rng_init(&rng, (const uint8_t[RNG_SEED]){1});
	for (uint32_t i = 0; i < 20000; i++) {
		const struct traced traced = answer();
		ends.way = traced_way_end(i & 2);
		build(i & 1 ? &ends : &traced, bytes);
		bytes[rng_below(&rng, WIRE_TRACED)] = (uint8_t)rng_u32(&rng);
		bytes[rng_below(&rng, WIRE_TRACED)] = (uint8_t)rng_u32(&rng);
		if (!traced_read(bytes, sizeof(bytes), &read))
			continue;
		taken++;
		build(&read, again);
		assert_memory_equal(bytes, again, sizeof(bytes));
	}
	assert_in_range(taken, 2000, 19000);
}

static void they_have_one_size(void **state)
{
	const struct traced traced = answer();
	uint8_t bytes[WIRE_TRACED + 1] = {0};
	struct traced read;
	struct trace asked;

	build(&traced, bytes);
	for (size_t size = 0; size <= sizeof(bytes); size++)
		assert_int_equal(traced_read(bytes, size, &read), size == WIRE_TRACED);
	memset(bytes, 1, sizeof(bytes));
	bytes[0] = SEALED_TRACE;
	bytes[46] = bytes[47] = 0;
	for (size_t size = 0; size <= sizeof(bytes); size++)
		assert_int_equal(trace_read(bytes, size, &asked), size == WIRE_TRACE);
}

static bool question_with(size_t byte, uint8_t value)
{
	uint8_t bytes[WIRE_TRACE];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct trace read;

	trace_write(&question, &out);
	bytes[byte] = value;
	return trace_read(bytes, sizeof(bytes), &read);
}

static bool answer_with(const struct traced *traced, size_t byte, uint8_t value)
{
	uint8_t bytes[WIRE_TRACED];
	struct traced read;

	build(traced, bytes);
	bytes[byte] = value;
	return traced_read(bytes, sizeof(bytes), &read);
}

static void they_have_one_form(void **state)
{
	const struct traced traced = answer();
	struct traced ends = answer();

	ends.way = traced_way_end(true);
	for (uint32_t value = 0; value < 256; value++) {
		uint8_t byte = (uint8_t)value;
		assert_int_equal(question_with(0, byte), value == SEALED_TRACE);
		assert_int_equal(question_with(1, byte), value < WIRE_LANES);
		assert_int_equal(question_with(46, byte), value == 0);
		assert_int_equal(question_with(47, byte), value == 0);
		assert_int_equal(answer_with(&traced, 0, byte), value == SEALED_TRACED);
		assert_int_equal(answer_with(&traced, 1, byte), value < WIRE_LANES);
		assert_int_equal(answer_with(&ends, 1, byte),
				 (value & 0x38) == 0 && (value >> 6 == 1 || value >> 6 == 2));
		for (size_t zero = 110; zero < 112; zero++)
			assert_int_equal(answer_with(&traced, zero, byte), value == 0);
		/* MTU at least 1280, loss at most 1. */
		assert_int_equal(answer_with(&traced, 78, byte), value >= 5);
		assert_int_equal(answer_with(&traced, 84, byte), value == 0);
		/* At the end of the way nothing is known of a link, its queue neither. */
		for (size_t at = 60; at < 96; at++)
			assert_int_equal(answer_with(&ends, at, byte),
					 value == (at < 92 ? 0 : 0xff));
		assert_true(answer_with(&ends, 96, byte));
	}
}

static void nobody_is_no_end(void **state)
{
	const struct address nobody = {{0xbe, 0xef}};
	uint8_t bytes[WIRE_TRACED];
	struct traced traced, read;

	for (uint32_t i = 0; i < 6; i++) {
		traced = answer();
		struct address *who[] = {&traced.question.destination, &traced.question.origin,
					 &traced.from, &traced.way.next, &traced.way.back};
		if (i < 5)
			*who[i] = nobody;
		else
			traced.way.interface = 0;
		build(&traced, bytes);
		assert_int_equal(traced_read(bytes, sizeof(bytes), &read), i == 4);
	}
}

static void the_signature_covers_all_before_it(void **state)
{
	static const uint8_t network[NETWORK_ID] = {7}, another[NETWORK_ID] = {8};
	struct traced traced = answer(), read;
	struct identity identity, stranger;
	uint8_t bytes[WIRE_TRACED];
	uint32_t changed = 0;

	identity_of(&identity, (const uint8_t[IDENTITY_SEED]){1});
	identity_of(&stranger, (const uint8_t[IDENTITY_SEED]){2});
	traced_sign(&traced, &identity, network);
	assert_true(traced_verify(&traced, identity.public_key, network));
	assert_false(traced_verify(&traced, identity.public_key, another));
	assert_false(traced_verify(&traced, stranger.public_key, network));
	build(&traced, bytes);
	for (size_t i = 0; i < WIRE_TRACED; i++) {
		bytes[i] ^= 1;
		if (traced_read(bytes, sizeof(bytes), &read)) {
			assert_false(traced_verify(&read, identity.public_key, network));
			changed++;
		}
		bytes[i] ^= 1;
	}
	assert_in_range(changed, 160, WIRE_TRACED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_has_its_bytes),
		cmocka_unit_test(an_answer_has_its_bytes),
		cmocka_unit_test(what_is_read_is_written_again),
		cmocka_unit_test(they_have_one_size),
		cmocka_unit_test(they_have_one_form),
		cmocka_unit_test(nobody_is_no_end),
		cmocka_unit_test(the_signature_covers_all_before_it),
	};

	if (sodium_init() < 0)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/trace", tests, NULL, NULL);
}
