/* Which of several ways to one node carries frames. Inside of mesharp/.
 * docs/protocol/mesharp.md, section 3. */
#ifndef MESHARP_WAY_H
#define MESHARP_WAY_H

#include "mesharp/value.h"

/* The place of the best FULL entry of a node as its ways are now, ROSTER_NONE if there is none. */
uint32_t way_best(const struct mesharp *mesharp, const struct address *address);

/* The best is in use from now on. Due after each event of an entry of that node, or of a link
 * of one. */
void way_use(struct mesharp *mesharp, const struct address *address);

#endif
