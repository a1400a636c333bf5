/* How far it is from one node to all others: what the paths from ourselves do not tell, and who
 * asks why a path is as it is wants to know. Computed in memory that is lent for it.
 * docs/protocol/route.md, section 5. */
#ifndef ROUTE_DISTANCES_H
#define ROUTE_DISTANCES_H

#include "route/paths.h"

struct distances;

struct distance {
	bool reached;	    /* else the rest means nothing */
	uint32_t metric_us; /* sum of the links' costs, at most UINT32_MAX */
	uint16_t hops;
};

size_t distances_size(const struct route_limits *limits);

/* Makes them in memory of distances_size bytes, aligned to 8, whatever is in it: over the links the
 * paths were computed from last, from a node. As links cost the same in both directions, they are
 * distances to it, too. O(links · log nodes). */
struct distances *distances_compute(void *memory, const struct paths *paths, uint32_t node);

/* The distance of a node, by node number of the database. */
void distances_to(const struct distances *distances, uint32_t node, struct distance *distance);

#endif
