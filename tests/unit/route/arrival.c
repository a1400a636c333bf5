/* Fragments on their way in: each refusal, their order, and that what was refused changed nothing.
 */
#include "tests/unit/route/zone.h"

static const struct route_limits limits = {
	.nodes = 2300, .fragments = 2300, .cells = 14000, .adjacent = 4};

/* A viewer, node 0, linked with node 1, which it knows. */
static struct viewer viewer_of(struct zone *zone)
{
	struct viewer viewer = viewer_new(zone, 0, &limits);

	zone_link(zone, 0, 1, ZONE_COST);
	viewer_own(&viewer);
	viewer_learn(&viewer, 0, 1);
	viewer_news(&viewer);
	return viewer;
}

static void viewer_end(struct viewer *viewer)
{
	viewer_check_sums(viewer);
	free(viewer->zone);
	viewer_free(viewer);
}

/* The offsets of what is changed below. */
enum {
	AT_LEAST = 0,
	AT_FEATURES = 2,
	AT_ZONE = 8,
	AT_EPOCH = 12,
	AT_SEQUENCE = 20,
	AT_ADDRESS = 26,
	AT_IDENTITY = RECORD_HEAD,
	AT_GENERATION = RECORD_HEAD + IDENTITY_PUBLIC + AGREE_KEY,
};

/* Brings a next fragment 0 of node 1 with one byte changed, after which it is as it was; what it is
 * refused for. */
static enum drop bring_changed(struct viewer *viewer, size_t at, uint8_t change)
{
	struct span bytes = zone_fragment(viewer->zone, 1, 0);
	uint64_t digest = database_digest(viewer->database);
	uint64_t version = database_version(viewer->database);
	enum drop drop;

	viewer->zone->bytes[at < bytes.size ? at : bytes.size - 1] ^= change;
	drop = viewer_bring(viewer, 1, bytes);
	assert_int_not_equal(drop, DROP_NONE);
	assert_true(database_digest(viewer->database) == digest);
	assert_true(database_version(viewer->database) == version);
	assert_int_equal(viewer_news(viewer), 0);
	return drop;
}

static void test_what_is_changed_is_refused(void **state)
{
	struct viewer viewer = viewer_of(zone_new());

	assert_int_equal(bring_changed(&viewer, AT_LEAST, 3), DROP_MALFORMED);
	assert_int_equal(bring_changed(&viewer, AT_FEATURES, 1), DROP_MALFORMED);
	assert_int_equal(bring_changed(&viewer, AT_ZONE, 1), DROP_ZONE);
	assert_int_equal(bring_changed(&viewer, AT_ADDRESS, 1), DROP_CERTIFICATE);
	assert_int_equal(bring_changed(&viewer, AT_IDENTITY, 1), DROP_CERTIFICATE);
	assert_int_equal(bring_changed(&viewer, AT_GENERATION, 1), DROP_RECORD);
	assert_int_equal(bring_changed(&viewer, AT_EPOCH, 1), DROP_RECORD);
	assert_int_equal(bring_changed(&viewer, AT_SEQUENCE, 1), DROP_RECORD);
	assert_int_equal(bring_changed(&viewer, RECORD_MAX, 1), DROP_RECORD);
	viewer_learn(&viewer, 1, 1);
	viewer_end(&viewer);
}

static void test_another_version_is_refused(void **state)
{
	struct viewer viewer = viewer_of(zone_new());
	struct span bytes = zone_fragment(viewer.zone, 1, 0);

	viewer.zone->bytes[0] = viewer.zone->bytes[1] = WIRE_VERSION + 1;
	assert_int_equal(viewer_bring(&viewer, 0, bytes), DROP_VERSION);
	viewer_end(&viewer);
}

static void test_our_own_address_is_the_callers_to_judge(void **state)
{
	struct viewer viewer = viewer_of(zone_new());
	struct span bytes = zone_fragment(viewer.zone, 0, 0);
	uint32_t fragment;

	assert_int_equal(database_accept(viewer.database, viewer.now, 0, false, bytes, &fragment),
			 DROP_OWN);
	assert_int_equal(fragment, DATABASE_NONE);
	viewer.zone->bytes[AT_ZONE] ^= 1;
	assert_int_equal(viewer_bring(&viewer, 0, bytes), DROP_ZONE);
	viewer_end(&viewer);
}

static void test_the_same_and_the_older_tell_what_we_have(void **state)
{
	struct viewer viewer = viewer_of(zone_new());
	struct zone_node *node = zone_node(viewer.zone, 1);
	uint32_t ours = database_first(viewer.database, viewer_find(&viewer, 1));
	uint32_t fragment;

	node->sequence[0] = 0; /* the first again */
	assert_int_equal(database_accept(viewer.database, viewer.now, 1, false,
					 zone_fragment(viewer.zone, 1, 0), &fragment),
			 DROP_RECORD_KNOWN);
	assert_int_equal(fragment, ours);
	node->epoch = 2;
	node->sequence[0] = 0;
	viewer_learn(&viewer, 1, 1);
	node->epoch = 1;
	node->sequence[0] = 1000;
	assert_int_equal(database_accept(viewer.database, viewer.now, 1, false,
					 zone_fragment(viewer.zone, 1, 0), &fragment),
			 DROP_RECORD_OLD);
	assert_int_equal(fragment, ours);
	viewer_end(&viewer);
}

/* Two nodes with one identity and one version: all zones keep the same of both. */
static void test_of_one_version_the_greater_hash_counts(void **state)
{
	struct viewer viewer = viewer_of(zone_new());
	struct zone_node *node = zone_node(viewer.zone, 1);
	enum drop drops[2];
	struct span bytes;
	uint64_t hashes[2];

	for (uint32_t i = 0; i < 2; i++) {
		node->epoch = 2;
		node->sequence[0] = 0;
		node->lifetime--;
		bytes = zone_fragment(viewer.zone, 1, 0);
		hashes[i] = record_hash(bytes.bytes, bytes.size, realm.network_id);
		drops[i] = viewer_bring(&viewer, 1, bytes);
	}
	assert_int_equal(drops[0], DROP_NONE);
	assert_int_equal(drops[1], hashes[1] > hashes[0] ? DROP_NONE : DROP_RECORD_OLD);
	assert_int_equal(viewer_bring(&viewer, 1, bytes),
			 hashes[1] > hashes[0] ? DROP_RECORD_KNOWN : DROP_RECORD_OLD);
	node->sequence[0] = 0;
	node->lifetime++;
	assert_int_equal(viewer_bring(&viewer, 1, zone_fragment(viewer.zone, 1, 0)),
			 hashes[1] > hashes[0] ? DROP_RECORD_OLD : DROP_RECORD_KNOWN);
	viewer_end(&viewer);
}

/* Writes a fragment of node 2, without entries. */
static struct span later(struct zone *zone, uint32_t epoch, uint32_t number, uint8_t count)
{
	struct zone_node *node = zone_node(zone, 2);

	node->epoch = epoch;
	node->count = count;
	return zone_write(zone, 2, number, NULL, 0);
}

static void test_later_fragments_belong_to_the_first(void **state)
{
	struct viewer viewer = viewer_of(zone_new());
	struct zone *zone = viewer.zone;
	uint32_t node, fragment;

	assert_int_equal(viewer_bring(&viewer, 0, later(zone, 5, 1, 2)), DROP_RECORD_UNKNOWN);
	assert_int_equal(viewer_bring(&viewer, 0, later(zone, 5, 0, 2)), DROP_NONE);
	node = viewer_find(&viewer, 2);
	assert_int_equal(viewer_bring(&viewer, 0, later(zone, 5, 1, 2)), DROP_NONE);
	assert_int_equal(viewer_bring(&viewer, 0, later(zone, 5, 2, 3)), DROP_RECORD_UNKNOWN);
	assert_int_equal(database_accept(viewer.database, viewer.now, 0, false,
					 later(zone, 4, 1, 2), &fragment),
			 DROP_RECORD_OLD);
	assert_int_equal(fragment, database_first(viewer.database, node));
	assert_int_equal(viewer_bring(&viewer, 0, later(zone, 6, 1, 2)), DROP_NONE);
	/* The new count and the new epoch leave the later one behind. */
	assert_int_equal(viewer_bring(&viewer, 0, later(zone, 6, 0, 1)), DROP_NONE);
	fragment = database_first(viewer.database, node);
	assert_int_equal(database_next(viewer.database, fragment), DATABASE_NONE);
	assert_int_equal(viewer_bring(&viewer, 0, later(zone, 6, 0, 2)), DROP_NONE);
	assert_int_equal(viewer_bring(&viewer, 0, later(zone, 6, 1, 2)), DROP_NONE);
	assert_int_equal(viewer_bring(&viewer, 0, later(zone, 7, 0, 2)), DROP_NONE);
	fragment = database_first(viewer.database, node);
	assert_int_equal(database_next(viewer.database, fragment), DATABASE_NONE);
	viewer_end(&viewer);
}

static void test_a_generation_never_goes_back(void **state)
{
	struct viewer viewer = viewer_of(zone_new());
	struct zone_node *node = zone_node(viewer.zone, 1);

	node->generation = 3;
	viewer_learn(&viewer, 0, 1);
	node->generation = 2;
	assert_int_equal(viewer_bring(&viewer, 0, zone_fragment(viewer.zone, 1, 0)),
			 DROP_CERTIFICATE_OLD);
	node->generation = 3;
	viewer_learn(&viewer, 0, 1);
	viewer_end(&viewer);
}

static void test_an_origin_has_its_pace(void **state)
{
	struct viewer viewer = viewer_of(zone_new());

	for (uint32_t i = 0; i < RATE_ORIGIN.burst; i++)
		viewer_learn(&viewer, i % 3, 1);
	assert_int_equal(viewer_bring(&viewer, 3, zone_fragment(viewer.zone, 1, 0)),
			 DROP_RATE_RECORD);
	viewer_learn(&viewer, 3, 2); /* another has its own */
	viewer.now = at_s(ZONE_START_S + 5);
	viewer_learn(&viewer, 3, 1);
	assert_int_equal(viewer_bring(&viewer, 3, zone_fragment(viewer.zone, 1, 0)),
			 DROP_RATE_RECORD);
	viewer_end(&viewer);
}

static void test_a_whole_record_may_come_at_once(void **state)
{
	struct viewer viewer = viewer_of(zone_new());

	for (uint8_t number = 0; number < RECORD_FRAGMENTS; number++)
		assert_int_equal(
			viewer_bring(&viewer, 0, later(viewer.zone, 1, number, RECORD_FRAGMENTS)),
			DROP_NONE);
	viewer_end(&viewer);
}

static void test_a_neighbour_brings_new_ids_at_a_rate(void **state)
{
	struct viewer viewer = viewer_of(zone_new());
	uint32_t next = 2;

	/* Node 1 was new, too. */
	for (uint32_t i = 1; i < RATE_NEW_NODES.burst; i++)
		viewer_learn(&viewer, 0, next++);
	assert_int_equal(viewer_bring(&viewer, 0, zone_fragment(viewer.zone, next, 0)),
			 DROP_RATE_RECORD);
	viewer_learn(&viewer, 1, next++);
	viewer_learn(&viewer, 0, 1);
	viewer.now = at_s(ZONE_START_S + 1);
	for (uint32_t i = 0; i < RATE_NEW_NODES.per_second; i++)
		viewer_learn(&viewer, 0, next++);
	assert_int_equal(viewer_bring(&viewer, 0, zone_fragment(viewer.zone, next, 0)),
			 DROP_RATE_RECORD);
	viewer_end(&viewer);
}

/* 10,000 forged fragments: few are verified, and neither those whose name they bear nor other
 * neighbours suffer. */
static void test_forgeries_cost_only_who_brings_them(void **state)
{
	struct viewer viewer = viewer_of(zone_new());
	struct span bytes = zone_fragment(viewer.zone, 1, 0);
	uint64_t digest = database_digest(viewer.database);
	uint32_t verified = 0;

	viewer.zone->bytes[bytes.size - 1] ^= 1;
	for (uint32_t i = 0; i < 10000; i++) {
		enum drop drop = viewer_bring(&viewer, 0, bytes);

		verified += drop == DROP_RECORD;
		assert_true(drop == DROP_RECORD || drop == DROP_RATE_RECORD);
	}
	assert_int_equal(verified, RATE_FORGED.burst);
	assert_true(database_digest(viewer.database) == digest);
	assert_int_equal(viewer_news(&viewer), 0);
	for (uint32_t i = 0; i < RATE_ORIGIN.burst; i++)
		viewer_learn(&viewer, 1, 1);
	assert_int_equal(viewer_bring(&viewer, 0, zone_fragment(viewer.zone, 2, 0)),
			 DROP_RATE_RECORD);
	viewer.now = at_s(ZONE_START_S + 1);
	viewer_learn(&viewer, 0, 2);
	viewer_end(&viewer);
}

/* Where several refusals would fit, the first in the order of the specification is given. */
static void test_the_order_of_refusals(void **state)
{
	struct viewer viewer = viewer_of(zone_new());
	struct span bytes;

	for (uint32_t i = 0; i < RATE_ORIGIN.burst; i++)
		viewer_learn(&viewer, 0, 1);
	bytes = zone_fragment(viewer.zone, 1, 0);
	viewer.zone->bytes[bytes.size - 1] ^= 1;
	assert_int_equal(viewer_bring(&viewer, 0, bytes), DROP_RATE_RECORD);
	viewer.zone->bytes[AT_SEQUENCE + 3] = 1;
	assert_int_equal(viewer_bring(&viewer, 0, bytes), DROP_RECORD_OLD);
	viewer.zone->bytes[AT_ZONE] ^= 1;
	assert_int_equal(viewer_bring(&viewer, 0, bytes), DROP_ZONE);
	viewer.zone->bytes[AT_FEATURES] ^= 1;
	assert_int_equal(viewer_bring(&viewer, 0, bytes), DROP_MALFORMED);
	viewer_end(&viewer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_changed_is_refused),
		cmocka_unit_test(test_another_version_is_refused),
		cmocka_unit_test(test_our_own_address_is_the_callers_to_judge),
		cmocka_unit_test(test_the_same_and_the_older_tell_what_we_have),
		cmocka_unit_test(test_of_one_version_the_greater_hash_counts),
		cmocka_unit_test(test_later_fragments_belong_to_the_first),
		cmocka_unit_test(test_a_generation_never_goes_back),
		cmocka_unit_test(test_an_origin_has_its_pace),
		cmocka_unit_test(test_a_whole_record_may_come_at_once),
		cmocka_unit_test(test_a_neighbour_brings_new_ids_at_a_rate),
		cmocka_unit_test(test_forgeries_cost_only_who_brings_them),
		cmocka_unit_test(test_the_order_of_refusals),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/arrival", tests, NULL, NULL);
}
