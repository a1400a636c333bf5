/* A binary heap of ids ordered by deadline, then by id. The heap's places count from 1 and lie in
 * the same array as the deadlines: slot i holds what belongs to id i, and the id that stands at
 * place i + 1. The invariant: slots[id].place is p exactly if slots[p − 1].id is id and p ≤ set. A
 * zero-filled slot is one that is not set, so memory beyond the ids in use stays untouched. */
#include "base/timers.h"

struct slot {
	instant when;	/* deadline of the id with this slot's index */
	uint32_t place; /* where that id stands in the heap, 0 if it is not set */
	uint32_t id;	/* who stands at the place that is this slot's index + 1 */
};

struct timers {
	uint32_t capacity;
	uint32_t set; /* ids that have a deadline; the heap's places are 1 … set */
	struct slot slots[];
};

size_t timers_size(uint32_t capacity)
{
	return sizeof(struct timers) + capacity * sizeof(struct slot);
}

struct timers *timers_init(void *memory, uint32_t capacity)
{
	struct timers *timers = memory;

	REQUIRE(capacity <= UINT32_MAX / 2); /* so that a child's place, 2p + 1, does not wrap */
	timers->capacity = capacity;
	return timers;
}

static uint32_t id_at(const struct timers *timers, uint32_t place)
{
	return timers->slots[place - 1].id;
}

static void stand(struct timers *timers, uint32_t place, uint32_t id)
{
	timers->slots[place - 1].id = id;
	timers->slots[id].place = place;
}

static bool is_before(const struct timers *timers, uint32_t a, uint32_t b)
{
	int64_t a_us = timers->slots[a].when.us;
	int64_t b_us = timers->slots[b].when.us;

	return a_us != b_us ? a_us < b_us : a < b;
}

/* Moves the hole at place towards the root until id may stand in it. */
static uint32_t raise_hole(struct timers *timers, uint32_t place, uint32_t id)
{
	while (place > 1 && is_before(timers, id, id_at(timers, place / 2))) {
		stand(timers, place, id_at(timers, place / 2));
		place /= 2;
	}
	return place;
}

/* Moves the hole at place towards the leaves until id may stand in it. */
static uint32_t lower_hole(struct timers *timers, uint32_t place, uint32_t id)
{
	uint32_t child = 2 * place;

	while (child <= timers->set) {
		if (child < timers->set &&
		    is_before(timers, id_at(timers, child + 1), id_at(timers, child)))
			child++;
		if (is_before(timers, id, id_at(timers, child)))
			break;
		stand(timers, place, id_at(timers, child));
		place = child;
		child = 2 * place;
	}
	return place;
}

/* Fills the hole at place with id, wherever it has to move to. */
static void settle(struct timers *timers, uint32_t place, uint32_t id)
{
	place = raise_hole(timers, place, id);
	place = lower_hole(timers, place, id);
	stand(timers, place, id);
}

static void clear(struct timers *timers, uint32_t id)
{
	uint32_t hole = timers->slots[id].place;
	uint32_t last;

	if (hole == 0)
		return;
	last = id_at(timers, timers->set);
	timers->set--;
	timers->slots[id].place = 0;
	if (last != id)
		settle(timers, hole, last);
}

void timers_set(struct timers *timers, uint32_t id, instant when)
{
	struct slot *slot = &timers->slots[id];

	REQUIRE(id < timers->capacity);
	if (instant_is_never(when)) {
		clear(timers, id);
		return;
	}
	if (slot->place == 0)
		slot->place = ++timers->set;
	slot->when = when;
	settle(timers, slot->place, id);
}

instant timers_get(const struct timers *timers, uint32_t id)
{
	REQUIRE(id < timers->capacity);
	return timers->slots[id].place ? timers->slots[id].when : INSTANT_NEVER;
}

instant timers_next(const struct timers *timers)
{
	return timers->set ? timers_get(timers, id_at(timers, 1)) : INSTANT_NEVER;
}

bool timers_due(struct timers *timers, instant now, uint32_t *id)
{
	instant next = timers_next(timers);

	if (instant_is_never(next) || !instant_reached(now, next))
		return false;
	*id = id_at(timers, 1);
	clear(timers, *id);
	return true;
}
