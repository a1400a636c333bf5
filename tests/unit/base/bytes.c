/* The reader and the writer against every truncation, and against a naive model over random steps.
 * Buffers are allocated at their exact size, so that a sanitizer sees one byte too many. */
#include "base/bytes.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	SAMPLE = 23, /* bytes of the sample: 1 + 2 + 4 + 8 + 5 + 3 */
	MODEL = 64,
	ROUNDS = 5000,
};

static const uint8_t sample[SAMPLE] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
				       0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 'h',
				       'e',  'l',  'l',	 'o',  'y',  'o',  'u'};

struct fields {
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	char copied[5];
	const uint8_t *taken;
};

static struct fields read_fields(struct reader *reader)
{
	struct fields fields;

	fields.u8 = reader_u8(reader);
	fields.u16 = reader_u16(reader);
	fields.u32 = reader_u32(reader);
	fields.u64 = reader_u64(reader);
	memset(fields.copied, 0xff, sizeof(fields.copied));
	reader_copy(reader, fields.copied, sizeof(fields.copied));
	fields.taken = reader_take(reader, 3);
	return fields;
}

static void write_fields(struct writer *writer)
{
	writer_u8(writer, 0x01);
	writer_u16(writer, 0x0203);
	writer_u32(writer, 0x04050607);
	writer_u64(writer, 0x08090a0b0c0d0e0f);
	writer_copy(writer, "hello", 5);
	writer_copy(writer, "you", 3);
}

/* A copy at its exact size, to be freed by the caller. */
static uint8_t *copy_of(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size + (size == 0));

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	return copy;
}

static void test_reader_reads_network_order(void **state)
{
	struct reader reader = reader_of(sample, SAMPLE);
	struct fields fields = read_fields(&reader);

	assert_int_equal(fields.u8, 0x01);
	assert_int_equal(fields.u16, 0x0203);
	assert_int_equal(fields.u32, 0x04050607);
	assert_true(fields.u64 == 0x08090a0b0c0d0e0f);
	assert_memory_equal(fields.copied, "hello", 5);
	assert_ptr_equal(fields.taken, sample + 20);
	assert_true(reader_done(&reader));
}

static void test_reader_fails_at_every_truncation(void **state)
{
	static const char nothing[5];

	for (size_t size = 0; size < SAMPLE; size++) {
		uint8_t *bytes = copy_of(sample, size);
		struct reader reader = reader_of(bytes, size);
		struct fields fields = read_fields(&reader);

		assert_true(reader.failed);
		assert_false(reader_done(&reader));
		assert_null(fields.taken);
		assert_int_equal(fields.u8, size >= 1 ? 0x01 : 0);
		assert_int_equal(fields.u16, size >= 3 ? 0x0203 : 0);
		assert_int_equal(fields.u32, size >= 7 ? 0x04050607 : 0);
		assert_true(fields.u64 == (size >= 15 ? 0x08090a0b0c0d0e0f : 0));
		assert_memory_equal(fields.copied, size >= 20 ? "hello" : nothing, 5);
		free(bytes);
	}
}

static void test_reader_failure_sticks(void **state)
{
	struct reader reader = reader_of(sample, 3);
	uint8_t out[2] = {0xff, 0xff};

	assert_int_equal(reader_u32(&reader), 0);
	assert_int_equal(reader_u8(&reader), 0);
	assert_null(reader_take(&reader, 0));
	reader_copy(&reader, out, 2);
	assert_int_equal(out[0], 0);
	assert_int_equal(out[1], 0);
	assert_false(reader_done(&reader));
}

static void test_reader_leftover_is_not_done(void **state)
{
	struct reader reader = reader_of(sample, 3);

	assert_int_equal(reader_u16(&reader), 0x0102);
	assert_false(reader.failed);
	assert_false(reader_done(&reader));
}

static void test_reader_empty(void **state)
{
	struct reader reader = reader_of(NULL, 0);

	assert_true(reader_done(&reader));
	assert_non_null(reader_take(&reader, 0));
	reader_copy(&reader, NULL, 0);
	assert_true(reader_done(&reader));
	assert_int_equal(reader_u8(&reader), 0);
	assert_false(reader_done(&reader));
}

static void test_sizes_do_not_wrap(void **state)
{
	uint8_t buffer[4] = {0};
	struct reader reader = reader_of(buffer, sizeof(buffer));
	struct writer writer = writer_of(buffer, sizeof(buffer));

	assert_int_equal(reader_u8(&reader), 0);
	assert_null(reader_take(&reader, SIZE_MAX));
	assert_false(reader_done(&reader));
	writer_u8(&writer, 1);
	assert_null(writer_take(&writer, SIZE_MAX));
	assert_false(writer_ok(&writer));
}

/* One random read of the model: the bytes and what has been read of them. */
static void check_read(struct rng *rng, struct reader *reader, const uint8_t *bytes, size_t size,
		       size_t *at)
{
	uint8_t expected[MODEL + 8] = {0};
	uint8_t out[MODEL + 8];
	size_t want = rng_below(rng, 12);
	bool fits = !reader->failed && want <= size - *at;

	if (fits)
		memcpy(expected, bytes + *at, want);
	reader_copy(reader, out, want);
	assert_memory_equal(out, expected, want);
	assert_int_equal(reader->failed, !fits);
	*at += fits ? want : 0;
}

static void test_reader_against_model(void **state)
{
	struct rng rng = {{1}};

	for (int round = 0; round < ROUNDS; round++) {
		size_t size = rng_below(&rng, MODEL);
		uint8_t *bytes = malloc(size + (size == 0));
		struct reader reader;
		size_t at = 0;

		assert_non_null(bytes);
		rng_fill(&rng, bytes, size);
		reader = reader_of(bytes, size);
		while (!reader.failed)
			check_read(&rng, &reader, bytes, size, &at);
		check_read(&rng, &reader, bytes, size, &at);
		free(bytes);
	}
}

static void test_writer_writes_network_order(void **state)
{
	uint8_t buffer[SAMPLE];
	struct writer writer = writer_of(buffer, sizeof(buffer));

	write_fields(&writer);
	assert_true(writer_ok(&writer));
	assert_int_equal(writer.used, SAMPLE);
	assert_memory_equal(buffer, sample, SAMPLE);
}

static void test_writer_fails_at_every_size(void **state)
{
	for (size_t size = 0; size < SAMPLE; size++) {
		uint8_t *buffer = malloc(size + (size == 0));
		struct writer writer = writer_of(buffer, size);

		assert_non_null(buffer);
		write_fields(&writer);
		assert_false(writer_ok(&writer));
		assert_true(writer.used <= size);
		assert_memory_equal(buffer, sample, writer.used);
		free(buffer);
	}
}

static void test_writer_failure_sticks(void **state)
{
	uint8_t buffer[3] = {0xee, 0xee, 0xee};
	const uint8_t expected[3] = {0x01, 0xee, 0xee};
	struct writer writer = writer_of(buffer, sizeof(buffer));

	writer_u8(&writer, 0x01);
	writer_u32(&writer, 0x02030405);
	writer_u8(&writer, 0x06);
	writer_copy(&writer, "", 0);
	assert_null(writer_take(&writer, 0));
	assert_false(writer_ok(&writer));
	assert_int_equal(writer.used, 1);
	assert_memory_equal(buffer, expected, 3);
}

static void test_writer_take_is_filled_by_the_caller(void **state)
{
	uint8_t buffer[4] = {0};
	struct writer writer = writer_of(buffer, sizeof(buffer));
	uint8_t *room;

	writer_u8(&writer, 1);
	room = writer_take(&writer, 3);
	assert_ptr_equal(room, buffer + 1);
	assert_true(writer_ok(&writer));
	assert_non_null(writer_take(&writer, 0));
	assert_null(writer_take(&writer, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reader_reads_network_order),
		cmocka_unit_test(test_reader_fails_at_every_truncation),
		cmocka_unit_test(test_reader_failure_sticks),
		cmocka_unit_test(test_reader_leftover_is_not_done),
		cmocka_unit_test(test_reader_empty),
		cmocka_unit_test(test_sizes_do_not_wrap),
		cmocka_unit_test(test_reader_against_model),
		cmocka_unit_test(test_writer_writes_network_order),
		cmocka_unit_test(test_writer_fails_at_every_size),
		cmocka_unit_test(test_writer_failure_sticks),
		cmocka_unit_test(test_writer_take_is_filled_by_the_caller),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("base/bytes", tests, NULL, NULL);
}
