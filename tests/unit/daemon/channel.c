/* The channel between two threads: records come out as they went in, a full one refuses, and a
 * reader that sleeps until it is woken misses nothing. */
#include "daemon/channel.h"

#include <stdarg.h>
#include <setjmp.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <string.h>

enum {
	SIZE = 4096,
	LONGEST = 1500,
	RECORDS = 20000, /* through the threads */
	WAIT_MS = 10000, /* longer than any wake-up takes */
};

struct head {
	uint64_t number;
	uint32_t size;
};

static struct channel *channel_new(void)
{
	struct channel *channel;

	assert_int_equal(channel_open(&channel, SIZE, sizeof(struct head)), 0);
	return channel;
}

/* Sizes that leave every remainder at the ring's end. */
static uint32_t size_of(uint64_t number)
{
	return (uint32_t)(number * 37 % (LONGEST + 1));
}

static bool put(struct channel *channel, uint64_t number)
{
	const struct head head = {number, size_of(number)};
	uint8_t bytes[LONGEST];

	memset(bytes, (int)(number & 0xff), sizeof(bytes));
	return channel_put(channel, &head, (struct span){bytes, head.size});
}

/* True if the next record is that of the number; false if there is none. */
static bool take(struct channel *channel, uint64_t number)
{
	struct head head;
	struct span bytes;

	if (!channel_take(channel, &head, &bytes))
		return false;
	assert_int_equal(head.number, number);
	assert_int_equal(head.size, size_of(number));
	assert_int_equal(bytes.size, head.size);
	for (size_t i = 0; i < bytes.size; i++)
		assert_int_equal(bytes.bytes[i], number & 0xff);
	return true;
}

static bool readable(struct channel *channel, int ms)
{
	struct pollfd wait = {.fd = channel_descriptor(channel), .events = POLLIN};

	return poll(&wait, 1, ms) == 1;
}

static void records_come_out_in_order(void **state)
{
	struct channel *channel = channel_new();
	uint64_t written = 0, read = 0;

	for (int round = 0; round < 500; round++) {
		if (read == written)
			assert_false(take(channel, read)); /* the last one's bytes are given back */
		while (put(channel, written))
			written++;
		assert_true(written > read);
		for (int i = 0; i < 1 + round % 5 && read < written; i++)
			assert_true(take(channel, read++));
	}
	while (read < written)
		assert_true(take(channel, read++));
	assert_false(take(channel, read));
	channel_close(channel);
}

static void bytes_stay_until_the_next_call(void **state)
{
	struct channel *channel = channel_new();
	uint64_t written = 0;
	struct head head;
	struct span bytes;

	while (put(channel, written))
		written++;
	assert_true(channel_take(channel, &head, &bytes));
	assert_false(put(channel, written));
	for (size_t i = 0; i < bytes.size; i++)
		assert_int_equal(bytes.bytes[i], 0);
	channel_close(channel);
}

static void what_never_fits_is_refused(void **state)
{
	static const uint8_t bytes[2 * SIZE];
	const struct head head = {0};
	struct channel *channel = channel_new();

	assert_false(channel_put(channel, &head, (struct span){bytes, sizeof(bytes)}));
	assert_false(channel_put(channel, &head, (struct span){bytes, SIZE}));
	assert_true(put(channel, 0));
	assert_true(take(channel, 0));
	channel_close(channel);
}

static void the_first_record_wakes(void **state)
{
	struct channel *channel = channel_new();

	assert_false(readable(channel, 0));
	assert_true(put(channel, 0));
	assert_true(readable(channel, 0));
	channel_quiet(channel);
	assert_false(readable(channel, 0));
	assert_true(put(channel, 1)); /* the ring is not empty: who was woken is still to look */
	assert_false(readable(channel, 0));
	assert_true(take(channel, 0) && take(channel, 1) && !take(channel, 2));
	assert_true(put(channel, 2));
	assert_true(readable(channel, 0));
	channel_close(channel);
}

static void *writer(void *argument)
{
	struct channel *channel = argument;

	for (uint64_t number = 0; number < RECORDS; number++)
		while (!put(channel, number))
			continue;
	return NULL;
}

static void a_reader_that_sleeps_misses_nothing(void **state)
{
	struct channel *channel = channel_new();
	pthread_t thread;
	uint64_t read = 0;

	assert_int_equal(pthread_create(&thread, NULL, writer, channel), 0);
	while (read < RECORDS) {
		assert_true(readable(channel, WAIT_MS));
		channel_quiet(channel);
		while (read < RECORDS && take(channel, read))
			read++;
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	channel_close(channel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_out_in_order),
		cmocka_unit_test(bytes_stay_until_the_next_call),
		cmocka_unit_test(what_never_fits_is_refused),
		cmocka_unit_test(the_first_record_wakes),
		cmocka_unit_test(a_reader_that_sleeps_misses_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("daemon/channel", tests, NULL, NULL);
}
