/* Paths as every node of a zone computes them from a database of its own: they are shortest, the
 * same in both directions on every lane, and following the next hops goes just there. */
#include "route/paths.h"

#include "tests/unit/route/zone.h"

enum { MOST = 49, FAR = 1 << 30, MTU_STEP = 10 };

static const struct route_limits limits = {
	.nodes = MOST + 3, .fragments = MOST + 3, .cells = 16 * MOST, .adjacent = 40};

/* What a node knows. Its database has numbers of its own. */
struct view {
	struct viewer viewer;
	struct paths *paths;
	uint32_t zone_number[MOST + 3];
};

struct world {
	struct zone *zone;
	uint32_t nodes;
	struct view views[MOST];
	uint32_t cost[MOST][MOST]; /* of links that both list; 0: none */
	uint16_t mtu[MOST][MOST];
	uint32_t metric[MOST][MOST]; /* of shortest paths; FAR: none */
	uint32_t hops[MOST][MOST];
	uint32_t random;
};

static uint32_t draw(struct world *world, uint32_t below)
{
	world->random = world->random * 1664525 + 1013904223;
	return (world->random >> 8) % below;
}

static struct world *world_new(uint32_t nodes, uint32_t seed)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->zone = zone_new();
	world->nodes = nodes;
	world->random = seed;
	return world;
}

static void world_free(struct world *world)
{
	for (uint32_t i = 0; i < world->nodes; i++) {
		viewer_free(&world->views[i].viewer);
		free(world->views[i].paths);
	}
	free(world->zone);
	free(world);
}

/* A link of which both ends say something else. */
static void join(struct world *world, uint32_t a, uint32_t b, uint32_t cost_us)
{
	uint16_t mtu = (uint16_t)(WIRE_MTU_LEAST + MTU_STEP * draw(world, 20));
	bool other = draw(world, 2);

	zone_claim(world->zone, a, b, other ? cost_us : cost_us - draw(world, cost_us), mtu);
	zone_claim(world->zone, b, a, other ? cost_us - draw(world, cost_us) : cost_us,
		   mtu + MTU_STEP);
	world->cost[a][b] = world->cost[b][a] = cost_us;
	world->mtu[a][b] = world->mtu[b][a] = mtu;
}

static bool transits(const struct world *world, uint32_t node)
{
	return (world->zone->nodes[node].flags & (RECORD_NO_TRANSIT | RECORD_STUB)) == 0;
}

/* One round of Bellman and Ford; true if a path became shorter. */
static bool shorten(struct world *world, uint32_t from, uint32_t a, uint32_t b)
{
	uint32_t metric = world->metric[from][a] + world->cost[a][b];
	uint32_t hops = world->hops[from][a] + 1;

	if (world->cost[a][b] == 0 || world->metric[from][a] == FAR ||
	    (a != from && !transits(world, a)) || metric > world->metric[from][b] ||
	    (metric == world->metric[from][b] && hops >= world->hops[from][b]))
		return false;
	world->metric[from][b] = metric;
	world->hops[from][b] = hops;
	return true;
}

static void refer(struct world *world, uint32_t from)
{
	uint32_t pairs = world->nodes * world->nodes;
	bool any = true;

	for (uint32_t to = 0; to < world->nodes; to++)
		world->metric[from][to] = to == from ? 0 : FAR;
	while (any) {
		any = false;
		for (uint32_t pair = 0; pair < pairs; pair++)
			any |= shorten(world, from, pair / world->nodes, pair % world->nodes);
	}
}

/* Gives a node a database with all records, in an order of its own, and lets it compute. */
static void view_make(struct world *world, uint32_t own, struct span *records)
{
	struct view *view = &world->views[own];
	uint32_t order[MOST];

	view->viewer = viewer_new(world->zone, own, &limits);
	view->paths = calloc(1, paths_size(&limits) + 16);
	assert_non_null(view->paths);
	paths_init(view->paths, &limits);
	(void)database_own(view->viewer.database, records[own], 1);
	for (uint32_t i = 0; i < world->nodes; i++) {
		uint32_t at = draw(world, i + 1);

		order[i] = order[at];
		order[at] = i;
	}
	for (uint32_t i = 0; i < world->nodes; i++) {
		if (order[i] != own)
			assert_int_equal(viewer_bring(&view->viewer, 0, records[order[i]]),
					 DROP_NONE);
	}
	for (uint32_t i = 0; i < world->nodes; i++)
		view->zone_number[viewer_find(&view->viewer, i)] = i;
	paths_compute(view->paths, view->viewer.database);
	database_connect(view->viewer.database, paths_reached(view->paths));
	viewer_check_sums(&view->viewer);
}

static void world_compute(struct world *world)
{
	struct span records[MOST];

	for (uint32_t i = 0; i < world->nodes; i++) {
		struct span bytes = zone_fragment(world->zone, i, 0);
		uint8_t *copy = malloc(bytes.size);

		assert_non_null(copy);
		memcpy(copy, bytes.bytes, bytes.size);
		records[i] = (struct span){copy, bytes.size};
	}
	for (uint32_t i = 0; i < world->nodes; i++) {
		view_make(world, i, records);
		refer(world, i);
	}
	for (uint32_t i = 0; i < world->nodes; i++)
		free((void *)(uintptr_t)records[i].bytes);
}

static struct path path_of(const struct world *world, uint32_t from, uint32_t to)
{
	struct path path;

	paths_to(world->views[from].paths, viewer_find(&world->views[from].viewer, to), &path);
	return path;
}

/* The path from `from` back from `to`, as `from` computed it, in numbers of the zone; returns its
 * hops. */
static uint32_t walk(const struct world *world, uint32_t from, uint32_t to, uint32_t lane,
		     uint32_t out[MOST])
{
	const struct view *view = &world->views[from];
	uint32_t hops = 0;

	for (uint32_t node = viewer_find(&view->viewer, to); node != DATABASE_NONE;
	     node = paths_before(view->paths, lane, node)) {
		assert_true(hops < MOST);
		out[hops++] = view->zone_number[node];
	}
	return hops - 1;
}

/* Goes hop by hop, each node by its own paths; returns the least MTU on the way. */
static uint16_t follow(const struct world *world, uint32_t from, uint32_t to, uint32_t lane)
{
	uint32_t metric = 0, hops = 0, at = from;
	uint16_t mtu = 1500;

	while (at != to) {
		struct path path = path_of(world, at, to);
		uint32_t next = world->views[at].zone_number[path.next[lane]];

		assert_true(world->cost[at][next] > 0);
		assert_true(at == from || transits(world, at));
		metric += world->cost[at][next];
		if (mtu > world->mtu[at][next])
			mtu = world->mtu[at][next];
		assert_true(++hops < MOST);
		at = next;
	}
	assert_int_equal(metric, world->metric[from][to]);
	assert_int_equal(hops, world->hops[from][to]);
	return mtu;
}

static void check_lanes(const struct world *world, uint32_t from, uint32_t to)
{
	uint16_t mtu = 1500;

	for (uint32_t lane = 0; lane < WIRE_LANES; lane++) {
		uint32_t there[MOST], back[MOST];
		uint32_t hops = walk(world, from, to, lane, there);
		uint16_t lane_mtu = follow(world, from, to, lane);

		assert_int_equal(hops, world->hops[from][to]);
		assert_int_equal(walk(world, to, from, lane, back), hops);
		for (uint32_t i = 0; i <= hops; i++)
			assert_int_equal(there[i], back[hops - i]);
		if (mtu > lane_mtu)
			mtu = lane_mtu;
	}
	assert_int_equal(path_of(world, from, to).mtu, mtu);
}

/* RFC 5286, inequality 1; and there is an alternate whenever one is to be had. */
static void check_alternate(const struct world *world, uint32_t from, uint32_t to)
{
	const struct view *view = &world->views[from];
	struct path path = path_of(world, from, to);
	uint32_t first = view->zone_number[path.next[0]];
	uint32_t best = FAR, neighbours = 0;

	for (uint32_t over = 0; over < world->nodes; over++) {
		uint32_t detour = world->cost[from][over] + world->metric[over][to];

		neighbours += world->cost[from][over] > 0;
		if (world->cost[from][over] > 0 && over != first &&
		    (over == to || transits(world, over)) && detour < best &&
		    world->metric[over][to] < world->metric[over][from] + world->metric[from][to])
			best = detour;
	}
	assert_true(neighbours <= 16);
	assert_int_equal(path.alternate != DATABASE_NONE, best != FAR);
	if (path.alternate != DATABASE_NONE) {
		uint32_t over = view->zone_number[path.alternate];

		assert_int_not_equal(over, first);
		assert_int_equal(world->cost[from][over] + world->metric[over][to], best);
	}
}

static void check_pair(const struct world *world, uint32_t from, uint32_t to)
{
	struct path path = path_of(world, from, to);

	assert_int_equal(path.reached, world->metric[from][to] != FAR);
	if (!path.reached || from == to)
		return;
	assert_int_equal(path.metric_us, world->metric[from][to]);
	assert_int_equal(path.hops, world->hops[from][to]);
	check_lanes(world, from, to);
	check_alternate(world, from, to);
}

static void world_check(struct world *world)
{
	world_compute(world);
	for (uint32_t from = 0; from < world->nodes; from++) {
		for (uint32_t to = 0; to < world->nodes; to++)
			check_pair(world, from, to);
	}
	world_free(world);
}

static struct world *grid(uint32_t side, uint32_t seed, uint32_t cost_us)
{
	struct world *world = world_new(side * side, seed);

	for (uint32_t node = 0; node < world->nodes; node++) {
		if (node % side + 1 < side)
			join(world, node, node + 1, cost_us);
		if (node + side < world->nodes)
			join(world, node, node + side, cost_us);
	}
	return world;
}

static void test_a_grid_of_equal_costs(void **state)
{
	world_check(grid(7, 1, 10));
}

/* Points in a square, linked when near. Costs of few values make many equal sums. */
static struct world *geometric(uint32_t nodes, uint32_t seed, uint32_t costs)
{
	struct world *world = world_new(nodes, seed);
	int32_t x[MOST], y[MOST];

	for (uint32_t i = 0; i < nodes; i++) {
		x[i] = (int32_t)draw(world, 1000);
		y[i] = (int32_t)draw(world, 1000);
		for (uint32_t j = 0; j < i; j++) {
			int32_t dx = x[i] - x[j], dy = y[i] - y[j];

			if (dx * dx + dy * dy < 250 * 250)
				join(world, i, j, 10 + 10 * draw(world, costs));
		}
	}
	return world;
}

static void test_random_graphs(void **state)
{
	for (uint32_t seed = 1; seed <= 6; seed++)
		world_check(geometric(30, seed, 1 + seed % 3));
}

static void test_random_graphs_in_which_some_do_not_transit(void **state)
{
	for (uint32_t seed = 11; seed <= 14; seed++) {
		struct world *world = geometric(30, seed, 2);

		for (uint32_t i = 0; i < 6; i++)
			zone_node(world->zone, draw(world, 30))->flags =
				i & 1 ? RECORD_STUB : RECORD_NO_TRANSIT;
		world_check(world);
	}
}

static void test_who_is_behind_a_stub_is_connected_without_a_path(void **state)
{
	struct world *world = world_new(3, 1);
	struct path path;
	uint32_t far;

	join(world, 0, 1, 10);
	join(world, 1, 2, 10);
	zone_node(world->zone, 1)->flags = RECORD_STUB;
	world_compute(world);
	far = viewer_find(&world->views[0].viewer, 2);
	paths_to(world->views[0].paths, far, &path);
	assert_false(path.reached);
	assert_int_equal(path.next[0], DATABASE_NONE);
	assert_int_equal(path.alternate, DATABASE_NONE);
	assert_int_equal(paths_before(world->views[0].paths, 0, far), DATABASE_NONE);
	assert_int_equal(paths_reached(world->views[0].paths)[far], 3);
	world_free(world);
}

static void test_what_only_one_end_lists_is_no_link(void **state)
{
	struct world *world = world_new(3, 1);
	uint32_t cursor = 0;
	struct paths_link link;
	struct path path;

	join(world, 0, 1, 10);
	zone_claim(world->zone, 0, 2, 1, ZONE_MTU);
	world_compute(world);
	path = path_of(world, 0, 2);
	assert_false(path.reached);
	assert_true(paths_link(world->views[0].paths, DATABASE_OWN, &cursor, &link));
	assert_int_equal(link.to, viewer_find(&world->views[0].viewer, 1));
	assert_int_equal(link.cost_us, 10);
	assert_int_equal(link.mtu, world->mtu[0][1]);
	assert_int_equal(link.quality, 255);
	assert_int_equal(link.medium, MEDIUM_WIRE);
	assert_false(paths_link(world->views[0].paths, DATABASE_OWN, &cursor, &link));
	world_free(world);
}

static void test_before_the_first_computation_there_is_no_path(void **state)
{
	struct paths *paths = calloc(1, paths_size(&limits) + 16);
	struct paths_link link;
	struct path path;
	uint32_t cursor = 0;

	assert_non_null(paths);
	paths_init(paths, &limits);
	paths_to(paths, 1, &path);
	assert_false(path.reached);
	assert_int_equal(paths_before(paths, 0, 1), DATABASE_NONE);
	assert_false(paths_link(paths, 0, &cursor, &link));
	free(paths);
}

static void test_the_dearest_links_add_up(void **state)
{
	enum { LINE = 49 };
	struct world *world = world_new(LINE, 1);
	struct path path;

	for (uint32_t i = 0; i + 1 < LINE; i++)
		zone_link(world->zone, i, i + 1, COST_MOST_US);
	world_compute(world);
	path = path_of(world, 0, LINE - 1);
	assert_int_equal(path.hops, LINE - 1);
	assert_true(path.metric_us == (uint32_t)(LINE - 1) * (COST_MOST_US + 1));
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_grid_of_equal_costs),
		cmocka_unit_test(test_random_graphs),
		cmocka_unit_test(test_random_graphs_in_which_some_do_not_transit),
		cmocka_unit_test(test_who_is_behind_a_stub_is_connected_without_a_path),
		cmocka_unit_test(test_what_only_one_end_lists_is_no_link),
		cmocka_unit_test(test_before_the_first_computation_there_is_no_path),
		cmocka_unit_test(test_the_dearest_links_add_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/paths", tests, NULL, NULL);
}
