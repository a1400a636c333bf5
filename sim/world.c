/* Making a world, and the loop that takes one event after another. */
#include "sim/world.h"

#include "route/route.h"

#include "sim/judge.h"
#include "sim/medium.h"
#include "sim/memory.h"
#include "sim/mobility.h"
#include "sim/orders.h"
#include "sim/resume.h"
#include "sim/stream.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	SPARE = 4,   /* neighbours and peers a node has room for beyond those it can hear */
	REMOTE = 12, /* peers beyond them, further away */
	ROUTE_NODES_MOST = 2048,
	STAGED = 8,
	MTU = 1500,
	DELAY_US = 100,
	HOLD_MS = 2,
	NODE_MOST = 0xffffff, /* a link address has three bytes for the node, two for the link */
};

#define MONTH_MS (UINT32_C(30) * 24 * 3600 * 1000)

struct lladdr world_lladdr(const struct world *world, uint32_t port)
{
	const struct topology_port *at = &world->topology.ports[port];

	return (struct lladdr){{2, (uint8_t)at->link, (uint8_t)(at->link >> 8),
				(uint8_t)(at->node >> 16), (uint8_t)(at->node >> 8),
				(uint8_t)at->node}};
}

uint32_t world_port(const struct world *world, struct lladdr lladdr)
{
	struct reader reader = reader_of(lladdr.bytes, LLADDR);
	bool ours = reader_u8(&reader) == 2;
	uint32_t link = reader_u8(&reader);
	uint32_t rest = reader_u32(&reader), node = rest & NODE_MOST;

	link |= rest >> 24 << 8;

	return ours ? topology_port(&world->topology, node, link) : TOPOLOGY_NONE;
}

bool world_selects(const struct world *world, const struct select *select, uint32_t arc)
{
	const struct topology_port *from = &world->topology.ports[world->topology.arcs[arc].from];
	const struct topology_port *to = &world->topology.ports[world->topology.arcs[arc].to];

	switch (select->kind) {
	case SELECT_ALL:
		return true;
	case SELECT_NODES:
		return (from->node >= select->a && from->node <= select->b) ||
		       (to->node >= select->a && to->node <= select->b);
	case SELECT_PAIR:
		return (from->node == select->a && to->node == select->b) ||
		       (from->node == select->b && to->node == select->a);
	case SELECT_ONEWAY:
		return from->node == select->a && to->node == select->b;
	case SELECT_WIRE:
		return from->wire == select->a;
	}
	return false;
}

bool world_usable(const struct world *world, uint32_t arc)
{
	const struct topology_arc *ends = &world->topology.arcs[arc];
	uint32_t back = topology_arc(&world->topology, ends->to, ends->from);

	return !world->arcs[arc].cut && !world->arcs[back].cut && !world->arcs[arc].apart &&
	       world->ports[ends->from].running && world->ports[ends->to].running &&
	       world->hosts[world->topology.ports[ends->from].node].node != NULL &&
	       world->hosts[world->topology.ports[ends->to].node].node != NULL;
}

instant world_clock(const struct world *world, uint32_t node)
{
	return clock_read(&world->hosts[node].clock, world->now);
}

void world_visit(struct world *world, uint32_t node)
{
	*world->progress = (struct progress){world->now.us, node};
}

void world_breach(struct world *world, uint32_t node, const char *format, ...)
{
	char *text = world->breaches[world->broken % WORLD_BROKEN];
	int64_t us = instant_since(world->now, SCENARIO_BEGIN).us;
	va_list arguments;

	if (world->broken++ >= WORLD_BROKEN)
		return;
	int used = snprintf(text, WORLD_TEXT, "%lld.%06lld s, node %u: ", (long long)us / 1000000,
			    (long long)us % 1000000, node);
	va_start(arguments, format);
	vsnprintf(text + used, WORLD_TEXT - (size_t)used, format, arguments);
	va_end(arguments);
}

static void traits_name(struct traits *traits, const struct rule *rule)
{
	if (rule->delay)
		traits->delay = rule->traits.delay;
	if (rule->jitter)
		traits->jitter = rule->traits.jitter;
	if (rule->hold)
		traits->hold = rule->traits.hold;
	if (rule->loss)
		traits->loss_ppm = rule->traits.loss_ppm;
	if (rule->duplicate)
		traits->duplicate_ppm = rule->traits.duplicate_ppm;
	if (rule->reorder)
		traits->reorder_ppm = rule->traits.reorder_ppm;
	if (rule->corrupt)
		traits->corrupt_ppm = rule->traits.corrupt_ppm;
	if (rule->rate)
		traits->rate_bps = rule->traits.rate_bps;
	if (rule->mtu)
		traits->mtu = rule->traits.mtu;
}

/* Later lines count over earlier ones; a port has the least MTU of its arcs. */
static void make_arcs(struct world *world)
{
	const struct scenario *scenario = world->scenario;

	world->arcs = memory_zeroed(world->topology.arc_count, sizeof(*world->arcs));
	world->ports = memory_zeroed(world->topology.port_count, sizeof(*world->ports));
	for (uint32_t i = 0; i < world->topology.port_count; i++)
		world->ports[i] = (struct port){.running = true, .mtu = MTU};
	for (uint32_t arc = 0; arc < world->topology.arc_count; arc++) {
		struct traits *traits = &world->arcs[arc].traits;
		struct port *port = &world->ports[world->topology.arcs[arc].from];
		*traits = (struct traits){
			.delay = duration_us(DELAY_US), .hold = duration_ms(HOLD_MS), .mtu = MTU};
		for (size_t i = 0; i < scenario->rule_count; i++)
			if (world_selects(world, &scenario->rules[i].select, arc))
				traits_name(traits, &scenario->rules[i]);
		port->mtu = traits->mtu < port->mtu ? traits->mtu : port->mtu;
	}
}

uint32_t world_link(struct world *world, const struct rule *rule)
{
	uint32_t selected = 0;

	for (uint32_t arc = 0; arc < world->topology.arc_count; arc++) {
		if (!world_selects(world, &rule->select, arc))
			continue;
		traits_name(&world->arcs[arc].traits, rule);
		selected++;
	}
	for (uint32_t i = 0; rule->mtu && i < world->topology.port_count; i++) {
		const struct topology_port *port = &world->topology.ports[i];
		uint32_t mtu = MTU, before = world->ports[i].mtu;
		for (uint32_t arc = port->first; arc < port->first + port->count; arc++)
			if (world->arcs[arc].traits.mtu < mtu)
				mtu = world->arcs[arc].traits.mtu;
		world->ports[i].mtu = mtu;
		if (mtu != before)
			world_tell(world, i);
	}
	return selected;
}

static uint32_t limit_of(uint32_t asked, uint32_t needed)
{
	return asked != 0 ? asked : needed;
}

/* What nodes of that degree need for the records of so many. */
static struct route_limits route_limits_of(uint32_t nodes, uint32_t degree)
{
	uint32_t fragments = degree / RECORD_ENTRIES + 1;
	uint32_t bytes = RECORD_HEAD + WIRE_CERTIFICATE + SIGNATURE + degree * RECORD_ENTRY;
	uint32_t cells = fragments + bytes / (DATABASE_CELL - 4) + 1;

	nodes = nodes < ROUTE_NODES_MOST ? nodes : ROUTE_NODES_MOST;
	return (struct route_limits){.nodes = nodes,
				     .fragments = nodes * fragments + 16,
				     .cells = nodes * cells + 64,
				     .adjacent = degree};
}

static size_t memory_bytes(const struct world *world)
{
	return world->node_bytes * ((size_t)world->topology.nodes + 1);
}

/* Every node's memory lies in one mapping, touched only as nodes touch it. */
static bool make_memory(struct world *world, char complaint[LINE_COMPLAINT])
{
	uint32_t heard = topology_heard(&world->topology) + SPARE;
	const struct node_limits *asked = &world->scenario->limits;

	uint32_t nodes = limit_of(asked->route.nodes, world->topology.nodes + SPARE);

	world->limits = (struct node_limits){
		.links = topology_links(&world->topology),
		.neighbours = limit_of(asked->neighbours, heard),
		.peers = limit_of(asked->peers, heard + REMOTE),
		.staged = limit_of(asked->staged, STAGED),
		.route = route_limits_of(nodes, heard),
	};
	if (world->limits.links > LINKS_MAX) {
		snprintf(complaint, LINE_COMPLAINT, "%s: a node has %u links, %d can be",
			 world->scenario->name, world->limits.links, LINKS_MAX);
		return false;
	}
	world->node_bytes = (node_size(&world->limits) + 15) & ~(size_t)15;
	world->memory = mmap(NULL, memory_bytes(world), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (world->memory == MAP_FAILED) {
		snprintf(complaint, LINE_COMPLAINT, "%s: not enough memory", world->scenario->name);
		return false;
	}
	world->spare = world->memory + world->node_bytes * world->topology.nodes;
	return true;
}

/* Clocks begin anywhere within a month, for nodes must not rely on equal ones. */
static void make_clock(struct world *world, uint32_t node)
{
	struct rng stream;

	stream_begin(&stream, world->seed, "clock", node);
	world->hosts[node].clock = (struct clock){
		.world = SCENARIO_BEGIN,
		.own = instant_after(SCENARIO_BEGIN, duration_ms(rng_below(&stream, MONTH_MS))),
		.drift_ppm = world->scenario->drift_ppm[node]};
}

/* Addresses are known before nodes start: from the identity each will have. */
static void make_hosts(struct world *world)
{
	struct rng starts;

	world->hosts = memory_zeroed(world->topology.nodes, sizeof(*world->hosts));
	stream_begin(&starts, world->seed, "starts", 0);
	for (uint32_t i = 0; i < world->topology.nodes; i++) {
		instant when = instant_after(SCENARIO_BEGIN, rng_between(&starts, duration_us(0),
									 world->scenario->spread));
		make_clock(world, i);
		world->hosts[i].armed = INSTANT_NEVER;
		world->hosts[i].memory = world->memory + i * world->node_bytes;
		world->hosts[i].address = world_address(world, i);
		if (!world->scenario->absent[i])
			heap_push(&world->heap,
				  &(struct event){.kind = EVENT_START, .subject = i, .when = when});
	}
}

static void make_topology(struct world *world)
{
	const struct scenario *scenario = world->scenario;
	const struct topology *edges = &scenario->edges;
	struct topology *topology = &world->topology;

	pattern_make(&scenario->pattern, world->seed, topology);
	mobility_widen(scenario, topology);
	if (scenario->pattern.kind != PATTERN_EDGES)
		return;
	*topology = *edges;
	topology->ports = memory_array(NULL, edges->port_count, sizeof(*edges->ports));
	topology->arcs = memory_array(NULL, edges->arc_count, sizeof(*edges->arcs));
	memcpy(topology->ports, edges->ports, edges->port_count * sizeof(*edges->ports));
	memcpy(topology->arcs, edges->arcs, edges->arc_count * sizeof(*edges->arcs));
}

struct world *world_new(const struct scenario *scenario, uint64_t seed, struct progress *progress,
			char complaint[LINE_COMPLAINT])
{
	struct world *world = memory_zeroed(1, sizeof(*world));

	world->scenario = scenario;
	world->seed = seed;
	world->progress = progress != NULL ? progress : &world->own;
	world->now = SCENARIO_BEGIN;
	world->memory = MAP_FAILED;
	world->outbox = memory_zeroed(1, sizeof(*world->outbox));
	stream_begin(&world->lies, seed, "lies", 0);
	make_topology(world);
	make_arcs(world);
	if (!make_memory(world, complaint)) {
		world_free(world);
		return NULL;
	}
	make_hosts(world);
	mobility_begin(world);
	stack_begin(world);
	orders_begin(world);
	judge_begin(world);
	return world;
}

void world_free(struct world *world)
{
	struct event event;

	while (heap_pop(&world->heap, INSTANT_NEVER, &event))
		if (event.kind == EVENT_FRAME)
			medium_release(event.frame);
	heap_free(&world->heap);
	medium_untap(world);
	for (size_t i = 0; world->standings != NULL && i < world->scenario->expectation_count;
	     i++) {
		free(world->standings[i].answered);
		pairs_free(&world->standings[i].pairs);
	}
	if (world->memory != MAP_FAILED)
		munmap(world->memory, memory_bytes(world));
	topology_free(&world->topology);
	nonces_free(&world->nonces);
	reference_free(&world->reference);
	ledger_free(&world->ledger);
	errors_free(&world->errors);
	traffic_free(&world->traffic);
	stack_free(world);
	free(world->hosts);
	free(world->ports);
	free(world->arcs);
	free(world->walkers);
	free(world->orders);
	free(world->standings);
	free(world->outbox);
	free(world);
}

/* A TIME event that is not the one the node is armed with was overtaken by an earlier one. */
static void take_time(struct world *world, uint32_t node)
{
	struct host *host = &world->hosts[node];

	if (host->node == NULL || host->armed.us != world->now.us)
		return;
	host->armed = INSTANT_NEVER;
	world_rest(world, node);
}

static void take(struct world *world, const struct event *event)
{
	switch (event->kind) {
	case EVENT_START:
		world_start(world, event->subject);
		break;
	case EVENT_TIME:
		take_time(world, event->subject);
		break;
	case EVENT_FRAME:
		medium_arrive(world, event->subject, event->frame);
		break;
	case EVENT_ORDER:
		orders_carry(world, event->subject, event->round);
		break;
	case EVENT_PREPARE:
		judge_prepare(world, event->subject, event->round);
		break;
	case EVENT_PACKET:
		world_packet(world, event->subject);
		break;
	case EVENT_PROGRAM:
		program_time(world, event->subject, (enum program_kind)event->round);
		break;
	case EVENT_JUDGE:
		judge(world, event->subject);
		break;
	case EVENT_RESUME:
		resume_node(world, (enum resume)event->round, event->subject);
		break;
	case EVENT_STEP:
		mobility_step(world, event->subject, event->round);
		break;
	}
}

bool world_step(struct world *world, instant end)
{
	struct event event;

	if (world->broken > 0 || !heap_pop(&world->heap, end, &event))
		return false;
	world->now = event.when;
	world->tally.events++;
	take(world, &event);
	return true;
}

void world_run(struct world *world)
{
	while (world_step(world, world->scenario->end))
		;
}

bool world_passed(const struct world *world)
{
	bool passed = world->broken == 0;

	for (size_t i = 0; i < world->scenario->expectation_count; i++)
		passed = passed && world->standings[i].judged && world->standings[i].passed;
	return passed;
}
