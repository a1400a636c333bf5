/* Computed in this order: the graph; who is connected; the shortest paths from ourselves; a tree
 * for each lane, from which next hops and MTUs follow nearest nodes first; last, what lies at which
 * distance from our neighbours, for the alternates. The invariant: what is said of a node was true
 * of the database at the last computation. docs/protocol/route.md, sections 4 and 5; RFC 5286. */
#include "route/paths.h"

#include "route/graph.h"
#include "route/lane.h"
#include "route/spf.h"

#include <string.h>

enum {
	ALIGNMENT = 16,
	NOWHERE = UINT16_MAX, /* no node */
	MTU_MOST = 1500,
	NEIGHBOURS = 16, /* from whom distances are computed: those of the cheapest links */
};

/* Arrays of one element a node, some of one a lane and node. */
struct columns {
	uint64_t *distance; /* from ourselves */
	uint64_t *other;    /* from a neighbour; and scratch */
	uint64_t *detour;   /* over the alternate, µs */
	uint16_t *alternate;
	uint16_t *order, *heap, *place;
	uint16_t *mtu;	    /* over all lanes */
	uint16_t *lane_mtu; /* of the lane at hand */
	uint16_t *before;   /* by lane and node */
	uint16_t *next;	    /* by lane and node */
	uint8_t *reached;   /* connected, whatever transits */
};

struct paths {
	uint32_t capacity; /* nodes there may be */
	uint32_t nodes;	   /* nodes that were looked at: 0 before the first computation */
	uint32_t found;	   /* those with a path */
	uint64_t graph;	   /* offset from here, bytes */
};

/* The bytes a part takes, so that the next one is aligned. */
static uintptr_t aligned(uintptr_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static uintptr_t column_size(uint32_t capacity, uint32_t width)
{
	return aligned((uintptr_t)capacity * width);
}

/* Where each part begins that lies behind the head; the graph comes last. */
static uintptr_t lay_out(uintptr_t at, uint32_t capacity, struct columns *columns)
{
	uintptr_t words = column_size(capacity, sizeof(uint64_t));
	uintptr_t shorts = column_size(capacity, sizeof(uint16_t));
	uintptr_t lanes = column_size(capacity, WIRE_LANES * sizeof(uint16_t));

	at += aligned(sizeof(struct paths));
	columns->distance = (uint64_t *)at;
	columns->other = (uint64_t *)(at + words);
	columns->detour = (uint64_t *)(at + 2 * words);
	at += 3 * words;
	columns->alternate = (uint16_t *)at;
	columns->order = (uint16_t *)(at + shorts);
	columns->heap = (uint16_t *)(at + 2 * shorts);
	columns->place = (uint16_t *)(at + 3 * shorts);
	columns->mtu = (uint16_t *)(at + 4 * shorts);
	columns->lane_mtu = (uint16_t *)(at + 5 * shorts);
	at += 6 * shorts;
	columns->before = (uint16_t *)at;
	columns->next = (uint16_t *)(at + lanes);
	columns->reached = (uint8_t *)(at + 2 * lanes);
	return at + 2 * lanes + column_size(capacity, sizeof(uint8_t));
}

size_t paths_size(const struct route_limits *limits)
{
	struct columns columns;

	return lay_out(0, limits->nodes, &columns) + graph_size(limits);
}

static struct columns columns_of(const struct paths *paths)
{
	struct columns columns;

	lay_out((uintptr_t)paths, paths->capacity, &columns);
	return columns;
}

static struct graph *graph_of(const struct paths *paths)
{
	return (struct graph *)((uintptr_t)paths + (uintptr_t)paths->graph);
}

struct paths *paths_init(void *memory, const struct route_limits *limits)
{
	struct paths *paths = memory;
	struct columns columns;

	REQUIRE(limits->nodes < NOWHERE);
	paths->capacity = limits->nodes;
	paths->graph = lay_out((uintptr_t)paths, limits->nodes, &columns) - (uintptr_t)paths;
	graph_init(graph_of(paths), limits);
	return paths;
}

static uint8_t one_more(uint8_t links)
{
	return links < UINT8_MAX ? links + 1 : UINT8_MAX;
}

/* Who is reached over links, transit or not, and how far they are: breadth first. */
static void connect(const struct paths *paths, const struct columns *columns)
{
	uint32_t known = 1;

	memset(columns->reached, 0, paths->nodes);
	columns->reached[DATABASE_OWN] = 1;
	columns->order[0] = DATABASE_OWN;
	for (uint32_t i = 0; i < known; i++) {
		uint32_t count;
		const struct graph_link *link =
			graph_links(graph_of(paths), columns->order[i], &count);

		for (; count > 0; link++, count--) {
			if (columns->reached[link->to])
				continue;
			columns->reached[link->to] = one_more(columns->reached[link->from]);
			columns->order[known++] = link->to;
		}
	}
}

static uint16_t lesser(uint16_t a, uint16_t b)
{
	return a < b ? a : b;
}

/* Next hops and MTUs of a lane whose tree is there. */
static void lane_follow(const struct paths *paths, const struct columns *columns, uint32_t lane)
{
	const uint16_t *before = columns->before + (size_t)lane * paths->capacity;
	uint16_t *next = columns->next + (size_t)lane * paths->capacity;
	uint16_t *mtu = columns->lane_mtu;

	next[DATABASE_OWN] = DATABASE_OWN;
	mtu[DATABASE_OWN] = MTU_MOST;
	for (uint32_t i = 1; i < paths->found; i++) {
		uint16_t node = columns->order[i], last = before[node];

		next[node] = last == DATABASE_OWN ? node : next[last];
		mtu[node] = lesser(mtu[last], graph_link(graph_of(paths), node, last)->mtu);
		columns->mtu[node] = lesser(columns->mtu[node], mtu[node]);
	}
}

static void lanes_compute(const struct paths *paths, const struct columns *columns,
			  const struct spf *spf)
{
	for (uint32_t node = 0; node < paths->nodes; node++)
		columns->mtu[node] = MTU_MOST;
	for (uint32_t lane = 0; lane < WIRE_LANES; lane++) {
		lane_tree(graph_of(paths), spf, paths->found, lane,
			  columns->before + (size_t)lane * paths->capacity);
		lane_follow(paths, columns, lane);
	}
}

/* Our cheapest links, cheapest first; returns how many. */
static uint32_t cheapest(const struct paths *paths, const struct graph_link *out[NEIGHBOURS])
{
	uint32_t links, held = 0;
	const struct graph_link *link = graph_links(graph_of(paths), DATABASE_OWN, &links);

	for (; links > 0; link++, links--) {
		uint32_t at = held < NEIGHBOURS ? held++ : NEIGHBOURS;

		for (; at > 0 && link->cost_us < out[at - 1]->cost_us; at--) {
			if (at < NEIGHBOURS)
				out[at] = out[at - 1];
		}
		if (at < NEIGHBOURS)
			out[at] = link;
	}
	return held;
}

/* Over a neighbour whose distances are there: to whom is it a better alternate than those before?
 * It must carry what is not for itself, and its own way must not lead back over us. */
static void alternates_over(const struct paths *paths, const struct columns *columns,
			    const struct graph_link *link)
{
	bool transits = graph_transits(graph_of(paths), link->to);
	uint64_t back = spf_metric(columns->other[DATABASE_OWN]);

	for (uint32_t node = DATABASE_OWN + 1; node < paths->nodes; node++) {
		uint64_t from_us = columns->distance[node], from_it = columns->other[node];
		uint64_t detour = link->cost_us + spf_metric(from_it);

		if (from_us == SPF_FAR || from_it == SPF_FAR || columns->next[node] == link->to ||
		    (!transits && node != link->to))
			continue;
		if (spf_metric(from_it) >= back + spf_metric(from_us) ||
		    detour >= columns->detour[node])
			continue;
		columns->detour[node] = detour;
		columns->alternate[node] = link->to;
	}
}

static void alternates_compute(const struct paths *paths, const struct columns *columns)
{
	const struct graph_link *links[NEIGHBOURS];
	uint32_t count = cheapest(paths, links);
	struct spf spf = {.distance = columns->other,
			  .order = columns->order,
			  .heap = columns->heap,
			  .place = columns->place};

	for (uint32_t node = 0; node < paths->nodes; node++) {
		columns->alternate[node] = NOWHERE;
		columns->detour[node] = UINT64_MAX;
	}
	for (uint32_t i = 0; count > 1 && i < count; i++) {
		spf_run(&spf, graph_of(paths), links[i]->to);
		alternates_over(paths, columns, links[i]);
	}
}

void paths_compute(struct paths *paths, const struct database *database)
{
	struct columns columns = columns_of(paths);
	struct spf spf = {.distance = columns.distance,
			  .order = columns.order,
			  .heap = columns.heap,
			  .place = columns.place};

	_Static_assert(GRAPH_SCRATCH * sizeof(uint32_t) <= sizeof(uint64_t), "other is scratch");
	graph_build(graph_of(paths), database_store(database), (uint32_t *)columns.other);
	paths->nodes = graph_nodes(graph_of(paths));
	connect(paths, &columns);
	paths->found = spf_run(&spf, graph_of(paths), DATABASE_OWN);
	lanes_compute(paths, &columns, &spf);
	alternates_compute(paths, &columns);
}

const uint8_t *paths_reached(const struct paths *paths)
{
	return columns_of(paths).reached;
}

void paths_to(const struct paths *paths, uint32_t node, struct path *path)
{
	struct columns columns = columns_of(paths);
	uint64_t metric;

	*path = (struct path){.alternate = DATABASE_NONE};
	for (uint32_t lane = 0; lane < WIRE_LANES; lane++)
		path->next[lane] = DATABASE_NONE;
	if (node >= paths->nodes || columns.distance[node] == SPF_FAR)
		return;
	metric = spf_metric(columns.distance[node]);
	path->reached = true;
	path->metric_us = metric < UINT32_MAX ? (uint32_t)metric : UINT32_MAX;
	path->hops = (uint16_t)columns.distance[node];
	path->mtu = columns.mtu[node];
	for (uint32_t lane = 0; lane < WIRE_LANES; lane++)
		path->next[lane] = columns.next[(size_t)lane * paths->capacity + node];
	if (columns.alternate[node] != NOWHERE)
		path->alternate = columns.alternate[node];
}

uint32_t paths_before(const struct paths *paths, uint32_t lane, uint32_t node)
{
	struct columns columns = columns_of(paths);

	REQUIRE(lane < WIRE_LANES);
	if (node == DATABASE_OWN || node >= paths->nodes || columns.distance[node] == SPF_FAR)
		return DATABASE_NONE;
	return columns.before[(size_t)lane * paths->capacity + node];
}

bool paths_link(const struct paths *paths, uint32_t node, uint32_t *cursor, struct paths_link *link)
{
	const struct graph_link *links;
	uint32_t count;

	if (node >= paths->nodes)
		return false;
	links = graph_links(graph_of(paths), node, &count);
	if (*cursor >= count)
		return false;
	links += (*cursor)++;
	*link = (struct paths_link){
		.to = links->to,
		.cost_us = links->cost_us,
		.mtu = links->mtu,
		.quality = links->quality,
		.medium = links->medium,
	};
	return true;
}

const struct graph *paths_graph(const struct paths *paths)
{
	return graph_of(paths);
}
