/* The HELLO frame: its bytes as the specification lays them out, its code against another
 * implementation of BLAKE2b, every refusal and their order. */
#include "mesharp/hello.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t key[32] = {0,  1,	2,  3,	4,  5,	6,  7,	8,  9,	10, 11, 12, 13, 14, 15,
				16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
static const uint8_t network[NETWORK_ID] = {0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38};

/* Over the sample's first 189 bytes, by Python's hashlib.blake2b(digest_size=16, key=0 … 31). */
static const uint8_t sample_code[WIRE_MAC] = {0xc3, 0xf6, 0xd4, 0xde, 0x40, 0x99, 0x6f, 0xbc,
					      0xb7, 0x76, 0x1b, 0xd3, 0x46, 0xa8, 0x32, 0x65};

static struct hello sample(void)
{
	struct hello hello = {
		.destination = {{0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18}},
		.source = {{0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28}},
		.version_least = 1,
		.version_greatest = 3,
		.zone = 0x0a0b0c0d,
		.zone_size = 500,
		.boot_epoch = 0x0102,
		.instance = 0xdeadbeef,
		.interface = 7,
	};

	memcpy(hello.network_id, network, NETWORK_ID);
	for (uint8_t i = 0; i < WIRE_CERTIFICATE; i++)
		hello.certificate[i] = (uint8_t)(100 + i);
	return hello;
}

static void write_hello(const struct hello *hello, const uint8_t *network_key,
			uint8_t frame[WIRE_HELLO])
{
	struct writer out = writer_of(frame, WIRE_HELLO);

	hello_write(hello, network_key, &out);
	assert_true(writer_ok(&out));
	assert_int_equal(out.used, WIRE_HELLO);
}

static enum drop read_frame(const uint8_t *frame, size_t size, const uint8_t *network_key)
{
	struct hello read;

	return hello_read(frame, size, network_key, network, &read);
}

/* What becomes of the sample with one byte set otherwise before it is coded. */
static enum drop fate(size_t offset, uint8_t value)
{
	struct hello hello = sample();
	uint8_t frame[WIRE_HELLO];

	write_hello(&hello, NULL, frame);
	frame[offset] = value;
	return read_frame(frame, sizeof(frame), NULL);
}

static void test_bytes_lie_where_the_specification_says(void **state)
{
	static const uint8_t head[57] = {
		0x40, 1,    255,  0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x21,
		0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 1,	3,    0,    0,	  0x31,
		0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x0a, 0x0b, 0x0c, 0x0d, 0x01,
		0xf4, 0,    0,	  1,	2,    0xde, 0xad, 0xbe, 0xef, 0,    0,	  0,
		7,    0,    0,	  0,	0,    0,    0,	  0,	0,
	};
	struct hello hello = sample();
	uint8_t frame[WIRE_HELLO];

	write_hello(&hello, key, frame);
	assert_memory_equal(frame, head, sizeof(head));
	assert_memory_equal(frame + 57, hello.certificate, WIRE_CERTIFICATE);
	assert_memory_equal(frame + 189, sample_code, WIRE_MAC);
}

static void test_an_open_mesh_has_a_code_of_zeros(void **state)
{
	static const uint8_t zeros[WIRE_MAC];
	struct hello hello = sample();
	uint8_t frame[WIRE_HELLO];

	write_hello(&hello, NULL, frame);
	assert_memory_equal(frame + 189, zeros, WIRE_MAC);
	assert_int_equal(read_frame(frame, sizeof(frame), NULL), DROP_NONE);
	assert_int_equal(read_frame(frame, sizeof(frame), key), DROP_NETWORK);
	write_hello(&hello, key, frame);
	assert_int_equal(read_frame(frame, sizeof(frame), NULL), DROP_NETWORK);
}

static void test_random_frames_read_and_write_the_same(void **state)
{
	struct rng rng = {{1}};

	for (int i = 0; i < 500; i++) {
		const uint8_t *network_key = i % 2 ? key : NULL;
		uint8_t frame[WIRE_HELLO];
		uint8_t again[WIRE_HELLO];
		struct hello hello;

		rng_fill(&rng, &hello, sizeof(hello));
		hello.version_least = (uint8_t)(hello.version_least % 2);
		hello.version_greatest |= 1;
		hello.interface |= 1;
		memcpy(hello.network_id, network, NETWORK_ID);
		write_hello(&hello, network_key, frame);
		memset(&hello, 0, sizeof(hello));
		assert_int_equal(hello_read(frame, sizeof(frame), network_key, network, &hello),
				 DROP_NONE);
		write_hello(&hello, network_key, again);
		assert_memory_equal(again, frame, sizeof(frame));
	}
}

static void test_every_changed_bit_is_refused_in_a_closed_mesh(void **state)
{
	struct hello hello = sample();
	uint8_t frame[WIRE_HELLO];

	write_hello(&hello, key, frame);
	for (size_t bit = 0; bit < 8 * sizeof(frame); bit++) {
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(read_frame(frame, sizeof(frame), key), DROP_NONE);
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(read_frame(frame, sizeof(frame), key), DROP_NONE);
}

static void test_every_other_length_is_refused(void **state)
{
	uint8_t frame[WIRE_HELLO + 40] = {0};
	struct hello hello = sample();

	write_hello(&hello, NULL, frame);
	for (size_t size = 0; size < WIRE_HELLO; size++)
		assert_int_equal(read_frame(frame, size, NULL), DROP_FRAME_SHORT);
	for (size_t size = WIRE_HELLO + 1; size <= sizeof(frame); size++)
		assert_int_equal(read_frame(frame, size, NULL), DROP_FRAME_LONG);
}

static void test_each_refusal_has_its_name(void **state)
{
	assert_int_equal(fate(0, 0x40), DROP_NONE);
	assert_int_equal(fate(0, 0x80), DROP_VERSION);
	assert_int_equal(fate(0, 0x41), DROP_MALFORMED);
	assert_int_equal(fate(1, FRAME_INITIATION), DROP_TYPE);
	assert_int_equal(fate(2, 254), DROP_HOP_LIMIT);
	assert_int_equal(fate(19, 2), DROP_VERSION);
	assert_int_equal(fate(19, 0), DROP_NONE);
	assert_int_equal(fate(20, 0), DROP_VERSION);
	assert_int_equal(fate(20, 1), DROP_NONE);
	assert_int_equal(fate(21, 1), DROP_NONE); /* a feature not known yet */
	assert_int_equal(fate(23, 0), DROP_NETWORK);
	assert_int_equal(fate(48, 0), DROP_MALFORMED); /* interface id 0 */
	assert_int_equal(fate(204, 1), DROP_NETWORK);
}

static void test_refusals_come_in_the_order_of_the_specification(void **state)
{
	static const struct {
		size_t offset;
		uint8_t wrong;
		enum drop drop;
	} faults[] = {
		{2, 1, DROP_HOP_LIMIT},
		{20, 0, DROP_VERSION},
		{30, 0, DROP_NETWORK},
		{48, 0, DROP_MALFORMED},
	};
	const size_t count = sizeof(faults) / sizeof(faults[0]);

	for (size_t first = 0; first < count; first++) {
		struct hello hello = sample();
		uint8_t frame[WIRE_HELLO + 1];

		write_hello(&hello, NULL, frame);
		for (size_t i = first; i < count; i++)
			frame[faults[i].offset] = faults[i].wrong;
		assert_int_equal(read_frame(frame, WIRE_HELLO, NULL), faults[first].drop);
		assert_int_equal(read_frame(frame, WIRE_HELLO + 1, NULL), DROP_FRAME_LONG);
	}
}

static void test_a_refused_frame_leaves_the_result_alone(void **state)
{
	uint8_t frame[WIRE_HELLO];
	struct hello hello = sample();
	struct hello read = {.zone = 77};

	write_hello(&hello, NULL, frame);
	frame[204] = 1;
	assert_int_equal(hello_read(frame, sizeof(frame), NULL, network, &read), DROP_NETWORK);
	assert_int_equal(read.zone, 77);
}

static void test_a_writer_without_room_fails(void **state)
{
	uint8_t frame[WIRE_HELLO];
	struct writer out = writer_of(frame, WIRE_HELLO - 1);
	struct hello hello = sample();

	hello_write(&hello, key, &out);
	assert_false(writer_ok(&out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_lie_where_the_specification_says),
		cmocka_unit_test(test_an_open_mesh_has_a_code_of_zeros),
		cmocka_unit_test(test_random_frames_read_and_write_the_same),
		cmocka_unit_test(test_every_changed_bit_is_refused_in_a_closed_mesh),
		cmocka_unit_test(test_every_other_length_is_refused),
		cmocka_unit_test(test_each_refusal_has_its_name),
		cmocka_unit_test(test_refusals_come_in_the_order_of_the_specification),
		cmocka_unit_test(test_a_refused_frame_leaves_the_result_alone),
		cmocka_unit_test(test_a_writer_without_room_fails),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/hello", tests, NULL, NULL);
}
