/* A walker's place follows from where and when its way began, not from the step before, so that
 * rounding does not add up. Each walker draws from a stream of its own. */
#include "sim/mobility.h"

#include "sim/memory.h"
#include "sim/stream.h"

#include <stdlib.h>

enum {
	STEP_MS = 100,
	SECOND_US = 1000000,
};

/* A node that walks, as one move line has it. */
struct walker {
	uint32_t node;
	const struct motion *motion;
	struct rng stream;
	struct topology_place from, to;
	int64_t length; /* of the way between them */
	instant begun;
};

static void need_disc(const struct scenario *scenario, struct line *line)
{
	if (scenario->pattern.kind != PATTERN_DISC)
		line_refuse(line, "nodes have places on a disc only");
}

struct topology_place mobility_read_place(const struct scenario *scenario, struct line *line)
{
	uint64_t x = 0, y = 0;

	need_disc(scenario, line);
	line_expect(line, "to");
	const char *word = line_word(line, "a place"), *at = word;
	if (!line_digits(&at, &x) || *at++ != ',' || !line_digits(&at, &y) || *at != '\0' ||
	    x >= TOPOLOGY_SIDE || y >= TOPOLOGY_SIDE)
		line_refuse(line, "\"%s\" is no place: write X,Y, each 0 to %d", word,
			    TOPOLOGY_SIDE - 1);
	return (struct topology_place){(int32_t)x, (int32_t)y};
}

void mobility_read(struct scenario *scenario, struct line *line)
{
	struct select select = scenario_select(scenario, line);
	struct motion motion = {.first = select.a, .last = select.b};

	need_disc(scenario, line);
	if (select.kind != SELECT_NODES)
		line_refuse(line, "that is for nodes: write 3 or 0..4");
	line_expect(line, "speed");
	motion.speed = (uint32_t)line_number(line, 1, TOPOLOGY_SIDE);
	line_expect(line, "from");
	motion.from = instant_after(SCENARIO_BEGIN, line_time(line));
	line_expect(line, "to");
	motion.to = instant_after(SCENARIO_BEGIN, line_time(line));
	if (instant_reached(motion.from, motion.to))
		line_refuse(line, "a walk ends after it begins");
	scenario->motions = memory_grown(scenario->motions, scenario->motion_count,
					 &scenario->motion_room, sizeof(motion));
	scenario->motions[scenario->motion_count++] = motion;
}

/* The nodes that move in a scenario; NULL if none does. The caller frees it. */
static bool *movers(const struct scenario *scenario, uint32_t nodes)
{
	bool *moves = memory_zeroed(nodes, sizeof(*moves)), any = false;

	for (size_t i = 0; i < scenario->motion_count; i++)
		for (uint32_t node = scenario->motions[i].first; node <= scenario->motions[i].last;
		     node++)
			moves[node] = any = true;
	for (size_t i = 0; i < scenario->order_count; i++)
		if (scenario->orders[i].kind == ORDER_MOVE)
			moves[scenario->orders[i].select.a] = any = true;
	if (any)
		return moves;
	free(moves);
	return NULL;
}

/* On a disc each node has one port, of its own number. */
void mobility_widen(const struct scenario *scenario, struct topology *topology)
{
	bool *moves = movers(scenario, topology->nodes);

	for (uint32_t i = 0; moves != NULL && i < topology->nodes; i++)
		for (uint32_t j = 0; j < i; j++)
			if ((moves[i] || moves[j]) && !topology_near(topology, i, j))
				topology_pair(topology, j, i);
	if (moves != NULL)
		topology_finish(topology);
	free(moves);
}

/* Looks who is in range of a node. */
static void look_around(struct world *world, uint32_t node)
{
	const struct topology *topology = &world->topology;
	const struct topology_port *port = &topology->ports[node];

	for (uint32_t arc = port->first; arc < port->first + port->count; arc++) {
		uint32_t other = topology->arcs[arc].to;
		bool apart = !topology_near(topology, node, other);
		world->arcs[arc].apart = apart;
		world->arcs[topology_arc(topology, other, node)].apart = apart;
	}
}

static int64_t root(int64_t square)
{
	int64_t found = 0;

	for (int64_t bit = 1 << 16; bit > 0; bit /= 2)
		if ((found + bit) * (found + bit) <= square)
			found += bit;
	return found;
}

static void way_begin(struct walker *walker, struct topology_place from, instant begun)
{
	walker->from = from;
	walker->begun = begun;
	walker->to.x = (int32_t)rng_below(&walker->stream, TOPOLOGY_SIDE);
	walker->to.y = (int32_t)rng_below(&walker->stream, TOPOLOGY_SIDE);
	int64_t x = walker->to.x - from.x, y = walker->to.y - from.y;
	walker->length = root(x * x + y * y);
}

/* How far a walker has come on its way; way after way ends until one has not. */
static int64_t walked(struct walker *walker, instant now)
{
	int64_t speed = walker->motion->speed;
	int64_t gone = instant_since(now, walker->begun).us * speed / SECOND_US;

	while (gone >= walker->length) {
		duration took = duration_us(walker->length * SECOND_US / speed);
		way_begin(walker, walker->to, instant_after(walker->begun, took));
		gone = instant_since(now, walker->begun).us * speed / SECOND_US;
	}
	return gone;
}

static void step_at(struct world *world, uint32_t number, instant when, uint32_t round)
{
	if (instant_reached(world->walkers[number].motion->to, when))
		heap_push(&world->heap, &(struct event){.kind = EVENT_STEP,
							.subject = number,
							.round = round,
							.when = when});
}

void mobility_begin(struct world *world)
{
	const struct scenario *scenario = world->scenario;
	uint32_t number = 0;

	for (uint32_t node = 0; world->topology.places != NULL && node < world->topology.nodes;
	     node++)
		look_around(world, node);
	for (size_t i = 0; i < scenario->motion_count; i++)
		world->walker_count += scenario->motions[i].last - scenario->motions[i].first + 1;
	world->walkers = memory_zeroed(world->walker_count, sizeof(*world->walkers));
	for (size_t i = 0; i < scenario->motion_count; i++) {
		const struct motion *motion = &scenario->motions[i];
		for (uint32_t node = motion->first; node <= motion->last; node++) {
			struct walker *walker = &world->walkers[number];
			walker->node = node;
			walker->motion = motion;
			stream_begin(&walker->stream, world->seed, "mobility",
				     (uint64_t)i << 32 | node);
			step_at(world, number++, motion->from, 0);
		}
	}
}

void mobility_step(struct world *world, uint32_t number, uint32_t round)
{
	struct walker *walker = &world->walkers[number];
	struct topology_place *place = &world->topology.places[walker->node];

	if (round == 0)
		way_begin(walker, *place, world->now);
	int64_t gone = walked(walker, world->now);
	int64_t x = walker->to.x - walker->from.x, y = walker->to.y - walker->from.y;
	place->x = walker->from.x + (int32_t)(x * gone / walker->length);
	place->y = walker->from.y + (int32_t)(y * gone / walker->length);
	look_around(world, walker->node);
	step_at(world, number, instant_after(world->now, duration_ms(STEP_MS)), round + 1);
}

void mobility_place(struct world *world, uint32_t node, struct topology_place place)
{
	for (size_t i = 0; i < world->walker_count; i++)
		if (world->walkers[i].node == node)
			way_begin(&world->walkers[i], place, world->now);
	world->topology.places[node] = place;
	look_around(world, node);
}
