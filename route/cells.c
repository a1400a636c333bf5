/* Every cell is in one chain: that of what it holds, or that of the free ones; those at and above
 * `fresh` were never used and are all zero. Links are index + 1, so that zero means none. A handle
 * is the index of the first cell. docs/protocol/route.md, section 2. */
#include "route/cells.h"

#include <string.h>

struct cell {
	uint32_t next;
	uint8_t bytes[CELL_BYTES];
};

_Static_assert(sizeof(struct cell) == CELL, "a cell has no padding");

struct cells {
	uint32_t capacity;
	uint32_t used;
	uint32_t fresh; /* the first cell that was never used */
	uint32_t freed; /* the cell freed last */
	struct cell cells[];
};

size_t cells_size(uint32_t capacity)
{
	return sizeof(struct cells) + capacity * sizeof(struct cell);
}

struct cells *cells_init(void *memory, uint32_t capacity)
{
	struct cells *cells = memory;

	cells->capacity = capacity;
	return cells;
}

uint32_t cells_for(size_t size)
{
	return (uint32_t)((size + CELL_BYTES - 1) / CELL_BYTES);
}

uint32_t cells_free(const struct cells *cells)
{
	return cells->capacity - cells->used;
}

static uint32_t take(struct cells *cells)
{
	uint32_t index = cells->freed - 1;

	REQUIRE(cells->used < cells->capacity);
	cells->used++;
	if (cells->freed == 0)
		return cells->fresh++;
	cells->freed = cells->cells[index].next;
	return index;
}

uint32_t cells_put(struct cells *cells, struct span bytes)
{
	uint32_t later = 0;

	REQUIRE(bytes.size > 0);
	/* From the last cell to the first: each is written once, its link included. */
	for (uint32_t left = cells_for(bytes.size); left > 0; left--) {
		size_t start = (size_t)(left - 1) * CELL_BYTES;
		size_t rest = bytes.size - start;
		uint32_t index = take(cells);

		cells->cells[index].next = later;
		memcpy(cells->cells[index].bytes, bytes.bytes + start,
		       rest < CELL_BYTES ? rest : CELL_BYTES);
		later = index + 1;
	}
	return later - 1;
}

void cells_copy(const struct cells *cells, uint32_t handle, size_t size, uint8_t *out)
{
	while (size > 0) {
		const struct cell *cell = &cells->cells[handle];
		size_t part = size < CELL_BYTES ? size : CELL_BYTES;

		memcpy(out, cell->bytes, part);
		out += part;
		size -= part;
		handle = cell->next - 1;
	}
}

void cells_drop(struct cells *cells, uint32_t handle)
{
	uint32_t last = handle;

	cells->used--;
	while (cells->cells[last].next != 0) {
		last = cells->cells[last].next - 1;
		cells->used--;
	}
	cells->cells[last].next = cells->freed;
	cells->freed = handle + 1;
}
