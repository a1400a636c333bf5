/* Bytes of different lengths in cells of one size, chained: no gap can form that nothing fits into,
 * however long what comes and goes is. Inside of route/. docs/protocol/route.md, section 2. */
#ifndef ROUTE_CELLS_H
#define ROUTE_CELLS_H

#include "base/bytes.h"

enum {
	CELL = 128,				   /* bytes of memory */
	CELL_BYTES = CELL - (int)sizeof(uint32_t), /* of them for contents */
};

struct cells;

/* Bytes of memory for so many cells. */
size_t cells_size(uint32_t capacity);

/* Makes cells with all of them free in zero-filled memory of cells_size bytes, aligned to 4.
 * Touches only the head of it. */
struct cells *cells_init(void *memory, uint32_t capacity);

/* How many cells hold so many bytes. */
uint32_t cells_for(size_t size);

uint32_t cells_free(const struct cells *cells);

/* Keeps a copy of at least one byte in free cells, which must suffice; returns its handle. */
uint32_t cells_put(struct cells *cells, struct span bytes);

/* Copies the size bytes that were put under that handle. */
void cells_copy(const struct cells *cells, uint32_t handle, size_t size, uint8_t *out);

/* Frees the cells under a handle. */
void cells_drop(struct cells *cells, uint32_t handle);

#endif
