/* Walkers stay in the square, are never faster than they may be, and hear whom they are near. */
#include "sim/mobility.h"

#include <stdlib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
	NODES = 12,
	SPEED = 2000,
};

static const char text[] = "topology disc 12 4\nmove 0..8 speed 2000 from 1s to 20s\n"
			   "at 21s move 11 to 5,6\nexpect by 22s full all\n";

static struct world *world_made(struct scenario *scenario)
{
	char complaint[LINE_COMPLAINT];

	assert_true(scenario_read(scenario, "walk", text, strlen(text), complaint));
	struct world *world = world_new(scenario, 3, NULL, complaint);
	assert_non_null(world);
	return world;
}

static void check_arcs(const struct world *world)
{
	const struct topology *topology = &world->topology;

	for (uint32_t arc = 0; arc < topology->arc_count; arc++)
		assert_int_equal(
			world->arcs[arc].apart,
			!topology_near(topology, topology->arcs[arc].from, topology->arcs[arc].to));
}

/* How far a node came in a tenth of a second, squared, at most: a unit more in each direction for
 * rounding. */
static void check_step(const struct topology_place *before, const struct topology_place *now)
{
	int64_t x = llabs(now->x - before->x) - 1, y = llabs(now->y - before->y) - 1;
	int64_t most = SPEED / 10;

	assert_in_range(now->x, 0, TOPOLOGY_SIDE - 1);
	assert_in_range(now->y, 0, TOPOLOGY_SIDE - 1);
	x = x < 0 ? 0 : x;
	y = y < 0 ? 0 : y;
	assert_true(x * x + y * y <= most * most);
}

static void walkers_walk(void **state)
{
	struct scenario scenario;
	struct world *world = world_made(&scenario);
	struct topology_place before[NODES], first[NODES];

	memcpy(first, world->topology.places, sizeof(first));
	for (uint32_t step = 0; step < 205; step++) {
		memcpy(before, world->topology.places, sizeof(before));
		instant end = instant_after(SCENARIO_BEGIN, duration_ms(50 + 100 * step));
		while (world_step(world, end))
			;
		check_arcs(world);
		for (uint32_t node = 0; node < NODES; node++)
			check_step(&before[node], &world->topology.places[node]);
	}
	assert_int_equal(world->broken, 0);
	for (uint32_t node = 0; node < NODES; node++)
		assert_int_equal(memcmp(&first[node], &world->topology.places[node],
					sizeof(first[node])) != 0,
				 node < 9);
	world_run(world);
	assert_int_equal(world->topology.places[11].x, 5);
	assert_int_equal(world->topology.places[11].y, 6);
	check_arcs(world);
	world_free(world);
	scenario_free(&scenario);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walkers_walk),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/mobility", tests, NULL, NULL);
}
