/* The table of adjacencies: its order, its slots, and the counts that follow its marks. */
#include "route/adjacency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
	ADJACENT = 6,
	FRAGMENTS = 40,
};

static const struct route_limits limits = {
	.nodes = 50, .fragments = FRAGMENTS, .cells = 400, .adjacent = ADJACENT};

static struct address address_of(uint8_t number)
{
	return (struct address){{0xbe, 0xef, number}};
}

static struct adjacencies *table_new(void)
{
	void *memory = calloc(1, adjacencies_size(&limits));

	assert_non_null(memory);
	return adjacencies_init(memory, &limits);
}

static uint32_t add(struct adjacencies *table, uint8_t number)
{
	struct address address = address_of(number);

	return adjacency_add(table, &address);
}

static uint32_t find(const struct adjacencies *table, uint8_t number)
{
	struct address address = address_of(number);

	return adjacency_find(table, &address);
}

static void they_are_found_and_ordered(void **state)
{
	static const uint8_t numbers[ADJACENT] = {5, 9, 1, 7, 3, 8};
	static const uint8_t sorted[ADJACENT] = {1, 3, 5, 7, 8, 9};
	struct adjacencies *table = table_new();

	for (uint32_t i = 0; i < ADJACENT; i++)
		assert_int_equal(add(table, numbers[i]), i);
	assert_int_equal(add(table, 2), ADJACENCY_NONE);
	assert_int_equal(adjacency_count(table), ADJACENT);
	for (uint32_t i = 0; i < ADJACENT; i++) {
		assert_int_equal(find(table, numbers[i]), i);
		assert_int_equal(adjacency_nth(table, i), find(table, sorted[i]));
	}
	assert_int_equal(find(table, 2), ADJACENCY_NONE);
	assert_int_equal(find(table, 200), ADJACENCY_NONE);
	free(table);
}

static void a_slot_is_used_again_and_clean(void **state)
{
	struct adjacencies *table = table_new();
	uint32_t first = add(table, 1);
	uint64_t version = adjacency_version(table);

	(void)add(table, 2);
	adjacency_set(table, first, FRAGMENTS - 1, ADJACENCY_WANTED);
	adjacency_at(table, first)->receiving.greatest = 7;
	adjacency_remove(table, first);
	assert_int_equal(find(table, 1), ADJACENCY_NONE);
	assert_int_not_equal(find(table, 2), ADJACENCY_NONE);
	assert_int_equal(adjacency_count(table), 1);
	assert_int_equal(add(table, 3), first);
	assert_true(adjacency_version(table) > version);
	assert_int_equal(adjacency_mark(table, first, FRAGMENTS - 1), ADJACENCY_NOTHING);
	assert_int_equal(adjacency_wanted(table, first, 0), ADJACENCY_NONE);
	assert_int_equal(adjacency_at(table, first)->receiving.greatest, 0);
	assert_int_equal(adjacency_at(table, first)->sending.wanted, 0);
	free(table);
}

/* With each adjacency numbers begin above all that were used. */
static void numbers_only_grow(void **state)
{
	struct adjacencies *table = table_new();
	uint32_t a = add(table, 1);
	uint32_t b = add(table, 2);

	assert_int_equal(adjacency_number(table, a), 1);
	assert_int_equal(adjacency_number(table, a), 2);
	assert_int_equal(adjacency_number(table, b), 1);
	adjacency_remove(table, b);
	b = add(table, 2);
	assert_int_equal(adjacency_number(table, b), 3);
	assert_int_equal(adjacency_number(table, a), 3);
	free(table);
}

static void wanted_ones_are_found_in_order(void **state)
{
	struct adjacencies *table = table_new();
	uint32_t slot = add(table, 1);

	adjacency_set(table, slot, 30, ADJACENCY_WANTED);
	adjacency_set(table, slot, 4, ADJACENCY_WANTED);
	adjacency_set(table, slot, 10, ADJACENCY_GOT);
	assert_int_equal(adjacency_wanted(table, slot, 0), 4);
	assert_int_equal(adjacency_wanted(table, slot, 5), 30);
	assert_int_equal(adjacency_wanted(table, slot, 31), ADJACENCY_NONE);
	assert_int_equal(adjacency_at(table, slot)->sending.wanted, 2);
	free(table);
}

static void what_flies_lands_by_flight(void **state)
{
	struct adjacencies *table = table_new();
	uint32_t slot = add(table, 1);
	const struct adjacency_sending *sending = &adjacency_at(table, slot)->sending;

	for (uint32_t fragment = 0; fragment < ROUTE_WINDOW; fragment++) {
		adjacency_set(table, slot, fragment, ADJACENCY_WANTED);
		adjacency_owe(table, slot, fragment);
		adjacency_fly(table, slot, fragment, fragment);
	}
	assert_int_equal(sending->wanted, 0);
	assert_int_equal(sending->owed, ROUTE_WINDOW);
	adjacency_land(table, slot, 1U << 15 | 1U << 0, ADJACENCY_NOTHING);
	assert_int_equal(sending->owed, ROUTE_WINDOW - 2);
	assert_int_equal(adjacency_mark(table, slot, 0), ADJACENCY_NOTHING);
	assert_int_equal(adjacency_mark(table, slot, 15), ADJACENCY_NOTHING);
	assert_int_equal(adjacency_mark(table, slot, 14), ADJACENCY_FLYING);
	adjacency_land(table, slot, UINT32_MAX, ADJACENCY_WANTED);
	assert_int_equal(sending->wanted, ROUTE_WINDOW - 2);
	assert_int_equal(sending->owed, ROUTE_WINDOW - 2);
	free(table);
}

/* Owed is what is wanted or under way because of a COMPARE, and nothing else. */
static void owed_ends_with_the_need(void **state)
{
	struct adjacencies *table = table_new();
	uint32_t slot = add(table, 1);
	const struct adjacency_sending *sending = &adjacency_at(table, slot)->sending;

	adjacency_set(table, slot, 3, ADJACENCY_WANTED);
	assert_int_equal(sending->owed, 0);
	adjacency_owe(table, slot, 3);
	adjacency_owe(table, slot, 3);
	assert_int_equal(sending->owed, 1);
	adjacency_set(table, slot, 3, ADJACENCY_WANTED);
	assert_int_equal(sending->owed, 1);
	adjacency_set(table, slot, 3, ADJACENCY_GOT);
	assert_int_equal(sending->owed, 0);
	adjacency_forget(table, slot);
	assert_int_equal(adjacency_mark(table, slot, 3), ADJACENCY_NOTHING);
	free(table);
}

/* Random changes: the counts are those of a look at all marks. */
static void counts_are_those_of_the_marks(void **state)
{
	struct adjacencies *table = table_new();
	struct rng rng = {{4}};
	uint32_t slot = add(table, 1);
	const struct adjacency_sending *sending = &adjacency_at(table, slot)->sending;

	for (uint32_t round = 0; round < 5000; round++) {
		uint32_t fragment = rng_below(&rng, FRAGMENTS);
		enum adjacency_mark mark = adjacency_mark(table, slot, fragment);
		bool needed = mark == ADJACENCY_WANTED || mark == ADJACENCY_FLYING;
		uint32_t deed = rng_below(&rng, 6);
		uint32_t wanted = 0;

		if (deed < 3)
			adjacency_set(table, slot, fragment, (enum adjacency_mark)deed);
		else if (deed == 3 && needed)
			adjacency_owe(table, slot, fragment);
		else if (deed == 4 && mark == ADJACENCY_WANTED)
			adjacency_fly(table, slot, fragment, fragment % ROUTE_WINDOW);
		else if (deed == 5)
			adjacency_land(table, slot, 1U << rng_below(&rng, ROUTE_WINDOW),
				       (enum adjacency_mark)rng_below(&rng, 2));
		for (uint32_t i = 0; i < FRAGMENTS; i++)
			wanted += adjacency_mark(table, slot, i) == ADJACENCY_WANTED;
		assert_int_equal(sending->wanted, wanted);
		assert_true(sending->owed <= FRAGMENTS);
	}
	adjacency_land(table, slot, UINT32_MAX, ADJACENCY_NOTHING);
	for (uint32_t i = 0; i < FRAGMENTS; i++)
		adjacency_set(table, slot, i, ADJACENCY_NOTHING);
	assert_int_equal(sending->owed, 0);
	free(table);
}

/* The marks of a daemon's table do not cost what they could: nothing is touched by being there. */
static void only_what_is_used_is_touched(void **state)
{
	const struct route_limits daemon = {
		.nodes = 2048, .fragments = 2560, .cells = 32768, .adjacent = 256};
	size_t size = adjacencies_size(&daemon);
	uint8_t *memory = malloc(size);
	struct adjacencies *table;
	size_t head = size - 256 * 2560;
	uint32_t slot;

	assert_non_null(memory);
	memset(memory, 0, head + 3 * 2560);
	memset(memory + head + 3 * 2560, 0xa5, size - head - 3 * 2560);
	table = adjacencies_init(memory, &daemon);
	slot = add(table, 1);
	(void)add(table, 2);
	adjacency_set(table, slot, 2559, ADJACENCY_WANTED);
	adjacency_land(table, slot, UINT32_MAX, ADJACENCY_NOTHING);
	adjacency_remove(table, slot);
	for (size_t i = head + 3 * 2560; i < size; i++)
		assert_int_equal(memory[i], 0xa5);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_found_and_ordered),
		cmocka_unit_test(a_slot_is_used_again_and_clean),
		cmocka_unit_test(numbers_only_grow),
		cmocka_unit_test(wanted_ones_are_found_in_order),
		cmocka_unit_test(what_flies_lands_by_flight),
		cmocka_unit_test(owed_ends_with_the_need),
		cmocka_unit_test(counts_are_those_of_the_marks),
		cmocka_unit_test(only_what_is_used_is_touched),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/adjacency", tests, NULL, NULL);
}
