/* One block of memory more than there are nodes: a node moves into it and leaves its own for the
 * next. What it left is filled with bytes that no pointer or index survives. */
#include "sim/resume.h"

#include "node/check.h"
#include "sim/memory.h"
#include "sim/stream.h"

#include <stdlib.h>
#include <string.h>

enum { SPOILT = 0xdb };

void resume_scatter(struct world *world, uint32_t count)
{
	int64_t ms = instant_since(world->scenario->end, SCENARIO_BEGIN).us / 1000;
	struct rng stream;

	stream_begin(&stream, world->seed, "resume", 0);
	for (uint32_t i = 0; i < count; i++) {
		struct event event = {.kind = EVENT_RESUME,
				      .subject = rng_below(&stream, world->topology.nodes)};
		event.when = instant_after(SCENARIO_BEGIN,
					   duration_ms(rng_below(&stream, (uint32_t)ms + 1)));
		event.when = instant_after(event.when, duration_us(rng_below(&stream, 1000)));
		heap_push(&world->heap, &event);
	}
}

void resume_node(struct world *world, uint32_t node)
{
	struct host *host = &world->hosts[node];
	size_t size = node_save_size(&world->limits);
	uint8_t *left = host->memory;

	if (host->node == NULL)
		return;
	world_visit(world, node);
	uint8_t *saved = memory_zeroed(1, size);
	node_save(host->node, saved);
	memset(left, SPOILT, world->node_bytes);
	host->node = node_restore(world->spare, &world->limits, saved, size);
	free(saved);
	REQUIRE(host->node != NULL);
	host->memory = world->spare;
	world->spare = left;
	node_check(host->node);
}
