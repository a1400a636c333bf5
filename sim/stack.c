/* A datagram that leaves a host becomes a packet for each copy its filters leave of it. One that is
 * to come back, or is for the host itself, is handed in at once: a node never sees it. */
#include "sim/stack.h"

#include "sim/memory.h"
#include "sim/stream.h"
#include "sim/world.h"

#include <stdio.h>
#include <stdlib.h>

/* NODES: all, 3, 0..4 */
static void read_nodes(const struct scenario *scenario, struct line *line, uint32_t *first,
		       uint32_t *last)
{
	struct select select = scenario_select(scenario, line);

	if (select.kind == SELECT_ALL)
		select = (struct select){SELECT_NODES, 0, scenario_nodes(scenario) - 1};
	if (select.kind != SELECT_NODES)
		line_refuse(line, "that is for nodes: write all, 3 or 0..4");
	*first = select.a;
	*last = select.b;
}

void stack_read_program(struct scenario *scenario, struct line *line)
{
	struct program_line added;

	read_nodes(scenario, line, &added.first, &added.last);
	program_read(line, scenario_nodes(scenario), &added.program);
	for (uint32_t i = added.first; added.program.asks && !line->failed && i <= added.last; i++)
		via_check(line, i, &added.program.via, added.program.peer);
	scenario->programs = memory_grown(scenario->programs, scenario->program_count,
					  &scenario->program_room, sizeof(added));
	scenario->programs[scenario->program_count++] = added;
}

static uint32_t filters_at(const struct scenario *scenario, uint32_t node, bool out)
{
	uint32_t count = 0;

	for (size_t i = 0; i < scenario->filter_count; i++) {
		const struct filter_line *line = &scenario->filters[i];
		count += line->out == out && node >= line->first && node <= line->last;
	}
	return count;
}

void stack_read_filter(struct scenario *scenario, struct line *line)
{
	struct filter_line added;

	read_nodes(scenario, line, &added.first, &added.last);
	added.out = line_took(line, "out");
	if (!added.out)
		line_expect(line, "in");
	filter_read(line, added.out, &added.filter);
	for (uint32_t i = added.first; !line->failed && i <= added.last; i++)
		if (filters_at(scenario, i, added.out) == FILTERS_MOST)
			line_refuse(line, "node %u has %d filters there already", i, FILTERS_MOST);
	scenario->filters = memory_grown(scenario->filters, scenario->filter_count,
					 &scenario->filter_room, sizeof(added));
	scenario->filters[scenario->filter_count++] = added;
}

bool stack_read_expected(struct line *line, struct expectation *expectation)
{
	if (line_took(line, "program")) {
		const char *word = line_word(line, "a program");
		expectation->kind = EXPECT_PROGRAM;
		expectation->program = program_named(word);
		if (expectation->program == PROGRAM_COUNT)
			line_refuse(line, "\"%s\" is no program", word);
		return true;
	}
	if (line_took(line, "filtered")) {
		const char *word = line_word(line, "a filter");
		expectation->kind = EXPECT_FILTERED;
		expectation->filter = filter_named(word);
		if (expectation->filter == FILTER_COUNT)
			line_refuse(line, "\"%s\" filters nothing", word);
		return true;
	}
	return false;
}

void stack_check_order(struct line *line, const struct order *order)
{
	uint32_t least = datagram_headers(&order->via) + TRAFFIC_LEAST - TRAFFIC_HEADERS;

	via_check(line, order->select.a, &order->via, order->select.b);
	if (order->hop_limit != 0)
		line_refuse(line, "hops and via do not go together");
	if (order->size < least)
		line_refuse(line, "over so many hosts a packet has at least %u bytes", least);
}

void stack_begin(struct world *world)
{
	const struct scenario *scenario = world->scenario;

	world->stacks = memory_zeroed(world->topology.nodes, sizeof(*world->stacks));
	for (size_t i = 0; i < scenario->program_count; i++) {
		const struct program_line *line = &scenario->programs[i];
		for (uint32_t node = line->first; node <= line->last; node++)
			program_at(world, node, line->program.kind)->program = &line->program;
	}
	for (size_t i = 0; i < scenario->filter_count; i++) {
		const struct filter_line *line = &scenario->filters[i];
		for (uint32_t node = line->first; node <= line->last; node++) {
			struct stack *stack = &world->stacks[node];
			chain_add(line->out ? &stack->out : &stack->in, &line->filter);
		}
	}
}

void stack_free(struct world *world)
{
	for (uint32_t i = 0; world->stacks != NULL && i < world->topology.nodes; i++) {
		chain_free(&world->stacks[i].in);
		chain_free(&world->stacks[i].out);
	}
	free(world->stacks);
}

void stack_start(struct world *world, uint32_t node)
{
	struct stack *stack = &world->stacks[node];

	chain_forget(&stack->in);
	chain_forget(&stack->out);
	for (uint32_t kind = 0; kind < PROGRAM_COUNT; kind++) {
		const struct program_type *type = program_type((enum program_kind)kind);
		stack->programs[kind].armed = INSTANT_NEVER;
		if (stack->programs[kind].program != NULL && type->start != NULL)
			type->start(world, node);
	}
}

/* To all programs of the host, or to whichever hands it on. */
static void hand(struct world *world, uint32_t node, const struct datagram *datagram)
{
	struct stack *stack = &world->stacks[node];
	bool here = datagram_last_leg(datagram);

	if (!here && stack->programs[PROGRAM_SWITCH].program == NULL)
		stack->filtered[FILTER_STRANDED]++;
	for (uint32_t kind = 0; kind < PROGRAM_COUNT; kind++) {
		const struct program_type *type = program_type((enum program_kind)kind);
		bool runs = stack->programs[kind].program != NULL;
		if (runs && here && type->packet != NULL)
			type->packet(world, node, datagram);
		if (runs && !here && type->relay != NULL)
			type->relay(world, node, datagram);
	}
}

static void come_in(struct world *world, uint32_t node, const struct datagram *datagram)
{
	struct stack *stack = &world->stacks[node];
	struct passage passage = chain_pass(&stack->in, datagram, stack->filtered);

	for (uint32_t i = 0; i < passage.on; i++)
		hand(world, node, datagram);
}

/* What comes back is for the host itself. */
static void come_back(struct world *world, uint32_t node, const struct datagram *datagram,
		      uint32_t copies)
{
	struct datagram back = *datagram;

	back.to = node;
	back.via.count = back.passed = 0;
	for (uint32_t i = 0; i < copies; i++)
		come_in(world, node, &back);
}

static void go_out(struct world *world, uint32_t node, const struct datagram *datagram)
{
	struct stack *stack = &world->stacks[node];
	struct passage passage = chain_pass(&stack->out, datagram, stack->filtered);

	come_back(world, node, datagram, passage.looped);
	if (datagram_next(datagram) == node) {
		come_back(world, node, datagram, passage.on);
		return;
	}
	for (uint32_t i = 0; i < passage.on; i++) {
		struct parcel parcel = datagram_parcel(datagram, node);
		world_send(world, &parcel);
	}
}

void stack_send(struct world *world, uint32_t node, const struct datagram *datagram)
{
	struct stack *stack = &world->stacks[node];

	if (stack->burst_at.us != world->now.us)
		stack->burst = 0;
	stack->burst_at = world->now;
	if (stack->burst++ < STACK_BURST)
		go_out(world, node, datagram);
	else
		stack->filtered[FILTER_BURST]++;
}

/* The packet of an order as a datagram, with noise that no other has. */
static void order_out(struct world *world, const struct order *order)
{
	uint32_t from = order->select.a, number = world->drawn++;
	uint8_t noise[TRAFFIC_MOST];
	struct rng stream;
	struct datagram datagram = {
		.from = from,
		.to = order->select.b,
		.source_port = (uint16_t)(1024 + number % 60000),
		.destination_port = PORT_DISCARD,
		.via = order->via,
		.payload = {noise, order->size - datagram_headers(&order->via)}};

	stream_begin(&stream, number, "order", order->size);
	rng_fill(&stream, noise, datagram.payload.size);
	go_out(world, from, &datagram);
}

/* Where nothing can become of it on its way out, it needs no payload that is kept. */
void stack_order(struct world *world, const struct order *order)
{
	uint32_t from = order->select.a;
	struct parcel parcel = {.kind = PARCEL_SENT,
				.from = from,
				.to = order->select.b,
				.size = order->size,
				.hop_limit = order->hop_limit};

	if (order->hop_limit != 0 || (order->via.count == 0 && world->stacks[from].out.count == 0))
		world_send(world, &parcel);
	else if (world->hosts[from].node != NULL)
		order_out(world, order);
}

void stack_take(struct world *world, const struct parcel *parcel, const uint8_t *packet,
		size_t size)
{
	struct datagram datagram;
	uint32_t node = parcel->to;

	if (!datagram_read(parcel, packet, size, &datagram)) {
		world_breach(world, node, "node %u sent a datagram that is none", parcel->from);
		return;
	}
	if (datagram.destination_port == PORT_DISCARD && datagram_last_leg(&datagram))
		world->traffic.delivered++;
	come_in(world, node, &datagram);
}

static uint64_t programs_did(const struct world *world, enum program_kind kind, uint32_t first,
			     uint32_t last)
{
	uint64_t sum = 0;

	for (uint32_t node = first; node <= last; node++)
		sum += world->stacks[node].programs[kind].did;
	return sum;
}

static uint64_t filters_did(const struct world *world, enum filter_kind kind, uint32_t first,
			    uint32_t last)
{
	uint64_t sum = 0;

	for (uint32_t node = first; node <= last; node++)
		sum += world->stacks[node].filtered[kind];
	return sum;
}

uint64_t stack_did(const struct world *world, const struct expectation *expectation)
{
	const struct select *select = &expectation->select;
	bool named = select->kind == SELECT_NODES;
	uint32_t first = named ? select->a : 0;
	uint32_t last = named ? select->b : world->topology.nodes - 1;

	return expectation->kind == EXPECT_PROGRAM
		       ? programs_did(world, expectation->program, first, last)
		       : filters_did(world, expectation->filter, first, last);
}

void stack_json(const struct world *world)
{
	uint32_t last = world->topology.nodes - 1;

	printf("\"programs\":{");
	for (uint32_t i = 0; i < PROGRAM_COUNT; i++)
		printf("%s\"%s\":%llu", i > 0 ? "," : "", program_type((enum program_kind)i)->name,
		       (unsigned long long)programs_did(world, (enum program_kind)i, 0, last));
	printf("},\"filtered\":{");
	for (uint32_t i = 0; i < FILTER_COUNT; i++)
		printf("%s\"%s\":%llu", i > 0 ? "," : "", filter_name((enum filter_kind)i),
		       (unsigned long long)filters_did(world, (enum filter_kind)i, 0, last));
	printf("},");
}
