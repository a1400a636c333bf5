/* Nodes are asked for their neighbours; ways are found breadth first from the far end, so that they
 * can be written down from the near one. Among equals the way by lower ports is taken. */
#include "sim/full.h"

#include "sim/memory.h"

#include <stdlib.h>

uint32_t full_arc(const struct world *world, uint32_t node, const struct node_neighbour *neighbour)
{
	uint32_t from = topology_port(&world->topology, node, neighbour->link);
	uint32_t to = world_port(world, neighbour->lladdr);

	return from == TOPOLOGY_NONE || to == TOPOLOGY_NONE
		       ? TOPOLOGY_NONE
		       : topology_arc(&world->topology, from, to);
}

void full_mark(struct world *world)
{
	for (uint32_t arc = 0; arc < world->topology.arc_count; arc++)
		world->arcs[arc].full = false;
	for (uint32_t node = 0; node < world->topology.nodes; node++) {
		struct node_neighbour neighbour;
		uint32_t cursor = 0;
		while (world->hosts[node].node != NULL &&
		       node_neighbours(world->hosts[node].node, world_clock(world, node), &cursor,
				       &neighbour)) {
			uint32_t arc = full_arc(world, node, &neighbour);
			if (arc != TOPOLOGY_NONE)
				world->arcs[arc].full = neighbour.state == NEIGHBOUR_FULL;
		}
	}
}

/* A search: for each node the next one towards the end, and whom to look at, in order. */
struct search {
	uint32_t *next, *queue, queued;
};

/* Finds all that have a node as a FULL neighbour and are had by it. */
static void look(const struct world *world, uint32_t node, struct search *search)
{
	const struct topology *topology = &world->topology;
	uint32_t port;

	for (uint32_t link = 0; (port = topology_port(topology, node, link)) != TOPOLOGY_NONE;
	     link++) {
		const struct topology_port *at = &topology->ports[port];
		for (uint32_t arc = at->first; arc < at->first + at->count; arc++) {
			uint32_t back = topology_arc(topology, topology->arcs[arc].to, port);
			uint32_t there = topology->ports[topology->arcs[arc].to].node;
			if (!world->arcs[arc].full || !world->arcs[back].full ||
			    search->next[there] != TOPOLOGY_NONE)
				continue;
			search->next[there] = node;
			search->queue[search->queued++] = there;
		}
	}
}

uint32_t full_way(struct world *world, uint32_t from, uint32_t to, uint32_t *way)
{
	uint32_t nodes = world->topology.nodes, count = 0;
	struct search search = {memory_array(NULL, nodes, sizeof(*search.next)),
				memory_array(NULL, nodes, sizeof(*search.queue)), 1};

	full_mark(world);
	for (uint32_t i = 0; i < nodes; i++)
		search.next[i] = TOPOLOGY_NONE;
	search.queue[0] = search.next[to] = to;
	for (uint32_t i = 0; i < search.queued; i++)
		look(world, search.queue[i], &search);
	if (search.next[from] != TOPOLOGY_NONE) {
		way[count++] = from;
		while (way[count - 1] != to) {
			way[count] = search.next[way[count - 1]];
			count++;
		}
	}
	free(search.next);
	free(search.queue);
	return count;
}
