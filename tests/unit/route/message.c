/* RECORDS, ACK and COMPARE: layout, what is refused, and that whatever reads at all is written as
 * the same bytes again. */
#include "route/message.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { COMPARE_SIZE = 2 + 4 * MESSAGE_BUCKETS };

/* A reader of a message whose type byte is taken. */
static struct reader body_of(const uint8_t *bytes, size_t size)
{
	return reader_of(bytes + 1, size - 1);
}

/* Reads RECORDS and writes them again: true if they are taken, and then they are the same bytes. */
static bool records_return(const uint8_t *bytes, size_t size)
{
	uint8_t again[MESSAGE_MAX];
	struct writer out = writer_of(again, sizeof(again));
	struct reader in = body_of(bytes, size);
	struct span fragment;
	uint32_t number;

	if (!message_records_read(&in, &number))
		return false;
	message_records(&out, number);
	while (message_records_next(&in, &fragment))
		assert_true(message_records_add(&out, fragment));
	assert_true(reader_done(&in) && writer_ok(&out));
	assert_int_equal(out.used, size);
	assert_memory_equal(again, bytes, size);
	return true;
}

static bool ack_returns(const uint8_t bytes[9])
{
	uint8_t again[9];
	struct writer out = writer_of(again, sizeof(again));
	struct reader in = body_of(bytes, sizeof(again));
	struct message_ack ack;

	if (!message_ack_read(&in, &ack))
		return false;
	message_ack(&out, &ack);
	assert_true(writer_ok(&out));
	assert_memory_equal(again, bytes, sizeof(again));
	return true;
}

static void test_records_lie_where_the_specification_says(void **state)
{
	static const uint8_t bytes[] = {2, 1, 2, 3, 4, 0, 3, 'a', 'b', 'c', 0, 1, 'd'};
	uint8_t written[sizeof(bytes)];
	struct writer out = writer_of(written, sizeof(written));
	struct reader in = body_of(bytes, sizeof(bytes));
	struct span fragment;
	uint32_t number;

	message_records(&out, 0x01020304);
	assert_true(message_records_add(&out, (struct span){(const uint8_t *)"abc", 3}));
	assert_true(message_records_add(&out, (struct span){(const uint8_t *)"d", 1}));
	assert_true(writer_ok(&out));
	assert_memory_equal(written, bytes, sizeof(bytes));
	assert_true(message_records_read(&in, &number));
	assert_int_equal(number, 0x01020304);
	assert_true(message_records_next(&in, &fragment));
	assert_int_equal(fragment.size, 3);
	assert_ptr_equal(fragment.bytes, bytes + 7);
	assert_true(message_records_next(&in, &fragment));
	assert_ptr_equal(fragment.bytes, bytes + 12);
	assert_false(message_records_next(&in, &fragment));
	assert_true(reader_done(&in));
}

static void test_records_cut_anywhere_are_refused_as_a_whole(void **state)
{
	static const uint8_t bytes[] = {2, 0, 0, 0, 1, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd'};

	for (size_t size = 1; size <= sizeof(bytes); size++) {
		/* What ends with a fragment is whole. */
		bool whole = size == 10 || size == 12 || size == 15;

		assert_int_equal(records_return(bytes, size), whole);
	}
}

static void test_records_have_a_number(void **state)
{
	static const uint8_t bytes[] = {2, 0, 0, 0, 0, 0, 1, 'a'};

	assert_false(records_return(bytes, sizeof(bytes)));
}

static void test_a_fragment_that_does_not_fit_is_not_begun(void **state)
{
	static const uint8_t fragment[MESSAGE_MAX];
	uint8_t bytes[MESSAGE_MAX];

	for (size_t size = 0; size <= sizeof(fragment); size++) {
		struct writer out = writer_of(bytes, sizeof(bytes));
		bool fits = 5 + 2 + size <= MESSAGE_MAX;

		message_records(&out, 1);
		assert_int_equal(message_records_add(&out, (struct span){fragment, size}), fits);
		assert_int_equal(out.used, fits ? 7 + size : 5);
		assert_true(writer_ok(&out));
	}
}

static void test_a_message_has_at_most_1200_bytes(void **state)
{
	uint8_t bytes[MESSAGE_MAX + 1] = {
		2, 0, 0, 0, 1, (MESSAGE_MAX - 7) >> 8, (MESSAGE_MAX - 7) & 0xff};

	assert_true(records_return(bytes, MESSAGE_MAX));
	bytes[6]++;
	assert_false(records_return(bytes, MESSAGE_MAX + 1));
}

static void test_acks_lie_where_the_specification_says(void **state)
{
	static const uint8_t bytes[] = {3, 1, 2, 3, 4, 0x80, 0, 0, 5};
	struct reader in = body_of(bytes, sizeof(bytes));
	struct message_ack ack;

	assert_true(message_ack_read(&in, &ack));
	assert_int_equal(ack.greatest, 0x01020304);
	assert_int_equal(ack.bitmap, 0x80000005);
	assert_true(ack_returns(bytes));
}

static void test_acks_of_another_length_are_refused(void **state)
{
	static const uint8_t bytes[10] = {3, 0, 0, 0, 9};
	struct message_ack ack;

	for (size_t size = 1; size <= sizeof(bytes); size++) {
		struct reader in = body_of(bytes, size);

		assert_int_equal(message_ack_read(&in, &ack), size == 9);
	}
}

static void test_acks_name_only_numbers_that_are_sent(void **state)
{
	for (uint32_t greatest = 0; greatest < 40; greatest++) {
		for (uint32_t bit = 0; bit < 32; bit++) {
			const struct message_ack ack = {greatest, 1U << bit};
			uint8_t bytes[9];
			struct writer out = writer_of(bytes, sizeof(bytes));

			message_ack(&out, &ack);
			assert_int_equal(ack_returns(bytes), greatest > bit + 1);
		}
	}
}

static void test_what_an_ack_covers(void **state)
{
	const struct message_ack ack = {100, 1 | 1U << 2 | 1U << 31};
	const struct message_ack last = {UINT32_MAX, 0}, first = {1, 0};
	const struct message_ack all = {5, UINT32_MAX};

	for (uint32_t number = 0; number < 300; number++) {
		bool named = number == 100 || number == 99 || number == 97 || number == 68;

		assert_int_equal(message_ack_covers(&ack, number), named);
	}
	assert_false(message_ack_covers(&ack, UINT32_MAX));
	assert_true(message_ack_covers(&last, UINT32_MAX));
	assert_false(message_ack_covers(&last, 0));
	assert_true(message_ack_covers(&first, 1));
	assert_false(message_ack_covers(&first, 0));
	assert_false(message_ack_covers(&all, UINT32_MAX - 5)); /* numbers do not wrap */
}

static void test_compares_lie_where_the_specification_says(void **state)
{
	struct message_compare compare = {.ask = true}, read;
	uint8_t bytes[COMPARE_SIZE];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct reader in = body_of(bytes, sizeof(bytes));

	compare.sums[0] = 0x01020304;
	compare.sums[255] = 0x0a0b0c0d;
	message_compare(&out, &compare);
	assert_true(writer_ok(&out) && out.used == COMPARE_SIZE);
	assert_memory_equal(bytes, "\4\1\1\2\3\4", 6);
	assert_memory_equal(bytes + COMPARE_SIZE - 4, "\12\13\14\15", 4);
	assert_true(message_compare_read(&in, &read));
	assert_true(read.ask);
	assert_memory_equal(read.sums, compare.sums, sizeof(read.sums));
}

static void test_compares_of_another_length_or_flag_are_refused(void **state)
{
	uint8_t bytes[COMPARE_SIZE + 1] = {4};
	struct message_compare compare;
	struct reader in;

	for (size_t size = 1; size <= sizeof(bytes); size++) {
		in = body_of(bytes, size);
		assert_int_equal(message_compare_read(&in, &compare), size == COMPARE_SIZE);
	}
	for (uint32_t flags = 0; flags < 256; flags++) {
		bytes[1] = (uint8_t)flags;
		in = body_of(bytes, COMPARE_SIZE);
		assert_int_equal(message_compare_read(&in, &compare), flags <= 1);
	}
}

static void test_what_reads_is_written_the_same(void **state)
{
	struct rng rng = {{5}};
	uint32_t records = 0, acks = 0;

	for (int i = 0; i < 20000; i++) {
		uint8_t bytes[64];
		size_t size = 1 + rng_below(&rng, sizeof(bytes));

		rng_fill(&rng, bytes, sizeof(bytes));
		for (size_t at = 1; at < size; at++)
			bytes[at] = rng_below(&rng, 2) == 0 ? 0 : bytes[at] % 16;
		bytes[0] = 2;
		records += records_return(bytes, size);
		bytes[0] = 3;
		acks += ack_returns(bytes);
	}
	assert_true(records > 200 && acks > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_lie_where_the_specification_says),
		cmocka_unit_test(test_records_cut_anywhere_are_refused_as_a_whole),
		cmocka_unit_test(test_records_have_a_number),
		cmocka_unit_test(test_a_fragment_that_does_not_fit_is_not_begun),
		cmocka_unit_test(test_a_message_has_at_most_1200_bytes),
		cmocka_unit_test(test_acks_lie_where_the_specification_says),
		cmocka_unit_test(test_acks_of_another_length_are_refused),
		cmocka_unit_test(test_acks_name_only_numbers_that_are_sent),
		cmocka_unit_test(test_what_an_ack_covers),
		cmocka_unit_test(test_compares_lie_where_the_specification_says),
		cmocka_unit_test(test_compares_of_another_length_or_flag_are_refused),
		cmocka_unit_test(test_what_reads_is_written_the_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/message", tests, NULL, NULL);
}
