/* The path of a lane against a look at all shortest paths: of their lists of masked ids, sorted, it
 * has the least. */
#include "route/lane.h"

#include "tests/unit/route/zone.h"

enum {
	SIDE = 4,
	NODES = SIDE * SIDE,
	HOPS = 2 * (SIDE - 1),
};

static const struct route_limits limits = {
	.nodes = NODES, .fragments = NODES + 1, .cells = 100, .adjacent = 8};
static const uint8_t masks[WIRE_LANES] = {0x00, 0xff, 0x88, 0x77, 0x44, 0xbb, 0x22, 0xdd};

struct fixture {
	struct viewer viewer;
	struct graph *graph;
	struct spf spf;
	uint64_t distance[NODES];
	uint16_t order[NODES], heap[NODES], place[NODES];
	uint32_t number[NODES]; /* in the graph, of a place in the grid */
	uint16_t before[NODES];
	uint32_t lane;
	/* the search */
	uint64_t ids[HOPS + 1];
	uint64_t best[HOPS + 1];
	uint32_t hops, found;
};

static int id_order(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* The sorted list of masked ids. */
static void path_id(const struct fixture *fixture, const uint64_t *ids, uint32_t count,
		    uint64_t *out)
{
	for (uint32_t i = 0; i < count; i++)
		out[i] = ids[i] ^ (masks[fixture->lane] * UINT64_C(0x0101010101010101));
	qsort(out, count, sizeof(*out), id_order);
}

static bool is_lower(const uint64_t *a, const uint64_t *b, uint32_t count)
{
	while (count > 0 && *a == *b) {
		a++;
		b++;
		count--;
	}
	return count > 0 && *a < *b;
}

/* All shortest paths from a place in the grid, which is `depth` hops from the corner 0, on to `to`:
 * to the right and downwards. */
static void search(struct fixture *fixture, uint32_t at, uint32_t to, uint32_t depth)
{
	uint64_t id[HOPS + 1];

	fixture->ids[depth] = graph_id(fixture->graph, fixture->number[at]);
	if (at == to) {
		path_id(fixture, fixture->ids, depth + 1, id);
		if (fixture->found++ == 0 || is_lower(id, fixture->best, depth + 1))
			memcpy(fixture->best, id, sizeof(id));
		fixture->hops = depth;
		return;
	}
	if (at % SIDE < to % SIDE)
		search(fixture, at + 1, to, depth + 1);
	if (at / SIDE < to / SIDE)
		search(fixture, at + SIDE, to, depth + 1);
}

static void check_place(struct fixture *fixture, uint32_t to)
{
	uint64_t ids[HOPS + 1], id[HOPS + 1];
	uint32_t count = 0;

	fixture->found = 0;
	search(fixture, 0, to, 0);
	for (uint32_t node = fixture->number[to]; count <= fixture->hops;
	     node = fixture->before[node])
		ids[count++] = graph_id(fixture->graph, node);
	assert_true(ids[count - 1] == graph_id(fixture->graph, fixture->number[0]));
	path_id(fixture, ids, count, id);
	assert_memory_equal(id, fixture->best, count * sizeof(*id));
}

static void test_each_lane_takes_the_least_path(void **state)
{
	static uint32_t scratch[GRAPH_SCRATCH * NODES];
	struct zone *zone = zone_new();
	struct fixture fixture = {.viewer = viewer_new(zone, 0, &limits)};
	uint32_t reached;

	for (uint32_t i = 0; i < NODES; i++) {
		if (i % SIDE + 1 < SIDE)
			zone_link(zone, i, i + 1, ZONE_COST);
		if (i + SIDE < NODES)
			zone_link(zone, i, i + SIDE, ZONE_COST);
	}
	viewer_own(&fixture.viewer);
	for (uint32_t i = 1; i < NODES; i++)
		viewer_learn(&fixture.viewer, 0, i);
	for (uint32_t i = 0; i < NODES; i++)
		fixture.number[i] = viewer_find(&fixture.viewer, i);
	fixture.graph = calloc(1, graph_size(&limits));
	assert_non_null(fixture.graph);
	graph_init(fixture.graph, &limits);
	graph_build(fixture.graph, database_store(fixture.viewer.database), scratch);
	fixture.spf = (struct spf){fixture.distance, fixture.order, fixture.heap, fixture.place};
	reached = spf_run(&fixture.spf, fixture.graph, 0);
	assert_int_equal(reached, NODES);
	for (fixture.lane = 0; fixture.lane < WIRE_LANES; fixture.lane++) {
		lane_tree(fixture.graph, &fixture.spf, reached, fixture.lane, fixture.before);
		for (uint32_t to = 0; to < NODES; to++)
			check_place(&fixture, to);
	}
	assert_int_equal(fixture.found, 20); /* ways from corner to corner */
	free(fixture.graph);
	viewer_free(&fixture.viewer);
	free(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_lane_takes_the_least_path),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/lane", tests, NULL, NULL);
}
