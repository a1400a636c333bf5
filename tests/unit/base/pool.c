/* The pool against a plain list of indices, oldest first, over random steps; generations; memory
 * that must stay untouched. */
#include "base/pool.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	SLOTS = 19,
	STEPS = 20000,
};

struct model {
	uint32_t count;
	uint32_t order[SLOTS]; /* indices in use, oldest first */
	uint32_t generations[SLOTS];
};

static struct pool *pool_new(uint32_t capacity)
{
	void *memory = calloc(1, pool_size(capacity));

	assert_non_null(memory);
	return pool_init(memory, capacity);
}

static void model_append(struct model *model, uint32_t index)
{
	model->order[model->count++] = index;
}

static uint32_t model_remove(struct model *model, uint32_t place)
{
	uint32_t index = model->order[place];

	model->count--;
	memmove(&model->order[place], &model->order[place + 1],
		(model->count - place) * sizeof(model->order[0]));
	return index;
}

static bool model_used(const struct model *model, uint32_t index)
{
	for (uint32_t i = 0; i < model->count; i++) {
		if (model->order[i] == index)
			return true;
	}
	return false;
}

static void check_same(const struct pool *pool, const struct model *model)
{
	uint32_t at = pool_oldest(pool);

	assert_int_equal(pool_count(pool), model->count);
	for (uint32_t i = 0; i < model->count; i++) {
		assert_int_equal(at, model->order[i]);
		at = pool_newer(pool, at);
	}
	assert_int_equal(at, POOL_NONE);
	for (uint32_t index = 0; index < SLOTS; index++) {
		assert_int_equal(pool_used(pool, index), model_used(model, index));
		assert_int_equal(pool_generation(pool, index), model->generations[index]);
	}
}

static void check_take(struct pool *pool, struct model *model)
{
	uint32_t index = pool_take(pool);

	if (model->count == SLOTS) {
		assert_int_equal(index, POOL_NONE);
		return;
	}
	assert_in_range(index, 0, SLOTS - 1);
	assert_false(model_used(model, index));
	model_append(model, index);
}

static void check_touch(struct pool *pool, struct model *model, uint32_t place)
{
	uint32_t index = model_remove(model, place);

	pool_touch(pool, index);
	model_append(model, index);
}

/* Frees a slot and learns its new generation, which must be another one. */
static void check_free(struct pool *pool, struct model *model, uint32_t place)
{
	uint32_t index = model_remove(model, place);

	pool_free(pool, index);
	assert_int_not_equal(pool_generation(pool, index), model->generations[index]);
	model->generations[index] = pool_generation(pool, index);
}

static void test_against_model(void **state)
{
	struct pool *pool = pool_new(SLOTS);
	struct model model = {0};
	struct rng rng = {{9}};

	for (int step = 0; step < STEPS; step++) {
		uint32_t choice = rng_below(&rng, 10);

		if (choice < 4)
			check_take(pool, &model);
		else if (model.count > 0 && choice < 7)
			check_touch(pool, &model, rng_below(&rng, model.count));
		else if (model.count > 0)
			check_free(pool, &model, rng_below(&rng, model.count));
		check_same(pool, &model);
	}
	free(pool);
}

static void test_freed_before_fresh(void **state)
{
	struct pool *pool = pool_new(10);
	uint32_t first = pool_take(pool);
	uint32_t second = pool_take(pool);

	pool_free(pool, first);
	pool_free(pool, second);
	assert_in_range(pool_take(pool), 0, 1);
	assert_in_range(pool_take(pool), 0, 1);
	assert_int_equal(pool_take(pool), 2);
	free(pool);
}

static void test_generation_outlives_reuse(void **state)
{
	struct pool *pool = pool_new(1);
	uint32_t index = pool_take(pool);
	uint32_t generation = pool_generation(pool, index);

	pool_touch(pool, index);
	assert_int_equal(pool_generation(pool, index), generation);
	pool_free(pool, index);
	assert_int_equal(pool_take(pool), index);
	assert_true(pool_used(pool, index));
	assert_int_not_equal(pool_generation(pool, index), generation);
	free(pool);
}

static void test_edges(void **state)
{
	struct pool *none = pool_new(0);
	struct pool *pool = pool_new(3);

	assert_int_equal(pool_take(none), POOL_NONE);
	assert_int_equal(pool_oldest(none), POOL_NONE);
	assert_int_equal(pool_capacity(pool), 3);
	assert_int_equal(pool_oldest(pool), POOL_NONE);
	assert_false(pool_used(pool, 0));
	assert_false(pool_used(pool, 3));
	assert_false(pool_used(pool, POOL_NONE));
	free(none);
	free(pool);
}

static void test_block_may_be_moved(void **state)
{
	struct pool *pool = pool_new(3);
	void *moved = malloc(pool_size(3));
	uint32_t first = pool_take(pool);
	uint32_t second = pool_take(pool);

	assert_non_null(moved);
	pool_touch(pool, first);
	memcpy(moved, pool, pool_size(3));
	memset(pool, 0xff, pool_size(3));
	free(pool);
	assert_int_equal(pool_oldest(moved), second);
	assert_int_equal(pool_newer(moved, second), first);
	pool_free(moved, second);
	assert_int_equal(pool_oldest(moved), first);
	free(moved);
}

/* All but the first page is closed: to touch it would end the test. */
static void test_untouched_slots_cost_no_memory(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint32_t capacity = 100000;
	size_t size = pool_size(capacity);
	uint8_t *memory =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct pool *pool;

	assert_ptr_not_equal(memory, MAP_FAILED);
	assert_int_equal(mprotect(memory + page, size - page, PROT_NONE), 0);
	pool = pool_init(memory, capacity);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(pool_take(pool), i);
	assert_false(pool_used(pool, capacity - 1));
	pool_free(pool, 7);
	assert_int_equal(pool_take(pool), 7);
	munmap(memory, size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),
		cmocka_unit_test(test_freed_before_fresh),
		cmocka_unit_test(test_generation_outlives_reuse),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_block_may_be_moved),
		cmocka_unit_test(test_untouched_slots_cost_no_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("base/pool", tests, NULL, NULL);
}
