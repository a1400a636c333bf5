/* The order: those that were connected, the one longest unconnected first; then those that wait,
 * of the neighbour that brought most of them the oldest first. Whom the last computation of paths
 * reached stays until the next, so that no path leads to a number that is somebody else's
 * meanwhile. For a neighbour then those that are connected, by that computation the farthest first:
 * nobody else's shortest way leads over it, so nobody else is cut off. docs/protocol/route.md,
 * section 2. */
#include "route/room.h"

#include "route/cells.h"
#include "route/record.h"

uint32_t room_own(uint32_t adjacent)
{
	uint32_t later = adjacent > RECORD_ENTRIES_FIRST ? adjacent - RECORD_ENTRIES_FIRST : 0;
	uint32_t fragments = 1 + (later + RECORD_ENTRIES - 1) / RECORD_ENTRIES;

	return fragments < RECORD_FRAGMENTS ? fragments : RECORD_FRAGMENTS;
}

/* Adds what a node takes up. */
static void add_up(const struct store *store, uint32_t node, struct store_room *room)
{
	room->nodes++;
	for (uint32_t at = store_first(store, node); at != STORE_NONE; at = store_next(store, at)) {
		room->fragments++;
		room->cells += cells_for(store_fragment(store, at)->size);
	}
}

static uint32_t rest(uint32_t most, uint32_t has)
{
	return most > has ? most - has : 0;
}

struct store_room room_reserve(const struct store *store, uint32_t own)
{
	struct store_room has = {0};

	add_up(store, STORE_OWN, &has);
	return (struct store_room){
		.fragments = rest(own, has.fragments),
		.cells = rest(own * cells_for(RECORD_MAX), has.cells),
	};
}

static bool may_go(const struct store *store, uint32_t at, struct room_guest guest)
{
	const struct store_node *node = store_node(store, at);

	if (at == guest.node || at == STORE_OWN || node->beside)
		return false;
	return node->state == NODE_CONNECTED ? guest.beside && node->mapped != 0
					     : node->mapped == 0;
}

/* True if room holds what is needed and what is kept for ourselves. */
static bool holds(struct store_room room, struct store_room reserve, struct store_room need)
{
	return room.nodes >= need.nodes && room.fragments >= need.fragments + reserve.fragments &&
	       room.cells >= need.cells + reserve.cells;
}

static void add_up_all(const struct store *store, enum node_state state, struct room_guest guest,
		       struct store_room *room)
{
	for (uint32_t at = store_oldest(store, state); at != STORE_NONE;
	     at = store_newer(store, at)) {
		if (may_go(store, at, guest))
			add_up(store, at, room);
	}
}

bool room_possible(const struct store *store, struct store_room reserve, struct store_room need,
		   struct room_guest guest)
{
	struct store_room room = store_room(store);

	if (holds(room, reserve, need))
		return true;
	add_up_all(store, NODE_LAPSED, guest, &room);
	add_up_all(store, NODE_WAITING, guest, &room);
	if (guest.beside)
		add_up_all(store, NODE_CONNECTED, guest, &room);
	return holds(room, reserve, need);
}

static uint32_t longest_lapsed(const struct store *store, struct room_guest guest)
{
	uint32_t at = store_oldest(store, NODE_LAPSED);

	while (at != STORE_NONE && !may_go(store, at, guest))
		at = store_newer(store, at);
	return at;
}

/* The oldest of the neighbour that brought most of those that wait. */
static uint32_t worst_waiting(const struct store *store, struct room_guest guest)
{
	uint32_t found = STORE_NONE;
	uint32_t most = 0;

	for (uint32_t at = store_oldest(store, NODE_WAITING); at != STORE_NONE;
	     at = store_newer(store, at)) {
		uint32_t brought = store_brought(store, store_node(store, at)->bringer);

		if (may_go(store, at, guest) && brought > most) {
			found = at;
			most = brought;
		}
	}
	return found;
}

static uint32_t farthest_connected(const struct store *store, struct room_guest guest)
{
	uint32_t found = STORE_NONE;
	uint8_t most = 0;

	for (uint32_t at = store_oldest(store, NODE_CONNECTED); at != STORE_NONE;
	     at = store_newer(store, at)) {
		if (may_go(store, at, guest) && store_node(store, at)->mapped >= most) {
			found = at;
			most = store_node(store, at)->mapped;
		}
	}
	return found;
}

uint32_t room_make(struct store *store, struct store_room reserve, struct store_room need,
		   struct room_guest guest)
{
	uint32_t displaced = 0;

	while (!holds(store_room(store), reserve, need)) {
		uint32_t victim = longest_lapsed(store, guest);

		if (victim == STORE_NONE)
			victim = worst_waiting(store, guest);
		if (victim == STORE_NONE) {
			victim = farthest_connected(store, guest);
			REQUIRE(victim != STORE_NONE);
			store_move(store, victim, NODE_LAPSED);
			displaced++;
		}
		store_remove(store, victim);
	}
	return displaced;
}
