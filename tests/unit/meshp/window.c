/* The replay window against the plainest thing that could do its work: a list of all counters that
 * were accepted. */
#include "meshp/window.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { STEPS = 4000 };

struct model {
	uint32_t accepted[STEPS];
	size_t count;
	uint32_t greatest;
};

static bool model_fresh(const struct model *model, uint32_t counter)
{
	if (model->count > 0 && counter < model->greatest && model->greatest - counter >= 1024)
		return false;
	for (size_t i = 0; i < model->count; i++) {
		if (model->accepted[i] == counter)
			return false;
	}
	return true;
}

static void model_accept(struct model *model, uint32_t counter)
{
	if (model->count == 0 || counter > model->greatest)
		model->greatest = counter;
	model->accepted[model->count++] = counter;
}

/* A counter near the greatest one; now and then far from it, rarely anywhere. */
static uint32_t counter_next(struct rng *rng, uint32_t greatest)
{
	static const uint32_t reach[] = {4, 64, 1024, 1100, 3000, 100000};
	uint32_t kind = rng_below(rng, 64);
	uint32_t span = reach[kind % 6];

	if (kind == 63)
		return greatest - rng_below(rng, 3000);
	if (kind % 6 == 5 && kind > 12)
		span = 8;
	return greatest - span / 2 + rng_below(rng, span + 1);
}

static void walk(uint32_t start, uint8_t number)
{
	const uint8_t seed[RNG_SEED] = {number};
	struct model model = {.greatest = start};
	struct window window = {0};
	struct rng rng;

	rng_init(&rng, seed);
	for (size_t i = 0; i < STEPS; i++) {
		uint32_t counter = counter_next(&rng, model.greatest);
		bool fresh = model_fresh(&model, counter);

		/* Counters do not wrap: near the ends the sum above does. */
		if ((counter > model.greatest) != (counter - model.greatest - 1 < UINT32_MAX / 2))
			continue;
		assert_int_equal(window_fresh(&window, counter), fresh);
		if (!fresh)
			continue;
		window_accept(&window, counter);
		model_accept(&model, counter);
		assert_false(window_fresh(&window, counter));
	}
	assert_true(model.count > STEPS / 10);
}

static void test_against_the_model(void **state)
{
	for (uint8_t i = 0; i < 8; i++) {
		walk(0, i);
		walk(5000U * i, i);
		walk(UINT32_MAX - 3000, i);
		walk(UINT32_MAX, i);
	}
}

static void test_in_order(void **state)
{
	struct window window = {0};

	for (uint32_t counter = 0; counter < 5000; counter++) {
		assert_true(window_fresh(&window, counter));
		window_accept(&window, counter);
		assert_false(window_fresh(&window, counter));
	}
}

/* The greatest and the 1,023 before it, wherever in a block the greatest lies. */
static void test_edge(void **state)
{
	for (uint32_t greatest = 2000; greatest < 2200; greatest++) {
		struct window window = {0};

		window_accept(&window, greatest);
		assert_true(window_fresh(&window, greatest - 1023));
		assert_false(window_fresh(&window, greatest - 1024));
		window_accept(&window, greatest - 1023);
		assert_false(window_fresh(&window, greatest - 1023));
	}
}

static void test_far_jump_forgets_what_it_left(void **state)
{
	struct window window = {0};

	for (uint32_t counter = 0; counter < 2000; counter++)
		window_accept(&window, counter);
	window_accept(&window, UINT32_MAX);
	assert_false(window_fresh(&window, UINT32_MAX));
	assert_false(window_fresh(&window, 1999));
	for (uint32_t back = 1; back < 1024; back++)
		assert_true(window_fresh(&window, UINT32_MAX - back));
	assert_false(window_fresh(&window, UINT32_MAX - 1024));
}

static void test_asking_changes_nothing(void **state)
{
	struct window window = {0};

	assert_true(window_fresh(&window, 70000));
	assert_true(window_fresh(&window, 70000));
	assert_true(window_fresh(&window, 0));
	assert_int_equal(window.next, 0);
}

/* Of what may have come nothing is fresh any more, all that comes is, in any order. */
static void test_closed(void **state)
{
	for (uint32_t greatest = 0; greatest < 2200; greatest += 7) {
		struct window window = {0};

		window_accept(&window, greatest);
		window_close(&window);
		for (uint32_t counter = 0; counter <= greatest; counter++)
			assert_false(window_fresh(&window, counter));
		for (uint32_t ahead = 900; ahead > 0; ahead -= 9) {
			assert_true(window_fresh(&window, greatest + ahead));
			window_accept(&window, greatest + ahead);
			assert_false(window_fresh(&window, greatest + ahead));
			assert_true(window_fresh(&window, greatest + ahead - 1) == (ahead > 1));
		}
	}
}

static void test_closed_before_anything_came(void **state)
{
	struct window window = {0};

	window_close(&window);
	for (uint32_t counter = 200; counter > 0; counter--) {
		assert_true(window_fresh(&window, counter - 1));
		window_accept(&window, counter - 1);
		assert_false(window_fresh(&window, counter - 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_the_model),
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_edge),
		cmocka_unit_test(test_far_jump_forgets_what_it_left),
		cmocka_unit_test(test_asking_changes_nothing),
		cmocka_unit_test(test_closed),
		cmocka_unit_test(test_closed_before_anything_came),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/window", tests, NULL, NULL);
}
