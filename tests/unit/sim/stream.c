/* Streams differ by seed, name and number and by nothing else; chances are as often as they say. */
#include "sim/stream.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static uint32_t first_of(uint64_t seed, const char *name, uint64_t number)
{
	struct rng stream;

	stream_begin(&stream, seed, name, number);
	return rng_u32(&stream);
}

static void a_stream_is_named_by_three_things(void **state)
{
	uint32_t first = first_of(1, "loss", 0);

	assert_int_equal(first, first_of(1, "loss", 0));
	assert_int_not_equal(first, first_of(2, "loss", 0));
	assert_int_not_equal(first, first_of(1, "delay", 0));
	assert_int_not_equal(first, first_of(1, "loss", 1));
	assert_int_not_equal(first, first_of(UINT64_C(1) << 63 | 1, "loss", 0));
}

static void a_chance_is_as_often_as_it_says(void **state)
{
	struct rng stream;
	uint32_t found = 0;

	stream_begin(&stream, 1, "chance", 0);
	for (uint32_t i = 0; i < 10000; i++)
		found += stream_chance(&stream, 200000);
	assert_in_range(found, 1850, 2150);
	for (uint32_t i = 0; i < 100; i++) {
		assert_false(stream_chance(&stream, 0));
		assert_true(stream_chance(&stream, 1000000));
	}
}

static void what_is_certain_draws_nothing(void **state)
{
	struct rng one, other;

	stream_begin(&one, 1, "chance", 0);
	stream_begin(&other, 1, "chance", 0);
	assert_false(stream_chance(&one, 0));
	assert_true(stream_chance(&one, 1000000));
	assert_int_equal(rng_u32(&one), rng_u32(&other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_is_named_by_three_things),
		cmocka_unit_test(a_chance_is_as_often_as_it_says),
		cmocka_unit_test(what_is_certain_draws_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/stream", tests, NULL, NULL);
}
