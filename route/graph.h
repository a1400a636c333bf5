/* The graph of a zone: of the links that nodes claim, those that both ends list. A link has the
 * greater of both costs and the lesser of both MTUs. Inside of route/. docs/protocol/route.md,
 * section 4. */
#ifndef ROUTE_GRAPH_H
#define ROUTE_GRAPH_H

#include "base/require.h"
#include "meshp/address.h"
#include "route/limits.h"
#include "route/store.h"

struct graph_link {
	uint32_t cost_us;  /* the greater of both ends' */
	uint16_t from, to; /* node numbers */
	uint16_t mtu;	   /* the lesser of both ends' */
	uint8_t quality;   /* as `from` says */
	uint8_t medium;
};

enum { GRAPH_SCRATCH = 2 };

struct graph;

/* Bytes of memory for whatever a database of these limits may hold. */
size_t graph_size(const struct route_limits *limits);

/* An empty graph in zero-filled memory of graph_size bytes, aligned to 8. */
struct graph *graph_init(void *memory, const struct route_limits *limits);

/* Makes it that of a store. scratch has GRAPH_SCRATCH words for each node there may be; what is in
 * it matters neither before nor after. O(claimed links). */
void graph_build(struct graph *graph, const struct store *store, uint32_t *scratch);

/* All node numbers are below. */
uint32_t graph_nodes(const struct graph *graph);

/* The links of a node; *count says how many. */
const struct graph_link *graph_links(const struct graph *graph, uint32_t node, uint32_t *count);

/* The link from a node to another, which must be there. O(links of the node). */
const struct graph_link *graph_link(const struct graph *graph, uint32_t from, uint32_t to);

/* True if other nodes' paths may lead through this one. */
bool graph_transits(const struct graph *graph, uint32_t node);

/* The node id as a number that orders as its bytes do. */
uint64_t graph_id(const struct graph *graph, uint32_t node);

#endif
