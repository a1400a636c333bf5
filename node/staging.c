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

/* Puts a packet behind those of a queue that arrived no later. */
static void queue_insert(struct staging *staging, struct staging_queue *queue, uint32_t index)
{
	struct slot *slot = staging_slot(staging, index);
	uint32_t *link = &queue->head;

	if (queue->count > 0 &&
	    staging_slot(staging, queue->tail - 1)->arrived.us <= slot->arrived.us)
		link = &staging_slot(staging, queue->tail - 1)->next;
	while (*link != 0 && staging_slot(staging, *link - 1)->arrived.us <= slot->arrived.us)
		link = &staging_slot(staging, *link - 1)->next;
	slot->next = *link;
	*link = index + 1;
	if (slot->next == 0)
		queue->tail = index + 1;
	queue->count++;
}

/* Unlinks the oldest of a queue that is not empty. */
static uint32_t queue_shift(struct staging *staging, struct staging_queue *queue)
{
	uint32_t index = queue->head - 1;

	queue->head = staging_slot(staging, index)->next;
	queue->count--;
	return index;
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
	slot->owner = owner;
	slot->size = (uint32_t)packet.size;
	memcpy(slot->bytes, packet.bytes, packet.size);
	queue_insert(staging, queue, index);
	return drop;
}

static const struct slot *slot_at(const struct staging *staging, uint32_t index)
{
	return (const struct slot *)((const uint8_t *)staging + staging->slots_at) + index;
}

static struct staged staged_of(const struct slot *slot)
{
	return (struct staged){{slot->bytes, slot->size}, slot->owner, slot->arrived};
}

bool staging_take(struct staging *staging, struct staging_queue *queue, struct staged *staged)
{
	if (queue->count == 0)
		return false;
	uint32_t index = queue_shift(staging, queue);
	*staged = staged_of(staging_slot(staging, index));
	pool_free(staging_pool(staging), index);
	return true;
}

bool staging_first(const struct staging *staging, const struct staging_queue *queue,
		   struct staged *staged)
{
	if (queue->count == 0)
		return false;
	*staged = staged_of(slot_at(staging, queue->head - 1));
	return true;
}

enum drop staging_move(struct staging *staging, struct staging_queue *from,
		       struct staging_queue *to, uint32_t owner)
{
	uint32_t index = queue_shift(staging, from);
	enum drop drop = DROP_NONE;
	struct staged lost;

	if (to->count >= STAGED_PER_PEER && staging_take(staging, to, &lost))
		drop = DROP_STAGED_FULL;
	staging_slot(staging, index)->owner = owner;
	queue_insert(staging, to, index);
	return drop;
}

bool staging_oldest(const struct staging *staging, struct staged *staged)
{
	const struct pool *pool = (const struct pool *)(staging + 1);
	uint32_t index = pool_oldest(pool);

	if (index == POOL_NONE)
		return false;
	*staged = staged_of(slot_at(staging, index));
	return true;
}

uint32_t staging_count(const struct staging *staging)
{
	return pool_count((const struct pool *)(staging + 1));
}
