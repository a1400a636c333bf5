/* The entries of the neighbour table: found by key, listed by node, bounded, and what of their
 * states changed. An entry that was removed keeps its place until its last change was told. Inside
 * of mesharp/. docs/protocol/mesharp.md, section 2. */
#ifndef MESHARP_ROSTER_H
#define MESHARP_ROSTER_H

#include "base/require.h"
#include "base/table.h"
#include "mesharp/entry.h"

#define ROSTER_NONE UINT32_MAX

enum {
	ROSTER_LINK = 256, /* entries of one link */
	ROSTER_NODE = 4,   /* of them those of one node, which must not fill it */
};

struct roster;

/* Places there are for so many entries: one more, for a newcomer beside the one it displaces. */
uint32_t roster_places(uint32_t entries);

/* Bytes of memory for so many links and entries. */
size_t roster_size(uint32_t links, uint32_t entries);

/* An empty roster in zero-filled memory of roster_size bytes, aligned to 8. */
struct roster *roster_init(void *memory, uint32_t links, uint32_t entries,
			   const uint8_t secret[TABLE_SECRET]);

/* The place of an entry, or ROSTER_NONE. */
uint32_t roster_find(const struct roster *roster, uint32_t link, struct lladdr lladdr,
		     const struct address *address);

/* The entry at a place. */
struct entry *roster_entry(const struct roster *roster, uint32_t place);

/* Who has to be removed before an entry of that node can be added on that link: the one longest
 * unproven, of the node's own if it has its share, or ROSTER_NONE with *full false if nobody has to
 * be, true if nobody may be. O(entries). */
uint32_t roster_victim(const struct roster *roster, uint32_t link, const struct address *address,
		       bool *full);

/* Adds an entry that is not there, in state NONE, after roster_victim made room. */
uint32_t roster_add(struct roster *roster, uint32_t link, struct lladdr lladdr,
		    const struct address *address);

/* Takes an entry that went to NONE out. */
void roster_remove(struct roster *roster, uint32_t place);

/* The entry proved something: it is the last to be displaced of those in the same state. */
void roster_proven(struct roster *roster, uint32_t place);

/* The first entry of a node, and the next of the same; ROSTER_NONE after the last. */
uint32_t roster_first(const struct roster *roster, const struct address *address);
uint32_t roster_next(const struct roster *roster, uint32_t place);

/* The most advanced state of a node's entries, in the order of mesharp_hope; NONE if it has none.
 */
enum neighbour_state roster_hope(const struct roster *roster, const struct address *address);

/* The first place from `place` on that holds an entry, or ROSTER_NONE. */
uint32_t roster_from(const struct roster *roster, uint32_t place);

uint32_t roster_count(const struct roster *roster);
uint32_t roster_link_count(const struct roster *roster, uint32_t link);

/* The state of an entry was `before` and is not any more. Several changes are told as one. */
void roster_changed(struct roster *roster, uint32_t place, enum neighbour_state before);

/* One change to tell. */
struct roster_change {
	uint32_t link;
	struct lladdr lladdr;
	struct address address;
	enum neighbour_state before, after;
};

/* The earliest change not told yet; false if all were. */
MUST_USE bool roster_tell(struct roster *roster, struct roster_change *change);

/* When that change happened; INSTANT_NEVER if all were told. */
instant roster_untold(const struct roster *roster);

#endif
