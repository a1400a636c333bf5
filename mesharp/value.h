/* The inside of the neighbour table: its head, and where its parts lie. Nothing here is a pointer.
 * Inside of mesharp/. */
#ifndef MESHARP_VALUE_H
#define MESHARP_VALUE_H

#include "base/timers.h"
#include "mesharp/mesharp.h"
#include "mesharp/roster.h"
#include "mesharp/select.h"
#include "mesharp/trickle.h"

#include <sodium.h>

struct link {
	struct mesharp_link facts;
	struct trickle trickle;
	struct bucket newcomers;
	struct selection selection;
};

struct mesharp {
	struct address own;
	uint32_t instance;
	uint32_t links;
	uint32_t places; /* of the roster */
	struct rng rng;
	uint8_t secret[crypto_shorthash_KEYBYTES]; /* of ranks */
	struct bucket initiations;
	struct bucket hints;
	bool began;
	instant beginning;		     /* the first event */
	uint64_t link_slots, timers, roster; /* offsets from here, bytes */
};

static inline void *mesharp_part(const struct mesharp *mesharp, uint64_t offset)
{
	return (void *)((uintptr_t)mesharp + (uintptr_t)offset);
}

static inline struct link *mesharp_slot(const struct mesharp *mesharp, uint32_t link)
{
	struct link *links = mesharp_part(mesharp, mesharp->link_slots);

	REQUIRE(link < mesharp->links);
	return &links[link];
}

static inline struct timers *mesharp_timers(const struct mesharp *mesharp)
{
	return mesharp_part(mesharp, mesharp->timers);
}

static inline struct roster *mesharp_roster(const struct mesharp *mesharp)
{
	return mesharp_part(mesharp, mesharp->roster);
}

/* True if only some of those on the link are selected. On radio two neighbours of ours need not
 * hear each other, so to leave one out could part the mesh. */
static inline bool mesharp_selects(const struct mesharp *mesharp, uint32_t link)
{
	return !mesharp_slot(mesharp, link)->facts.radio &&
	       roster_link_count(mesharp_roster(mesharp), link) > SELECT_CROWD;
}

#endif
