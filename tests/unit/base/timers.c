/* Timers against an array of deadlines that is searched from end to end, over random steps with
 * many equal deadlines; the order of equal ones; memory that must stay untouched. */
#include "base/timers.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	IDS = 37,
	STEPS = 20000,
	SPREAD = 200, /* microseconds over which deadlines lie: few enough to coincide */
};

struct model {
	instant when[IDS];
};

static struct timers *timers_new(uint32_t capacity)
{
	void *memory = calloc(1, timers_size(capacity));

	assert_non_null(memory);
	return timers_init(memory, capacity);
}

/* The id whose deadline is the earliest, the lowest of equals; IDS if none is set. */
static uint32_t model_first(const struct model *model)
{
	uint32_t first = IDS;
	instant earliest = INSTANT_NEVER;

	for (uint32_t id = 0; id < IDS; id++) {
		if (model->when[id].us < earliest.us) {
			earliest = model->when[id];
			first = id;
		}
	}
	return first;
}

static void check_same(const struct timers *timers, const struct model *model)
{
	uint32_t first = model_first(model);

	assert_int_equal(timers_next(timers).us, first < IDS ? model->when[first].us : INT64_MAX);
	for (uint32_t id = 0; id < IDS; id++)
		assert_int_equal(timers_get(timers, id).us, model->when[id].us);
}

static void check_due(struct timers *timers, struct model *model, instant now)
{
	uint32_t first = model_first(model);
	uint32_t id = IDS;

	if (first == IDS || model->when[first].us > now.us) {
		assert_false(timers_due(timers, now, &id));
		assert_int_equal(id, IDS);
		return;
	}
	assert_true(timers_due(timers, now, &id));
	assert_int_equal(id, first);
	model->when[id] = INSTANT_NEVER;
}

static void check_set(struct timers *timers, struct model *model, struct rng *rng, instant now)
{
	uint32_t id = rng_below(rng, IDS);
	instant when = {now.us + rng_below(rng, SPREAD)};

	if (rng_below(rng, 4) == 0)
		when = INSTANT_NEVER;
	timers_set(timers, id, when);
	model->when[id] = when;
}

static void test_against_model(void **state)
{
	struct timers *timers = timers_new(IDS);
	struct rng rng = {{2}};
	struct model model;
	instant now = {0};

	for (uint32_t id = 0; id < IDS; id++)
		model.when[id] = INSTANT_NEVER;
	for (int step = 0; step < STEPS; step++) {
		now.us += rng_below(&rng, 8);
		if (rng_below(&rng, 3) == 0)
			check_due(timers, &model, now);
		else
			check_set(timers, &model, &rng, now);
		check_same(timers, &model);
	}
	free(timers);
}

static void test_equal_deadlines_come_lowest_id_first(void **state)
{
	static const uint32_t order[] = {5, 0, 3, 7, 1, 6, 2, 4};
	struct timers *timers = timers_new(8);
	uint32_t id;

	for (size_t i = 0; i < 8; i++)
		timers_set(timers, order[i], (instant){100});
	for (uint32_t expected = 0; expected < 8; expected++) {
		assert_true(timers_due(timers, (instant){100}, &id));
		assert_int_equal(id, expected);
	}
	assert_false(timers_due(timers, (instant){100}, &id));
	free(timers);
}

static void test_never_is_never_due(void **state)
{
	struct timers *timers = timers_new(2);
	uint32_t id;

	assert_true(instant_is_never(timers_next(timers)));
	assert_true(instant_is_never(timers_get(timers, 1)));
	assert_false(timers_due(timers, (instant){INT64_MAX - 1}, &id));
	assert_false(timers_due(timers, INSTANT_NEVER, &id));
	timers_set(timers, 0, INSTANT_NEVER);
	assert_true(instant_is_never(timers_next(timers)));
	free(timers);
}

static void test_no_ids(void **state)
{
	struct timers *timers = timers_new(0);
	uint32_t id;

	assert_true(instant_is_never(timers_next(timers)));
	assert_false(timers_due(timers, (instant){0}, &id));
	free(timers);
}

static void test_block_may_be_moved(void **state)
{
	struct timers *timers = timers_new(IDS);
	void *moved = malloc(timers_size(IDS));
	uint32_t id;

	assert_non_null(moved);
	for (uint32_t i = 0; i < IDS; i++)
		timers_set(timers, i, (instant){1000 - i});
	memcpy(moved, timers, timers_size(IDS));
	memset(timers, 0xff, timers_size(IDS));
	free(timers);
	for (uint32_t i = IDS; i > 0; i--) {
		assert_true(timers_due(moved, (instant){1000}, &id));
		assert_int_equal(id, i - 1);
	}
	free(moved);
}

/* All but the first page is closed: to touch it would end the test. */
static void test_untouched_ids_cost_no_memory(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint32_t capacity = 100000;
	size_t size = timers_size(capacity);
	uint8_t *memory =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct timers *timers;

	assert_ptr_not_equal(memory, MAP_FAILED);
	assert_int_equal(mprotect(memory + page, size - page, PROT_NONE), 0);
	timers = timers_init(memory, capacity);
	for (uint32_t id = 0; id < 20; id++)
		timers_set(timers, id, (instant){id});
	assert_int_equal(timers_next(timers).us, 0);
	munmap(memory, size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),
		cmocka_unit_test(test_equal_deadlines_come_lowest_id_first),
		cmocka_unit_test(test_never_is_never_due),
		cmocka_unit_test(test_no_ids),
		cmocka_unit_test(test_block_may_be_moved),
		cmocka_unit_test(test_untouched_ids_cost_no_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("base/timers", tests, NULL, NULL);
}
