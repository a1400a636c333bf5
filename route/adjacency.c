/* The table of adjacencies: slots, an index of them in ascending order of addresses, and a byte of
 * mark for each slot and fragment. A mark is NOTHING, WANTED, GOT, or FLYING plus the number of the
 * flight; its upper bit says that it is owed. The invariants: sending.wanted and sending.owed count
 * the marks of a slot that say so, marks from `reach` of a slot on are NOTHING, and a slot not in
 * use is all zero. docs/protocol/route.md, section 3. */
#include "route/adjacency.h"

#include <string.h>

enum {
	ALIGNMENT = 8,
	OWED = 0x80,
};

struct place {
	struct adjacency adjacency;
	uint32_t number; /* of the last message to it */
	uint32_t reach;	 /* fragments from this one on were never marked */
};

struct adjacencies {
	uint32_t capacity;
	uint32_t fragments;
	uint32_t count;
	uint32_t number; /* the greatest any neighbour's messages came to */
	uint64_t version;
	uint64_t places, marks; /* offsets from here, bytes */
	uint16_t order[];	/* slots by address */
};

static uint64_t aligned(uint64_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Where each part begins; returns where the last one ends. */
static uint64_t lay_out(struct adjacencies *adjacencies, const struct route_limits *limits)
{
	REQUIRE(limits->adjacent <= ROUTE_ADJACENT_MAX);
	adjacencies->places = aligned(sizeof(*adjacencies) + limits->adjacent * sizeof(uint16_t));
	adjacencies->marks = adjacencies->places + aligned(limits->adjacent * sizeof(struct place));
	return adjacencies->marks + aligned((uint64_t)limits->adjacent * limits->fragments);
}

size_t adjacencies_size(const struct route_limits *limits)
{
	struct adjacencies adjacencies;

	return lay_out(&adjacencies, limits);
}

struct adjacencies *adjacencies_init(void *memory, const struct route_limits *limits)
{
	struct adjacencies *adjacencies = memory;

	lay_out(adjacencies, limits);
	adjacencies->capacity = limits->adjacent;
	adjacencies->fragments = limits->fragments;
	return adjacencies;
}

static struct place *place_at(const struct adjacencies *adjacencies, uint32_t slot)
{
	struct place *places = (void *)((uintptr_t)adjacencies + (uintptr_t)adjacencies->places);

	REQUIRE(slot < adjacencies->capacity);
	return &places[slot];
}

static uint8_t *marks_of(const struct adjacencies *adjacencies, uint32_t slot)
{
	uint8_t *marks = (void *)((uintptr_t)adjacencies + (uintptr_t)adjacencies->marks);

	REQUIRE(slot < adjacencies->capacity);
	return &marks[(size_t)slot * adjacencies->fragments];
}

struct adjacency *adjacency_at(struct adjacencies *adjacencies, uint32_t slot)
{
	struct adjacency *adjacency = &place_at(adjacencies, slot)->adjacency;

	REQUIRE(adjacency->used);
	return adjacency;
}

uint32_t adjacency_count(const struct adjacencies *adjacencies)
{
	return adjacencies->count;
}

uint32_t adjacency_nth(const struct adjacencies *adjacencies, uint32_t index)
{
	REQUIRE(index < adjacencies->count);
	return adjacencies->order[index];
}

uint64_t adjacency_version(const struct adjacencies *adjacencies)
{
	return adjacencies->version;
}

/* How many neighbours have a lower address. */
static uint32_t rank(const struct adjacencies *adjacencies, const struct address *address)
{
	uint32_t low = 0;
	uint32_t high = adjacencies->count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		uint32_t slot = adjacencies->order[middle];

		if (address_lower(&place_at(adjacencies, slot)->adjacency.known.address, address))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t adjacency_find(const struct adjacencies *adjacencies, const struct address *address)
{
	uint32_t at = rank(adjacencies, address);
	uint32_t slot;

	if (at == adjacencies->count)
		return ADJACENCY_NONE;
	slot = adjacencies->order[at];
	return address_equal(&place_at(adjacencies, slot)->adjacency.known.address, address)
		       ? slot
		       : ADJACENCY_NONE;
}

uint32_t adjacency_add(struct adjacencies *adjacencies, const struct address *address)
{
	uint32_t at = rank(adjacencies, address);
	uint32_t slot = 0;
	struct place *place;

	REQUIRE(adjacency_find(adjacencies, address) == ADJACENCY_NONE);
	if (adjacencies->count == adjacencies->capacity)
		return ADJACENCY_NONE;
	while (place_at(adjacencies, slot)->adjacency.used)
		slot++;
	place = place_at(adjacencies, slot);
	place->adjacency.used = true;
	place->adjacency.known.address = *address;
	place->number = adjacencies->number;
	memmove(&adjacencies->order[at + 1], &adjacencies->order[at],
		(adjacencies->count - at) * sizeof(uint16_t));
	adjacencies->order[at] = (uint16_t)slot;
	adjacencies->count++;
	adjacencies->version++;
	return slot;
}

void adjacency_remove(struct adjacencies *adjacencies, uint32_t slot)
{
	struct place *place = place_at(adjacencies, slot);
	uint32_t at = rank(adjacencies, &place->adjacency.known.address);

	REQUIRE(place->adjacency.used && adjacencies->order[at] == slot);
	adjacencies->count--;
	adjacencies->version++;
	memmove(&adjacencies->order[at], &adjacencies->order[at + 1],
		(adjacencies->count - at) * sizeof(uint16_t));
	memset(marks_of(adjacencies, slot), 0, place->reach);
	memset(place, 0, sizeof(*place));
}

/* The mark without the flight's number. */
static enum adjacency_mark kind_of(uint8_t mark)
{
	mark &= (uint8_t)~OWED;
	return mark < ADJACENCY_FLYING ? (enum adjacency_mark)mark : ADJACENCY_FLYING;
}

/* Every change of a mark goes through here, so the counts are right. */
static void put(struct adjacencies *adjacencies, uint32_t slot, uint32_t fragment, uint8_t mark)
{
	struct place *place = place_at(adjacencies, slot);
	struct adjacency_sending *sending = &place->adjacency.sending;
	uint8_t *at = &marks_of(adjacencies, slot)[fragment];

	REQUIRE(fragment < adjacencies->fragments && place->adjacency.used);
	if (fragment >= place->reach)
		place->reach = fragment + 1;
	sending->wanted -= kind_of(*at) == ADJACENCY_WANTED;
	sending->wanted += kind_of(mark) == ADJACENCY_WANTED;
	sending->owed -= (*at & OWED) != 0;
	sending->owed += (mark & OWED) != 0;
	*at = mark;
}

enum adjacency_mark adjacency_mark(const struct adjacencies *adjacencies, uint32_t slot,
				   uint32_t fragment)
{
	REQUIRE(fragment < adjacencies->fragments);
	return kind_of(marks_of(adjacencies, slot)[fragment]);
}

void adjacency_set(struct adjacencies *adjacencies, uint32_t slot, uint32_t fragment,
		   enum adjacency_mark mark)
{
	uint8_t owed = marks_of(adjacencies, slot)[fragment] & OWED;

	REQUIRE(mark != ADJACENCY_FLYING);
	put(adjacencies, slot, fragment, (uint8_t)(mark | (mark == ADJACENCY_WANTED ? owed : 0)));
}

void adjacency_owe(struct adjacencies *adjacencies, uint32_t slot, uint32_t fragment)
{
	uint8_t mark = marks_of(adjacencies, slot)[fragment];

	REQUIRE(kind_of(mark) == ADJACENCY_WANTED || kind_of(mark) == ADJACENCY_FLYING);
	put(adjacencies, slot, fragment, mark | OWED);
}

void adjacency_fly(struct adjacencies *adjacencies, uint32_t slot, uint32_t fragment,
		   uint32_t flight)
{
	uint8_t mark = marks_of(adjacencies, slot)[fragment];

	REQUIRE(kind_of(mark) == ADJACENCY_WANTED && flight < ROUTE_WINDOW);
	put(adjacencies, slot, fragment, (uint8_t)((mark & OWED) | (ADJACENCY_FLYING + flight)));
}

void adjacency_land(struct adjacencies *adjacencies, uint32_t slot, uint32_t flights,
		    enum adjacency_mark mark)
{
	const uint8_t *marks = marks_of(adjacencies, slot);
	uint32_t reach = place_at(adjacencies, slot)->reach;

	for (uint32_t fragment = 0; fragment < reach; fragment++) {
		uint32_t flight = (uint32_t)(marks[fragment] & ~OWED) - ADJACENCY_FLYING;

		if (kind_of(marks[fragment]) == ADJACENCY_FLYING && (flights >> flight & 1))
			adjacency_set(adjacencies, slot, fragment, mark);
	}
}

void adjacency_forget(struct adjacencies *adjacencies, uint32_t slot)
{
	uint8_t *marks = marks_of(adjacencies, slot);
	uint32_t reach = place_at(adjacencies, slot)->reach;

	for (uint32_t fragment = 0; fragment < reach; fragment++) {
		if (marks[fragment] == ADJACENCY_GOT)
			marks[fragment] = ADJACENCY_NOTHING;
	}
}

uint32_t adjacency_wanted(const struct adjacencies *adjacencies, uint32_t slot, uint32_t from)
{
	const uint8_t *marks = marks_of(adjacencies, slot);
	uint32_t reach = place_at(adjacencies, slot)->reach;

	for (uint32_t fragment = from; fragment < reach; fragment++) {
		if (kind_of(marks[fragment]) == ADJACENCY_WANTED)
			return fragment;
	}
	return ADJACENCY_NONE;
}

uint32_t adjacency_number(struct adjacencies *adjacencies, uint32_t slot)
{
	struct place *place = place_at(adjacencies, slot);

	place->number++;
	if (place->number > adjacencies->number)
		adjacencies->number = place->number;
	return place->number;
}
