/* Distances are relaxed until none changes any more, from a queue of nodes that came nearer. */
#include "sim/chart.h"

#include "node/value.h"
#include "route/cost.h"
#include "sim/index.h"
#include "sim/memory.h"

#include <stdlib.h>
#include <string.h>

/* Nodes by address; of two with one address the first. */
struct names {
	struct index index;
	uint32_t *nodes; /* by number */
};

static uint32_t name_number(struct names *names, const struct address *address)
{
	uint8_t name[INDEX_NAME] = {0};

	memcpy(name, address->bytes, ADDRESS);
	return index_number(&names->index, name);
}

static void names_make(struct names *names, const struct world *world)
{
	*names = (struct names){
		.nodes = memory_array(NULL, world->topology.nodes, sizeof(*names->nodes))};
	for (uint32_t i = 0; i < world->topology.nodes; i++) {
		size_t before = names->index.count;
		uint32_t number = name_number(names, &world->hosts[i].address);
		if (number == before)
			names->nodes[number] = i;
	}
}

static void add_entries(struct chart *chart, struct names *names, uint32_t node, uint32_t known,
			const struct record *record)
{
	for (uint32_t i = 0; i < record->entries; i++) {
		struct record_entry entry = record_entry(record, i);
		uint32_t number = name_number(names, &entry.address);
		if (number >= known)
			continue;
		chart->links = memory_grown(chart->links, chart->count, &chart->room,
					    sizeof(*chart->links));
		chart->links[chart->count++] =
			(struct chart_link){node, names->nodes[number], cost_us(entry.cost)};
	}
}

static void add_record(struct chart *chart, struct names *names, uint32_t known,
		       const struct world *world, uint32_t node)
{
	const struct database *database;
	uint8_t bytes[RECORD_MAX];
	struct record record;

	if (world->hosts[node].node == NULL)
		return;
	database = route_database(node_route(world->hosts[node].node));
	for (uint32_t at = database_first(database, DATABASE_OWN); at != DATABASE_NONE;
	     at = database_next(database, at)) {
		size_t size = database_copy(database, at, bytes);
		if (record_read(bytes, size, &record) == DROP_NONE)
			add_entries(chart, names, node, known, &record);
	}
}

static int by_ends(const void *a, const void *b)
{
	const struct chart_link *one = a, *other = b;

	if (one->from != other->from)
		return one->from < other->from ? -1 : 1;
	return one->to < other->to ? -1 : one->to > other->to;
}

/* Says where the links of each node begin. */
static void index_links(struct chart *chart)
{
	size_t at = 0;

	for (uint32_t node = 0; node <= chart->nodes; node++) {
		while (at < chart->count && chart->links[at].from < node)
			at++;
		chart->first[node] = at;
	}
}

/* Leaves what both ends list, at the greater cost. */
static void join_ends(struct chart *chart)
{
	struct chart_link *joined = memory_array(NULL, chart->count, sizeof(*joined));
	size_t count = 0;

	for (size_t i = 0; i < chart->count; i++) {
		struct chart_link link = chart->links[i];
		const struct chart_link *back = chart_link(chart, link.to, link.from);
		if (back == NULL)
			continue;
		if (back->cost_us > link.cost_us)
			link.cost_us = back->cost_us;
		joined[count++] = link;
	}
	free(chart->links);
	chart->links = joined;
	chart->count = count;
	index_links(chart);
}

void chart_make(struct chart *chart, const struct world *world)
{
	struct names names;

	*chart = (struct chart){.nodes = world->topology.nodes};
	chart->first = memory_array(NULL, (size_t)chart->nodes + 1, sizeof(*chart->first));
	names_make(&names, world);
	uint32_t known = (uint32_t)names.index.count;
	for (uint32_t i = 0; i < chart->nodes; i++)
		add_record(chart, &names, known, world, i);
	if (chart->count > 0)
		qsort(chart->links, chart->count, sizeof(*chart->links), by_ends);
	index_links(chart);
	join_ends(chart);
	index_free(&names.index);
	free(names.nodes);
}

const struct chart_link *chart_link(const struct chart *chart, uint32_t from, uint32_t to)
{
	const struct chart_link wanted = {.from = from, .to = to};
	size_t count = chart->first[from + 1] - chart->first[from];

	return count == 0 ? NULL
			  : bsearch(&wanted, chart->links + chart->first[from], count,
				    sizeof(wanted), by_ends);
}

/* A ring of nodes that came nearer, each in it once. */
struct ring {
	uint32_t *nodes, begin, count;
	bool *queued;
};

static void relax(const struct chart *chart, uint32_t node, uint64_t *distances, struct ring *ring)
{
	for (size_t i = chart->first[node]; i < chart->first[node + 1]; i++) {
		const struct chart_link *link = &chart->links[i];
		uint64_t distance = distances[node] + ((uint64_t)link->cost_us << 32 | 1);
		if (distance >= distances[link->to])
			continue;
		distances[link->to] = distance;
		if (ring->queued[link->to])
			continue;
		ring->queued[link->to] = true;
		ring->nodes[(ring->begin + ring->count++) % chart->nodes] = link->to;
	}
}

uint64_t *chart_distances(const struct chart *chart, uint32_t from)
{
	uint64_t *distances = memory_array(NULL, chart->nodes, sizeof(*distances));
	struct ring ring = {.nodes = memory_array(NULL, chart->nodes, sizeof(*ring.nodes)),
			    .queued = memory_zeroed(chart->nodes, sizeof(bool))};

	for (uint32_t i = 0; i < chart->nodes; i++)
		distances[i] = CHART_FAR;
	distances[from] = 0;
	ring.nodes[ring.count++] = from;
	while (ring.count > 0) {
		uint32_t node = ring.nodes[ring.begin];
		ring.begin = (ring.begin + 1) % chart->nodes;
		ring.count--;
		ring.queued[node] = false;
		relax(chart, node, distances, &ring);
	}
	free(ring.nodes);
	free(ring.queued);
	return distances;
}

void chart_free(struct chart *chart)
{
	free(chart->links);
	free(chart->first);
	*chart = (struct chart){0};
}
