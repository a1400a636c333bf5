/* Who gives way when something new needs a place in the database: who is connected only to a
 * neighbour, a neighbour never, and never the room that our own record may come to need. Inside of
 * route/. docs/protocol/route.md, section 2. */
#ifndef ROUTE_ROOM_H
#define ROUTE_ROOM_H

#include "base/require.h"
#include "route/store.h"

/* Fragments that our own record needs with so many neighbours. */
uint32_t room_own(uint32_t adjacent);

/* The room to keep for ourselves if our record may come to so many fragments. */
struct store_room room_reserve(const struct store *store, uint32_t own);

/* Whom room is for. */
struct room_guest {
	uint32_t node; /* stays in any case; STORE_NONE if it is not there yet */
	bool beside;   /* it is a neighbour: others that are connected give way, too */
};

/* True if there is room for `need`, or will be once all who can have given way. reserve is the room
 * for our own record. O(nodes) when there is not enough at once. */
MUST_USE bool room_possible(const struct store *store, struct store_room reserve,
			    struct store_room need, struct room_guest guest);

/* Lets nodes go until there is room, which must be possible; how many of them were connected. */
uint32_t room_make(struct store *store, struct store_room reserve, struct store_room need,
		   struct room_guest guest);

#endif
