/* Events come out by time, those of one instant in the order they were put in, and none after the
 * end that was asked for. */
#include "sim/heap.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MANY = 5000 };

static void events_come_in_order(void **state)
{
	struct heap heap = {0};
	struct rng rng;
	struct event event, last = {.when = {-1}};
	const uint8_t seed[RNG_SEED] = {1};

	rng_init(&rng, seed);
	for (uint32_t i = 0; i < MANY; i++) {
		event = (struct event){.when = {rng_below(&rng, 100)}, .subject = i};
		heap_push(&heap, &event);
	}
	for (uint32_t i = 0; i < MANY; i++) {
		assert_true(heap_pop(&heap, INSTANT_NEVER, &event));
		assert_true(event.when.us > last.when.us ||
			    (event.when.us == last.when.us && event.subject > last.subject));
		last = event;
	}
	assert_false(heap_pop(&heap, INSTANT_NEVER, &event));
	heap_free(&heap);
}

static void what_is_put_in_meanwhile_takes_its_place(void **state)
{
	struct heap heap = {0};
	struct event event;

	heap_push(&heap, &(struct event){.when = {5}, .subject = 1});
	heap_push(&heap, &(struct event){.when = {9}, .subject = 2});
	assert_true(heap_pop(&heap, (instant){9}, &event));
	assert_int_equal(event.subject, 1);
	heap_push(&heap, &(struct event){.when = {9}, .subject = 3});
	heap_push(&heap, &(struct event){.when = {7}, .subject = 4});
	const uint32_t expected[] = {4, 2, 3};
	for (size_t i = 0; i < 3; i++) {
		assert_true(heap_pop(&heap, (instant){9}, &event));
		assert_int_equal(event.subject, expected[i]);
	}
	heap_free(&heap);
}

static void nothing_comes_before_its_time(void **state)
{
	struct heap heap = {0};
	struct event event;

	heap_push(&heap, &(struct event){.when = {5}});
	assert_false(heap_pop(&heap, (instant){4}, &event));
	assert_true(heap_pop(&heap, (instant){5}, &event));
	heap_free(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_in_order),
		cmocka_unit_test(what_is_put_in_meanwhile_takes_its_place),
		cmocka_unit_test(nothing_comes_before_its_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/heap", tests, NULL, NULL);
}
