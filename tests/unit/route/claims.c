/* What a node says of itself: all entries of all its fragments, and its certificate. */
#include "route/claims.h"

#include "tests/unit/route/zone.h"

enum { LISTED = RECORD_ENTRIES_FIRST + RECORD_ENTRIES + 3 };

static const struct route_limits limits = {
	.nodes = 20, .fragments = 40, .cells = 200, .adjacent = 4};

static uint32_t count_claims(const struct viewer *viewer, uint32_t node)
{
	struct record_entry entry, last = {.cost = 0};
	struct claims claims;
	uint32_t count = 0;

	claims_begin(&claims, database_store(viewer->database), node);
	while (claims_next(&claims, &entry)) {
		assert_true(address_lower(&last.address, &entry.address));
		last = entry;
		count++;
	}
	assert_false(claims_next(&claims, &entry));
	return count;
}

static void test_entries_of_all_fragments(void **state)
{
	struct zone *zone = zone_new();
	struct viewer viewer = viewer_new(zone, 0, &limits);
	const struct store *store = database_store(viewer.database);
	uint32_t node;

	assert_int_equal(count_claims(&viewer, DATABASE_OWN), 0);
	for (uint32_t i = 0; i < LISTED; i++)
		zone_claim(zone, 1, 100 + i, ZONE_COST, ZONE_MTU);
	viewer_learn(&viewer, 0, 1);
	node = viewer_find(&viewer, 1);
	assert_int_equal(count_claims(&viewer, node), LISTED);
	assert_true(claims_name(store, node, &zone_node(zone, 100)->address));
	assert_true(claims_name(store, node, &zone_node(zone, 100 + LISTED - 1)->address));
	assert_false(claims_name(store, node, &zone_node(zone, 100 + LISTED)->address));
	zone_node(zone, 1)->flags = RECORD_LEAVING;
	assert_int_equal(viewer_bring(&viewer, 0, zone_fragment(zone, 1, 0)), DROP_NONE);
	assert_int_equal(count_claims(&viewer, node), 0);
	assert_false(claims_name(store, node, &zone_node(zone, 100)->address));
	/* Until we are gone ourselves we pass on what comes. */
	zone_node(zone, 0)->flags = RECORD_LEAVING;
	zone_claim(zone, 0, 1, ZONE_COST, ZONE_MTU);
	viewer_own(&viewer);
	assert_int_equal(count_claims(&viewer, DATABASE_OWN), 1);
	free(zone);
	viewer_free(&viewer);
}

static void test_the_certificate(void **state)
{
	struct zone *zone = zone_new();
	struct viewer viewer = viewer_new(zone, 0, &limits);
	const struct store *store = database_store(viewer.database);
	struct certificate certificate;

	zone_node(zone, 1)->generation = 77;
	viewer_learn(&viewer, 0, 1);
	assert_true(claims_certificate(store, viewer_find(&viewer, 1), &certificate));
	assert_int_equal(certificate.generation, 77);
	assert_memory_equal(certificate.identity, zone_node(zone, 1)->identity.public_key,
			    IDENTITY_PUBLIC);
	assert_false(claims_certificate(store, DATABASE_OWN, &certificate));
	viewer.now = at_s(ZONE_START_S + ZONE_LIFETIME_S);
	database_time(viewer.database, viewer.now);
	assert_false(claims_certificate(store, viewer_find(&viewer, 1), &certificate));
	assert_int_equal(count_claims(&viewer, viewer_find(&viewer, 1)), 0);
	free(zone);
	viewer_free(&viewer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries_of_all_fragments),
		cmocka_unit_test(test_the_certificate),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/claims", tests, NULL, NULL);
}
