/* The reference against a plain list of everything taken, and at the window's edges. */
#include "sim/reference.h"

#include "base/rng.h"

#include <stddef.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { COUNTERS = 20000 };

static const uint8_t key[AEAD_KEY] = {1}, other[AEAD_KEY] = {2};

static void a_counter_is_taken_once_within_the_window(void **state)
{
	struct reference reference = {0};

	assert_true(reference_fresh(&reference, key, 0, 5));
	reference_take(&reference, key, 0, 5);
	assert_false(reference_fresh(&reference, key, 0, 5));
	assert_true(reference_fresh(&reference, key, 0, 4));
	assert_true(reference_fresh(&reference, key, 1, 5));
	assert_true(reference_fresh(&reference, other, 0, 5));
	reference_take(&reference, key, 0, WIRE_WINDOW);
	assert_true(reference_fresh(&reference, key, 0, 1));
	assert_false(reference_fresh(&reference, key, 0, 0));
	assert_false(reference_fresh(&reference, key, 0, 5));
	reference_take(&reference, key, 0, UINT32_MAX);
	assert_false(reference_fresh(&reference, key, 0, UINT32_MAX));
	assert_false(reference_fresh(&reference, key, 0, UINT32_MAX - WIRE_WINDOW));
	assert_true(reference_fresh(&reference, key, 0, UINT32_MAX - WIRE_WINDOW + 1));
	reference_free(&reference);
}

static void it_is_the_set_of_all_taken(void **state)
{
	struct reference reference = {0};
	static bool taken[COUNTERS + 2 * WIRE_WINDOW];
	uint32_t next = 0;
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){7});
	for (uint32_t i = 0; next < COUNTERS; i++) {
		uint32_t counter =
			next + rng_below(&rng, 30) - (next > 1100 ? rng_below(&rng, 1100) : 0);
		bool fresh = !taken[counter] && counter + WIRE_WINDOW >= next;
		assert_int_equal(reference_fresh(&reference, key, 3, counter), fresh);
		if (!fresh)
			continue;
		reference_take(&reference, key, 3, counter);
		taken[counter] = true;
		next = counter >= next ? counter + 1 : next;
	}
	reference_free(&reference);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_counter_is_taken_once_within_the_window),
		cmocka_unit_test(it_is_the_set_of_all_taken),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/reference", tests, NULL, NULL);
}
