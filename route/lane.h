/* Which of several shortest paths a lane takes, so that both directions take the same one. Inside
 * of route/. docs/protocol/route.md, section 5; IEEE 802.1aq, section 28.8. */
#ifndef ROUTE_LANE_H
#define ROUTE_LANE_H

#include "route/spf.h"

/* For each of the `reached` nodes that spf_run found from its root: the node before it on the path
 * of a lane; for the root, itself. before has one element a node. Bound: links, and for each two
 * paths of equal length twice that length. */
void lane_tree(const struct graph *graph, const struct spf *spf, uint32_t reached, uint32_t lane,
	       uint16_t *before);

#endif
