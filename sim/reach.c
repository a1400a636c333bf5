/* Every pair is asked up to five times at equal distances; who is asked when is spread evenly, for
 * first packets begin handshakes and nodes meet only so many of these at once. */
#include "sim/reach.h"

#include "sim/memory.h"

#include <stdlib.h>

enum {
	ROUNDS = 50,
	TURNS = 10, /* a pair is asked in one of so many rounds */
	PING_BYTES = 100,
};

static void ask_at(struct world *world, uint32_t number, instant when, uint32_t round)
{
	struct event event = {
		.kind = EVENT_PREPARE, .subject = number, .round = round, .when = when};

	heap_push(&world->heap, &event);
}

void reach_begin(struct world *world, uint32_t number)
{
	const struct expectation *expectation = &world->scenario->expectations[number];
	struct standing *standing = &world->standings[number];

	pairs_make(&standing->pairs, expectation, world->topology.nodes, world->seed, number);
	standing->answered = memory_zeroed(standing->pairs.count, sizeof(bool));
	ask_at(world, number, (instant){expectation->by.us - expectation->within.us}, 0);
}

/* Whose links are looked at next, and what was found. */
struct search {
	uint32_t *labels, *queue, queued;
};

/* Gives all that can be reached from a port by one link the label of its node. */
static void spread(const struct world *world, const struct topology_port *at, struct search *search)
{
	for (uint32_t arc = at->first; arc < at->first + at->count; arc++) {
		uint32_t to = world->topology.ports[world->topology.arcs[arc].to].node;
		if (search->labels[to] != TOPOLOGY_NONE || !world_usable(world, arc))
			continue;
		search->labels[to] = search->labels[at->node];
		search->queue[search->queued++] = to;
	}
}

/* Gives all that can be reached from a node its number as label. */
static void label(const struct world *world, uint32_t node, struct search *search)
{
	const struct topology *topology = &world->topology;

	search->labels[node] = node;
	search->queued = 0;
	search->queue[search->queued++] = node;
	for (uint32_t i = 0; i < search->queued; i++) {
		uint32_t port = topology_port(topology, search->queue[i], 0);
		for (uint32_t link = 1; port != TOPOLOGY_NONE; link++) {
			spread(world, &topology->ports[port], search);
			port = topology_port(topology, search->queue[i], link);
		}
	}
}

/* A number for each node, equal for those that are connected. The caller frees it. */
static uint32_t *labels_of(const struct world *world)
{
	uint32_t nodes = world->topology.nodes;
	struct search search = {.labels = memory_array(NULL, nodes, sizeof(*search.labels)),
				.queue = memory_array(NULL, nodes, sizeof(*search.queue))};

	for (uint32_t i = 0; i < nodes; i++)
		search.labels[i] = TOPOLOGY_NONE;
	for (uint32_t i = 0; i < nodes; i++)
		if (search.labels[i] == TOPOLOGY_NONE)
			label(world, i, &search);
	free(search.queue);
	return search.labels;
}

void reach_ask(struct world *world, uint32_t number, uint32_t round)
{
	const struct expectation *expectation = &world->scenario->expectations[number];
	const struct standing *standing = &world->standings[number];
	duration pause = duration_us(expectation->within.us / ROUNDS);
	uint32_t *labels = labels_of(world);

	for (uint32_t i = round % TURNS; i < standing->pairs.count; i += TURNS) {
		const struct pair *pair = &standing->pairs.pairs[i];
		struct parcel parcel = {.kind = PARCEL_PING,
					.from = pair->from,
					.to = pair->to,
					.size = PING_BYTES,
					.expectation = number,
					.number = i};
		if (!standing->answered[i] && labels[pair->from] == labels[pair->to])
			world_send(world, &parcel);
	}
	free(labels);
	if (round + 1 < ROUNDS)
		ask_at(world, number, instant_after(world->now, pause), round + 1);
}

void reach_judge(struct world *world, uint32_t number)
{
	struct standing *standing = &world->standings[number];
	uint32_t *labels = labels_of(world);

	for (uint32_t i = 0; i < standing->pairs.count; i++) {
		const struct pair *pair = &standing->pairs.pairs[i];
		if (labels[pair->from] != labels[pair->to])
			continue;
		standing->wanted++;
		standing->found += standing->answered[i];
	}
	standing->passed = standing->wanted > 0 && standing->found == standing->wanted;
	free(labels);
}
