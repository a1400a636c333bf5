/* Entries lie in an array of places that a pool hands out. Two tables find them: by key, and by
 * node the first of a list through all its entries. Changes not told yet form a queue through the
 * places. The invariants: both tables hold exactly the entries that are not NONE, the pool those
 * and the ones whose way to NONE is still to be told. Links between places are index + 1, so that
 * zero-filled memory is empty. docs/protocol/mesharp.md, section 2. */
#include "mesharp/roster.h"

#include "base/pool.h"

#include <string.h>

enum {
	KEY = sizeof(uint32_t) + LLADDR + ADDRESS,
	ALIGNMENT = 8,
};

struct place {
	struct entry entry;
	uint32_t sibling; /* next entry of the same node */
	bool removed;
	bool untold;		     /* stands in the queue of changes */
	enum neighbour_state before; /* the state last told */
	uint32_t queued;	     /* who stands behind it */
};

struct roster {
	uint32_t links;
	uint32_t capacity;
	uint32_t queue_head, queue_tail;
	uint64_t pool, by_key, by_address, places, counts; /* offsets from here, bytes */
};

/* The bytes a part takes, so that the next one is aligned. */
static uint64_t aligned(uint64_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

uint32_t roster_places(uint32_t entries)
{
	return entries + 1;
}

/* Where each part begins; returns where the last one ends. */
static uint64_t lay_out(struct roster *roster, uint32_t links, uint32_t entries)
{
	uint64_t places = roster_places(entries);

	roster->pool = aligned(sizeof(*roster));
	roster->by_key = roster->pool + aligned(pool_size(roster_places(entries)));
	roster->by_address = roster->by_key + aligned(table_size(entries, KEY));
	roster->counts = roster->by_address + aligned(table_size(entries, ADDRESS));
	roster->places = roster->counts + aligned(links * sizeof(uint32_t));
	return roster->places + aligned(places * sizeof(struct place));
}

size_t roster_size(uint32_t links, uint32_t entries)
{
	struct roster roster;

	return lay_out(&roster, links, entries);
}

static void *part(const struct roster *roster, uint64_t offset)
{
	return (void *)((uintptr_t)roster + (uintptr_t)offset);
}

static struct pool *pool_of(const struct roster *roster)
{
	return part(roster, roster->pool);
}

static struct table *by_key(const struct roster *roster)
{
	return part(roster, roster->by_key);
}

static struct table *by_address(const struct roster *roster)
{
	return part(roster, roster->by_address);
}

static uint32_t *counts(const struct roster *roster)
{
	return part(roster, roster->counts);
}

static struct place *place_at(const struct roster *roster, uint32_t place)
{
	struct place *places = part(roster, roster->places);

	return &places[place];
}

struct roster *roster_init(void *memory, uint32_t links, uint32_t entries,
			   const uint8_t secret[TABLE_SECRET])
{
	struct roster *roster = memory;

	lay_out(roster, links, entries);
	roster->links = links;
	roster->capacity = entries;
	pool_init(pool_of(roster), roster_places(entries));
	table_init(by_key(roster), entries, KEY, secret);
	table_init(by_address(roster), entries, ADDRESS, secret);
	return roster;
}

static void key_write(uint8_t key[KEY], uint32_t link, struct lladdr lladdr,
		      const struct address *address)
{
	memcpy(key, &link, sizeof(link));
	memcpy(key + sizeof(link), lladdr.bytes, LLADDR);
	memcpy(key + sizeof(link) + LLADDR, address->bytes, ADDRESS);
}

uint32_t roster_find(const struct roster *roster, uint32_t link, struct lladdr lladdr,
		     const struct address *address)
{
	uint8_t key[KEY];

	key_write(key, link, lladdr, address);
	return table_find(by_key(roster), key);
}

struct entry *roster_entry(const struct roster *roster, uint32_t place)
{
	return &place_at(roster, place)->entry;
}

/* How readily an entry gives way: 0 first; PROVEN never. */
enum { PROVEN = 3 };

static uint32_t standing(enum neighbour_state state)
{
	switch (state) {
	case NEIGHBOUR_HEARD:
	case NEIGHBOUR_BLOCKED:
	case NEIGHBOUR_LOST:
		return 0;
	case NEIGHBOUR_HANDSHAKE:
		return 1;
	case NEIGHBOUR_ONEWAY:
		return 2;
	case NEIGHBOUR_NONE: /* removed already */
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		return PROVEN;
	}
	abort();
}

/* Among whom somebody has to give way; NULL: all of them. */
struct share {
	const uint32_t *link;
	const struct address *address;
};

static bool share_holds(const struct share *share, const struct entry *entry)
{
	return (share->link == NULL || entry->link == *share->link) &&
	       (share->address == NULL || address_equal(&entry->address, share->address));
}

/* The oldest entry of the lowest standing. */
static uint32_t least(const struct roster *roster, const struct share *share)
{
	const struct pool *pool = pool_of(roster);
	uint32_t lowest = PROVEN;
	uint32_t found = ROSTER_NONE;

	for (uint32_t at = pool_oldest(pool); at != POOL_NONE && lowest > 0;
	     at = pool_newer(pool, at)) {
		const struct entry *entry = roster_entry(roster, at);

		if (share_holds(share, entry) && standing(entry->state) < lowest) {
			lowest = standing(entry->state);
			found = at;
		}
	}
	return found;
}

static uint32_t node_count(const struct roster *roster, uint32_t link,
			   const struct address *address)
{
	uint32_t count = 0;

	for (uint32_t at = roster_first(roster, address); at != ROSTER_NONE;
	     at = roster_next(roster, at))
		count += roster_entry(roster, at)->link == link;
	return count;
}

uint32_t roster_victim(const struct roster *roster, uint32_t link, const struct address *address,
		       bool *full)
{
	bool node_full = node_count(roster, link, address) >= ROSTER_NODE;
	bool link_full = roster_link_count(roster, link) >= ROSTER_LINK;
	bool table_full = roster_count(roster) == roster->capacity;
	struct share share = {.link = node_full || link_full ? &link : NULL,
			      .address = node_full ? address : NULL};
	uint32_t victim = ROSTER_NONE;

	/* Removed entries whose change is not told yet may hold the last places. */
	*full = pool_count(pool_of(roster)) == roster_places(roster->capacity);
	if (!*full && (node_full || link_full || table_full)) {
		victim = least(roster, &share);
		*full = victim == ROSTER_NONE;
	}
	return victim;
}

uint32_t roster_add(struct roster *roster, uint32_t link, struct lladdr lladdr,
		    const struct address *address)
{
	uint32_t index = pool_take(pool_of(roster));
	struct place *place;
	uint8_t key[KEY];

	REQUIRE(index != POOL_NONE && link < roster->links);
	place = place_at(roster, index);
	memset(place, 0, sizeof(*place));
	place->entry.link = link;
	place->entry.lladdr = lladdr;
	place->entry.address = *address;
	place->sibling = roster_first(roster, address) + 1; /* none, UINT32_MAX, becomes 0 */
	key_write(key, link, lladdr, address);
	REQUIRE(table_find(by_key(roster), key) == TABLE_NONE);
	REQUIRE(table_put(by_key(roster), key, index));
	REQUIRE(table_put(by_address(roster), address->bytes, index));
	counts(roster)[link]++;
	return index;
}

/* Takes a place out of the list of its node's entries. */
static void leave_siblings(struct roster *roster, uint32_t index)
{
	const struct place *place = place_at(roster, index);
	uint32_t at = roster_first(roster, &place->entry.address);

	if (at == index && place->sibling == 0) {
		table_remove(by_address(roster), place->entry.address.bytes);
		return;
	}
	if (at == index) {
		REQUIRE(table_put(by_address(roster), place->entry.address.bytes,
				  place->sibling - 1));
		return;
	}
	while (place_at(roster, at)->sibling != index + 1)
		at = roster_next(roster, at);
	place_at(roster, at)->sibling = place->sibling;
}

void roster_remove(struct roster *roster, uint32_t index)
{
	struct place *place = place_at(roster, index);
	const struct entry *entry = &place->entry;
	uint8_t key[KEY];

	REQUIRE(entry->state == NEIGHBOUR_NONE && place->untold && !place->removed);
	place->removed = true;
	leave_siblings(roster, index);
	key_write(key, entry->link, entry->lladdr, &entry->address);
	table_remove(by_key(roster), key);
	counts(roster)[entry->link]--;
}

void roster_proven(struct roster *roster, uint32_t place)
{
	pool_touch(pool_of(roster), place);
}

uint32_t roster_first(const struct roster *roster, const struct address *address)
{
	return table_find(by_address(roster), address->bytes);
}

uint32_t roster_next(const struct roster *roster, uint32_t place)
{
	return place_at(roster, place)->sibling - 1;
}

/* Where a state stands in the order of hope. */
static uint32_t hope_of(enum neighbour_state state)
{
	switch (state) {
	case NEIGHBOUR_NONE:
		return 0;
	case NEIGHBOUR_BLOCKED:
		return 1;
	case NEIGHBOUR_LOST:
		return 2;
	case NEIGHBOUR_HEARD:
		return 3;
	case NEIGHBOUR_HANDSHAKE:
		return 4;
	case NEIGHBOUR_ONEWAY:
		return 5;
	case NEIGHBOUR_TWOWAY:
		return 6;
	case NEIGHBOUR_SYNC:
		return 7;
	case NEIGHBOUR_FULL:
		return 8;
	}
	abort();
}

enum neighbour_state roster_hope(const struct roster *roster, const struct address *address)
{
	enum neighbour_state hope = NEIGHBOUR_NONE;

	for (uint32_t at = roster_first(roster, address); at != ROSTER_NONE;
	     at = roster_next(roster, at)) {
		if (hope_of(roster_entry(roster, at)->state) > hope_of(hope))
			hope = roster_entry(roster, at)->state;
	}
	return hope;
}

uint32_t roster_from(const struct roster *roster, uint32_t place)
{
	const struct pool *pool = pool_of(roster);

	for (; place < roster_places(roster->capacity); place++) {
		if (pool_used(pool, place) && !place_at(roster, place)->removed)
			return place;
	}
	return ROSTER_NONE;
}

uint32_t roster_count(const struct roster *roster)
{
	return table_count(by_key(roster));
}

uint32_t roster_link_count(const struct roster *roster, uint32_t link)
{
	REQUIRE(link < roster->links);
	return counts(roster)[link];
}

void roster_changed(struct roster *roster, uint32_t index, enum neighbour_state before)
{
	struct place *place = place_at(roster, index);

	if (place->untold)
		return;
	place->untold = true;
	place->before = before;
	place->queued = 0;
	if (roster->queue_head == 0)
		roster->queue_head = index + 1;
	else
		place_at(roster, roster->queue_tail - 1)->queued = index + 1;
	roster->queue_tail = index + 1;
}

bool roster_tell(struct roster *roster, struct roster_change *change)
{
	while (roster->queue_head != 0) {
		uint32_t index = roster->queue_head - 1;
		struct place *place = place_at(roster, index);
		const struct entry *entry = &place->entry;

		*change = (struct roster_change){
			.link = entry->link,
			.lladdr = entry->lladdr,
			.address = entry->address,
			.before = place->before,
			.after = entry->state,
		};
		roster->queue_head = place->queued;
		place->untold = false;
		if (place->removed)
			pool_free(pool_of(roster), index);
		if (change->before != change->after)
			return true;
	}
	return false;
}

instant roster_untold(const struct roster *roster)
{
	if (roster->queue_head == 0)
		return INSTANT_NEVER;
	return roster_entry(roster, roster->queue_head - 1)->since;
}
