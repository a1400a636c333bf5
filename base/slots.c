/* A reader says what it is about to read and then looks whether that is still published: if it is,
 * the writer will see it held before it comes to use the slot again. All of it is in one order that
 * everybody sees, which alone makes the look mean something. */
#include "base/slots.h"

static uint32_t load(const uint32_t *place)
{
	return __atomic_load_n(place, __ATOMIC_SEQ_CST);
}

static void store(uint32_t *place, uint32_t value)
{
	__atomic_store_n(place, value, __ATOMIC_SEQ_CST);
}

struct slots slots_of(uint32_t readers)
{
	REQUIRE(readers >= 1 && readers <= SLOTS_READERS);
	return (struct slots){.count = readers + 2};
}

uint32_t slots_published(const struct slots *slots)
{
	return load(&slots->published);
}

static bool slots_held(const struct slots *slots, uint32_t slot)
{
	bool held = false;

	for (uint32_t reader = 0; reader < slots->count - 2; reader++)
		held = held || load(&slots->held[reader]) == slot + 1;
	return held;
}

uint32_t slots_spare(const struct slots *slots)
{
	for (uint32_t i = 1; i < slots->count; i++) {
		uint32_t slot = (slots_published(slots) + i) % slots->count;
		if (!slots_held(slots, slot))
			return slot;
	}
	abort();
}

bool slots_idle(const struct slots *slots, uint32_t slot)
{
	return slot != slots_published(slots) && !slots_held(slots, slot);
}

void slots_publish(struct slots *slots, uint32_t slot)
{
	REQUIRE(slot < slots->count);
	store(&slots->published, slot);
}

uint32_t slots_hold(struct slots *slots, uint32_t reader)
{
	uint32_t slot;

	REQUIRE(reader < slots->count - 2);
	do {
		slot = slots_published(slots);
		store(&slots->held[reader], slot + 1);
	} while (slots_published(slots) != slot);
	return slot;
}

void slots_release(struct slots *slots, uint32_t reader)
{
	store(&slots->held[reader], 0);
}

bool slots_holds(const struct slots *slots, uint32_t reader)
{
	REQUIRE(reader < slots->count - 2);
	return load(&slots->held[reader]) != 0;
}
