/* Which of a fixed number of slots are in use, in the order of their last use. The pool hands out
 * indices, not memory: the owner keeps the array. Each slot has a generation that changes when it
 * is freed, so a handle (index and generation) to something gone is noticed. The oldest slot is
 * known at once, which is what "oldest leaves first" needs. The block holds no pointer. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POOL_NONE UINT32_MAX

struct pool;

/* Bytes of memory for capacity slots. */
size_t pool_size(uint32_t capacity);

/* Makes a pool with every slot free in zero-filled memory of pool_size bytes, aligned to 8. Touches
 * only the head of it: slots are reached for the first time when they are first used. */
struct pool *pool_init(void *memory, uint32_t capacity);

/* Takes a free slot, which becomes the newest, or says POOL_NONE. Freed slots are used again before
 * fresh ones. */
uint32_t pool_take(struct pool *pool);

/* Frees a slot in use; its generation changes. */
void pool_free(struct pool *pool, uint32_t index);

/* Makes a slot in use the newest. */
void pool_touch(struct pool *pool, uint32_t index);

bool pool_used(const struct pool *pool, uint32_t index);
uint32_t pool_generation(const struct pool *pool, uint32_t index);
uint32_t pool_count(const struct pool *pool);
uint32_t pool_capacity(const struct pool *pool);

/* The slot in use that was touched longest ago, or POOL_NONE. */
uint32_t pool_oldest(const struct pool *pool);

/* The slot in use touched next after index (oldest to newest), or POOL_NONE after the newest. */
uint32_t pool_newer(const struct pool *pool, uint32_t index);

#endif
