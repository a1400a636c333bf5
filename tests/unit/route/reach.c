/* Who is connected, as records come in one after the other in any order, against a walk over all of
 * them. */
#include "route/reach.h"

#include "tests/unit/route/zone.h"

enum { NODES = 40 };

static const struct route_limits limits = {
	.nodes = NODES, .fragments = NODES + 1, .cells = 400, .adjacent = 4};

static bool lists(const struct zone *zone, uint32_t from, uint32_t to)
{
	for (uint32_t i = 0; i < zone->claimed; i++) {
		if (zone->claims[i].from == from && zone->claims[i].to == to)
			return true;
	}
	return false;
}

/* Marks whom node 0 reaches over links both of whose ends are known and list each other. */
static uint32_t refer(const struct zone *zone, const bool known[NODES], bool connected[NODES])
{
	uint32_t queue[NODES] = {0}, count = 1;

	memset(connected, 0, NODES * sizeof(*connected));
	connected[0] = true;
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t to = 0; to < NODES; to++) {
			if (!known[to] || connected[to] || !lists(zone, queue[i], to) ||
			    !lists(zone, to, queue[i]))
				continue;
			connected[to] = true;
			queue[count++] = to;
		}
	}
	return count;
}

static void check_order(uint32_t seed)
{
	struct zone *zone = zone_new();
	bool known[NODES] = {true}, connected[NODES];
	struct viewer viewer;
	uint32_t random = seed;

	for (uint32_t i = 0; i < 4 * NODES; i++) {
		uint32_t a, b;

		random = random * 1664525 + 1013904223;
		a = (random >> 8) % NODES;
		b = (random >> 16) % NODES;
		if (a == b || lists(zone, a, b))
			continue;
		zone_claim(zone, a, b, ZONE_COST, ZONE_MTU);
		if ((random >> 30) != 0 && !lists(zone, b, a))
			zone_claim(zone, b, a, ZONE_COST, ZONE_MTU);
	}
	viewer = viewer_new(zone, 0, &limits);
	viewer_own(&viewer);
	for (uint32_t i = 0; i < NODES - 1; i++) {
		uint32_t node = 1 + (i * 17 + seed) % (NODES - 1);

		viewer_learn(&viewer, 0, node);
		known[node] = true;
		assert_int_equal(database_nodes(viewer.database), refer(zone, known, connected));
		for (uint32_t at = 0; at < NODES; at++)
			assert_int_equal(viewer_connected(&viewer, at), connected[at]);
	}
	assert_true(database_nodes(viewer.database) > NODES / 2);
	viewer_check_sums(&viewer);
	free(zone);
	viewer_free(&viewer);
}

static void test_any_order_connects_the_same(void **state)
{
	for (uint32_t seed = 1; seed <= 5; seed++)
		check_order(seed);
}

static void test_attached_is_who_lists_and_is_listed(void **state)
{
	struct zone *zone = zone_new();
	struct viewer viewer;
	const struct store *store;

	zone_link(zone, 1, 2, ZONE_COST);
	zone_claim(zone, 3, 0, ZONE_COST, ZONE_MTU);
	zone_claim(zone, 0, 4, ZONE_COST, ZONE_MTU);
	zone_link(zone, 0, 5, ZONE_COST);
	viewer = viewer_new(zone, 0, &limits);
	store = database_store(viewer.database);
	viewer_own(&viewer);
	for (uint32_t i = 1; i <= 5; i++) {
		viewer_learn(&viewer, 0, i);
		assert_int_equal(reach_attached(store, viewer_find(&viewer, i)), i == 5);
	}
	free(zone);
	viewer_free(&viewer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order_connects_the_same),
		cmocka_unit_test(test_attached_is_who_lists_and_is_listed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/reach", tests, NULL, NULL);
}
