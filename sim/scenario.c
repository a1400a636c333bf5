/* The reader: one function for each word a line may begin with. Node and wire numbers are checked
 * where they stand, so the topology line comes first. */
#include "sim/scenario.h"

#include "meshp/wire.h"
#include "sim/clock.h"
#include "sim/errors.h"
#include "sim/memory.h"
#include "sim/mobility.h"
#include "sim/netjson.h"
#include "sim/pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REACH_S = 5 }; /* that long answers of `reach` may take, unless it says */

static instant at_of(duration time)
{
	return instant_after(SCENARIO_BEGIN, time);
}

uint32_t scenario_nodes(const struct scenario *scenario)
{
	const struct pattern *pattern = &scenario->pattern;

	switch (pattern->kind) {
	case PATTERN_NONE:
		return 0;
	case PATTERN_EDGES:
		return scenario->edges.nodes;
	case PATTERN_GRID4:
	case PATTERN_GRID8:
		return pattern->a * pattern->b;
	case PATTERN_BUTTERFLY:
		return (pattern->a + 1) << pattern->a;
	case PATTERN_LINE:
	case PATTERN_RING:
	case PATTERN_TREE:
	case PATTERN_LAN:
	case PATTERN_DISC:
	case PATTERN_WIRES:
		return pattern->a;
	}
	return 0;
}

/* edges FILE, netjson FILE: beside the scenario. */
static void read_edges(struct scenario *scenario, struct line *line,
		       bool (*read)(struct topology *topology, const char *path,
				    char complaint[LINE_COMPLAINT]))
{
	const char *path = line_word(line, "the file's name");
	const char *slash = strrchr(line->file, '/');
	char full[LINE_BYTES * 2], complaint[LINE_COMPLAINT];
	int folder = *path == '/' || slash == NULL ? 0 : (int)(slash + 1 - line->file);

	snprintf(full, sizeof(full), "%.*s%s", folder, line->file, path);
	scenario->pattern.kind = PATTERN_EDGES;
	if (!line->failed && !read(&scenario->edges, full, complaint))
		line_refuse(line, "%s", complaint);
}

static void read_topology(struct scenario *scenario, struct line *line)
{
	const char *name = line_word(line, "the topology's name");
	struct pattern *pattern = &scenario->pattern;

	if (pattern->kind != PATTERN_NONE)
		line_refuse(line, "there is a topology already");
	if (strcmp(name, "edges") == 0) {
		read_edges(scenario, line, edges_read);
	} else if (strcmp(name, "netjson") == 0) {
		read_edges(scenario, line, netjson_read);
	} else {
		pattern->kind = pattern_named(name);
		if (pattern->kind == PATTERN_NONE)
			line_refuse(line, "\"%s\" is no topology", name);
		if (pattern_figures(pattern->kind) > 0)
			pattern->a = (uint32_t)line_number(line, 1, PATTERN_NODES);
		if (pattern_figures(pattern->kind) > 1)
			pattern->b = (uint32_t)line_number(line, 1, PATTERN_NODES);
		if (!line->failed && !pattern_possible(pattern))
			line_refuse(line, "that makes no mesh");
	}
	if (line->failed)
		return;
	scenario->absent = memory_zeroed(scenario_nodes(scenario), sizeof(bool));
	scenario->drift_ppm = memory_zeroed(scenario_nodes(scenario), sizeof(int32_t));
	scenario->identity = memory_zeroed(scenario_nodes(scenario), sizeof(uint32_t));
	for (uint32_t i = 0; i < scenario_nodes(scenario); i++)
		scenario->identity[i] = i;
}

/* A node's number in a longer word. */
static uint32_t node_digits(const struct scenario *scenario, struct line *line, const char *word,
			    const char **at)
{
	uint64_t node;

	if (line_digits(at, &node) && node < scenario_nodes(scenario))
		return (uint32_t)node;
	line_refuse(line, "\"%s\" names no node of the %u there are", word,
		    scenario_nodes(scenario));
	return 0;
}

/* all, 3, 0..4, 1-2, 1>2, wire 3 */
struct select scenario_select(const struct scenario *scenario, struct line *line)
{
	if (line_took(line, "all"))
		return (struct select){.kind = SELECT_ALL};
	if (line_took(line, "wire"))
		return (struct select){.kind = SELECT_WIRE,
				       .a = (uint32_t)line_number(line, 0, UINT32_MAX - 1)};
	const char *word = line_word(line, "a node"), *at = word;
	struct select select = {.kind = SELECT_NODES};
	select.a = select.b = node_digits(scenario, line, word, &at);
	if (line->failed || *at == '\0')
		return select;
	bool range = strncmp(at, "..", 2) == 0;
	if (*at == '-' || *at == '>')
		select.kind = *at == '-' ? SELECT_PAIR : SELECT_ONEWAY;
	else if (!range)
		line_refuse(line, "\"%s\" selects nothing: write all, 3, 0..4, 1-2, 1>2 or wire 3",
			    word);
	at += range ? 2 : 1;
	select.b = node_digits(scenario, line, word, &at);
	if (*at != '\0' || (range && select.b < select.a))
		line_refuse(line, "\"%s\" selects nothing", word);
	return select;
}

static bool read_trait(struct rule *rule, struct line *line)
{
	struct traits *traits = &rule->traits;

	if (line_took(line, "delay")) {
		rule->delay = true;
		traits->delay = line_time(line);
	} else if (line_took(line, "jitter")) {
		rule->jitter = true;
		traits->jitter = line_time(line);
	} else if (line_took(line, "hold")) {
		rule->hold = true;
		traits->hold = line_time(line);
	} else if (line_took(line, "loss")) {
		rule->loss = true;
		traits->loss_ppm = line_share(line);
	} else if (line_took(line, "duplicate")) {
		rule->duplicate = true;
		traits->duplicate_ppm = line_share(line);
	} else if (line_took(line, "reorder")) {
		rule->reorder = true;
		traits->reorder_ppm = line_share(line);
	} else if (line_took(line, "corrupt")) {
		rule->corrupt = true;
		traits->corrupt_ppm = line_share(line);
	} else if (line_took(line, "rate")) {
		rule->rate = true;
		traits->rate_bps = line_rate(line);
	} else if (line_took(line, "mtu")) {
		rule->mtu = true;
		traits->mtu = (uint32_t)line_number(line, WIRE_MTU_LEAST, 65535);
	} else {
		return false;
	}
	return true;
}

struct rule scenario_rule(const struct scenario *scenario, struct line *line)
{
	struct rule rule = {.select = scenario_select(scenario, line)};

	do {
		if (!read_trait(&rule, line))
			line_refuse(line, "\"%s\" is no trait of a link",
				    line_word(line, "a trait"));
	} while (line_more(line));
	return rule;
}

static void read_link(struct scenario *scenario, struct line *line)
{
	struct rule rule = scenario_rule(scenario, line);

	scenario->rules = memory_grown(scenario->rules, scenario->rule_count, &scenario->rule_room,
				       sizeof(rule));
	scenario->rules[scenario->rule_count++] = rule;
}

static void read_limits(struct scenario *scenario, struct line *line)
{
	while (line_more(line)) {
		if (line_took(line, "neighbours"))
			scenario->limits.neighbours = (uint32_t)line_number(line, 1, 65536);
		else if (line_took(line, "peers"))
			scenario->limits.peers = (uint32_t)line_number(line, 1, 65536);
		else if (line_took(line, "staged"))
			scenario->limits.staged = (uint32_t)line_number(line, 1, 65536);
		else if (line_took(line, "nodes"))
			scenario->limits.route.nodes = (uint32_t)line_number(line, 1, 65536);
		else
			line_refuse(line, "\"%s\" is no limit", line_word(line, "a limit"));
	}
}

/* Words of orders, the order, and whether how often and how fast may follow. */
struct order_word {
	const char *word;
	enum order_kind kind;
	bool repeated;
};

static const struct order_word order_words[] = {
	{"cut", ORDER_CUT, false},
	{"heal", ORDER_HEAL, false},
	{"down", ORDER_DOWN, false},
	{"up", ORDER_UP, false},
	{"crash", ORDER_CRASH, false},
	{"leave", ORDER_LEAVE, false},
	{"restart", ORDER_RESTART, false},
	{"resume", ORDER_RESUME, false},
	{"adopt", ORDER_ADOPT, false},
	{"join", ORDER_JOIN, false},
	{"partition", ORDER_PARTITION, false},
	{"send", ORDER_SEND, true},
	{"replay", ORDER_REPLAY, true},
	{"mutate", ORDER_MUTATE, true},
	{"forge", ORDER_FORGE, true},
	{"jump", ORDER_JUMP, false},
	{"move", ORDER_MOVE, false},
	{"allow", ORDER_ALLOW, false},
};

static const struct order_word *order_word(const char *word)
{
	for (size_t i = 0; i < sizeof(order_words) / sizeof(order_words[0]); i++)
		if (strcmp(order_words[i].word, word) == 0)
			return &order_words[i];
	return NULL;
}

static void check_select(struct line *line, const struct order *order)
{
	bool of_nodes = order->kind == ORDER_CRASH || order->kind == ORDER_LEAVE ||
			order->kind == ORDER_RESTART || order->kind == ORDER_JOIN ||
			order->kind == ORDER_RESUME || order->kind == ORDER_ADOPT ||
			order->kind == ORDER_PARTITION || order->kind == ORDER_JUMP ||
			order->kind == ORDER_MOVE || order->kind == ORDER_ALLOW;

	if (of_nodes && order->select.kind != SELECT_NODES)
		line_refuse(line, "that is for nodes: write 3 or 0..4");
	if (order->kind == ORDER_MOVE && order->select.a != order->select.b)
		line_refuse(line, "one node at a time: write move 3 to 100,200");
	if (order->kind == ORDER_ALLOW && order->members.kind != SELECT_NODES &&
	    order->members.kind != SELECT_ALL)
		line_refuse(line, "members are nodes: write allow 0..4 1..2, or all");
	if (order->kind == ORDER_SEND && order->select.kind != SELECT_ONEWAY)
		line_refuse(line, "packets go from one node to another: write 0>1");
}

struct order scenario_order(const struct scenario *scenario, struct line *line)
{
	struct order order = {.count = 1, .every = duration_ms(10), .size = 100};
	const char *word = line_word(line, "what happens");
	const struct order_word *meant = order_word(word);

	if (meant == NULL) {
		line_refuse(line, "\"%s\" is nothing that can happen", word);
		return order;
	}
	order.kind = meant->kind;
	order.select = scenario_select(scenario, line);
	if (order.kind == ORDER_ALLOW)
		order.members = scenario_select(scenario, line);
	check_select(line, &order);
	if (order.kind == ORDER_JUMP)
		order.by = line_time(line);
	else if (order.kind == ORDER_MOVE)
		order.to = mobility_read_place(scenario, line);
	if (order.kind == ORDER_LEAVE) {
		order.count = 2;
		order.every = duration_ms(ROUTE_LEAVE_MS);
	}
	while (meant->repeated && line_more(line)) {
		if (line_took(line, "count"))
			order.count = (uint32_t)line_number(line, 1, 1000000);
		else if (line_took(line, "every"))
			order.every = line_time(line);
		else if (order.kind == ORDER_SEND && line_took(line, "size"))
			order.size = (uint32_t)line_number(line, 60, PACKET_MAX);
		else if (order.kind == ORDER_SEND && line_took(line, "hops"))
			order.hop_limit = (uint8_t)line_number(line, 1, UINT8_MAX);
		else if (order.kind == ORDER_SEND && line_took(line, "via"))
			via_read(line, scenario_nodes(scenario), &order.via);
		else
			break;
	}
	if (order.via.count > 0)
		stack_check_order(line, &order);
	return order;
}

static void read_at(struct scenario *scenario, struct line *line)
{
	instant at = at_of(line_time(line));
	struct order order = scenario_order(scenario, line);

	order.at = at;
	scenario->orders = memory_grown(scenario->orders, scenario->order_count,
					&scenario->order_room, sizeof(order));
	scenario->orders[scenario->order_count++] = order;
}

static void read_bound(struct expectation *expectation, struct line *line)
{
	line_expect(line, "at");
	expectation->least = line_took(line, "least");
	if (!expectation->least)
		line_expect(line, "most");
	expectation->bound = line_number(line, 0, UINT64_MAX);
}

static enum drop read_drop(struct line *line)
{
	const char *word = line_word(line, "a reason");

	for (uint32_t i = DROP_NONE + 1; i < DROP_COUNT; i++)
		if (strcmp(drop_name((enum drop)i), word) == 0)
			return (enum drop)i;
	line_refuse(line, "\"%s\" is no reason for a drop", word);
	return DROP_NONE;
}

/* [caused by EVENT] BOUND [since T] */
static void read_frames(struct line *line, struct expectation *expectation)
{
	expectation->kind = EXPECT_FRAMES;
	if (line_took(line, "caused")) {
		line_expect(line, "by");
		const char *word = line_word(line, "an event");
		const struct order_word *meant = order_word(word);
		if (meant == NULL)
			line_refuse(line, "\"%s\" is nothing that can happen", word);
		else
			expectation->cause = meant->kind;
		expectation->kind = EXPECT_CAUSED;
	}
	read_bound(expectation, line);
	if (line_took(line, "since"))
		expectation->since = at_of(line_time(line));
}

/* reach SELECT [pairs N] [within T] | paths SELECT [pairs N] | duplicate BOUND |
 * loops BOUND [since T] | told KIND BOUND [of NODES] [by NODES] */
static bool read_routed(const struct scenario *scenario, struct line *line,
			struct expectation *expectation)
{
	if (line_took(line, "reach")) {
		expectation->kind = EXPECT_REACH;
		expectation->within = duration_s(REACH_S);
		pairs_read(scenario, line, expectation);
		if (line_took(line, "within"))
			expectation->within = line_time(line);
	} else if (line_took(line, "paths")) {
		expectation->kind = EXPECT_PATHS;
		pairs_read(scenario, line, expectation);
	} else if (line_took(line, "duplicate")) {
		expectation->kind = EXPECT_DUPLICATE;
		read_bound(expectation, line);
	} else if (line_took(line, "loops")) {
		expectation->kind = EXPECT_LOOPS;
		read_bound(expectation, line);
		if (line_took(line, "since"))
			expectation->since = at_of(line_time(line));
	} else if (line_took(line, "told")) {
		errors_read_kind(line, expectation);
		read_bound(expectation, line);
		if (line_took(line, "of"))
			expectation->select = scenario_select(scenario, line);
		if (line_took(line, "by"))
			expectation->relays = scenario_select(scenario, line);
	} else {
		return false;
	}
	return true;
}

/* full SELECT | ping SELECT [within T] | delivered BOUND | frames … [of NODES] |
 * drops REASON BOUND [of NODES] | program NAME BOUND [of NODES] | filtered KIND BOUND [of NODES] */
static void read_expected(struct scenario *scenario, struct line *line,
			  struct expectation *expectation)
{
	if (line_took(line, "full")) {
		expectation->kind = EXPECT_FULL;
		expectation->select = scenario_select(scenario, line);
	} else if (line_took(line, "ping")) {
		expectation->kind = EXPECT_PING;
		expectation->select = scenario_select(scenario, line);
		if (line_took(line, "within"))
			expectation->within = line_time(line);
	} else if (line_took(line, "delivered")) {
		expectation->kind = EXPECT_DELIVERED;
		read_bound(expectation, line);
	} else if (line_took(line, "frames")) {
		read_frames(line, expectation);
	} else if (line_took(line, "drops")) {
		expectation->kind = EXPECT_DROPS;
		expectation->drop = read_drop(line);
		read_bound(expectation, line);
	} else if (read_routed(scenario, line, expectation)) {
		return;
	} else if (stack_read_expected(line, expectation)) {
		read_bound(expectation, line);
	} else {
		line_refuse(line, "\"%s\" cannot be expected", line_word(line, "what is expected"));
	}
	bool counted = expectation->kind == EXPECT_FRAMES || expectation->kind == EXPECT_CAUSED ||
		       expectation->kind == EXPECT_DROPS || expectation->kind == EXPECT_PROGRAM ||
		       expectation->kind == EXPECT_FILTERED;
	if (counted && line_took(line, "of"))
		expectation->select = scenario_select(scenario, line);
}

static void read_expect(struct scenario *scenario, struct line *line)
{
	struct expectation expectation = {.within = duration_ms(500), .since = SCENARIO_BEGIN};
	size_t used = 0;

	/* No longer than the line itself, which fits. */
	for (uint32_t i = 1; i < line->count; i++)
		used += (size_t)snprintf(expectation.text + used, sizeof(expectation.text) - used,
					 "%s%s", i > 1 ? " " : "", line->words[i]);
	line_expect(line, "by");
	expectation.by = at_of(line_time(line));
	read_expected(scenario, line, &expectation);
	if (instant_since(expectation.by, SCENARIO_BEGIN).us < expectation.within.us &&
	    (expectation.kind == EXPECT_PING || expectation.kind == EXPECT_REACH))
		line_refuse(line, "the answers would have to be there before the beginning");
	scenario->expectations = memory_grown(scenario->expectations, scenario->expectation_count,
					      &scenario->expectation_room, sizeof(expectation));
	scenario->expectations[scenario->expectation_count++] = expectation;
}

static void read_absent(struct scenario *scenario, struct line *line)
{
	struct select select = scenario_select(scenario, line);

	if (select.kind != SELECT_NODES)
		line_refuse(line, "that is for nodes: write 3 or 0..4");
	for (uint32_t i = select.a; !line->failed && i <= select.b; i++)
		scenario->absent[i] = true;
}

/* twin A-B */
static void read_twin(struct scenario *scenario, struct line *line)
{
	struct select select = scenario_select(scenario, line);

	if (select.kind != SELECT_PAIR || select.a == select.b)
		line_refuse(line, "that is for two nodes: write 3-7");
	if (!line->failed)
		scenario->identity[select.b] = scenario->identity[select.a];
}

/* clock NODES fast|slow SHARE */
static void read_clock(struct scenario *scenario, struct line *line)
{
	struct select select = scenario_select(scenario, line);
	bool slow = line_took(line, "slow");

	if (select.kind != SELECT_NODES)
		line_refuse(line, "that is for nodes: write 3 or 0..4");
	if (!slow)
		line_expect(line, "fast");
	int32_t drift_ppm = (int32_t)line_share(line);
	if (drift_ppm > CLOCK_DRIFT_MOST)
		line_refuse(line, "a clock is at most 10%% fast or slow");
	for (uint32_t i = select.a; !line->failed && i <= select.b; i++)
		scenario->drift_ppm[i] = slow ? -drift_ppm : drift_ppm;
}

static void read_chaos(struct scenario *scenario, struct line *line)
{
	scenario->chaos.faults = (uint32_t)line_number(line, 1, 100000);
	line_expect(line, "from");
	scenario->chaos.from = at_of(line_time(line));
	line_expect(line, "to");
	scenario->chaos.to = at_of(line_time(line));
	if (instant_since(scenario->chaos.to, scenario->chaos.from).us < duration_s(1).us)
		line_refuse(line, "faults need at least 1s");
}

static void read_line(struct scenario *scenario, struct line *line)
{
	bool shaped = scenario->pattern.kind != PATTERN_NONE;

	if (line_took(line, "topology"))
		read_topology(scenario, line);
	else if (line_took(line, "seed"))
		scenario->seed = line_number(line, 0, UINT64_MAX);
	else if (line_took(line, "end"))
		scenario->end = at_of(line_time(line));
	else if (line_took(line, "spread"))
		scenario->spread = line_time(line);
	else if (line_took(line, "rekey"))
		scenario->rekey = line_time(line);
	else if (line_took(line, "limits"))
		read_limits(scenario, line);
	else if (!shaped)
		line_refuse(line, "the topology comes before \"%s\"", line_word(line, "a word"));
	else if (line_took(line, "link"))
		read_link(scenario, line);
	else if (line_took(line, "absent"))
		read_absent(scenario, line);
	else if (line_took(line, "move"))
		mobility_read(scenario, line);
	else if (line_took(line, "clock"))
		read_clock(scenario, line);
	else if (line_took(line, "twin"))
		read_twin(scenario, line);
	else if (line_took(line, "chaos"))
		read_chaos(scenario, line);
	else if (line_took(line, "at"))
		read_at(scenario, line);
	else if (line_took(line, "program"))
		stack_read_program(scenario, line);
	else if (line_took(line, "filter"))
		stack_read_filter(scenario, line);
	else if (line_took(line, "expect"))
		read_expect(scenario, line);
	else
		line_refuse(line, "\"%s\" begins no line", line_word(line, "a word"));
}

/* What can only be said when all lines are known. */
static void check_whole(struct scenario *scenario, struct line *line)
{
	if (scenario->pattern.kind == PATTERN_NONE)
		line_refuse(line, "there is no topology");
	if (scenario->expectation_count == 0)
		line_refuse(line, "nothing is expected, so nothing can fail");
	for (size_t i = 0; i < scenario->expectation_count; i++)
		if (scenario->expectations[i].by.us > scenario->end.us)
			scenario->end = scenario->expectations[i].by;
}

static void name_of(char name[SCENARIO_NAME], const char *file)
{
	const char *slash = strrchr(file, '/');

	snprintf(name, SCENARIO_NAME, "%s", slash == NULL ? file : slash + 1);
	char *dot = strrchr(name, '.');
	if (dot != NULL && dot != name)
		*dot = '\0';
}

bool scenario_read(struct scenario *scenario, const char *name, const char *text, size_t size,
		   char complaint[LINE_COMPLAINT])
{
	struct line line;
	uint32_t number = 0;

	*scenario = (struct scenario){.seed = 1, .rekey = duration_ms(WIRE_REKEY_MS)};
	name_of(scenario->name, name);
	for (size_t at = 0; at < size;) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t length = end == NULL ? size - at : (size_t)(end - text) - at;
		line_begin(&line, name, ++number, text + at, length);
		at += length + 1;
		if (line.count > 0)
			read_line(scenario, &line);
		if (!line_end(&line)) {
			memcpy(complaint, line.complaint, LINE_COMPLAINT);
			return false;
		}
	}
	line_begin(&line, name, number, "", 0);
	check_whole(scenario, &line);
	memcpy(complaint, line.complaint, LINE_COMPLAINT);
	return line_end(&line);
}

void scenario_free(struct scenario *scenario)
{
	topology_free(&scenario->edges);
	free(scenario->absent);
	free(scenario->drift_ppm);
	free(scenario->identity);
	free(scenario->motions);
	free(scenario->programs);
	free(scenario->filters);
	free(scenario->rules);
	free(scenario->orders);
	free(scenario->expectations);
	*scenario = (struct scenario){0};
}
