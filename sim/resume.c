/* One block of memory more than there are nodes: a node moves into it and leaves its own for the
 * next. What it left is filled with bytes that no pointer or index survives. */
#include "sim/resume.h"

#include "node/check.h"
#include "sim/memory.h"
#include "sim/recorder.h"
#include "sim/stream.h"

#include <stdlib.h>
#include <string.h>

enum { SPOILT = 0xdb };

void resume_scatter(struct world *world, enum resume how, uint32_t count)
{
	int64_t ms = instant_since(world->scenario->end, SCENARIO_BEGIN).us / 1000;
	struct rng stream;

	stream_begin(&stream, world->seed, "resume", how);
	for (uint32_t i = 0; i < count; i++) {
		struct event event = {.kind = EVENT_RESUME,
				      .subject = rng_below(&stream, world->topology.nodes),
				      .round = how};
		event.when = instant_after(SCENARIO_BEGIN,
					   duration_ms(rng_below(&stream, (uint32_t)ms + 1)));
		event.when = instant_after(event.when, duration_us(rng_below(&stream, 1000)));
		heap_push(&world->heap, &event);
	}
}

static void restore(struct world *world, struct host *host)
{
	size_t size = node_save_size(&world->limits);
	uint8_t *left = host->memory;
	uint8_t *saved = memory_zeroed(1, size);
	node_save(host->node, saved);
	memset(left, SPOILT, world->node_bytes);
	host->node = node_restore(world->spare, &world->limits, saved, size);
	free(saved);
	REQUIRE(host->node != NULL);
	host->memory = world->spare;
	world->spare = left;
}

/* A journal is of one process. */
static void adopt(struct world *world, uint32_t node)
{
	struct host *host = &world->hosts[node];
	const struct journal_head head = world_head(world, node);

	recorder_stop(world, node);
	host->node = node_adopt(host->memory, &head.limits, &head.secrets, head.settings.zone);
	REQUIRE(host->node != NULL);
}

void resume_node(struct world *world, enum resume how, uint32_t node)
{
	struct host *host = &world->hosts[node];

	if (host->node == NULL || (how == RESUME_ADOPTED && host->leaving))
		return;
	world_visit(world, node);
	switch (how) {
	case RESUME_SAVED:
		restore(world, host);
		break;
	case RESUME_ADOPTED:
		adopt(world, node);
		break;
	}
	node_check(host->node);
}
