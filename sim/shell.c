/* One function for each command; whatever is none of them is an event in the language of scenarios
 * without its time. Errors are told and change nothing. */
#include "sim/shell.h"

#include "sim/memory.h"
#include "sim/orders.h"
#include "sim/views.h"

#include <stdlib.h>
#include <string.h>

enum { WAIT_S = 1 }; /* how long a packet that was sent last is waited for */

struct shell {
	struct world *world;
	bool ended;
};

struct shell_command {
	const char *name;
	const char *arguments;
	const char *what;
	void (*carry)(struct shell *shell, struct line *line);
};

/* Tells which expectations were judged since `judged`, which says so for each. */
static void tell_judged(const struct world *world, const bool *judged)
{
	const struct scenario *scenario = world->scenario;

	for (size_t i = 0; i < scenario->expectation_count; i++)
		if (world->standings[i].judged && !judged[i])
			printf("%s: %s\n", world->standings[i].passed ? "pass" : "FAIL",
			       scenario->expectations[i].text);
}

/* Lets everything happen until a time; false if an invariant is broken. */
static bool advance(struct world *world, instant end)
{
	while (world_step(world, end))
		;
	if (world->broken == 0)
		world->now = end;
	return world->broken == 0;
}

static void print_now(struct shell *shell)
{
	view_time(shell->world->now);
	printf("\n");
}

static void carry_time(struct shell *shell, struct line *line)
{
	if (line_end(line))
		print_now(shell);
}

static void carry_run(struct shell *shell, struct line *line)
{
	duration span = line_time(line);

	if (line_end(line) && advance(shell->world, instant_after(shell->world->now, span)))
		print_now(shell);
}

static void carry_nodes(struct shell *shell, struct line *line)
{
	if (line_end(line))
		view_nodes(shell->world);
}

static void carry_node(struct shell *shell, struct line *line)
{
	uint32_t node = (uint32_t)line_number(line, 0, shell->world->topology.nodes - 1);

	if (line_end(line))
		view_node(shell->world, node);
}

static void carry_links(struct shell *shell, struct line *line)
{
	if (line_end(line))
		view_wires(shell->world);
}

static void carry_link(struct shell *shell, struct line *line)
{
	struct select select = scenario_select(shell->world->scenario, line);

	if (line_end(line) && view_arcs(shell->world, &select) == 0)
		line_refuse(line, "there is no such link");
}

static void carry_set(struct shell *shell, struct line *line)
{
	line_expect(line, "link");
	struct rule rule = scenario_rule(shell->world->scenario, line);

	if (line_end(line) && world_link(shell->world, &rule) == 0)
		line_refuse(line, "there is no such link");
}

static void carry_hops(struct shell *shell, struct line *line)
{
	struct select select = scenario_select(shell->world->scenario, line);

	if (select.kind != SELECT_ONEWAY)
		line_refuse(line, "a way leads from one node to another: write 0>1");
	if (line_end(line))
		view_way(shell->world, select.a, select.b);
}

static void carry_quit(struct shell *shell, struct line *line)
{
	shell->ended = line_end(line);
}

/* How many of the packets from number `first` on, those of one order, arrived. */
static uint32_t arrived(const struct world *world, size_t first, const struct order *order)
{
	uint32_t count = 0;

	for (size_t i = first; i < world->traffic.count; i++) {
		const struct parcel *parcel = &world->traffic.parcels[i];
		count += parcel->kind == PARCEL_SENT && parcel->from == order->select.a &&
			 parcel->to == order->select.b && parcel->delivered > 0;
	}
	return count;
}

/* Sends, and lets time pass until all arrived or the wait is over. */
static void send(struct world *world, const struct order *order)
{
	instant begun = world->now, last = begun;
	size_t first = world->traffic.count;
	uint64_t before = world->traffic.delivered;
	uint32_t count = 0;
	instant end = instant_after(
		begun, duration_us(order->every.us * (order->count - 1) + duration_s(WAIT_S).us));

	orders_add(world, order);
	while (count < order->count && world_step(world, end)) {
		if (world->traffic.delivered == before)
			continue;
		before = world->traffic.delivered;
		uint32_t now = arrived(world, first, order);
		last = now > count ? world->now : last;
		count = now;
	}
	if (count < order->count && world->broken == 0)
		world->now = end;
	printf("%u of %u arrived", count, order->count);
	if (count > 0) {
		printf(count > 1 ? ", the last after " : " after ");
		view_duration((duration){instant_since(last, begun).us});
	}
	printf(", it is ");
	view_time(world->now);
	printf("\n");
}

static void check_order(const struct world *world, struct line *line, const struct order *order)
{
	bool of_links = order->select.kind == SELECT_PAIR || order->select.kind == SELECT_WIRE ||
			order->select.kind == SELECT_ONEWAY;
	bool found = order->kind == ORDER_SEND || !of_links;

	for (uint32_t arc = 0; !found && arc < world->topology.arc_count; arc++)
		found = world_selects(world, &order->select, arc);
	if (!line->failed && !found)
		line_refuse(line, "there is no such link");
	if (!line->failed && order->kind == ORDER_SEND &&
	    world->hosts[order->select.a].node == NULL)
		line_refuse(line, "node %u does not run", order->select.a);
}

/* Lets an order happen now, unless something is wrong with its line. */
static void carry_order(struct shell *shell, struct line *line, struct order *order)
{
	struct world *world = shell->world;

	order->at = world->now;
	if (line_end(line))
		check_order(world, line, order);
	if (line->failed)
		return;
	if (order->kind == ORDER_SEND) {
		send(world, order);
		return;
	}
	orders_add(world, order);
	if (advance(world, world->now))
		print_now(shell);
}

static void carry_event(struct shell *shell, struct line *line)
{
	struct order order = scenario_order(shell->world->scenario, line);

	carry_order(shell, line, &order);
}

static void carry_nodes_order(struct shell *shell, struct line *line, enum order_kind kind)
{
	struct order order = {
		.kind = kind, .select = scenario_select(shell->world->scenario, line), .count = 1};

	if (order.select.kind != SELECT_NODES)
		line_refuse(line, "that is for nodes: write 3 or 0..4");
	carry_order(shell, line, &order);
}

static void carry_stop(struct shell *shell, struct line *line)
{
	carry_nodes_order(shell, line, ORDER_CRASH);
}

static void carry_start(struct shell *shell, struct line *line)
{
	carry_nodes_order(shell, line, ORDER_RESTART);
}

static void carry_help(struct shell *shell, struct line *line);

static const struct shell_command commands[] = {
	{"help", "", "this list", carry_help},
	{"nodes", "", "all nodes", carry_nodes},
	{"node", "N", "its address, links, neighbours, sessions and drops", carry_node},
	{"links", "", "all wires and who is on them", carry_links},
	{"link", "SELECT", "what these links are like and how they stand", carry_link},
	{"set", "link SELECT TRAIT ...", "changes them", carry_set},
	{"hops", "A>B", "a shortest way by FULL neighbours", carry_hops},
	{"run", "TIME", "lets time pass", carry_run},
	{"step", "TIME", "the same", carry_run},
	{"time", "", "what time it is", carry_time},
	{"stop", "NODES", "ends nodes without a word, as crash does", carry_stop},
	{"start", "NODES", "starts nodes that do not run, as restart does", carry_start},
	{"quit", "", "ends the shell", carry_quit},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void carry_help(struct shell *shell, struct line *line)
{
	if (!line_end(line))
		return;
	for (size_t i = 0; i < COMMANDS; i++)
		printf("%-5s %-21s %s\n", commands[i].name, commands[i].arguments,
		       commands[i].what);
	printf("and every event of a scenario without its time: send 0>1, cut 1-2, heal all ...\n");
}

static void carry_line(struct shell *shell, struct line *line)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (!line_took(line, commands[i].name))
			continue;
		commands[i].carry(shell, line);
		return;
	}
	carry_event(shell, line);
}

static void note_judged(const struct world *world, bool *judged)
{
	for (size_t i = 0; i < world->scenario->expectation_count; i++)
		judged[i] = world->standings[i].judged;
}

static void take_line(struct shell *shell, uint32_t number, const char *text, size_t size,
		      bool *judged)
{
	const struct world *world = shell->world;
	struct line line;

	line_begin(&line, "input", number, text, size);
	if (!line.failed && line.count > 0)
		carry_line(shell, &line);
	if (line.failed)
		printf("%s\n", line.complaint);
	tell_judged(world, judged);
	note_judged(world, judged);
	for (uint32_t i = 0; i < world->broken && i < WORLD_BROKEN; i++)
		printf("broken: %s\n", world->breaches[i]);
	shell->ended = shell->ended || world->broken > 0;
}

static void prompt(const struct world *world, bool prompted)
{
	if (prompted) {
		view_time(world->now);
		printf("> ");
	}
	fflush(stdout);
}

bool shell_run(struct world *world, FILE *input, bool prompted)
{
	struct shell shell = {.world = world};
	bool *judged = memory_zeroed(world->scenario->expectation_count, sizeof(*judged));
	char *text = NULL;
	size_t room = 0;
	ssize_t size;

	prompt(world, prompted);
	for (uint32_t number = 1; !shell.ended && (size = getline(&text, &room, input)) >= 0;
	     number++) {
		size -= size > 0 && text[size - 1] == '\n';
		take_line(&shell, number, text, (size_t)size, judged);
		if (!shell.ended)
			prompt(world, prompted);
	}
	free(text);
	free(judged);
	return world->broken == 0;
}
