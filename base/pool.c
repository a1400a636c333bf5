/* The slots in use form a list in both directions, oldest to newest; those freed form a list of
 * their own; those at and above `fresh` were never used and are all zero. Links are index + 1, so
 * that zero means none and memory not reached yet costs nothing. */
#include "base/pool.h"
#include "base/require.h"

struct slot {
	uint32_t older;
	uint32_t newer; /* of a freed slot: the slot freed before it */
	uint32_t generation;
	uint32_t used; /* 1 or 0 */
};

struct pool {
	uint32_t capacity;
	uint32_t count;
	uint32_t fresh; /* the first slot that was never used */
	uint32_t freed; /* the slot freed last */
	uint32_t oldest;
	uint32_t newest;
	struct slot slots[];
};

size_t pool_size(uint32_t capacity)
{
	return sizeof(struct pool) + capacity * sizeof(struct slot);
}

struct pool *pool_init(void *memory, uint32_t capacity)
{
	struct pool *pool = memory;

	REQUIRE(capacity < POOL_NONE);
	pool->capacity = capacity;
	return pool;
}

/* The place where the link to what follows `link` is kept, oldest to newest. */
static uint32_t *newer_of(struct pool *pool, uint32_t link)
{
	return link ? &pool->slots[link - 1].newer : &pool->oldest;
}

/* The same from newest to oldest. */
static uint32_t *older_of(struct pool *pool, uint32_t link)
{
	return link ? &pool->slots[link - 1].older : &pool->newest;
}

static void append(struct pool *pool, uint32_t index)
{
	struct slot *slot = &pool->slots[index];

	slot->older = pool->newest;
	slot->newer = 0;
	*newer_of(pool, slot->older) = index + 1;
	pool->newest = index + 1;
}

static void unlink_slot(struct pool *pool, uint32_t index)
{
	const struct slot *slot = &pool->slots[index];

	*newer_of(pool, slot->older) = slot->newer;
	*older_of(pool, slot->newer) = slot->older;
}

uint32_t pool_take(struct pool *pool)
{
	uint32_t index;

	if (pool->freed) {
		index = pool->freed - 1;
		pool->freed = pool->slots[index].newer;
	} else if (pool->fresh < pool->capacity) {
		index = pool->fresh++;
	} else {
		return POOL_NONE;
	}
	pool->slots[index].used = 1;
	pool->count++;
	append(pool, index);
	return index;
}

void pool_free(struct pool *pool, uint32_t index)
{
	struct slot *slot = &pool->slots[index];

	REQUIRE(pool_used(pool, index));
	unlink_slot(pool, index);
	slot->used = 0;
	slot->generation++;
	slot->newer = pool->freed;
	pool->freed = index + 1;
	pool->count--;
}

void pool_touch(struct pool *pool, uint32_t index)
{
	REQUIRE(pool_used(pool, index));
	unlink_slot(pool, index);
	append(pool, index);
}

bool pool_used(const struct pool *pool, uint32_t index)
{
	return index < pool->fresh && pool->slots[index].used;
}

uint32_t pool_generation(const struct pool *pool, uint32_t index)
{
	REQUIRE(index < pool->capacity);
	return index < pool->fresh ? pool->slots[index].generation : 0;
}

uint32_t pool_count(const struct pool *pool)
{
	return pool->count;
}

uint32_t pool_capacity(const struct pool *pool)
{
	return pool->capacity;
}

uint32_t pool_oldest(const struct pool *pool)
{
	return pool->oldest - 1; /* no slot, 0, becomes POOL_NONE */
}

uint32_t pool_newer(const struct pool *pool, uint32_t index)
{
	REQUIRE(pool_used(pool, index));
	return pool->slots[index].newer - 1;
}
