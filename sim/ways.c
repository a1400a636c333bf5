/* Looks into nodes' FIBs, as nobody but a frame would. */
#include "sim/ways.h"

#include "node/value.h"
#include "sim/chart.h"
#include "sim/memory.h"

#include <stdlib.h>
#include <string.h>

struct course {
	uint32_t *nodes, count; /* those on it, both ends included */
	uint64_t distance;	/* as chart_distances has it */
	uint32_t promised, mtu; /* what its beginning lets through, and what its links do */
};

void ways_begin(struct world *world, uint32_t number)
{
	pairs_make(&world->standings[number].pairs, &world->scenario->expectations[number],
		   world->topology.nodes, world->seed, number);
}

/* The port a node sends a frame of a lane to another from, and in *mtu what it lets through;
 * TOPOLOGY_NONE if it sends none. *next is whom it sends it to. */
static uint32_t leave(const struct world *world, uint32_t node, uint32_t to, uint32_t lane,
		      uint32_t *next, uint32_t *mtu)
{
	const struct fib *fib = node_fib(world->hosts[node].node);
	uint32_t number = fib_by_address(fib, &world->hosts[to].address);

	if (number == FIB_NONE || fib_node(fib, number)->lost)
		return TOPOLOGY_NONE;
	*mtu = fib_node(fib, number)->mtu;
	const struct fib_hop *hop = fib_hop(fib, fib_node(fib, number)->next[lane]);
	uint32_t there = world_port(world, hop->to);
	if (there == TOPOLOGY_NONE)
		return TOPOLOGY_NONE;
	*next = world->topology.ports[there].node;
	return topology_port(&world->topology, node, hop->link);
}

/* False if it does not come to its end. course->nodes has room for all nodes. */
static bool walk(const struct world *world, const struct chart *chart, const struct pair *pair,
		 uint32_t lane, struct course *course)
{
	uint32_t next, mtu;

	course->count = 0;
	course->distance = 0;
	course->mtu = PACKET_MAX;
	course->nodes[course->count++] = pair->from;
	for (uint32_t at = pair->from; at != pair->to; at = next) {
		uint32_t port = leave(world, at, pair->to, lane, &next, &mtu);
		const struct chart_link *link =
			port == TOPOLOGY_NONE ? NULL : chart_link(chart, at, next);
		if (link == NULL || course->count == chart->nodes)
			return false;
		if (at == pair->from)
			course->promised = mtu;
		if (world->ports[port].mtu < course->mtu)
			course->mtu = world->ports[port].mtu;
		course->distance += (uint64_t)link->cost_us << 32 | 1;
		course->nodes[course->count++] = next;
	}
	return true;
}

static bool reversed(const struct course *there, const struct course *back)
{
	if (there->count != back->count)
		return false;
	for (uint32_t i = 0; i < there->count; i++)
		if (there->nodes[i] != back->nodes[back->count - 1 - i])
			return false;
	return true;
}

/* Both ways of a pair on one lane. */
struct walks {
	struct course there, back;
};

static bool is_right(const struct world *world, const struct chart *chart, const struct pair *pair,
		     uint32_t lane, uint64_t distance, struct walks *walks)
{
	const struct pair back = {pair->to, pair->from};

	return walk(world, chart, pair, lane, &walks->there) && walks->there.distance == distance &&
	       walks->there.promised <= walks->there.mtu &&
	       walk(world, chart, &back, lane, &walks->back) &&
	       reversed(&walks->there, &walks->back);
}

static void judge_pair(const struct world *world, const struct chart *chart,
		       const struct pair *pair, uint64_t distance, struct walks *walks,
		       struct standing *standing)
{
	for (uint32_t lane = 0; lane < WIRE_LANES && distance != CHART_FAR; lane++) {
		standing->wanted++;
		standing->found += is_right(world, chart, pair, lane, distance, walks);
	}
}

/* All pairs that begin at a node. */
static void judge_from(const struct world *world, const struct chart *chart, uint32_t from,
		       struct walks *walks, struct standing *standing)
{
	uint64_t *distances = NULL;

	for (uint32_t i = 0; i < standing->pairs.count; i++) {
		const struct pair *pair = &standing->pairs.pairs[i];
		if (pair->from != from)
			continue;
		if (distances == NULL)
			distances = chart_distances(chart, from);
		judge_pair(world, chart, pair, distances[pair->to], walks, standing);
	}
	free(distances);
}

void ways_judge(struct world *world, uint32_t number)
{
	struct standing *standing = &world->standings[number];
	uint32_t nodes = world->topology.nodes;
	struct walks walks = {{.nodes = memory_array(NULL, nodes, sizeof(uint32_t))},
			      {.nodes = memory_array(NULL, nodes, sizeof(uint32_t))}};
	struct chart chart;

	chart_make(&chart, world);
	for (uint32_t from = 0; from < nodes; from++)
		judge_from(world, &chart, from, &walks, standing);
	standing->passed = standing->wanted > 0 && standing->found == standing->wanted;
	chart_free(&chart);
	free(walks.there.nodes);
	free(walks.back.nodes);
}
