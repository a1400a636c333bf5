/* Two nodes are adjacent if frames can pass between two ports of theirs both ways, now. An
 * expectation about adjacent nodes that finds none is not met. */
#include "sim/judge.h"

#include "sim/cause.h"
#include "sim/full.h"
#include "sim/memory.h"
#include "sim/reach.h"
#include "sim/ways.h"

enum { PING_BYTES = 100 };

static void prepare_at(struct world *world, uint32_t number, instant when, uint32_t round)
{
	struct event event = {
		.kind = EVENT_PREPARE, .subject = number, .round = round, .when = when};

	heap_push(&world->heap, &event);
}

void judge_begin(struct world *world)
{
	const struct scenario *scenario = world->scenario;

	world->standings = memory_zeroed(scenario->expectation_count, sizeof(*world->standings));
	for (uint32_t i = 0; i < scenario->expectation_count; i++) {
		const struct expectation *expectation = &scenario->expectations[i];
		if (expectation->kind == EXPECT_PING) {
			world->standings[i].answered =
				memory_zeroed(world->topology.arc_count, sizeof(bool));
			prepare_at(world, i, (instant){expectation->by.us - expectation->within.us},
				   0);
		} else if (expectation->kind == EXPECT_REACH) {
			reach_begin(world, i);
		} else if (expectation->kind == EXPECT_PATHS) {
			ways_begin(world, i);
		} else if (expectation->kind == EXPECT_FRAMES ||
			   expectation->kind == EXPECT_CAUSED ||
			   expectation->kind == EXPECT_LOOPS) {
			prepare_at(world, i, expectation->since, 0);
		}
		heap_push(&world->heap, &(struct event){.kind = EVENT_JUDGE,
							.subject = i,
							.when = expectation->by});
	}
}

static bool names_nodes(const struct expectation *expectation)
{
	return expectation->select.kind == SELECT_NODES;
}

static uint64_t frames_now(const struct world *world, const struct expectation *expectation)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; !names_nodes(expectation) && i < KIND_COUNT; i++)
		sum += world->tally.frames[i];
	for (uint32_t i = expectation->select.a;
	     names_nodes(expectation) && i <= expectation->select.b; i++)
		sum += world->hosts[i].frames;
	return sum;
}

static uint64_t drops_now(const struct world *world, const struct expectation *expectation)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < world->topology.nodes; i++) {
		struct drops drops;
		bool meant = !names_nodes(expectation) ||
			     (i >= expectation->select.a && i <= expectation->select.b);
		if (!meant)
			continue;
		world_drops(world, i, &drops);
		sum += drops.counts[expectation->drop];
	}
	return sum;
}

static uint64_t duplicates_now(const struct world *world)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < world->topology.nodes; i++) {
		struct node_status status;
		if (world->hosts[i].node == NULL)
			continue;
		node_status(world->hosts[i].node, world_clock(world, i), &status);
		sum += status.duplicate;
	}
	return sum;
}

/* Every adjacent pair not answered yet is asked, by the end with the lower port. */
static void ping(struct world *world, uint32_t number, uint32_t round)
{
	const struct expectation *expectation = &world->scenario->expectations[number];
	struct standing *standing = &world->standings[number];

	for (uint32_t arc = 0; arc < world->topology.arc_count; arc++) {
		const struct topology_arc *ends = &world->topology.arcs[arc];
		struct parcel parcel = {.kind = PARCEL_PING,
					.from = world->topology.ports[ends->from].node,
					.to = world->topology.ports[ends->to].node,
					.size = PING_BYTES,
					.expectation = number,
					.number = arc};
		if (ends->from < ends->to && !standing->answered[arc] &&
		    world_selects(world, &expectation->select, arc) && world_usable(world, arc))
			world_send(world, &parcel);
	}
	if (round + 1 < JUDGE_PINGS)
		prepare_at(world, number,
			   instant_after(world->now,
					 duration_us(expectation->within.us / JUDGE_PINGS)),
			   round + 1);
}

void judge_prepare(struct world *world, uint32_t number, uint32_t round)
{
	const struct expectation *expectation = &world->scenario->expectations[number];

	if (expectation->kind == EXPECT_PING)
		ping(world, number, round);
	else if (expectation->kind == EXPECT_REACH)
		reach_ask(world, number, round);
	else if (expectation->kind == EXPECT_LOOPS)
		world->standings[number].at_since = world->tally.loops;
	else
		world->standings[number].at_since = frames_now(world, expectation);
}

/* Counts the selected adjacent arcs, and those of them that are as expected. */
static void judge_arcs(struct world *world, const struct expectation *expectation,
		       struct standing *standing)
{
	bool ping = expectation->kind == EXPECT_PING;

	if (!ping)
		full_mark(world);
	for (uint32_t arc = 0; arc < world->topology.arc_count; arc++) {
		const struct topology_arc *ends = &world->topology.arcs[arc];
		if ((ping && ends->from > ends->to) ||
		    !world_selects(world, &expectation->select, arc) || !world_usable(world, arc))
			continue;
		standing->wanted++;
		standing->found += ping ? standing->answered[arc] : world->arcs[arc].full;
	}
	standing->passed = standing->wanted > 0 && standing->found == standing->wanted;
}

static void judge_count(const struct expectation *expectation, uint64_t count,
			struct standing *standing)
{
	standing->found = count;
	standing->passed =
		expectation->least ? count >= expectation->bound : count <= expectation->bound;
}

/* Fewer than without is none. */
static void judge_caused(struct world *world, const struct expectation *expectation,
			 struct standing *standing)
{
	uint64_t with = frames_now(world, expectation) - standing->at_since;
	uint64_t without = cause_without(world, expectation);

	judge_count(expectation, with > without ? with - without : 0, standing);
}

void judge(struct world *world, uint32_t number)
{
	const struct expectation *expectation = &world->scenario->expectations[number];
	struct standing *standing = &world->standings[number];

	standing->judged = true;
	switch (expectation->kind) {
	case EXPECT_FULL:
	case EXPECT_PING:
		judge_arcs(world, expectation, standing);
		break;
	case EXPECT_DELIVERED:
		judge_count(expectation, world->traffic.delivered, standing);
		break;
	case EXPECT_FRAMES:
		judge_count(expectation, frames_now(world, expectation) - standing->at_since,
			    standing);
		break;
	case EXPECT_CAUSED:
		judge_caused(world, expectation, standing);
		break;
	case EXPECT_DROPS:
		judge_count(expectation, drops_now(world, expectation), standing);
		break;
	case EXPECT_PROGRAM:
	case EXPECT_FILTERED:
		judge_count(expectation, stack_did(world, expectation), standing);
		break;
	case EXPECT_REACH:
		reach_judge(world, number);
		break;
	case EXPECT_PATHS:
		ways_judge(world, number);
		break;
	case EXPECT_DUPLICATE:
		judge_count(expectation, duplicates_now(world), standing);
		break;
	case EXPECT_LOOPS:
		judge_count(expectation, world->tally.loops - standing->at_since, standing);
		break;
	case EXPECT_TOLD:
		judge_count(expectation, errors_count(world, expectation), standing);
		break;
	}
}
