/* Distances from one node of small graphs whose answer is plain to see; tests/unit/route/paths.c
 * holds them against another algorithm. */
#include "route/spf.h"

#include "tests/unit/route/zone.h"

enum { NODES = 20 };

static const struct route_limits limits = {
	.nodes = NODES, .fragments = NODES + 1, .cells = 200, .adjacent = NODES};

struct fixture {
	struct viewer viewer;
	struct graph *graph;
	struct spf spf;
	uint64_t distance[NODES];
	uint16_t order[NODES], heap[NODES], place[NODES];
};

static void run(struct fixture *fixture, struct zone *zone, uint32_t nodes, uint32_t root,
		uint32_t reached)
{
	static uint32_t scratch[GRAPH_SCRATCH * NODES];

	fixture->viewer = viewer_new(zone, 0, &limits);
	fixture->graph = calloc(1, graph_size(&limits));
	assert_non_null(fixture->graph);
	graph_init(fixture->graph, &limits);
	viewer_own(&fixture->viewer);
	for (uint32_t i = 1; i < nodes; i++)
		viewer_learn(&fixture->viewer, 0, i);
	graph_build(fixture->graph, database_store(fixture->viewer.database), scratch);
	fixture->spf =
		(struct spf){fixture->distance, fixture->order, fixture->heap, fixture->place};
	assert_int_equal(
		spf_run(&fixture->spf, fixture->graph, viewer_find(&fixture->viewer, root)),
		reached);
	assert_int_equal(fixture->order[0], viewer_find(&fixture->viewer, root));
	for (uint32_t i = 1; i < reached; i++)
		assert_true(fixture->distance[fixture->order[i - 1]] <=
			    fixture->distance[fixture->order[i]]);
}

static void assert_distance(const struct fixture *fixture, uint32_t node, uint32_t metric,
			    uint32_t hops)
{
	uint64_t distance = fixture->distance[viewer_find(&fixture->viewer, node)];

	assert_true(spf_metric(distance) == metric);
	assert_int_equal((uint16_t)distance, hops);
}

static void fixture_free(struct fixture *fixture)
{
	free(fixture->viewer.zone);
	viewer_free(&fixture->viewer);
	free(fixture->graph);
}

static void test_a_detour_may_be_shorter(void **state)
{
	struct fixture fixture;
	struct zone *zone = zone_new();

	zone_link(zone, 0, 1, 100);
	zone_link(zone, 0, 2, 30);
	zone_link(zone, 2, 3, 30);
	zone_link(zone, 3, 1, 30);
	run(&fixture, zone, 4, 0, 4);
	assert_distance(&fixture, 0, 0, 0);
	assert_distance(&fixture, 1, 90, 3);
	assert_distance(&fixture, 3, 60, 2);
	fixture_free(&fixture);
}

static void test_of_equal_sums_the_fewer_hops(void **state)
{
	struct fixture fixture;
	struct zone *zone = zone_new();

	zone_link(zone, 0, 1, 50);
	zone_link(zone, 1, 2, 50);
	zone_link(zone, 0, 2, 100);
	run(&fixture, zone, 3, 0, 3);
	assert_distance(&fixture, 2, 100, 1);
	fixture_free(&fixture);
}

static void test_who_does_not_transit_is_an_end(void **state)
{
	struct fixture fixture;
	struct zone *zone = zone_new();

	zone_link(zone, 0, 1, 10);
	zone_link(zone, 1, 2, 10);
	zone_link(zone, 0, 3, 100);
	zone_link(zone, 3, 2, 100);
	zone_link(zone, 1, 4, 10);
	zone_node(zone, 1)->flags = RECORD_NO_TRANSIT;
	run(&fixture, zone, 5, 0, 4);
	assert_distance(&fixture, 1, 10, 1);
	assert_distance(&fixture, 2, 200, 2);
	assert_true(fixture.distance[viewer_find(&fixture.viewer, 4)] == SPF_FAR);
	/* As the root it is no transit. */
	assert_int_equal(spf_run(&fixture.spf, fixture.graph, viewer_find(&fixture.viewer, 1)), 5);
	assert_distance(&fixture, 4, 10, 1);
	fixture_free(&fixture);
}

static void test_the_dearest_links_do_not_overflow(void **state)
{
	struct fixture fixture;
	struct zone *zone = zone_new();

	for (uint32_t i = 0; i + 1 < NODES; i++)
		zone_link(zone, i, i + 1, COST_MOST_US);
	run(&fixture, zone, NODES, 0, NODES);
	assert_distance(&fixture, NODES - 1, (NODES - 1) * (COST_MOST_US + 1), NODES - 1);
	fixture_free(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_detour_may_be_shorter),
		cmocka_unit_test(test_of_equal_sums_the_fewer_hops),
		cmocka_unit_test(test_who_does_not_transit_is_an_end),
		cmocka_unit_test(test_the_dearest_links_do_not_overflow),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/spf", tests, NULL, NULL);
}
