/* Distances from a node are what that node's own paths say, whoever computes them. */
#include "route/distances.h"

#include "tests/unit/route/zone.h"

enum { NODES = 24 };

static const struct route_limits limits = {
	.nodes = NODES + 2, .fragments = NODES + 2, .cells = 16 * NODES, .adjacent = 8};

/* A node with a database of its own, and the paths it computed. */
struct view {
	struct viewer viewer;
	struct paths *paths;
};

static uint32_t draw(uint32_t *random, uint32_t below)
{
	*random = *random * 1664525 + 1013904223;
	return (*random >> 8) % below;
}

/* A random graph of few costs, in which some nodes do not transit. */
static struct zone *zone_drawn(uint32_t seed)
{
	struct zone *zone = zone_new();
	uint32_t random = seed;

	for (uint32_t a = 0; a < NODES; a++) {
		zone_node(zone, a)->flags = draw(&random, 8) == 0 ? RECORD_NO_TRANSIT : 0;
		for (uint32_t b = 0; b < a; b++)
			if (draw(&random, 6) == 0)
				zone_link(zone, a, b, 10 + 10 * draw(&random, 3));
	}
	return zone;
}

static struct view view_of(struct zone *zone, uint32_t own)
{
	struct view view = {.viewer = viewer_new(zone, own, &limits),
			    .paths = calloc(1, paths_size(&limits) + 16)};

	assert_non_null(view.paths);
	paths_init(view.paths, &limits);
	viewer_own(&view.viewer);
	for (uint32_t i = 0; i < NODES; i++)
		if (i != own)
			viewer_learn(&view.viewer, 0, i);
	paths_compute(view.paths, view.viewer.database);
	return view;
}

static void view_free(struct view *view)
{
	viewer_free(&view->viewer);
	free(view->paths);
}

/* What `here` computes from node `far` is what `far` computed for itself. Returns how many it
 * reaches. */
static uint32_t check_from(const struct view *here, uint32_t far)
{
	struct view there = view_of(here->viewer.zone, far);
	void *memory = malloc(distances_size(&limits));
	uint32_t reached = 0;

	assert_non_null(memory);
	memset(memory, 0x5a, distances_size(&limits));
	const struct distances *distances =
		distances_compute(memory, here->paths, viewer_find(&here->viewer, far));
	for (uint32_t i = 0; i < NODES; i++) {
		struct distance distance;
		struct path path;

		distances_to(distances, viewer_find(&here->viewer, i), &distance);
		paths_to(there.paths, viewer_find(&there.viewer, i), &path);
		assert_int_equal(distance.reached, path.reached);
		assert_int_equal(distance.metric_us, path.metric_us);
		assert_int_equal(distance.hops, path.hops);
		reached += distance.reached;
	}
	free(memory);
	view_free(&there);
	return reached;
}

static void they_are_those_of_the_other_end(void **state)
{
	for (uint32_t seed = 1; seed <= 6; seed++) {
		struct zone *zone = zone_drawn(seed);
		struct view here = view_of(zone, 0);
		uint32_t reached = 0;

		for (uint32_t far = 0; far < NODES; far++)
			reached += check_from(&here, far);
		assert_in_range(reached, NODES * NODES / 2, NODES * NODES);
		view_free(&here);
		free(zone);
	}
}

static void who_is_not_known_is_far_from_all(void **state)
{
	struct zone *zone = zone_drawn(1);
	struct view here = view_of(zone, 0);
	void *memory = malloc(distances_size(&limits));
	struct distance distance;

	assert_non_null(memory);
	const struct distances *distances = distances_compute(memory, here.paths, DATABASE_NONE);
	for (uint32_t i = 0; i <= NODES; i++) {
		distances_to(distances, i, &distance);
		assert_false(distance.reached);
	}
	distances_compute(memory, here.paths, 1);
	distances_to(distances, DATABASE_NONE, &distance);
	assert_false(distance.reached);
	distances_to(distances, 1, &distance);
	assert_true(distance.reached);
	assert_int_equal(distance.metric_us + distance.hops, 0);
	free(memory);
	view_free(&here);
	free(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_those_of_the_other_end),
		cmocka_unit_test(who_is_not_known_is_far_from_all),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/distances", tests, NULL, NULL);
}
