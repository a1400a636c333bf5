/* Of two sorted lists of equal length the lesser in lexicographic order is the one that holds the
 * least of what only one of them holds. Two shortest paths to a node, walked back side by side, are
 * at the same hop at the same time, for their hops are equal; what both share begins where they
 * meet. So the path with the least masked id on the way back to that place is taken, and what was
 * decided for nodes nearer to the root stands. docs/protocol/route.md, section 5. */
#include "route/lane.h"

#include "meshp/wire.h"

static const uint8_t masks[WIRE_LANES] = {0x00, 0xff, 0x88, 0x77, 0x44, 0xbb, 0x22, 0xdd};

/* A lane's tree while it grows. */
struct tree {
	const struct graph *graph;
	const uint16_t *before;
	uint64_t mask; /* of ids */
};

static uint64_t least_of(const struct tree *tree, uint64_t least, uint16_t node)
{
	uint64_t id = graph_id(tree->graph, node) ^ tree->mask;

	return id < least ? id : least;
}

/* True if the path to a is taken rather than that to b, which has as many hops. */
static bool is_lesser(const struct tree *tree, uint16_t a, uint16_t b)
{
	uint64_t least_a = UINT64_MAX, least_b = UINT64_MAX;

	while (a != b) {
		least_a = least_of(tree, least_a, a);
		least_b = least_of(tree, least_b, b);
		a = tree->before[a];
		b = tree->before[b];
	}
	return least_a < least_b;
}

/* The node before a node, of those over which its distance comes about. */
static uint16_t choose(const struct tree *tree, const struct spf *spf, uint16_t node)
{
	uint16_t root = spf->order[0];
	uint16_t chosen = node;
	uint32_t count;
	const struct graph_link *link = graph_links(tree->graph, node, &count);

	for (; count > 0; link++, count--) {
		uint64_t distance = spf->distance[link->to];

		if (distance >= spf->distance[node] ||
		    spf_over(distance, link) != spf->distance[node] ||
		    (link->to != root && !graph_transits(tree->graph, link->to)))
			continue;
		if (chosen == node || is_lesser(tree, link->to, chosen))
			chosen = link->to;
	}
	return chosen;
}

void lane_tree(const struct graph *graph, const struct spf *spf, uint32_t reached, uint32_t lane,
	       uint16_t *before)
{
	struct tree tree = {.graph = graph, .before = before};

	REQUIRE(lane < WIRE_LANES);
	tree.mask = masks[lane] * UINT64_C(0x0101010101010101);
	before[spf->order[0]] = spf->order[0];
	for (uint32_t i = 1; i < reached; i++)
		before[spf->order[i]] = choose(&tree, spf, spf->order[i]);
}
