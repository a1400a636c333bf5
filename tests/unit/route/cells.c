/* Cells: what was put comes out again, whatever else came and went, and none is lost. */
#include "route/cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { CELLS = 40, HELD = 8, MOST = 6 * CELL_BYTES };

static struct cells *cells_new(uint32_t capacity)
{
	void *memory = calloc(1, cells_size(capacity));

	assert_non_null(memory);
	return cells_init(memory, capacity);
}

static void fill(uint8_t *bytes, size_t size, uint32_t seed)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(seed * 31 + i * 7 + i / CELL_BYTES);
}

static void assert_holds(const struct cells *cells, uint32_t handle, size_t size, uint32_t seed)
{
	uint8_t expected[MOST], found[MOST + 1] = {0};

	fill(expected, size, seed);
	found[size] = 0xa5;
	cells_copy(cells, handle, size, found);
	assert_memory_equal(found, expected, size);
	assert_int_equal(found[size], 0xa5);
}

static uint32_t put(struct cells *cells, size_t size, uint32_t seed)
{
	uint8_t bytes[MOST];

	fill(bytes, size, seed);
	return cells_put(cells, (struct span){bytes, size});
}

static void test_sizes_around_a_cell(void **state)
{
	static const size_t sizes[] = {1,   CELL_BYTES - 1, CELL_BYTES, CELL_BYTES + 1, MOST - 1,
				       MOST};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct cells *cells = cells_new(CELLS);
		uint32_t handle = put(cells, sizes[i], 1);

		assert_int_equal(cells_for(sizes[i]), (sizes[i] - 1) / CELL_BYTES + 1);
		assert_int_equal(cells_free(cells), CELLS - cells_for(sizes[i]));
		assert_holds(cells, handle, sizes[i], 1);
		cells_drop(cells, handle);
		assert_int_equal(cells_free(cells), CELLS);
		free(cells);
	}
	assert_int_equal(cells_for(0), 0);
}

static void test_the_last_cell_can_be_used(void **state)
{
	struct cells *cells = cells_new(6);
	uint32_t handle = put(cells, MOST, 1);

	assert_int_equal(cells_free(cells), 0);
	assert_holds(cells, handle, MOST, 1);
	cells_drop(cells, handle);
	handle = put(cells, MOST, 2);
	assert_holds(cells, handle, MOST, 2);
	free(cells);
}

static void test_comings_and_goings_lose_nothing(void **state)
{
	struct cells *cells = cells_new(CELLS);
	uint32_t handles[HELD], sizes[HELD] = {0}, seeds[HELD];
	uint32_t random = 1;

	for (uint32_t round = 0; round < 20000; round++) {
		uint32_t slot, used = 0;

		random = random * 1664525 + 1013904223;
		slot = random >> 8 & (HELD - 1);
		if (sizes[slot] > 0) {
			assert_holds(cells, handles[slot], sizes[slot], seeds[slot]);
			cells_drop(cells, handles[slot]);
			sizes[slot] = 0;
		} else if (cells_free(cells) >= 6) {
			sizes[slot] = 1 + (random >> 12) % MOST;
			seeds[slot] = round;
			handles[slot] = put(cells, sizes[slot], round);
		}
		for (uint32_t i = 0; i < HELD; i++)
			used += cells_for(sizes[i]);
		assert_int_equal(cells_free(cells), CELLS - used);
	}
	free(cells);
}

static void test_memory_is_touched_only_as_it_comes_into_use(void **state)
{
	size_t size = cells_size(CELLS);
	uint8_t *memory = calloc(1, size);
	struct cells *cells;

	assert_non_null(memory);
	cells = cells_init(memory, CELLS);
	for (uint32_t round = 0; round < 100; round++)
		cells_drop(cells, put(cells, 2 * CELL_BYTES, round));
	for (size_t i = size - (CELLS - 2) * CELL; i < size; i++)
		assert_int_equal(memory[i], 0);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_around_a_cell),
		cmocka_unit_test(test_the_last_cell_can_be_used),
		cmocka_unit_test(test_comings_and_goings_lose_nothing),
		cmocka_unit_test(test_memory_is_touched_only_as_it_comes_into_use),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/cells", tests, NULL, NULL);
}
