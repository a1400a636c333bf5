/* A reel of records in memory that two sides share: in order and whole, lost by number where there
 * is no room, and whatever the other side writes into the memory nobody leaves it. */
#include "base/reel.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SIZE = 256, MOST = 128, MANY = 200000, WRITTEN = 0, READ = 64, GUARD = 64 };

struct fixture {
	uint8_t *memory;
	struct reel in, out;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (posix_memalign((void **)&fixture->memory, 64, REEL_HEAD + SIZE + GUARD) != 0)
		return -1;
	memset(fixture->memory, 0, REEL_HEAD + SIZE);
	memset(fixture->memory + REEL_HEAD + SIZE, 0xa5, GUARD);
	fixture->in = reel_of(fixture->memory, SIZE);
	fixture->out = reel_of(fixture->memory, SIZE);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < GUARD; i++)
		assert_int_equal(fixture->memory[REEL_HEAD + SIZE + i], 0xa5);
	free(fixture->memory);
	free(fixture);
	return 0;
}

/* Puts a record of so many bytes of that value, in two parts. */
static bool put(struct reel *reel, uint8_t value, size_t size)
{
	uint8_t bytes[SIZE];

	memset(bytes, value, sizeof(bytes));
	const struct span parts[] = {{bytes, size / 2}, {bytes, size - size / 2}};
	return reel_put(reel, parts, 2, value % REEL_COUNTERS);
}

static void records_come_whole_and_in_order(void **state)
{
	struct fixture *fixture = *state;
	uint8_t taken[MOST];

	for (uint32_t i = 0; i < 1000; i++) {
		size_t size = 1 + i * 7 % 100;
		assert_true(put(&fixture->in, (uint8_t)i, size));
		assert_int_equal(reel_take(&fixture->out, taken, MOST), size);
		for (size_t k = 0; k < size; k++)
			assert_int_equal(taken[k], (uint8_t)i);
		assert_int_equal(reel_take(&fixture->out, taken, MOST), 0);
	}
}

static void what_finds_no_room_is_counted(void **state)
{
	struct fixture *fixture = *state;
	uint8_t taken[MOST];

	for (uint8_t i = 0; i < 4; i++) /* 64 bytes each, the length included */
		assert_true(put(&fixture->in, i, 60));
	assert_false(put(&fixture->in, 7, 1));
	assert_false(put(&fixture->in, 7, 60));
	assert_false(put(&fixture->in, 8, SIZE));
	assert_int_equal(reel_lost(&fixture->out, 7), 2);
	assert_int_equal(reel_lost(&fixture->out, 8), 1);
	assert_int_equal(reel_lost(&fixture->out, 9), 0);
	assert_int_equal(reel_take(&fixture->out, taken, MOST), 60);
	assert_true(put(&fixture->in, 9, 60));
	for (uint8_t i = 1; i < 4; i++) {
		assert_int_equal(reel_take(&fixture->out, taken, MOST), 60);
		assert_int_equal(taken[59], i);
	}
	assert_int_equal(reel_take(&fixture->out, taken, MOST), 60);
	assert_int_equal(taken[0], 9);
}

static void the_writer_stays_inside_whatever_the_reader_says(void **state)
{
	struct fixture *fixture = *state;
	const uint64_t lies[] = {8, SIZE, SIZE + 1, UINT64_MAX, UINT64_MAX - SIZE, 1ULL << 63};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		memcpy(fixture->memory + READ, &lies[i], sizeof(lies[i]));
		for (uint32_t k = 0; k < 20; k++)
			(void)put(&fixture->in, 1, 1 + k * 13 % MOST);
	}
}

static void the_reader_refuses_what_is_no_record(void **state)
{
	struct fixture *fixture = *state;
	const struct {
		uint64_t written;
		uint32_t length;
	} lies[] = {
		{SIZE + 8, 8},	  {8, 5}, {SIZE, SIZE},	   {SIZE, MOST + 1},
		{16, UINT32_MAX}, {8, 0}, {1ULL << 63, 8},
	};
	uint8_t taken[MOST];

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct reel reader = reel_of(fixture->memory, SIZE);
		memcpy(fixture->memory + WRITTEN, &lies[i].written, sizeof(lies[i].written));
		memcpy(fixture->memory + REEL_HEAD, &lies[i].length, sizeof(lies[i].length));
		assert_true(reel_take(&reader, taken, MOST) == REEL_TORN);
	}
}

/* Writes as fast as it can. */
static void *write_on(void *argument)
{
	struct reel *reel = argument;

	for (uint32_t i = 1; i <= MANY; i++) {
		const struct span parts[] = {{(const uint8_t *)&i, sizeof(i)},
					     {(const uint8_t *)&i, sizeof(i)}};
		(void)reel_put(reel, parts, 2, 3);
	}
	return NULL;
}

static void two_threads_lose_nothing_that_is_not_counted(void **state)
{
	struct fixture *fixture = *state;
	uint32_t last = 0, taken = 0, pair[2];
	bool over = false;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, write_on, &fixture->in), 0);
	while (!over) {
		over = pthread_tryjoin_np(thread, NULL) == 0;
		while (reel_take(&fixture->out, (uint8_t *)pair, sizeof(pair)) == sizeof(pair)) {
			assert_int_equal(pair[0], pair[1]);
			assert_true(pair[0] > last);
			last = pair[0];
			taken++;
		}
	}
	assert_int_equal(taken + reel_lost(&fixture->out, 3), MANY);
	assert_true(taken > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(records_come_whole_and_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(what_finds_no_room_is_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(the_writer_stays_inside_whatever_the_reader_says,
						setup, teardown),
		cmocka_unit_test_setup_teardown(the_reader_refuses_what_is_no_record, setup,
						teardown),
		cmocka_unit_test_setup_teardown(two_threads_lose_nothing_that_is_not_counted, setup,
						teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("base/reel", tests, NULL, NULL);
}
