/* The links of all nodes lie in one array, those of a node one after the other. It is built in
 * three passes: the claims of each node are gathered; those to a node, which form a list, are held
 * against the node's own; those that found no counterpart are closed up. The invariant: each link
 * is there in both directions, with one cost and one MTU. docs/protocol/route.md, section 4. */
#include "route/graph.h"

#include "route/cells.h"
#include "route/claims.h"
#include "route/cost.h"

#include <string.h>

enum {
	ALIGNMENT = 8,
	CELL_ENTRIES = 6, /* bound of a fragment's entries for each of its cells */
	PAIRED = 1,
};

/* A fragment of c cells has at most (c · CELL_BYTES − 104) / 20 entries, which is below 6 · c as
 * long as c is at most 26. */
_Static_assert(RECORD_HEAD + SIGNATURE == 104 && RECORD_ENTRY == 20 && (int)CELL_BYTES == 124 &&
		       RECORD_MAX <= 26 * CELL_BYTES,
	       "a bound of the entries");

struct vertex {
	uint64_t id;
	uint32_t start; /* its first link; it ends where the next one's begin */
	bool transits;
};

struct graph {
	uint32_t nodes;
	uint32_t links_most;
	uint64_t vertices, links, later; /* offsets from here, bytes */
};

/* The bytes a part takes, so that the next one is aligned. */
static uint64_t aligned(uint64_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Where each part begins; returns where the last one ends. */
static uint64_t lay_out(struct graph *graph, const struct route_limits *limits)
{
	uint64_t vertices = (uint64_t)limits->nodes + 1;
	uint64_t links = (uint64_t)limits->cells * CELL_ENTRIES;

	graph->links_most = (uint32_t)links;
	graph->vertices = aligned(sizeof(*graph));
	graph->links = graph->vertices + aligned(vertices * sizeof(struct vertex));
	graph->later = graph->links + aligned(links * sizeof(struct graph_link));
	return graph->later + aligned(links * sizeof(uint32_t));
}

size_t graph_size(const struct route_limits *limits)
{
	struct graph graph;

	return lay_out(&graph, limits);
}

struct graph *graph_init(void *memory, const struct route_limits *limits)
{
	struct graph *graph = memory;

	REQUIRE(limits->cells <= UINT32_MAX / CELL_ENTRIES && limits->nodes <= UINT16_MAX);
	lay_out(graph, limits);
	return graph;
}

static void *part(const struct graph *graph, uint64_t offset)
{
	return (void *)((uintptr_t)graph + (uintptr_t)offset);
}

static struct vertex *vertices(const struct graph *graph)
{
	return part(graph, graph->vertices);
}

static struct graph_link *links(const struct graph *graph)
{
	return part(graph, graph->links);
}

/* Of a claim: the next one to the same node, index + 1; then PAIRED or 0. */
static uint32_t *later(const struct graph *graph)
{
	return part(graph, graph->later);
}

static uint64_t id_of(const struct address *address)
{
	struct node_id id = address_id(address);
	struct reader in = reader_of(id.bytes, NODE_ID);

	return reader_u64(&in);
}

/* Appends what a node claims of nodes that are known, each once; returns where it ends. seen: who
 * claimed a link to a node last, number + 1. */
static uint32_t gather(struct graph *graph, const struct store *store, uint32_t node,
		       uint32_t *seen, uint32_t at)
{
	struct claims claims;
	struct record_entry entry;

	claims_begin(&claims, store, node);
	while (claims_next(&claims, &entry)) {
		uint32_t to = store_find(store, &entry.address);

		if (to == STORE_NONE || to == node || seen[to] == node + 1)
			continue;
		seen[to] = node + 1;
		REQUIRE(at < graph->links_most);
		links(graph)[at++] = (struct graph_link){
			.cost_us = cost_us(entry.cost),
			.from = (uint16_t)node,
			.to = (uint16_t)to,
			.mtu = entry.mtu,
			.quality = entry.quality,
			.medium = entry.medium,
		};
	}
	return at;
}

static void gather_all(struct graph *graph, const struct store *store, uint32_t *seen)
{
	uint32_t at = 0;

	memset(seen, 0, graph->nodes * sizeof(*seen));
	for (uint32_t node = 0; node < graph->nodes; node++) {
		const struct store_node *kept = store_node(store, node);

		vertices(graph)[node] = (struct vertex){
			.id = id_of(&kept->address),
			.start = at,
			.transits = (kept->flags & (RECORD_NO_TRANSIT | RECORD_STUB)) == 0,
		};
		at = gather(graph, store, node, seen, at);
	}
	vertices(graph)[graph->nodes].start = at;
}

/* Makes lists of the claims to each node. */
static void list_claims(struct graph *graph, uint32_t *heads)
{
	memset(heads, 0, graph->nodes * sizeof(*heads));
	for (uint32_t at = 0; at < vertices(graph)[graph->nodes].start; at++) {
		uint32_t *head = &heads[links(graph)[at].to];

		later(graph)[at] = *head;
		*head = at + 1;
	}
}

/* Holds the claims to a node against its own. by: the claim of a node to this one, index + 1; what
 * is left there from other nodes leads elsewhere. */
static void pair(struct graph *graph, uint32_t node, uint32_t head, uint32_t *by)
{
	struct graph_link *all = links(graph);

	while (head != 0) {
		uint32_t at = head - 1;

		head = later(graph)[at];
		later(graph)[at] = 0;
		by[all[at].from] = at + 1;
	}
	for (uint32_t own = vertices(graph)[node].start; own < vertices(graph)[node + 1].start;
	     own++) {
		uint32_t at = by[all[own].to] - 1;

		if (at == UINT32_MAX || all[at].to != node)
			continue;
		later(graph)[at] = PAIRED;
		if (all[at].cost_us < all[own].cost_us)
			all[at].cost_us = all[own].cost_us;
		if (all[at].mtu > all[own].mtu)
			all[at].mtu = all[own].mtu;
	}
}

/* Keeps the claims that found their counterpart. */
static void close_up(struct graph *graph)
{
	uint32_t from = 0, to = 0;

	for (uint32_t node = 0; node < graph->nodes; node++) {
		vertices(graph)[node].start = to;
		for (; from < vertices(graph)[node + 1].start; from++) {
			if (later(graph)[from] == PAIRED)
				links(graph)[to++] = links(graph)[from];
		}
	}
	vertices(graph)[graph->nodes].start = to;
}

void graph_build(struct graph *graph, const struct store *store, uint32_t *scratch)
{
	uint32_t *heads = scratch;

	graph->nodes = store_nodes_end(store);
	gather_all(graph, store, scratch);
	list_claims(graph, heads);
	scratch += graph->nodes;
	memset(scratch, 0, graph->nodes * sizeof(*scratch));
	for (uint32_t node = 0; node < graph->nodes; node++)
		pair(graph, node, heads[node], scratch);
	close_up(graph);
}

uint32_t graph_nodes(const struct graph *graph)
{
	return graph->nodes;
}

const struct graph_link *graph_links(const struct graph *graph, uint32_t node, uint32_t *count)
{
	const struct vertex *vertex = &vertices(graph)[node];

	REQUIRE(node < graph->nodes);
	*count = vertex[1].start - vertex->start;
	return &links(graph)[vertex->start];
}

const struct graph_link *graph_link(const struct graph *graph, uint32_t from, uint32_t to)
{
	uint32_t count;
	const struct graph_link *link = graph_links(graph, from, &count);

	while (count > 0 && link->to != to) {
		link++;
		count--;
	}
	REQUIRE(count > 0);
	return link;
}

bool graph_transits(const struct graph *graph, uint32_t node)
{
	return vertices(graph)[node].transits;
}

uint64_t graph_id(const struct graph *graph, uint32_t node)
{
	return vertices(graph)[node].id;
}
