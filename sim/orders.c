/* Orders change arcs, ports and nodes; the nodes are told only what a host would notice. Chaos is
 * orders in pairs, a fault and what undoes it, drawn from a stream of its own. */
#include "sim/orders.h"

#include "sim/lies.h"
#include "sim/medium.h"
#include "sim/memory.h"
#include "sim/resume.h"
#include "sim/mobility.h"
#include "sim/stream.h"

enum { FAULT_MOST_MS = 8000 }; /* how long a fault of chaos lasts at most */

void orders_add(struct world *world, const struct order *order)
{
	struct event event = {
		.kind = EVENT_ORDER, .subject = (uint32_t)world->order_count, .when = order->at};

	world->orders =
		memory_grown(world->orders, world->order_count, &world->order_room, sizeof(*order));
	world->orders[world->order_count++] = *order;
	heap_push(&world->heap, &event);
	if (order->kind == ORDER_REPLAY || order->kind == ORDER_MUTATE)
		medium_tap(world);
}

/* What a fault of chaos is, and what ends it; liars end by themselves. */
struct fault {
	enum order_kind begin, end;
	enum select_kind select;
};

static const struct fault faults[] = {
	{ORDER_CUT, ORDER_HEAL, SELECT_PAIR},	     {ORDER_CUT, ORDER_HEAL, SELECT_ONEWAY},
	{ORDER_DOWN, ORDER_UP, SELECT_ONEWAY},	     {ORDER_DOWN, ORDER_UP, SELECT_PAIR},
	{ORDER_CRASH, ORDER_RESTART, SELECT_NODES},  {ORDER_REPLAY, ORDER_REPLAY, SELECT_PAIR},
	{ORDER_MUTATE, ORDER_MUTATE, SELECT_PAIR},   {ORDER_FORGE, ORDER_FORGE, SELECT_PAIR},
	{ORDER_PARTITION, ORDER_HEAL, SELECT_NODES},
};

static void fault_draw(struct world *world, struct rng *stream)
{
	const struct chaos *chaos = &world->scenario->chaos;
	const struct fault *fault = &faults[rng_below(stream, sizeof(faults) / sizeof(faults[0]))];
	uint32_t arc = rng_below(stream, (uint32_t)world->topology.arc_count);
	const struct topology_arc *ends = &world->topology.arcs[arc];
	struct order order = {.kind = fault->begin,
			      .count = 1 + rng_below(stream, 30),
			      .every = duration_ms(1 + rng_below(stream, 100))};
	duration span = {instant_since(chaos->to, chaos->from).us};

	order.select = (struct select){fault->select, world->topology.ports[ends->from].node,
				       world->topology.ports[ends->to].node};
	if (fault->select == SELECT_NODES)
		order.select.b = order.select.a;
	order.at = instant_after(chaos->from, rng_between(stream, duration_us(0), span));
	orders_add(world, &order);
	duration left = {instant_since(chaos->to, order.at).us};
	duration most = duration_ms(FAULT_MOST_MS);
	order.at = instant_after(
		order.at, rng_between(stream, duration_us(0), left.us < most.us ? left : most));
	order.kind = fault->end;
	if (fault->begin != fault->end)
		orders_add(world, &order);
}

void orders_begin(struct world *world)
{
	struct rng stream;

	for (size_t i = 0; i < world->scenario->order_count; i++)
		orders_add(world, &world->scenario->orders[i]);
	stream_begin(&stream, world->seed, "faults", 0);
	for (uint32_t i = 0; i < world->scenario->chaos.faults; i++)
		fault_draw(world, &stream);
}

static void set_cut(struct world *world, const struct select *select, bool cut)
{
	for (uint32_t arc = 0; arc < world->topology.arc_count; arc++)
		if (world_selects(world, select, arc))
			world->arcs[arc].cut = cut;
}

static bool inside(const struct select *select, uint32_t node)
{
	return node >= select->a && node <= select->b;
}

static void partition(struct world *world, const struct select *select)
{
	for (uint32_t arc = 0; arc < world->topology.arc_count; arc++) {
		const struct topology_arc *ends = &world->topology.arcs[arc];
		if (inside(select, world->topology.ports[ends->from].node) !=
		    inside(select, world->topology.ports[ends->to].node))
			world->arcs[arc].cut = true;
	}
}

/* The ports an arc leaves from; of nodes their own ports only. */
static void set_carrier(struct world *world, const struct select *select, bool running)
{
	for (uint32_t arc = 0; arc < world->topology.arc_count; arc++) {
		uint32_t port = world->topology.arcs[arc].from;
		bool theirs = select->kind != SELECT_NODES ||
			      inside(select, world->topology.ports[port].node);
		if (!theirs || world->ports[port].running == running ||
		    !world_selects(world, select, arc))
			continue;
		world->ports[port].running = running;
		world_tell(world, port);
	}
}

static void crash(struct world *world, const struct select *select)
{
	for (uint32_t node = select->a; node <= select->b; node++)
		world_stop(world, node);
}

/* In the second round whoever is not gone by then goes. */
static void leave(struct world *world, const struct order *order, uint32_t round)
{
	for (uint32_t node = order->select.a; node <= order->select.b; node++) {
		if (round == 0)
			world_leave(world, node);
		else if (world->hosts[node].leaving)
			world_stop(world, node);
	}
}

static void start(struct world *world, const struct select *select)
{
	for (uint32_t node = select->a; node <= select->b; node++)
		world_start(world, node);
}

static void resume(struct world *world, const struct select *select, enum resume how)
{
	for (uint32_t node = select->a; node <= select->b; node++)
		resume_node(world, how, node);
}

/* Whatever became due meanwhile is done at once, as after a sleep. */
static void jump(struct world *world, const struct order *order)
{
	for (uint32_t node = order->select.a; node <= order->select.b; node++) {
		clock_jump(&world->hosts[node].clock, world->now, order->by);
		if (world->hosts[node].node != NULL)
			world_rest(world, node);
	}
}

static void allow(struct world *world, const struct order *order)
{
	for (uint32_t node = order->select.a; node <= order->select.b; node++) {
		world->hosts[node].members = order->members;
		world_allow(world, node);
		if (world->hosts[node].node != NULL)
			world_rest(world, node);
	}
}

void orders_carry(struct world *world, uint32_t number, uint32_t round)
{
	const struct order *order = &world->orders[number];
	struct event again = {.kind = EVENT_ORDER,
			      .subject = number,
			      .round = round + 1,
			      .when = instant_after(world->now, order->every)};
	bool repeated = false;

	switch (order->kind) {
	case ORDER_CUT:
		set_cut(world, &order->select, true);
		break;
	case ORDER_HEAL:
		set_cut(world, &order->select, false);
		break;
	case ORDER_DOWN:
		set_carrier(world, &order->select, false);
		break;
	case ORDER_UP:
		set_carrier(world, &order->select, true);
		break;
	case ORDER_PARTITION:
		partition(world, &order->select);
		break;
	case ORDER_CRASH:
		crash(world, &order->select);
		break;
	case ORDER_LEAVE:
		leave(world, order, round);
		repeated = true;
		break;
	case ORDER_RESTART:
	case ORDER_JOIN:
		start(world, &order->select);
		break;
	case ORDER_JUMP:
		jump(world, order);
		break;
	case ORDER_MOVE:
		mobility_place(world, order->select.a, order->to);
		break;
	case ORDER_ALLOW:
		allow(world, order);
		break;
	case ORDER_RESUME:
		resume(world, &order->select, RESUME_SAVED);
		break;
	case ORDER_ADOPT:
		resume(world, &order->select, RESUME_ADOPTED);
		break;
	case ORDER_SEND:
		stack_order(world, order);
		repeated = true;
		break;
	case ORDER_REPLAY:
	case ORDER_MUTATE:
	case ORDER_FORGE:
		lies_tell(world, order);
		repeated = true;
		break;
	}
	if (repeated && again.round < order->count)
		heap_push(&world->heap, &again);
}
