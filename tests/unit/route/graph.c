/* The graph of a store: links that both ends list, once each, at the greater cost and lesser MTU.
 */
#include "route/graph.h"

#include "tests/unit/route/zone.h"

enum { NODES = 60 };

static const struct route_limits limits = {
	.nodes = NODES, .fragments = NODES + 4, .cells = 700, .adjacent = 60};

struct fixture {
	struct viewer viewer;
	struct graph *graph;
};

static struct fixture fixture_new(void)
{
	struct fixture fixture = {.viewer = viewer_new(zone_new(), 0, &limits),
				  .graph = calloc(1, graph_size(&limits))};

	assert_non_null(fixture.graph);
	graph_init(fixture.graph, &limits);
	return fixture;
}

/* Lets the records of ourselves and of the nodes 1 … last be known and builds the graph. */
static void build(struct fixture *fixture, uint32_t last)
{
	static uint32_t scratch[GRAPH_SCRATCH * NODES];

	viewer_own(&fixture->viewer);
	for (uint32_t i = 1; i <= last; i++)
		viewer_learn(&fixture->viewer, 0, i);
	memset(scratch, 0xa5, sizeof(scratch));
	graph_build(fixture->graph, database_store(fixture->viewer.database), scratch);
}

static void fixture_free(struct fixture *fixture)
{
	free(fixture->viewer.zone);
	viewer_free(&fixture->viewer);
	free(fixture->graph);
}

static uint32_t degree(const struct fixture *fixture, uint32_t node)
{
	uint32_t count;

	(void)graph_links(fixture->graph, viewer_find(&fixture->viewer, node), &count);
	return count;
}

static const struct graph_link *link_of(const struct fixture *fixture, uint32_t from, uint32_t to)
{
	return graph_link(fixture->graph, viewer_find(&fixture->viewer, from),
			  viewer_find(&fixture->viewer, to));
}

static void test_the_greater_cost_and_the_lesser_mtu(void **state)
{
	struct fixture fixture = fixture_new();

	zone_claim(fixture.viewer.zone, 0, 1, 20, 1300);
	zone_claim(fixture.viewer.zone, 1, 0, 30, 1400);
	zone_claim(fixture.viewer.zone, 1, 2, 50, 1500);
	zone_claim(fixture.viewer.zone, 2, 1, 40, 1290);
	build(&fixture, 2);
	assert_int_equal(graph_nodes(fixture.graph), 3);
	for (uint32_t back = 0; back < 2; back++) {
		assert_int_equal(link_of(&fixture, back, 1 - back)->cost_us, 30);
		assert_int_equal(link_of(&fixture, back, 1 - back)->mtu, 1300);
		assert_int_equal(link_of(&fixture, 1 + back, 2 - back)->cost_us, 50);
		assert_int_equal(link_of(&fixture, 1 + back, 2 - back)->mtu, 1290);
	}
	assert_int_equal(degree(&fixture, 0), 1);
	assert_int_equal(degree(&fixture, 1), 2);
	fixture_free(&fixture);
}

static void test_one_sided_claims_are_no_links(void **state)
{
	struct fixture fixture = fixture_new();
	struct zone *zone = fixture.viewer.zone;

	for (uint32_t i = 1; i < 20; i++) {
		zone_claim(zone, 0, i, 1, ZONE_MTU);
		zone_claim(zone, i, i + 1, 1, ZONE_MTU);
		zone_claim(zone, 20 + i, 19 + i, 1, ZONE_MTU);
		zone_claim(zone, i, 50, 1, ZONE_MTU); /* whom nobody knows */
		zone_claim(zone, i, i, 1, ZONE_MTU);  /* itself */
	}
	zone_claim(zone, 7, 0, 1, ZONE_MTU);
	build(&fixture, 39);
	for (uint32_t i = 0; i <= 39; i++)
		assert_int_equal(degree(&fixture, i), i == 0 || i == 7);
	fixture_free(&fixture);
}

static void test_a_neighbour_listed_twice_counts_once(void **state)
{
	struct fixture fixture = fixture_new();
	struct zone *zone = fixture.viewer.zone;
	struct record_entry entry;

	zone_link(zone, 0, 1, 20);
	build(&fixture, 1);
	(void)zone_entries(zone, 1, &entry);
	zone_node(zone, 1)->count = 2;
	assert_int_equal(viewer_bring(&fixture.viewer, 0, zone_write(zone, 1, 0, &entry, 1)),
			 DROP_NONE);
	entry.cost = cost_code(90);
	assert_int_equal(viewer_bring(&fixture.viewer, 0, zone_write(zone, 1, 1, &entry, 1)),
			 DROP_NONE);
	build(&fixture, 0);
	assert_int_equal(degree(&fixture, 1), 1);
	assert_int_equal(link_of(&fixture, 0, 1)->cost_us, 20);
	fixture_free(&fixture);
}

static void test_who_leaves_has_no_links(void **state)
{
	struct fixture fixture = fixture_new();

	zone_link(fixture.viewer.zone, 0, 1, 20);
	zone_link(fixture.viewer.zone, 1, 2, 20);
	zone_node(fixture.viewer.zone, 1)->flags = RECORD_LEAVING;
	build(&fixture, 2);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(degree(&fixture, i), 0);
	fixture_free(&fixture);
}

static void test_a_hub_of_several_fragments(void **state)
{
	struct fixture fixture = fixture_new();

	for (uint32_t i = 1; i < NODES; i++)
		zone_link(fixture.viewer.zone, 0, i, i);
	build(&fixture, NODES - 1);
	assert_int_equal(zone_node(fixture.viewer.zone, 0)->count, 2);
	assert_int_equal(degree(&fixture, 0), NODES - 1);
	for (uint32_t i = 1; i < NODES; i++)
		assert_int_equal(link_of(&fixture, 0, i)->cost_us, i);
	fixture_free(&fixture);
}

static void test_who_transits_and_who_orders_first(void **state)
{
	struct fixture fixture = fixture_new();
	struct zone *zone = fixture.viewer.zone;

	zone_node(zone, 1)->flags = RECORD_STUB;
	zone_node(zone, 2)->flags = RECORD_NO_TRANSIT;
	zone_node(zone, 3)->flags = RECORD_GATEWAY;
	build(&fixture, 3);
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t node = viewer_find(&fixture.viewer, i);

		assert_int_equal(graph_transits(fixture.graph, node), i == 0 || i == 3);
		for (uint32_t j = 0; j < 4; j++)
			assert_int_equal(
				address_lower(&zone_node(zone, i)->address,
					      &zone_node(zone, j)->address),
				graph_id(fixture.graph, node) <
					graph_id(fixture.graph, viewer_find(&fixture.viewer, j)));
	}
	fixture_free(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_greater_cost_and_the_lesser_mtu),
		cmocka_unit_test(test_one_sided_claims_are_no_links),
		cmocka_unit_test(test_a_neighbour_listed_twice_counts_once),
		cmocka_unit_test(test_who_leaves_has_no_links),
		cmocka_unit_test(test_a_hub_of_several_fragments),
		cmocka_unit_test(test_who_transits_and_who_orders_first),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/graph", tests, NULL, NULL);
}
