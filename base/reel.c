/* Two positions that only grow. A record is its length, 4 bytes, and its bytes, from a multiple of
 * 8 on and in one run; where it would cross the end the rest of the memory is skipped. */
#include "base/reel.h"

#include "base/shared.h"

enum { ALIGNMENT = 8, LENGTH = 4, SKIP = UINT32_MAX, LINE = 64 };

/* What both sides see. Each position has a line of the cache of its own. */
struct reel_head {
	uint64_t written;
	uint8_t rest[LINE - sizeof(uint64_t)];
	uint64_t read;
	uint8_t remains[LINE - sizeof(uint64_t)];
	uint64_t lost[REEL_COUNTERS];
};

_Static_assert(sizeof(struct reel_head) <= REEL_HEAD, "the head is in front of the records");

struct reel reel_of(void *memory, size_t size)
{
	REQUIRE(size >= LINE && (size & (size - 1)) == 0 && (uintptr_t)memory % LINE == 0);
	return (struct reel){.head = memory, .bytes = (uint8_t *)memory + REEL_HEAD, .size = size};
}

static size_t record_size(size_t bytes)
{
	return (LENGTH + bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

static void length_write(struct reel *reel, uint64_t at, uint32_t length)
{
	memcpy(reel->bytes + at % reel->size, &length, LENGTH);
}

/* Where a record of that size begins: behind what was skipped for it, if it does not fit before
 * the end. */
static uint64_t record_place(const struct reel *reel, size_t size)
{
	size_t left = reel->size - reel->position % reel->size;

	return reel->position + (left < size ? left : 0);
}

static size_t parts_size(const struct span *parts, size_t count)
{
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += parts[i].size;
	return bytes;
}

bool reel_put(struct reel *reel, const struct span *parts, size_t count, uint32_t counter)
{
	size_t bytes = parts_size(parts, count), size = record_size(bytes);
	uint64_t at = record_place(reel, size);
	/* A position beyond ours makes this difference huge, which is no room either. */
	uint64_t used = at - SHARED_ACQUIRE(reel->head->read);

	REQUIRE(counter < REEL_COUNTERS);
	if (size > reel->size || used > reel->size - size) {
		SHARED_ADD(reel->head->lost[counter], 1);
		return false;
	}
	if (at != reel->position)
		length_write(reel, reel->position, SKIP);
	length_write(reel, at, (uint32_t)bytes);
	struct writer out = writer_of(reel->bytes + at % reel->size + LENGTH, bytes);
	for (size_t i = 0; i < count; i++)
		writer_copy(&out, parts[i].bytes, parts[i].size);
	reel->position = at + size;
	SHARED_RELEASE(reel->head->written, reel->position);
	return true;
}

static uint32_t length_read(const struct reel *reel)
{
	uint32_t length;

	memcpy(&length, reel->bytes + reel->position % reel->size, LENGTH);
	return length;
}

size_t reel_take(struct reel *reel, uint8_t *out, size_t size)
{
	uint64_t ready = SHARED_ACQUIRE(reel->head->written) - reel->position;
	size_t left = reel->size - reel->position % reel->size;

	if (ready == 0)
		return 0;
	if (ready > reel->size || reel->position % ALIGNMENT != 0)
		return REEL_TORN;
	uint32_t length = length_read(reel);
	if (length == SKIP) {
		if (ready <= left)
			return REEL_TORN;
		reel->position += left;
		ready -= left;
		left = reel->size;
		length = length_read(reel);
	}
	if (length == 0 || length > size || record_size(length) > ready || LENGTH + length > left)
		return REEL_TORN;
	memcpy(out, reel->bytes + reel->position % reel->size + LENGTH, length);
	reel->position += record_size(length);
	SHARED_RELEASE(reel->head->read, reel->position);
	return length;
}

uint64_t reel_lost(const struct reel *reel, uint32_t counter)
{
	REQUIRE(counter < REEL_COUNTERS);
	return SHARED_GET(reel->head->lost[counter]);
}
