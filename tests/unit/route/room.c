/* Who gives way: floods of ids, a full database, and that the connected and our own record never
 * have to. */
#include "route/room.h"

#include "tests/unit/route/zone.h"

enum { NODES = 80 };

static const struct route_limits limits = {
	.nodes = NODES, .fragments = 100, .cells = 700, .adjacent = 4};

/* A viewer, node 0, with `connected` nodes 1 … in a line. */
static struct viewer viewer_of(struct zone *zone, const struct route_limits *of, uint32_t connected)
{
	struct viewer viewer = viewer_new(zone, 0, of);

	for (uint32_t i = 0; i < connected; i++)
		zone_link(zone, i, i + 1, ZONE_COST);
	viewer_own(&viewer);
	for (uint32_t i = 1; i <= connected; i++)
		viewer_learn(&viewer, 3, i);
	viewer_news(&viewer);
	return viewer;
}

static void viewer_end(struct viewer *viewer)
{
	viewer_check_sums(viewer);
	free(viewer->zone);
	viewer_free(viewer);
}

static uint32_t waiting(const struct viewer *viewer)
{
	return store_count(database_store(viewer->database), NODE_WAITING);
}

/* Says that of the nodes 0 … last nobody else is connected. */
static void cut_after(struct viewer *viewer, uint32_t last)
{
	uint8_t connected[1300] = {0};

	for (uint32_t i = 0; i <= last; i++)
		connected[viewer_find(viewer, i)] = 1;
	database_connect(viewer->database, connected);
}

static void test_our_own_needs(void **state)
{
	assert_int_equal(room_own(1), 1);
	assert_int_equal(room_own(RECORD_ENTRIES_FIRST), 1);
	assert_int_equal(room_own(RECORD_ENTRIES_FIRST + 1), 2);
	assert_int_equal(room_own(RECORD_ENTRIES_FIRST + RECORD_ENTRIES), 2);
	assert_int_equal(room_own(RECORD_ENTRIES_FIRST + RECORD_ENTRIES + 1), 3);
	assert_int_equal(room_own(ROUTE_ADJACENT_MAX), RECORD_FRAGMENTS);
}

static void test_strangers_wait_and_the_connected_stay(void **state)
{
	struct viewer viewer = viewer_of(zone_new(), &limits, 5);
	uint64_t digest = database_digest(viewer.database);

	for (uint32_t i = 0; i < 600 - 5; i++)
		viewer_learn(&viewer, i % 3, 10 + i);
	assert_int_equal(waiting(&viewer), NODES - 6);
	assert_int_equal(viewer_news(&viewer), 0);
	assert_int_equal(database_nodes(viewer.database), 6);
	assert_true(database_digest(viewer.database) == digest);
	viewer_end(&viewer);
}

static void test_the_neighbour_that_brought_most_gives_way_oldest_first(void **state)
{
	static const struct route_limits few = {
		.nodes = 1 + 6, .fragments = 20, .cells = 100, .adjacent = 4};
	struct viewer viewer = viewer_of(zone_new(), &few, 0);

	viewer_learn(&viewer, 1, 11); /* the oldest, but of a modest neighbour */
	viewer_learn(&viewer, 2, 21);
	viewer_learn(&viewer, 2, 22);
	viewer_learn(&viewer, 2, 23);
	viewer_learn(&viewer, 2, 21); /* made anew, it is the oldest still */
	viewer_learn(&viewer, 3, 31);
	viewer_learn(&viewer, 3, 32);
	viewer_learn(&viewer, 1, 12);
	assert_int_equal(viewer_find(&viewer, 21), DATABASE_NONE);
	viewer_learn(&viewer, 3, 33); /* two each, or three now: the oldest of all */
	assert_int_equal(viewer_find(&viewer, 11), DATABASE_NONE);
	assert_int_not_equal(viewer_find(&viewer, 22), DATABASE_NONE);
	viewer_learn(&viewer, 3, 34);
	assert_int_equal(viewer_find(&viewer, 31), DATABASE_NONE);
	viewer_end(&viewer);
}

static void test_who_lapsed_goes_before_who_waits(void **state)
{
	struct viewer viewer = viewer_of(zone_new(), &limits, 20);
	uint32_t next = 100;

	cut_after(&viewer, 10);
	/* 20 places are taken; with 59 who wait the database is full. */
	for (uint32_t i = 0; i < NODES - 21; i++)
		viewer_learn(&viewer, 1, next++);
	for (uint32_t i = 11; i <= 20; i++)
		assert_int_not_equal(viewer_find(&viewer, i), DATABASE_NONE);
	viewer_learn(&viewer, 1, next++);
	assert_int_equal(viewer_find(&viewer, 11),
			 DATABASE_NONE); /* all lapsed at once: in order */
	assert_int_not_equal(viewer_find(&viewer, 12), DATABASE_NONE);
	viewer_learn(&viewer, 1, next++);
	assert_int_equal(viewer_find(&viewer, 12), DATABASE_NONE);
	assert_int_not_equal(viewer_find(&viewer, 100), DATABASE_NONE);
	assert_int_equal(database_nodes(viewer.database), 11);
	viewer_end(&viewer);
}

static void test_who_lapsed_since_the_last_computation_stays(void **state)
{
	static const struct route_limits few = {
		.nodes = 4, .fragments = 20, .cells = 100, .adjacent = 4};
	struct viewer viewer = viewer_of(zone_new(), &few, 3);

	cut_after(&viewer, 3);
	zone_node(viewer.zone, 3)->flags = RECORD_LEAVING;
	viewer_learn(&viewer, 1, 3);
	assert_int_equal(viewer_bring(&viewer, 1, zone_fragment(viewer.zone, 10, 0)),
			 DROP_DATABASE_FULL);
	cut_after(&viewer, 2);
	viewer_learn(&viewer, 1, 10);
	assert_int_equal(viewer_find(&viewer, 3), DATABASE_NONE);
	viewer_end(&viewer);
}

static void test_a_database_full_of_connected_nodes_is_full(void **state)
{
	struct viewer viewer = viewer_of(zone_new(), &limits, NODES - 1);
	uint64_t digest = database_digest(viewer.database);

	assert_int_equal(database_nodes(viewer.database), NODES);
	for (uint32_t i = 0; i < 500; i++)
		assert_int_equal(viewer_bring(&viewer, 0, zone_fragment(viewer.zone, 100 + i, 0)),
				 DROP_DATABASE_FULL);
	assert_true(database_digest(viewer.database) == digest);
	viewer_learn(&viewer, 0, 7); /* who is there may change still */
	viewer_end(&viewer);
}

/* Says that the nodes 0 … last are as far away as they stand in the line. */
static void measure(struct viewer *viewer, uint32_t last)
{
	uint8_t nodes[NODES] = {0};

	for (uint32_t i = 0; i <= last; i++)
		nodes[viewer_find(viewer, i)] = (uint8_t)(i + 1);
	database_connect(viewer->database, nodes);
}

static enum drop bring_beside(struct viewer *viewer, uint32_t number)
{
	uint32_t fragment;

	return database_accept(viewer->database, viewer->now, 1, true,
			       zone_fragment(viewer->zone, number, 0), &fragment);
}

/* The farthest give way to neighbours, one each, and nobody gives way to those in turn. */
static void test_a_neighbour_has_a_place_before_the_far(void **state)
{
	enum { LAST = NODES - 1, GUESTS = 20 };
	struct viewer viewer = viewer_of(zone_new(), &limits, LAST);

	assert_int_equal(bring_beside(&viewer, 99), DROP_DATABASE_FULL); /* how far nobody knows */
	measure(&viewer, LAST);
	for (uint32_t i = 0; i < GUESTS; i++) {
		assert_int_equal(bring_beside(&viewer, 100 + i), DROP_NONE);
		assert_int_equal(database_displaced(viewer.database), i + 1);
		assert_int_equal(database_nodes(viewer.database), LAST - i);
		assert_int_equal(viewer_find(&viewer, LAST - i), DATABASE_NONE);
		assert_false(database_mapped(viewer.database, viewer_find(&viewer, 100 + i)));
		assert_int_equal(viewer_bring(&viewer, 0, zone_fragment(viewer.zone, LAST - i, 0)),
				 DROP_DATABASE_FULL);
	}
	assert_int_equal(waiting(&viewer), GUESTS);
	/* One that is a neighbour no more waits like others. */
	database_beside(viewer.database, viewer_find(&viewer, 105), false);
	assert_int_equal(viewer_bring(&viewer, 0, zone_fragment(viewer.zone, LAST, 0)), DROP_NONE);
	assert_int_equal(viewer_find(&viewer, 105), DATABASE_NONE);
	assert_int_equal(database_displaced(viewer.database), GUESTS);
	viewer_end(&viewer);
}

static void test_neighbours_do_not_displace_each_other(void **state)
{
	struct viewer viewer = viewer_of(zone_new(), &limits, NODES - 1);

	measure(&viewer, NODES - 1);
	for (uint32_t i = 1; i < NODES; i++)
		database_beside(viewer.database, viewer_find(&viewer, i), true);
	assert_int_equal(bring_beside(&viewer, 100), DROP_DATABASE_FULL);
	assert_int_equal(database_nodes(viewer.database), NODES);
	viewer_end(&viewer);
}

/* Gives a node as many entries as a fragment holds. */
static void widen(struct zone *zone, uint32_t node)
{
	for (uint32_t i = 0; i < RECORD_ENTRIES_FIRST - 2; i++)
		zone_claim(zone, node, 1000 + i, ZONE_COST, ZONE_MTU);
}

static void test_cells_run_out_before_nodes_do(void **state)
{
	static const struct route_limits few = {
		.nodes = 30, .fragments = 40, .cells = 10 + 8 * 3, .adjacent = 4};
	struct viewer viewer = viewer_of(zone_new(), &few, 4);
	struct zone *zone = viewer.zone;
	uint32_t size = 40;

	/* Five records of three cells, ours among them, then five that wait, of two or three. */
	for (uint32_t i = 0; i < 5; i++)
		viewer_learn(&viewer, 0, size++);
	assert_int_equal(database_nodes(viewer.database), 5);
	/* Node 4 needs ten cells now: most of those who wait go. */
	widen(zone, 4);
	viewer_learn(&viewer, 0, 4);
	assert_true(waiting(&viewer) < 4);
	assert_int_equal(database_nodes(viewer.database), 5);
	widen(zone, 3);
	widen(zone, 2);
	(void)viewer_bring(&viewer, 0, zone_fragment(zone, 3, 0));
	assert_int_equal(viewer_bring(&viewer, 0, zone_fragment(zone, 2, 0)), DROP_DATABASE_FULL);
	/* There is room for the greatest record of our own still. */
	widen(zone, 0);
	viewer_own(&viewer);
	assert_int_equal(database_nodes(viewer.database), 5);
	viewer_end(&viewer);
}

static void test_fragments_run_out_and_ours_are_kept_free(void **state)
{
	static const struct route_limits few = {
		.nodes = 30, .fragments = 10, .cells = 300, .adjacent = 60};
	struct viewer viewer = viewer_of(zone_new(), &few, 8);
	struct zone *zone = viewer.zone;

	assert_int_equal(database_nodes(viewer.database), 9);
	assert_int_equal(viewer_bring(&viewer, 0, zone_fragment(zone, 50, 0)), DROP_DATABASE_FULL);
	for (uint32_t i = 0; i < RECORD_ENTRIES_FIRST; i++)
		zone_claim(zone, 0, 1000 + i, ZONE_COST, ZONE_MTU);
	viewer_own(&viewer);
	assert_int_equal(zone_node(zone, 0)->count, 2);
	viewer_end(&viewer);
}

static void test_tombstones_give_way_like_their_nodes(void **state)
{
	static const struct route_limits few = {
		.nodes = 5, .fragments = 20, .cells = 100, .adjacent = 4};
	struct viewer viewer = viewer_of(zone_new(), &few, 4);

	viewer.now = at_s(ZONE_START_S + ZONE_LIFETIME_S);
	database_time(viewer.database, viewer.now);
	assert_int_equal(database_nodes(viewer.database), 1);
	for (uint32_t i = 0; i < 3; i++)
		viewer_learn(&viewer, 0, 20 + i);
	assert_int_equal(viewer_find(&viewer, 3), DATABASE_NONE);
	assert_int_not_equal(viewer_find(&viewer, 4), DATABASE_NONE);
	viewer_end(&viewer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_our_own_needs),
		cmocka_unit_test(test_strangers_wait_and_the_connected_stay),
		cmocka_unit_test(test_the_neighbour_that_brought_most_gives_way_oldest_first),
		cmocka_unit_test(test_who_lapsed_goes_before_who_waits),
		cmocka_unit_test(test_who_lapsed_since_the_last_computation_stays),
		cmocka_unit_test(test_a_database_full_of_connected_nodes_is_full),
		cmocka_unit_test(test_a_neighbour_has_a_place_before_the_far),
		cmocka_unit_test(test_neighbours_do_not_displace_each_other),
		cmocka_unit_test(test_cells_run_out_before_nodes_do),
		cmocka_unit_test(test_fragments_run_out_and_ours_are_kept_free),
		cmocka_unit_test(test_tombstones_give_way_like_their_nodes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/room", tests, NULL, NULL);
}
