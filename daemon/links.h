/* Which interfaces the mesh uses: what link/watch finds by the configuration's patterns, by slot.
 * A slot of the watch is a link of the node. */
#ifndef DAEMON_LINKS_H
#define DAEMON_LINKS_H

#include "daemon/mesh.h"

/* Starts the watch of a mesh that has its ethernet. 0 or -errno. */
MUST_USE int links_watch(struct mesh *mesh, struct failure *failure);

/* Ends the watch. Nothing happens where there is none. */
void links_unwatch(struct mesh *mesh);

/* The next change the node is to be told: the slot and its facts. False if there is none. */
MUST_USE bool links_next(struct mesh *mesh, uint32_t *slot, struct node_link *facts);

/* The link that the process before had at *slot, or at the next that it used, which *slot becomes:
 * it is taken up again as it was then, for the node to be told. False if there is none. */
MUST_USE bool links_resume(struct mesh *mesh, uint32_t *slot, struct node_link *facts);

/* Goes by the configuration as it is now: what it says of the links there are, and, for links_next
 * to tell, which interfaces are links. Links that stay are not disturbed. 0 or -errno: which those
 * are is then found out at the next change of one. */
MUST_USE int links_rule(struct mesh *mesh);

/* The next link of which the operator's cost has become another by that, from slot *slot on. False
 * if there is none. */
MUST_USE bool links_recost(struct mesh *mesh, uint32_t *slot, struct node_link *facts);

/* The slot of an interface, LINKS_DAEMON if it is none of ours. */
uint32_t links_slot(const struct mesh *mesh, uint32_t ifindex);

/* True if one of them is a radio's. */
bool links_radio(const struct mesh *mesh);

/* Links there are now. */
uint32_t links_count(const struct mesh *mesh);

#endif
