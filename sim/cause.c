/* The other world has the same seed, all orders but those, and expects one thing: so many frames.
 */
#include "sim/cause.h"

#include "sim/memory.h"

#include <stdlib.h>

/* The scenario's orders but those of one kind. The caller frees them. */
static struct order *orders_but(const struct scenario *scenario, enum order_kind kind,
				size_t *count)
{
	struct order *kept = memory_zeroed(scenario->order_count, sizeof(*kept));

	*count = 0;
	for (size_t i = 0; i < scenario->order_count; i++)
		if (scenario->orders[i].kind != kind)
			kept[(*count)++] = scenario->orders[i];
	return kept;
}

uint64_t cause_without(struct world *world, const struct expectation *expectation)
{
	struct expectation counted = *expectation;
	struct scenario scenario = *world->scenario;
	char complaint[LINE_COMPLAINT];
	uint64_t found = 0;

	counted.kind = EXPECT_FRAMES;
	scenario.expectations = &counted;
	scenario.expectation_count = 1;
	scenario.end = expectation->by;
	scenario.orders = orders_but(world->scenario, expectation->cause, &scenario.order_count);
	struct world *other = world_new(&scenario, world->seed, NULL, complaint);
	if (other == NULL) {
		world_breach(world, 0, "no run without: %s", complaint);
	} else {
		world_run(other);
		found = other->standings[0].found;
		if (other->broken > 0)
			world_breach(world, 0, "in the run without: %s", other->breaches[0]);
		world_free(other);
	}
	free(scenario.orders);
	return found;
}
