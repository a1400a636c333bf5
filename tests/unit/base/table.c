/* The table against an array searched from end to end, over random steps: tables so small and so
 * full that probing wraps around the end all the time, every key size, many hash keys. */
#include "base/table.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	KEYS = 24, /* keys tried on a table; more than its capacity */
	STEPS = 2000,
};

struct model {
	uint32_t capacity;
	uint32_t key_size;
	uint32_t count;
	uint8_t keys[KEYS][TABLE_KEY_MAX];
	uint32_t values[KEYS]; /* TABLE_NONE: not in the table */
};

static struct table *table_new(uint32_t capacity, uint32_t key_size, struct rng *rng)
{
	void *memory = calloc(1, table_size(capacity, key_size));
	uint8_t secret[TABLE_SECRET];

	assert_non_null(memory);
	rng_fill(rng, secret, sizeof(secret));
	return table_init(memory, capacity, key_size, secret);
}

/* Distinct keys: their last byte differs, the others are random. */
static void model_init(struct model *model, uint32_t capacity, uint32_t key_size, struct rng *rng)
{
	memset(model, 0, sizeof(*model));
	model->capacity = capacity;
	model->key_size = key_size;
	for (uint32_t i = 0; i < KEYS; i++) {
		rng_fill(rng, model->keys[i], key_size);
		model->keys[i][key_size - 1] = (uint8_t)i;
		model->values[i] = TABLE_NONE;
	}
}

static void check_put(struct table *table, struct model *model, uint32_t i, uint32_t value)
{
	bool is_new = model->values[i] == TABLE_NONE;
	bool fits = !is_new || model->count < model->capacity;

	assert_int_equal(table_put(table, model->keys[i], value), fits);
	if (!fits)
		return;
	model->count += is_new;
	model->values[i] = value;
}

static void check_remove(struct table *table, struct model *model, uint32_t i)
{
	table_remove(table, model->keys[i]);
	model->count -= model->values[i] != TABLE_NONE;
	model->values[i] = TABLE_NONE;
}

static void check_same(const struct table *table, const struct model *model)
{
	assert_int_equal(table_count(table), model->count);
	for (uint32_t i = 0; i < KEYS; i++)
		assert_int_equal(table_find(table, model->keys[i]), model->values[i]);
}

static void run_model(uint32_t capacity, uint32_t key_size, struct rng *rng)
{
	struct table *table = table_new(capacity, key_size, rng);
	struct model model;

	model_init(&model, capacity, key_size, rng);
	for (int step = 0; step < STEPS; step++) {
		uint32_t i = rng_below(rng, KEYS);

		if (rng_below(rng, 5) < 3)
			check_put(table, &model, i, rng_below(rng, TABLE_NONE));
		else
			check_remove(table, &model, i);
		check_same(table, &model);
	}
	free(table);
}

static void test_against_model_at_every_capacity(void **state)
{
	struct rng rng = {{3}};

	for (uint32_t capacity = 0; capacity <= KEYS; capacity++)
		run_model(capacity, 16, &rng);
}

static void test_against_model_at_every_key_size(void **state)
{
	struct rng rng = {{4}};

	for (uint32_t key_size = 1; key_size <= TABLE_KEY_MAX; key_size++)
		run_model(KEYS / 2, key_size, &rng);
}

static void test_replace_when_full(void **state)
{
	struct rng rng = {{5}};
	struct table *table = table_new(2, 1, &rng);

	assert_true(table_put(table, "a", 1));
	assert_true(table_put(table, "b", 2));
	assert_false(table_put(table, "c", 3));
	assert_true(table_put(table, "a", 4));
	assert_int_equal(table_find(table, "a"), 4);
	assert_int_equal(table_find(table, "c"), TABLE_NONE);
	assert_int_equal(table_count(table), 2);
	free(table);
}

static void test_value_limits(void **state)
{
	struct rng rng = {{6}};
	struct table *table = table_new(2, 1, &rng);

	assert_true(table_put(table, "a", 0));
	assert_true(table_put(table, "b", TABLE_NONE - 1));
	assert_int_equal(table_find(table, "a"), 0);
	assert_int_equal(table_find(table, "b"), TABLE_NONE - 1);
	free(table);
}

static void test_clear(void **state)
{
	struct rng rng = {{7}};
	struct table *table = table_new(4, 4, &rng);

	assert_true(table_put(table, "abcd", 1));
	assert_true(table_put(table, "efgh", 2));
	table_clear(table);
	assert_int_equal(table_count(table), 0);
	assert_int_equal(table_find(table, "abcd"), TABLE_NONE);
	assert_true(table_put(table, "abcd", 3));
	assert_int_equal(table_find(table, "abcd"), 3);
	free(table);
}

static void test_block_may_be_moved(void **state)
{
	struct rng rng = {{8}};
	struct table *table = table_new(4, 4, &rng);
	void *moved = malloc(table_size(4, 4));

	assert_non_null(moved);
	assert_true(table_put(table, "abcd", 1));
	memcpy(moved, table, table_size(4, 4));
	memset(table, 0xff, table_size(4, 4));
	free(table);
	assert_int_equal(table_find(moved, "abcd"), 1);
	assert_true(table_put(moved, "efgh", 2));
	assert_int_equal(table_count(moved), 2);
	free(moved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model_at_every_capacity),
		cmocka_unit_test(test_against_model_at_every_key_size),
		cmocka_unit_test(test_replace_when_full),
		cmocka_unit_test(test_value_limits),
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_block_may_be_moved),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("base/table", tests, NULL, NULL);
}
