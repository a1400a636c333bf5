/* The PROBE message: its bytes as the specification lays them out, and that whatever reads at all
 * is written as the same bytes again. */
#include "mesharp/probe.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct probe sample = {
	.asks = true,
	.sequence = 0x01020304,
	.echo = 0x11121314,
	.delay_us = 0x21222324,
	.heard = 0x80000001,
	.instance = 0x31323334,
	.lladdr = {{0x02, 0x41, 0x42, 0x43, 0x44, 0x45}},
	.interface = 0x51525354,
	.digest = {1, 2, 3, 4, 5, 6, 7, 8},
	.zone_size = 0x6162,
};

static const uint8_t sample_bytes[PROBE_SIZE] = {
	1,    1,    0x01, 0x02, 0x03, 0x04, 0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x23, 0x24,
	0x80, 0x00, 0x00, 0x01, 0x31, 0x32, 0x33, 0x34, 0x02, 0x41, 0x42, 0x43, 0x44, 0x45,
	0x51, 0x52, 0x53, 0x54, 1,    2,    3,	  4,	5,    6,    7,	  8,	0x61, 0x62,
};

static void write_probe(const struct probe *probe, uint8_t bytes[PROBE_SIZE])
{
	struct writer out = writer_of(bytes, PROBE_SIZE);

	probe_write(probe, &out);
	assert_true(writer_ok(&out));
	assert_int_equal(out.used, PROBE_SIZE);
}

/* Whether the sample, with one field set otherwise, is read. */
static bool reads(const struct probe *probe)
{
	uint8_t bytes[PROBE_SIZE];
	struct probe read;

	write_probe(probe, bytes);
	return probe_read(bytes, sizeof(bytes), &read);
}

static void test_bytes_lie_where_the_specification_says(void **state)
{
	uint8_t bytes[PROBE_SIZE];
	struct probe read;

	write_probe(&sample, bytes);
	assert_memory_equal(bytes, sample_bytes, PROBE_SIZE);
	assert_true(probe_read(bytes, sizeof(bytes), &read));
	write_probe(&read, bytes);
	assert_memory_equal(bytes, sample_bytes, PROBE_SIZE);
}

static void test_any_other_length_is_refused(void **state)
{
	uint8_t bytes[PROBE_SIZE + 1] = {0};
	struct probe read = {.sequence = 7};

	memcpy(bytes, sample_bytes, PROBE_SIZE);
	for (size_t size = 0; size <= sizeof(bytes); size++)
		assert_int_equal(probe_read(bytes, size, &read), size == PROBE_SIZE);
	assert_false(probe_read(bytes, 0, &read));
}

static void test_a_refused_probe_leaves_the_result_alone(void **state)
{
	uint8_t bytes[PROBE_SIZE] = {9};
	struct probe read = {.sequence = 7};

	assert_false(probe_read(bytes, sizeof(bytes), &read));
	assert_int_equal(read.sequence, 7);
}

static void test_other_types_and_flags_are_refused(void **state)
{
	uint8_t bytes[PROBE_SIZE];
	struct probe read;

	for (uint32_t first = 0; first < 256; first++) {
		memcpy(bytes, sample_bytes, PROBE_SIZE);
		bytes[0] = (uint8_t)first;
		assert_int_equal(probe_read(bytes, sizeof(bytes), &read), first == 1);
		memcpy(bytes, sample_bytes, PROBE_SIZE);
		bytes[1] = (uint8_t)first;
		assert_int_equal(probe_read(bytes, sizeof(bytes), &read), first <= 15);
	}
}

static void test_numbers_that_are_never_zero(void **state)
{
	struct probe probe = sample;

	probe.sequence = 0;
	assert_false(reads(&probe));
	probe = sample;
	probe.interface = 0;
	assert_false(reads(&probe));
}

static void test_echo_delay_and_heard_agree(void **state)
{
	struct probe probe = sample;

	probe.heard = 0x80000000; /* the one echoed was not heard */
	assert_false(reads(&probe));
	probe.echo = 0;
	probe.heard = 0;
	assert_false(reads(&probe)); /* a delay since nothing */
	probe.delay_us = 0;
	assert_true(reads(&probe));
	probe.heard = 1;
	assert_false(reads(&probe));
	for (uint32_t echo = 1; echo < 32; echo++) {
		probe.echo = echo;
		probe.heard = UINT32_MAX >> (32 - echo); /* all of them */
		assert_true(reads(&probe));
		probe.heard |= 1U << echo; /* and number 0, which was never sent */
		assert_false(reads(&probe));
	}
	probe.echo = 32;
	probe.heard = UINT32_MAX;
	assert_true(reads(&probe));
}

static void test_what_reads_is_written_the_same(void **state)
{
	struct rng rng = {{3}};
	uint32_t taken = 0;

	for (int i = 0; i < 20000; i++) {
		uint8_t bytes[PROBE_SIZE];
		uint8_t again[PROBE_SIZE];
		struct probe read;

		rng_fill(&rng, bytes, sizeof(bytes));
		bytes[0] = (uint8_t)(bytes[0] % 3);
		bytes[1] = (uint8_t)(bytes[1] % 4);
		if (!probe_read(bytes, sizeof(bytes), &read))
			continue;
		write_probe(&read, again);
		assert_memory_equal(again, bytes, PROBE_SIZE);
		taken++;
	}
	assert_true(taken > 1000);
}

static void test_a_writer_without_room_fails(void **state)
{
	uint8_t bytes[PROBE_SIZE - 1];
	struct writer out = writer_of(bytes, sizeof(bytes));

	probe_write(&sample, &out);
	assert_false(writer_ok(&out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_lie_where_the_specification_says),
		cmocka_unit_test(test_any_other_length_is_refused),
		cmocka_unit_test(test_a_refused_probe_leaves_the_result_alone),
		cmocka_unit_test(test_other_types_and_flags_are_refused),
		cmocka_unit_test(test_numbers_that_are_never_zero),
		cmocka_unit_test(test_echo_delay_and_heard_agree),
		cmocka_unit_test(test_what_reads_is_written_the_same),
		cmocka_unit_test(test_a_writer_without_room_fails),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/probe", tests, NULL, NULL);
}
