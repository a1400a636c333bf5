/* The same pair may be drawn twice, which does no harm. */
#include "sim/pairs.h"

#include "sim/memory.h"
#include "sim/scenario.h"
#include "sim/stream.h"

#include <stdlib.h>

void pairs_read(const struct scenario *scenario, struct line *line, struct expectation *expectation)
{
	expectation->select = scenario_select(scenario, line);
	if (expectation->select.kind == SELECT_WIRE)
		line_refuse(line, "that is for nodes: write all, 3, 0..4, 1-2 or 1>2");
	if (line_took(line, "pairs"))
		expectation->pairs = (uint32_t)line_number(line, 1, 1000000);
}

static void add(struct pairs *pairs, size_t *room, uint32_t from, uint32_t to)
{
	if (from == to)
		return;
	pairs->pairs = memory_grown(pairs->pairs, pairs->count, room, sizeof(*pairs->pairs));
	pairs->pairs[pairs->count++] = (struct pair){from, to};
}

static void add_one(struct pairs *pairs, size_t *room, uint32_t node, uint32_t nodes)
{
	for (uint32_t other = 0; other < nodes; other++) {
		add(pairs, room, node, other);
		add(pairs, room, other, node);
	}
}

static void add_all(struct pairs *pairs, size_t *room, uint32_t first, uint32_t last)
{
	for (uint32_t from = first; from <= last; from++)
		for (uint32_t to = first; to <= last; to++)
			add(pairs, room, from, to);
}

static void draw(struct pairs *pairs, size_t *room, uint32_t first, uint32_t last, uint32_t wanted,
		 struct rng *stream)
{
	while (pairs->count < wanted)
		add(pairs, room, first + rng_below(stream, last - first + 1),
		    first + rng_below(stream, last - first + 1));
}

void pairs_make(struct pairs *pairs, const struct expectation *expectation, uint32_t nodes,
		uint64_t seed, uint32_t number)
{
	struct select select = expectation->select;
	struct rng stream;
	size_t room = 0;

	if (select.kind == SELECT_ALL)
		select = (struct select){SELECT_NODES, 0, nodes - 1};
	if (select.kind != SELECT_NODES) {
		add(pairs, &room, select.a, select.b);
		if (select.kind == SELECT_PAIR)
			add(pairs, &room, select.b, select.a);
		return;
	}
	uint64_t many = select.b - select.a + 1;
	if (many == 1) {
		add_one(pairs, &room, select.a, nodes);
	} else if (expectation->pairs == 0 && many * (many - 1) <= PAIRS_ALL) {
		add_all(pairs, &room, select.a, select.b);
	} else {
		stream_begin(&stream, seed, "pairs", number);
		draw(pairs, &room, select.a, select.b,
		     expectation->pairs != 0 ? expectation->pairs : PAIRS_ALL, &stream);
	}
}

void pairs_free(struct pairs *pairs)
{
	free(pairs->pairs);
	*pairs = (struct pairs){0};
}
