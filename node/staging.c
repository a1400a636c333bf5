/* Slots from a pool, linked into the owners' queues by slot number. Arrival order is the pool's
 * order, for nothing is ever touched. */
#include "node/staging.h"

#include "base/pool.h"
#include "base/require.h"
#include "node/limits.h"

#include <string.h>

struct slot {
	instant arrived;
	uint32_t next; /* slot number plus one, 0: last of its queue */
	uint32_t owner;
	uint32_t size;
	uint8_t bytes[PACKET_MAX];
};

struct staging {
	uint32_t capacity;
	uint64_t slots_at; /* offset of the slots; the pool follows this head */
};

static size_t staging_slots_at(uint32_t capacity)
{
	return (sizeof(struct staging) + pool_size(capacity) + 7) & ~(size_t)7;
}

static struct pool *staging_pool(struct staging *staging)
{
	return (struct pool *)(staging + 1);
}

static struct slot *staging_slot(struct staging *staging, uint32_t index)
{
	return (struct slot *)((uint8_t *)staging + staging->slots_at) + index;
}

size_t staging_size(uint32_t capacity)
{
	return staging_slots_at(capacity) + capacity * sizeof(struct slot);
}

struct staging *staging_init(void *memory, uint32_t capacity)
{
	struct staging *staging = memory;

	staging->capacity = capacity;
	staging->slots_at = staging_slots_at(capacity);
	pool_init(staging_pool(staging), capacity);
	return staging;
}

enum drop staging_put(struct staging *staging, struct staging_queue *queue, uint32_t owner,
		      instant now, struct span packet)
{
	enum drop drop = DROP_NONE;
	struct staged lost;

	REQUIRE(packet.size <= PACKET_MAX);
	if (queue->count >= STAGED_PER_PEER && staging_take(staging, queue, &lost))
		drop = DROP_STAGED_FULL;

	uint32_t index = pool_take(staging_pool(staging));
	if (index == POOL_NONE)
		return DROP_STAGED_FULL;

	struct slot *slot = staging_slot(staging, index);
	slot->arrived = now;
	slot->next = 0;
	slot->owner = owner;
	slot->size = (uint32_t)packet.size;
	memcpy(slot->bytes, packet.bytes, packet.size);
	if (queue->count++ == 0)
		queue->head = index + 1;
	else
		staging_slot(staging, queue->tail - 1)->next = index + 1;
	queue->tail = index + 1;
	return drop;
}

static struct staged staged_of(const struct slot *slot)
{
	return (struct staged){{slot->bytes, slot->size}, slot->owner, slot->arrived};
}

bool staging_take(struct staging *staging, struct staging_queue *queue, struct staged *staged)
{
	if (queue->count == 0)
		return false;
	uint32_t index = queue->head - 1;
	struct slot *slot = staging_slot(staging, index);
	*staged = staged_of(slot);
	queue->head = slot->next;
	queue->count--;
	pool_free(staging_pool(staging), index);
	return true;
}

bool staging_oldest(const struct staging *staging, struct staged *staged)
{
	const struct pool *pool = (const struct pool *)(staging + 1);
	uint32_t index = pool_oldest(pool);

	if (index == POOL_NONE)
		return false;
	*staged = staged_of((const struct slot *)((const uint8_t *)staging + staging->slots_at) +
			    index);
	return true;
}

uint32_t staging_count(const struct staging *staging)
{
	return pool_count((const struct pool *)(staging + 1));
}
