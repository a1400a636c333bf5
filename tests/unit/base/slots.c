/* Slots: what is published is what readers hold, what they hold stays as it is, and one slot is
 * always spare; by random steps against a plain record, and by threads that run at once. */
#include "base/rng.h"
#include "base/slots.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

enum {
	STEPS = 20000,
	READERS = 3,	/* threads */
	VALUES = 20000, /* that the writer publishes while they read */
	WORDS = 64,
};

static void the_first_slot_is_published(void **state)
{
	for (uint32_t readers = 1; readers <= SLOTS_READERS; readers++) {
		struct slots slots = slots_of(readers);
		assert_int_equal(slots.count, readers + 2);
		assert_true(slots.count <= SLOTS_MOST);
		assert_int_equal(slots_published(&slots), 0);
		for (uint32_t reader = 0; reader < readers; reader++)
			assert_int_equal(slots_hold(&slots, reader), 0);
		assert_int_not_equal(slots_spare(&slots), 0);
	}
}

/* Each reader takes hold and lets go at random; a spare slot is never anybody's. */
static void check_random_steps(uint32_t readers)
{
	const uint32_t nothing = UINT32_MAX;
	struct slots slots = slots_of(readers);
	uint32_t held[SLOTS_READERS], published = 0;
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){(uint8_t)readers});
	memset(held, 0xff, sizeof(held));
	for (uint32_t i = 0; i < STEPS; i++) {
		uint32_t reader = rng_below(&rng, readers), spare = slots_spare(&slots);
		assert_true(spare < slots.count);
		assert_int_not_equal(spare, published);
		for (uint32_t k = 0; k < readers; k++)
			assert_int_not_equal(spare, held[k]);
		if (rng_below(&rng, 3) == 0) {
			slots_publish(&slots, spare);
			published = spare;
		} else if (held[reader] != nothing) {
			slots_release(&slots, reader);
			held[reader] = nothing;
		} else {
			held[reader] = slots_hold(&slots, reader);
			assert_int_equal(held[reader], published);
		}
		assert_int_equal(slots_published(&slots), published);
	}
}

static void one_slot_is_always_spare(void **state)
{
	for (uint32_t readers = 1; readers <= SLOTS_READERS; readers++)
		check_random_steps(readers);
}

/* What the threads share: a value in each slot is the same number WORDS times over. */
struct shelf {
	struct slots slots;
	uint64_t values[READERS + 2][WORDS];
	bool done; /* by atomic operations alone */
	pthread_barrier_t start;
};

struct reader {
	struct shelf *shelf;
	uint32_t number;
	uint64_t changed, torn, backwards, seen; /* what went wrong, and values it met */
};

static void look(struct reader *reader, uint64_t *last)
{
	struct shelf *shelf = reader->shelf;
	const uint64_t *value = shelf->values[slots_hold(&shelf->slots, reader->number)];
	uint64_t first = value[0];

	for (uint32_t i = 0; i < WORDS; i++)
		reader->torn += value[i] != first;
	for (uint32_t i = 0; i < WORDS; i++)
		reader->changed += value[WORDS - 1 - i] != first;
	slots_release(&shelf->slots, reader->number);
	reader->backwards += first < *last;
	reader->seen += first != *last;
	*last = first;
}

static void *read_on(void *context)
{
	struct reader *reader = context;
	uint64_t last = 0;

	pthread_barrier_wait(&reader->shelf->start);
	while (!__atomic_load_n(&reader->shelf->done, __ATOMIC_ACQUIRE))
		look(reader, &last);
	look(reader, &last);
	reader->backwards += last != VALUES; /* the end is what was published last */
	return NULL;
}

static void write_all(struct shelf *shelf)
{
	pthread_barrier_wait(&shelf->start);
	for (uint64_t number = 1; number <= VALUES; number++) {
		uint32_t slot = slots_spare(&shelf->slots);
		for (uint32_t i = 0; i < WORDS; i++)
			shelf->values[slot][i] = number;
		slots_publish(&shelf->slots, slot);
	}
	__atomic_store_n(&shelf->done, true, __ATOMIC_RELEASE);
}

static void who_holds_is_seen(void **state)
{
	struct slots slots = slots_of(READERS);

	for (uint32_t reader = 0; reader < READERS; reader++) {
		assert_false(slots_holds(&slots, reader));
		slots_hold(&slots, reader);
		assert_true(slots_holds(&slots, reader));
		assert_int_equal(slots_holds(&slots, (reader + 1) % READERS), false);
		slots_release(&slots, reader);
		assert_false(slots_holds(&slots, reader));
	}
}

/* The thread sanitizer sees in this test whatever the slots do not put in order. */
static void what_a_thread_holds_stays(void **state)
{
	struct shelf shelf = {.slots = slots_of(READERS)};
	struct reader readers[READERS] = {0};
	pthread_t threads[READERS];

	assert_int_equal(pthread_barrier_init(&shelf.start, NULL, READERS + 1), 0);
	for (uint32_t i = 0; i < READERS; i++) {
		readers[i] = (struct reader){.shelf = &shelf, .number = i};
		assert_int_equal(pthread_create(&threads[i], NULL, read_on, &readers[i]), 0);
	}
	write_all(&shelf);
	for (uint32_t i = 0; i < READERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(readers[i].torn, 0);
		assert_int_equal(readers[i].changed, 0);
		assert_int_equal(readers[i].backwards, 0);
		assert_true(readers[i].seen > 0);
	}
	pthread_barrier_destroy(&shelf.start);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_slot_is_published),
		cmocka_unit_test(one_slot_is_always_spare),
		cmocka_unit_test(who_holds_is_seen),
		cmocka_unit_test(what_a_thread_holds_stays),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("base/slots", tests, NULL, NULL);
}
