/* Bundles: each byte in its place, one form, and what is in them. docs/protocol/meshp.md,
 * section 2.
 */
#include "meshp/bundle.h"

#include "base/rng.h"
#include "meshp/packet.h"
#include "meshp/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { NO_NEXT_HEADER = 59, PAIR = 28 };

/* Two packets of the least payload, and a byte more. */
static const uint8_t pair[PAIR + 1] = {59, 0, 0, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
				       58, 0, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};

static enum drop check(const uint8_t *bytes, size_t size)
{
	return bundle_check((struct span){bytes, size});
}

/* What is said of two packets of that next header, the second with its checksum left, and so much
 * payload. */
static enum drop check_content(uint8_t next_header, size_t size)
{
	const uint8_t payload[WIRE_BUNDLE_PAYLOAD] = {0};
	uint8_t bytes[WIRE_BUNDLE_SIZE];
	struct writer out = writer_of(bytes, sizeof(bytes));

	bundle_put(&(struct bundled){NO_NEXT_HEADER, false, {payload, 10}}, &out);
	bundle_put(&(struct bundled){next_header, true, {payload, size}}, &out);
	assert_true(writer_ok(&out));
	return check(bytes, out.used);
}

static void each_byte_has_its_place(void **state)
{
	struct reader in = reader_of(pair, PAIR);
	uint8_t written[PAIR];
	struct writer out = writer_of(written, sizeof(written));
	struct bundled packet;

	assert_int_equal(check(pair, PAIR), DROP_NONE);
	for (uint32_t i = 0; i < 2; i++) {
		assert_true(bundle_next(&in, &packet));
		assert_int_equal(packet.next_header, pair[14 * i]);
		assert_false(packet.partial);
		assert_int_equal(packet.payload.size, 10);
		assert_ptr_equal(packet.payload.bytes, pair + 14 * i + 4);
		bundle_put(&packet, &out);
	}
	assert_false(bundle_next(&in, &packet));
	assert_true(writer_ok(&out));
	assert_memory_equal(written, pair, PAIR);
}

static void there_is_one_length(void **state)
{
	for (size_t size = 0; size <= PAIR + 1; size++)
		assert_int_equal(check(pair, size), size == PAIR ? DROP_NONE : DROP_MALFORMED);
}

static void flags_and_lengths_are_looked_at(void **state)
{
	for (uint32_t value = 0; value < 256; value++) {
		uint8_t changed[PAIR];
		memcpy(changed, pair, PAIR);
		changed[15] = (uint8_t)value;
		assert_int_equal(check(changed, PAIR), value == 0   ? DROP_NONE
						       : value == 1 ? DROP_CHECKSUM_PARTIAL
								    : DROP_MALFORMED);
		memcpy(changed, pair, PAIR);
		changed[17] = (uint8_t)value;
		assert_int_equal(check(changed, PAIR), value == 10 ? DROP_NONE : DROP_MALFORMED);
	}
	assert_false(bundle_takes(9));
	assert_true(bundle_takes(10));
	assert_true(bundle_takes(560));
	assert_false(bundle_takes(561));
}

static void what_is_in_it_is_looked_at(void **state)
{
	assert_int_equal(check_content(WIRE_NEXT_HEADER_CONTROL, 100), DROP_LANE);
	assert_int_equal(check_content(WIRE_NEXT_HEADER_BUNDLE, 100), DROP_INNER);
	assert_int_equal(check_content(PROTOCOL_UDP, 10), DROP_NONE);
	assert_int_equal(check_content(PROTOCOL_TCP, 20), DROP_NONE);
	assert_int_equal(check_content(PROTOCOL_TCP, 19), DROP_CHECKSUM_PARTIAL);
	assert_int_equal(check_content(PROTOCOL_ICMPV6, 100), DROP_CHECKSUM_PARTIAL);
}

/* The shape of all comes before what is in the first. */
static void shape_comes_first(void **state)
{
	uint8_t changed[PAIR];

	memcpy(changed, pair, PAIR);
	changed[0] = WIRE_NEXT_HEADER_CONTROL;
	assert_int_equal(check(changed, PAIR), DROP_LANE);
	changed[15] = 2;
	assert_int_equal(check(changed, PAIR), DROP_MALFORMED);
}

/* As many packets as there are, of so much payload. */
static enum drop check_many(uint32_t packets, size_t size)
{
	uint8_t payload[WIRE_BUNDLE_PAYLOAD] = {0}, bytes[4096];
	struct writer out = writer_of(bytes, sizeof(bytes));

	for (uint32_t i = 0; i < packets; i++)
		bundle_put(&(struct bundled){NO_NEXT_HEADER, false, {payload, size}}, &out);
	assert_true(writer_ok(&out));
	return check(bytes, out.used);
}

static void there_are_not_too_many(void **state)
{
	for (uint32_t packets = 0; packets < 40; packets++)
		assert_int_equal(check_many(packets, 10),
				 packets >= 2 && packets <= 24 ? DROP_NONE : DROP_MALFORMED);
	assert_int_equal(check_many(5, 244), DROP_NONE); /* 1,240 bytes */
	assert_int_equal(check_many(3, 410), DROP_MALFORMED);
	assert_int_equal(check_many(2, 560), DROP_NONE);
}

/* Whatever is put together comes apart as it was, in its order. */
static void what_is_put_together_comes_apart(void **state)
{
	struct rng rng;
	uint8_t bytes[WIRE_BUNDLE_SIZE];

	rng_init(&rng, (const uint8_t[RNG_SEED]){1});
	for (uint32_t turn = 0; turn < 5000; turn++) {
		struct writer out = writer_of(bytes, sizeof(bytes));
		struct bundled put[WIRE_BUNDLE_PACKETS], read;
		uint8_t source[2 * WIRE_BUNDLE_PAYLOAD];
		uint32_t packets = 0, most = 2 + rng_below(&rng, WIRE_BUNDLE_PACKETS - 1);
		rng_fill(&rng, source, sizeof(source));
		while (packets < most) {
			size_t size = 10 + rng_below(&rng, 1 + rng_below(&rng, 551));
			if (out.used + WIRE_BUNDLE_HEAD + size > sizeof(bytes))
				break;
			put[packets] = (struct bundled){.next_header = PROTOCOL_UDP,
							.partial = rng_below(&rng, 2) == 0,
							.payload = {source + packets, size}};
			bundle_put(&put[packets++], &out);
		}
		assert_true(writer_ok(&out) && packets >= 2);
		assert_int_equal(check(bytes, out.used), DROP_NONE);
		struct reader in = reader_of(bytes, out.used);
		for (uint32_t i = 0; i < packets; i++) {
			assert_true(bundle_next(&in, &read));
			assert_int_equal(read.next_header, put[i].next_header);
			assert_int_equal(read.partial, put[i].partial);
			assert_int_equal(read.payload.size, put[i].payload.size);
			assert_memory_equal(read.payload.bytes, put[i].payload.bytes,
					    read.payload.size);
		}
		assert_false(bundle_next(&in, &read));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_byte_has_its_place),
		cmocka_unit_test(there_is_one_length),
		cmocka_unit_test(flags_and_lengths_are_looked_at),
		cmocka_unit_test(what_is_in_it_is_looked_at),
		cmocka_unit_test(shape_comes_first),
		cmocka_unit_test(there_are_not_too_many),
		cmocka_unit_test(what_is_put_together_comes_apart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/bundle", tests, NULL, NULL);
}
