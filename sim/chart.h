/* The chart of the mesh that nodes' own records make, and the shortest ways in it: computed from
 * what each node says of itself, by other code than theirs, so that theirs can be held against it.
 */
#ifndef SIM_CHART_H
#define SIM_CHART_H

#include "sim/world.h"

#define CHART_FAR UINT64_MAX

/* A link that both ends list: the greater cost of both. */
struct chart_link {
	uint32_t from, to; /* nodes */
	uint32_t cost_us;
};

struct chart {
	uint32_t nodes;
	struct chart_link *links; /* in the order of (from, to) */
	size_t count, room;
	size_t *first; /* by node, and one more */
};

/* Reads the records of all nodes that run, as each has its own. */
void chart_make(struct chart *chart, const struct world *world);

/* The link between two nodes, or NULL. */
const struct chart_link *chart_link(const struct chart *chart, uint32_t from, uint32_t to);

/* How far all nodes are from one: the sum of the costs in the upper half, and in the lower the
 * fewest links of those ways; CHART_FAR where no way leads. The caller frees it. */
uint64_t *chart_distances(const struct chart *chart, uint32_t from);

void chart_free(struct chart *chart);

#endif
