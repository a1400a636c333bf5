/* Shortest paths in a graph from one node: the least sum of costs, of equal sums the fewest hops.
 * Inside of route/. docs/protocol/route.md, section 5. */
#ifndef ROUTE_SPF_H
#define ROUTE_SPF_H

#include "route/graph.h"

/* A distance is a sum of costs, µs, in its upper 48 bits and hops in the lower 16, so that numbers
 * compare as paths do. */
#define SPF_FAR UINT64_MAX

enum { SPF_HOP_BITS = 16 };

/* Arrays of one element a node that somebody lends. */
struct spf {
	uint64_t *distance; /* from the root; SPF_FAR: no path */
	uint16_t *order;    /* those with a path in order of distance, the root first */
	uint16_t *heap;	    /* to work with */
	uint16_t *place;
};

/* Fills distance and order, and returns how many have a path. Who does not transit is an end of
 * paths, never between, the root excepted. O(links · log nodes). */
uint32_t spf_run(const struct spf *spf, const struct graph *graph, uint32_t root);

/* The distance over a node at that distance and one more link. */
uint64_t spf_over(uint64_t distance, const struct graph_link *link);

/* The sum of costs of a distance, µs. */
uint64_t spf_metric(uint64_t distance);

#endif
