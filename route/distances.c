/* One run of spf.h. Behind the head lie its four arrays, the widest first. */
#include "route/distances.h"

#include "route/graph.h"
#include "route/spf.h"

struct distances {
	uint64_t nodes;	   /* that were looked at */
	uint64_t values[]; /* as spf.h has them */
};

enum { PER_NODE = sizeof(uint64_t) + 3 * sizeof(uint16_t) };

size_t distances_size(const struct route_limits *limits)
{
	return sizeof(struct distances) + (size_t)limits->nodes * PER_NODE;
}

struct distances *distances_compute(void *memory, const struct paths *paths, uint32_t node)
{
	struct distances *distances = memory;
	const struct graph *graph = paths_graph(paths);
	uint32_t nodes = graph_nodes(graph);
	uint16_t *shorts = (uint16_t *)(distances->values + nodes);
	struct spf spf = {.distance = distances->values,
			  .order = shorts,
			  .heap = shorts + nodes,
			  .place = shorts + 2 * (size_t)nodes};

	distances->nodes = node < nodes ? nodes : 0;
	if (node < nodes)
		spf_run(&spf, graph, node);
	return distances;
}

void distances_to(const struct distances *distances, uint32_t node, struct distance *distance)
{
	uint64_t far = node < distances->nodes ? distances->values[node] : SPF_FAR;
	uint64_t metric = spf_metric(far);

	*distance = (struct distance){.reached = false};
	if (far == SPF_FAR)
		return;
	distance->reached = true;
	distance->metric_us = metric < UINT32_MAX ? (uint32_t)metric : UINT32_MAX;
	distance->hops = (uint16_t)far;
}
