/* The database as a whole: who is connected by what was taken in, news, life and death of
 * fragments, the digest, and what it shows. */
#include "tests/unit/route/zone.h"

static const struct route_limits limits = {
	.nodes = 300, .fragments = 340, .cells = 2000, .adjacent = 60};

/* A viewer, node 0, whose own record is there. */
static struct viewer viewer_of(struct zone *zone)
{
	struct viewer viewer = viewer_new(zone, 0, &limits);

	viewer_own(&viewer);
	return viewer;
}

static void viewer_end(struct viewer *viewer)
{
	viewer_check_sums(viewer);
	free(viewer->zone);
	viewer_free(viewer);
}

static void test_at_first_there_is_ourselves_alone(void **state)
{
	struct viewer viewer = viewer_new(zone_new(), 0, &limits);
	struct certificate certificate;
	uint32_t fragment, from;

	assert_int_equal(database_nodes(viewer.database), 1);
	assert_true(database_connected(viewer.database, DATABASE_OWN));
	assert_false(database_connected(viewer.database, 1));
	assert_int_equal(viewer_find(&viewer, 0), DATABASE_OWN);
	assert_false(database_certificate(viewer.database, DATABASE_OWN, &certificate));
	assert_int_equal(database_first(viewer.database, DATABASE_OWN), DATABASE_NONE);
	assert_true(database_digest(viewer.database) == 0);
	assert_true(instant_is_never(database_deadline(viewer.database)));
	assert_false(database_news(viewer.database, &fragment, &from));
	viewer_end(&viewer);
}

static void test_our_own_record_is_news_and_counts(void **state)
{
	struct viewer viewer = viewer_of(zone_new());
	struct certificate certificate;
	uint32_t fragment, from;

	assert_true(database_digest(viewer.database) != 0);
	assert_true(database_news(viewer.database, &fragment, &from));
	assert_int_equal(from, DATABASE_NONE);
	assert_int_equal(fragment, database_first(viewer.database, DATABASE_OWN));
	assert_false(database_news(viewer.database, &fragment, &from));
	assert_true(database_certificate(viewer.database, DATABASE_OWN, &certificate));
	assert_true(instant_is_never(database_deadline(viewer.database)));
	viewer_end(&viewer);
}

static void test_own_fragments_come_and_go(void **state)
{
	struct zone *zone = zone_new();
	struct viewer viewer = viewer_new(zone, 0, &limits);
	uint32_t count = 0;

	for (uint32_t i = 1; i <= RECORD_ENTRIES_FIRST + 1; i++)
		zone_claim(zone, 0, i, ZONE_COST, ZONE_MTU);
	viewer_own(&viewer);
	for (uint32_t at = database_first(viewer.database, DATABASE_OWN); at != DATABASE_NONE;
	     at = database_next(viewer.database, at)) {
		struct database_fragment fragment;

		assert_true(database_fragment(viewer.database, at, &fragment));
		assert_int_equal(fragment.node, DATABASE_OWN);
		assert_int_equal(fragment.number, count++);
	}
	assert_int_equal(count, 2);
	assert_int_equal(viewer_news(&viewer), 2);
	zone_unclaim(zone, 0);
	viewer_own(&viewer);
	count = database_first(viewer.database, DATABASE_OWN);
	assert_int_equal(database_next(viewer.database, count), DATABASE_NONE);
	assert_int_equal(viewer_news(&viewer), 1);
	viewer_end(&viewer);
}

static void test_a_link_needs_both_ends(void **state)
{
	struct zone *zone = zone_new();
	struct viewer viewer = viewer_of(zone);

	zone_claim(zone, 1, 0, ZONE_COST, ZONE_MTU);
	viewer_news(&viewer);
	viewer_learn(&viewer, 3, 1);
	assert_false(viewer_connected(&viewer, 1));
	assert_int_equal(viewer_news(&viewer), 0);
	zone_claim(zone, 0, 1, ZONE_COST, ZONE_MTU);
	viewer_own(&viewer);
	assert_true(viewer_connected(&viewer, 1));
	assert_int_equal(viewer_news(&viewer), 2);
	viewer_end(&viewer);
}

static void test_who_is_only_listed_by_us_is_not_connected(void **state)
{
	struct zone *zone = zone_new();
	struct viewer viewer;

	zone_claim(zone, 0, 1, ZONE_COST, ZONE_MTU);
	viewer = viewer_of(zone);
	viewer_learn(&viewer, 3, 1);
	assert_false(viewer_connected(&viewer, 1));
	zone_claim(zone, 1, 0, ZONE_COST, ZONE_MTU);
	viewer_learn(&viewer, 3, 1);
	assert_true(viewer_connected(&viewer, 1));
	viewer_end(&viewer);
}

/* A line 0 – 1 – … – 20 that becomes known from the far end: nobody is connected before 1 is, then
 * all are, and their fragments are news with those who brought them. */
static void test_who_is_connected_brings_others_along(void **state)
{
	struct zone *zone = zone_new();
	uint32_t fragment, from, seen = 0;
	struct viewer viewer;

	for (uint32_t i = 0; i < 20; i++)
		zone_link(zone, i, i + 1, ZONE_COST);
	viewer = viewer_of(zone);
	viewer_news(&viewer);
	for (uint32_t i = 20; i > 1; i--)
		viewer_learn(&viewer, i, i);
	assert_int_equal(database_nodes(viewer.database), 1);
	assert_int_equal(viewer_news(&viewer), 0);
	viewer_learn(&viewer, 1, 1);
	assert_int_equal(database_nodes(viewer.database), 21);
	while (database_news(viewer.database, &fragment, &from)) {
		struct database_fragment facts;

		assert_true(database_fragment(viewer.database, fragment, &facts));
		assert_int_equal(viewer_find(&viewer, from), facts.node);
		seen++;
	}
	assert_int_equal(seen, 20);
	viewer_end(&viewer);
}

static void test_a_later_fragment_can_connect(void **state)
{
	struct zone *zone = zone_new();
	struct viewer viewer;

	for (uint32_t i = 2; i < 2 + RECORD_ENTRIES_FIRST + 5; i++)
		zone_link(zone, 1, i, ZONE_COST);
	zone_link(zone, 0, 1, ZONE_COST);
	viewer = viewer_of(zone);
	for (uint32_t i = 2; i < 2 + RECORD_ENTRIES_FIRST + 5; i++)
		viewer_learn(&viewer, 0, i);
	viewer_learn(&viewer, 0, 1);
	assert_int_equal(database_nodes(viewer.database), 2 + RECORD_ENTRIES_FIRST + 5);
	viewer_end(&viewer);
}

static void test_who_does_not_transit_connects_still(void **state)
{
	struct zone *zone = zone_new();
	struct viewer viewer;

	zone_link(zone, 0, 1, ZONE_COST);
	zone_link(zone, 1, 2, ZONE_COST);
	zone_node(zone, 1)->flags = RECORD_NO_TRANSIT;
	viewer = viewer_of(zone);
	viewer_learn(&viewer, 0, 1);
	viewer_learn(&viewer, 0, 2);
	assert_true(viewer_connected(&viewer, 2));
	assert_int_equal(database_flags(viewer.database, viewer_find(&viewer, 1)),
			 RECORD_NO_TRANSIT);
	viewer_end(&viewer);
}

static void test_who_leaves_is_told_once_and_gone_at_once(void **state)
{
	struct zone *zone = zone_new();
	uint64_t version;
	struct viewer viewer;

	zone_link(zone, 0, 1, ZONE_COST);
	viewer = viewer_of(zone);
	viewer_learn(&viewer, 0, 1);
	viewer_news(&viewer);
	version = database_version(viewer.database);
	zone_node(zone, 1)->flags = RECORD_LEAVING;
	viewer_learn(&viewer, 0, 1);
	assert_false(viewer_connected(&viewer, 1));
	assert_int_equal(viewer_news(&viewer), 1);
	assert_true(database_version(viewer.database) != version);
	viewer_check_sums(&viewer);
	viewer_learn(&viewer, 0, 1);
	assert_int_equal(viewer_news(&viewer), 0);
	zone_node(zone, 1)->flags = 0;
	viewer_learn(&viewer, 0, 1);
	assert_true(viewer_connected(&viewer, 1));
	assert_int_equal(viewer_news(&viewer), 1);
	viewer_end(&viewer);
}

static void test_a_computation_says_who_is_connected(void **state)
{
	struct zone *zone = zone_new();
	uint8_t connected[300] = {1};
	uint32_t one, two;
	uint64_t version;
	struct viewer viewer;

	zone_link(zone, 0, 1, ZONE_COST);
	zone_link(zone, 1, 2, ZONE_COST);
	viewer = viewer_of(zone);
	viewer_learn(&viewer, 0, 1);
	viewer_learn(&viewer, 0, 2);
	viewer_news(&viewer);
	one = viewer_find(&viewer, 1);
	two = viewer_find(&viewer, 2);
	version = database_version(viewer.database);
	database_connect(viewer.database, connected);
	assert_int_equal(database_nodes(viewer.database), 1);
	viewer_check_sums(&viewer);
	connected[one] = connected[two] = 1;
	database_connect(viewer.database, connected);
	assert_int_equal(database_nodes(viewer.database), 3);
	assert_int_equal(viewer_news(&viewer), 2);
	database_connect(viewer.database, connected);
	assert_int_equal(viewer_news(&viewer), 0);
	assert_true(database_version(viewer.database) == version);
	viewer_end(&viewer);
}

static void test_news_of_who_broke_away_is_none(void **state)
{
	static const uint8_t nobody[300] = {1};
	struct zone *zone = zone_new();
	struct viewer viewer;

	zone_link(zone, 0, 1, ZONE_COST);
	viewer = viewer_of(zone);
	viewer_learn(&viewer, 0, 1);
	database_connect(viewer.database, nobody);
	assert_int_equal(viewer_news(&viewer), 1); /* our own */
	viewer_end(&viewer);
}

static void test_the_version_is_that_of_the_graph(void **state)
{
	struct zone *zone = zone_new();
	uint64_t version, taken;
	struct viewer viewer;

	zone_link(zone, 0, 1, ZONE_COST);
	viewer = viewer_of(zone);
	viewer_learn(&viewer, 0, 1);
	version = database_version(viewer.database);
	taken = database_taken(viewer.database);
	viewer_learn(&viewer, 0, 1); /* made anew */
	viewer_learn(&viewer, 0, 2); /* not connected */
	viewer_own(&viewer);
	assert_true(database_version(viewer.database) == version);
	assert_true(database_taken(viewer.database) == taken + 2);
	zone_claim(zone, 1, 2, ZONE_COST, ZONE_MTU);
	viewer_learn(&viewer, 0, 1);
	assert_true(database_version(viewer.database) != version);
	viewer_end(&viewer);
}

/* Of two in one fragment, wherever the lost one stands; what is new or dearer is no loss. */
static void test_a_link_that_is_listed_no_more_is_counted(void **state)
{
	struct zone *zone = zone_new();
	struct viewer viewer;

	zone_link(zone, 0, 1, ZONE_COST);
	viewer = viewer_of(zone);
	viewer_learn(&viewer, 0, 1);
	for (uint32_t other = 2; other < 6; other++)
		zone_claim(zone, 1, other, ZONE_COST, ZONE_MTU);
	viewer_learn(&viewer, 0, 1);
	viewer_learn(&viewer, 0, 1);
	assert_true(database_parted(viewer.database) == 0);
	for (uint32_t other = 2; other < 6; other++) {
		uint64_t parted = database_parted(viewer.database);

		zone_unclaim(zone, 1);
		zone_claim(zone, 1, 0, ZONE_COST, ZONE_MTU);
		for (uint32_t kept = 2; kept < 6; kept++) {
			if (kept != other)
				zone_claim(zone, 1, kept, 2 * ZONE_COST, ZONE_MTU);
		}
		viewer_learn(&viewer, 0, 1);
		assert_true(database_parted(viewer.database) == parted + 1);
	}
	zone_unclaim(zone, 1);
	viewer_learn(&viewer, 0, 1);
	assert_true(database_parted(viewer.database) == 5);
	viewer_end(&viewer);
}

static void test_a_fragment_expires_and_is_refused_as_long_again(void **state)
{
	struct zone *zone = zone_new();
	uint8_t kept[RECORD_MAX];
	struct viewer viewer;
	struct span old;

	zone_link(zone, 0, 1, ZONE_COST);
	viewer = viewer_of(zone);
	old = zone_fragment(zone, 1, 0);
	memcpy(kept, old.bytes, old.size);
	old.bytes = kept;
	assert_int_equal(viewer_bring(&viewer, 0, old), DROP_NONE);
	viewer.now = at_s(ZONE_START_S + ZONE_LIFETIME_S - 1);
	assert_int_equal(viewer_bring(&viewer, 1, old), DROP_RECORD_KNOWN);
	assert_true(database_deadline(viewer.database).us <=
		    at_s(ZONE_START_S + ZONE_LIFETIME_S).us);
	database_time(viewer.database, viewer.now);
	assert_true(viewer_connected(&viewer, 1));
	viewer.now = at_s(ZONE_START_S + ZONE_LIFETIME_S);
	database_time(viewer.database, viewer.now);
	assert_false(viewer_connected(&viewer, 1));
	viewer_check_sums(&viewer);
	assert_int_equal(viewer_bring(&viewer, 1, old), DROP_RECORD_OLD);
	viewer.now = at_s(ZONE_START_S + 2 * ZONE_LIFETIME_S - 1);
	database_time(viewer.database, viewer.now);
	assert_int_equal(viewer_bring(&viewer, 1, old), DROP_RECORD_OLD);
	viewer.now = at_s(ZONE_START_S + 2 * ZONE_LIFETIME_S);
	database_time(viewer.database, viewer.now);
	assert_int_equal(viewer_find(&viewer, 1), DATABASE_NONE);
	assert_int_equal(viewer_bring(&viewer, 1, old), DROP_NONE);
	viewer_end(&viewer);
}

static void test_who_expired_may_come_anew(void **state)
{
	struct zone *zone = zone_new();
	struct viewer viewer;

	zone_link(zone, 0, 1, ZONE_COST);
	viewer = viewer_of(zone);
	viewer_learn(&viewer, 0, 1);
	viewer.now = at_s(ZONE_START_S + ZONE_LIFETIME_S);
	database_time(viewer.database, viewer.now);
	viewer_learn(&viewer, 0, 1);
	assert_true(viewer_connected(&viewer, 1));
	viewer.now = at_s(ZONE_START_S + 3 * ZONE_LIFETIME_S);
	database_time(viewer.database, viewer.now); /* its life and the memory of it at once */
	assert_int_equal(viewer_find(&viewer, 1), DATABASE_NONE);
	assert_true(instant_is_never(database_deadline(viewer.database)));
	viewer_end(&viewer);
}

static void test_no_lifetime_is_longer_than_ours(void **state)
{
	struct zone *zone = zone_new();
	struct viewer viewer = viewer_of(zone);

	zone_node(zone, 1)->lifetime = UINT16_MAX;
	viewer_learn(&viewer, 0, 1);
	assert_true(database_deadline(viewer.database).us ==
		    at_s(ZONE_START_S + ROUTE_LIFETIME_S).us);
	viewer_end(&viewer);
}

static void test_a_later_fragment_expires_alone(void **state)
{
	struct zone *zone = zone_new();
	uint8_t kept[RECORD_MAX];
	struct viewer viewer;
	struct span later;
	uint32_t node;

	zone_link(zone, 0, 1, ZONE_COST);
	for (uint32_t i = 2; i < 2 + RECORD_ENTRIES_FIRST; i++)
		zone_claim(zone, 1, i, ZONE_COST, ZONE_MTU);
	viewer = viewer_of(zone);
	viewer_learn(&viewer, 0, 1);
	viewer.now = at_s(ZONE_START_S + 100);
	assert_int_equal(viewer_bring(&viewer, 0, zone_fragment(zone, 1, 0)), DROP_NONE);
	zone_node(zone, 1)->sequence[1]--;
	later = zone_fragment(zone, 1, 1);
	memcpy(kept, later.bytes, later.size);
	viewer.now = at_s(ZONE_START_S + ZONE_LIFETIME_S);
	database_time(viewer.database, viewer.now);
	node = viewer_find(&viewer, 1);
	assert_int_equal(database_next(viewer.database, database_first(viewer.database, node)),
			 DATABASE_NONE);
	assert_true(viewer_connected(&viewer, 1));
	viewer_check_sums(&viewer);
	assert_int_equal(viewer_bring(&viewer, 0, (struct span){kept, later.size}),
			 DROP_RECORD_OLD);
	assert_int_equal(viewer_bring(&viewer, 0, zone_fragment(zone, 1, 1)), DROP_NONE);
	viewer_end(&viewer);
}

/* Whatever comes and goes: the sums are those that a look at everything gives. */
static void test_sums_hold_whatever_happens(void **state)
{
	enum { NODES = 12, ROUNDS = 600 };
	struct zone *zone = zone_new();
	struct viewer viewer = viewer_of(zone);
	uint32_t random = 1;

	for (uint32_t round = 0; round < ROUNDS; round++) {
		uint32_t node, kind;

		random = random * 1664525 + 1013904223;
		node = (random >> 10) % NODES;
		kind = (random >> 20) % 8;
		viewer.now = at_s(ZONE_START_S + 300 * round);
		zone_unclaim(zone, node);
		for (uint32_t other = 0; other < NODES; other++) {
			if (other != node && (random >> other & 3) == 1)
				zone_claim(zone, node, other, ZONE_COST, ZONE_MTU);
		}
		zone_node(zone, node)->flags = kind == 1 ? RECORD_LEAVING : 0;
		zone_node(zone, node)->lifetime = kind == 2 ? 600 : ZONE_LIFETIME_S;
		if (node == 0)
			viewer_own(&viewer);
		else
			viewer_learn(&viewer, node, node);
		if (kind == 3)
			database_time(viewer.database, viewer.now);
		viewer_check_sums(&viewer);
		if (kind == 4)
			viewer_news(&viewer);
	}
	viewer_end(&viewer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_at_first_there_is_ourselves_alone),
		cmocka_unit_test(test_our_own_record_is_news_and_counts),
		cmocka_unit_test(test_own_fragments_come_and_go),
		cmocka_unit_test(test_a_link_needs_both_ends),
		cmocka_unit_test(test_who_is_only_listed_by_us_is_not_connected),
		cmocka_unit_test(test_who_is_connected_brings_others_along),
		cmocka_unit_test(test_a_later_fragment_can_connect),
		cmocka_unit_test(test_who_does_not_transit_connects_still),
		cmocka_unit_test(test_who_leaves_is_told_once_and_gone_at_once),
		cmocka_unit_test(test_a_computation_says_who_is_connected),
		cmocka_unit_test(test_news_of_who_broke_away_is_none),
		cmocka_unit_test(test_the_version_is_that_of_the_graph),
		cmocka_unit_test(test_a_link_that_is_listed_no_more_is_counted),
		cmocka_unit_test(test_a_fragment_expires_and_is_refused_as_long_again),
		cmocka_unit_test(test_who_expired_may_come_anew),
		cmocka_unit_test(test_no_lifetime_is_longer_than_ours),
		cmocka_unit_test(test_a_later_fragment_expires_alone),
		cmocka_unit_test(test_sums_hold_whatever_happens),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/database", tests, NULL, NULL);
}
