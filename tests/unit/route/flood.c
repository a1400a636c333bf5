/* To whom news goes, how it is gathered, acknowledged, sent again and given up.
 * docs/protocol/route.md, section 3. */
#include "route/flood.h"

#include "zone.h"

enum { FRAGMENTS = 200 };

static const struct route_limits limits = {
	.nodes = 150, .fragments = FRAGMENTS, .cells = 2000, .adjacent = 4};

/* Node 0 of a zone with its database and its neighbours 1, 2, 3, in slots 0, 1, 2. */
struct scene {
	struct zone *zone;
	struct viewer viewer;
	struct adjacencies *adjacencies;
	struct flood flood;
	uint8_t bytes[MESSAGE_MAX];
	size_t size; /* of the last message */
};

static void scene_new(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->zone = zone_new();
	scene->viewer = viewer_new(scene->zone, 0, &limits);
	scene->adjacencies = adjacencies_init(calloc(1, adjacencies_size(&limits)), &limits);
	flood_init(&scene->flood);
	for (uint32_t i = 1; i <= 3; i++) {
		const struct address *address = &zone_node(scene->zone, i)->address;
		uint32_t slot = adjacency_add(scene->adjacencies, address);

		zone_link(scene->zone, 0, i, ZONE_COST);
		adjacency_at(scene->adjacencies, slot)->known =
			(struct route_neighbour){.address = *address, .full = true};
	}
}

static void scene_free(struct scene *scene)
{
	free(scene->adjacencies);
	viewer_free(&scene->viewer);
	free(scene->zone);
}

/* The records of all of us are known, and nothing is news. */
static void scene_settle(struct scene *scene)
{
	viewer_own(&scene->viewer);
	for (uint32_t i = 1; i <= 3; i++)
		viewer_learn(&scene->viewer, i - 1, i);
	(void)viewer_news(&scene->viewer);
}

/* A neighbour's slot brings a node's record, made anew; returns its fragment. */
static uint32_t bring(struct scene *scene, uint32_t slot, uint32_t node)
{
	struct span bytes = zone_fragment(scene->zone, node, 0);
	uint32_t fragment;

	assert_int_equal(database_accept(scene->viewer.database, scene->viewer.now, slot, false,
					 bytes, &fragment),
			 DROP_NONE);
	flood_taken(scene->adjacencies, fragment, slot);
	flood_news(&scene->flood, scene->adjacencies, scene->viewer.database, scene->viewer.now);
	return fragment;
}

static void pass_ms(struct scene *scene, int64_t ms)
{
	scene->viewer.now = instant_after(scene->viewer.now, duration_ms(ms));
}

static bool due(struct scene *scene, uint32_t slot)
{
	struct writer out = writer_of(scene->bytes, sizeof(scene->bytes));
	bool sends = flood_due(scene->adjacencies, scene->viewer.database, scene->viewer.now, slot,
			       &out);

	scene->size = out.used;
	return sends;
}

/* Reads the last message as RECORDS: its number, and how many fragments. */
static uint32_t records(const struct scene *scene, uint32_t *number)
{
	struct reader reader = reader_of(scene->bytes, scene->size);
	struct span fragment;
	uint32_t count = 0;

	assert_int_equal(reader_u8(&reader), SEALED_RECORDS);
	assert_true(message_records_read(&reader, number));
	while (message_records_next(&reader, &fragment))
		count++;
	return count;
}

static enum adjacency_mark mark(const struct scene *scene, uint32_t slot, uint32_t fragment)
{
	return adjacency_mark(scene->adjacencies, slot, fragment);
}

static void news_goes_to_all_others(void **state)
{
	struct scene scene;
	uint32_t fragment;

	scene_new(&scene);
	scene_settle(&scene);
	zone_link(scene.zone, 1, 9, ZONE_COST);
	(void)bring(&scene, 0, 1);
	fragment = bring(&scene, 0, 9);
	assert_int_equal(mark(&scene, 0, fragment), ADJACENCY_GOT);
	assert_int_equal(mark(&scene, 1, fragment), ADJACENCY_WANTED);
	assert_int_equal(mark(&scene, 2, fragment), ADJACENCY_WANTED);
	flood_known(scene.adjacencies, 2, fragment);
	assert_int_equal(mark(&scene, 2, fragment), ADJACENCY_GOT);
	scene_free(&scene);
}

/* 2 has a link to 1, by both their records: what 1 brought, it brings 2 itself. */
static void the_linked_are_left_out(void **state)
{
	struct scene scene;
	uint32_t fragment;

	scene_new(&scene);
	zone_link(scene.zone, 1, 2, ZONE_COST);
	zone_claim(scene.zone, 1, 3, ZONE_COST, ZONE_MTU);
	scene_settle(&scene);
	zone_link(scene.zone, 1, 9, ZONE_COST);
	(void)bring(&scene, 0, 1);
	fragment = bring(&scene, 0, 9);
	assert_int_equal(mark(&scene, 1, fragment), ADJACENCY_NOTHING);
	/* 3 does not list 1. */
	assert_int_equal(mark(&scene, 2, fragment), ADJACENCY_WANTED);
	/* The link breaks: 1 says so, and 2 has to hear it from us. */
	zone_unclaim(scene.zone, 1);
	zone_claim(scene.zone, 1, 0, ZONE_COST, ZONE_MTU);
	fragment = bring(&scene, 0, 1);
	assert_int_equal(mark(&scene, 1, fragment), ADJACENCY_WANTED);
	scene_free(&scene);
}

/* In SYNC, before its COMPARE came, a neighbour is sent nothing: that will show what it lacks. */
static void who_did_not_compare_waits(void **state)
{
	struct scene scene;
	uint32_t fragment;

	scene_new(&scene);
	scene_settle(&scene);
	adjacency_at(scene.adjacencies, 1)->known.full = false;
	adjacency_at(scene.adjacencies, 2)->known.full = false;
	adjacency_at(scene.adjacencies, 2)->sync.heard = true;
	fragment = bring(&scene, 0, 1);
	assert_int_equal(mark(&scene, 1, fragment), ADJACENCY_NOTHING);
	assert_int_equal(mark(&scene, 2, fragment), ADJACENCY_WANTED);
	scene_free(&scene);
}

static void it_is_gathered(void **state)
{
	struct scene scene;
	uint32_t number;

	scene_new(&scene);
	scene_settle(&scene);
	adjacency_at(scene.adjacencies, 2)->known.medium = MEDIUM_RADIO;
	(void)bring(&scene, 0, 1);
	(void)bring(&scene, 0, 2);
	(void)bring(&scene, 0, 3);
	pass_ms(&scene, 1);
	assert_false(due(&scene, 1));
	pass_ms(&scene, 1);
	assert_true(due(&scene, 1));
	assert_int_equal(records(&scene, &number), 3);
	assert_int_equal(number, 1);
	assert_false(due(&scene, 1));
	assert_false(due(&scene, 2));
	pass_ms(&scene, 18);
	assert_true(due(&scene, 2));
	scene_free(&scene);
}

/* Not acknowledged: again after 30, 60 and 120 ms, each time as it is then; then no more. */
static void four_times_and_no_more(void **state)
{
	static const int64_t waits_ms[ROUTE_TRIES] = {30, 60, 120, 240};
	struct scene scene;
	uint32_t fragment, number;

	scene_new(&scene);
	scene_settle(&scene);
	fragment = bring(&scene, 0, 1);
	pass_ms(&scene, 2);
	for (uint32_t i = 0; i < ROUTE_TRIES; i++) {
		assert_true(due(&scene, 1));
		assert_int_equal(records(&scene, &number), 1);
		assert_int_equal(number, i + 1);
		assert_int_equal(mark(&scene, 1, fragment), ADJACENCY_FLYING);
		assert_false(due(&scene, 1));
		pass_ms(&scene, waits_ms[i] - 1);
		assert_false(due(&scene, 1));
		pass_ms(&scene, 1);
	}
	assert_false(due(&scene, 1));
	assert_int_equal(mark(&scene, 1, fragment), ADJACENCY_NOTHING);
	assert_true(instant_is_never(flood_deadline(adjacency_at(scene.adjacencies, 1))));
	scene_free(&scene);
}

/* Who acknowledges again after a loss is not waited for longer. */
static void an_acknowledgement_ends_the_doubling(void **state)
{
	struct scene scene;
	const struct message_ack ack = {.greatest = 3};

	scene_new(&scene);
	scene_settle(&scene);
	(void)bring(&scene, 0, 1);
	pass_ms(&scene, 2);
	assert_true(due(&scene, 1));
	pass_ms(&scene, 30);
	assert_true(due(&scene, 1));
	pass_ms(&scene, 60);
	assert_true(due(&scene, 1));
	flood_acknowledged(scene.adjacencies, 1, &ack);
	(void)bring(&scene, 0, 1);
	pass_ms(&scene, 2);
	assert_true(due(&scene, 1));
	pass_ms(&scene, 30);
	assert_true(due(&scene, 1));
	scene_free(&scene);
}

static void a_slow_neighbour_has_longer(void **state)
{
	struct scene scene;

	scene_new(&scene);
	scene_settle(&scene);
	adjacency_at(scene.adjacencies, 1)->known.rtt_us = 40000;
	(void)bring(&scene, 0, 1);
	pass_ms(&scene, 2);
	assert_true(due(&scene, 1));
	pass_ms(&scene, 119);
	assert_false(due(&scene, 1));
	pass_ms(&scene, 1);
	assert_true(due(&scene, 1));
	scene_free(&scene);
}

static void an_acknowledgement_ends_it(void **state)
{
	struct scene scene;
	const struct message_ack other = {.greatest = 9, .bitmap = 0};
	const struct message_ack ack = {.greatest = 9, .bitmap = 1U << 7};
	uint32_t fragment;

	scene_new(&scene);
	scene_settle(&scene);
	fragment = bring(&scene, 0, 1);
	pass_ms(&scene, 2);
	assert_true(due(&scene, 1));
	flood_acknowledged(scene.adjacencies, 1, &other);
	assert_int_equal(mark(&scene, 1, fragment), ADJACENCY_FLYING);
	flood_acknowledged(scene.adjacencies, 1, &ack);
	assert_int_equal(mark(&scene, 1, fragment), ADJACENCY_NOTHING);
	pass_ms(&scene, 1000);
	assert_false(due(&scene, 1));
	scene_free(&scene);
}

/* A newer version that came while the older one is under way is sent whatever is acknowledged. */
static void the_newer_one_is_not_acknowledged_with_the_older(void **state)
{
	struct scene scene;
	const struct message_ack ack = {.greatest = 1};
	uint32_t fragment;

	scene_new(&scene);
	scene_settle(&scene);
	fragment = bring(&scene, 0, 1);
	pass_ms(&scene, 2);
	assert_true(due(&scene, 1));
	assert_int_equal(bring(&scene, 0, 1), fragment);
	flood_acknowledged(scene.adjacencies, 1, &ack);
	assert_int_equal(mark(&scene, 1, fragment), ADJACENCY_WANTED);
	scene_free(&scene);
}

/* 100 nodes behind 1 become known: 16 messages leave at once, and one more for each acknowledged.
 */
static void the_window_closes(void **state)
{
	struct scene scene;
	const struct message_ack ack = {.greatest = 2, .bitmap = 1};
	uint32_t messages = 0;

	scene_new(&scene);
	for (uint32_t i = 10; i < 110; i++)
		zone_link(scene.zone, i == 10 ? 1 : i - 1, i, ZONE_COST);
	scene_settle(&scene);
	for (uint32_t i = 10; i < 110; i++)
		(void)bring(&scene, 0, i);
	pass_ms(&scene, 2);
	while (due(&scene, 1))
		messages++;
	assert_int_equal(messages, ROUTE_WINDOW);
	assert_true(adjacency_at(scene.adjacencies, 1)->sending.wanted > 0);
	flood_acknowledged(scene.adjacencies, 1, &ack);
	while (due(&scene, 1))
		messages++;
	assert_int_equal(messages, ROUTE_WINDOW + 2);
	scene_free(&scene);
}

/* Of a record of three fragments the first leaves first, wherever it lies. */
static void the_first_fragment_leads(void **state)
{
	struct scene scene;
	struct record record;
	struct reader reader;
	struct span fragment;
	uint32_t number;

	scene_new(&scene);
	for (uint32_t i = 10; i < 110; i++)
		zone_claim(scene.zone, 1, i, ZONE_COST, ZONE_MTU);
	scene_settle(&scene);
	for (uint32_t at = FRAGMENTS; at-- > 0;) {
		struct database_fragment facts;

		if (database_fragment(scene.viewer.database, at, &facts) &&
		    facts.node == viewer_find(&scene.viewer, 1))
			flood_want(scene.adjacencies, scene.viewer.now, 1, at);
	}
	pass_ms(&scene, 2);
	for (uint32_t expected = 0; expected < 3; expected++) {
		assert_true(due(&scene, 1));
		reader = reader_of(scene.bytes, scene.size);
		assert_int_equal(reader_u8(&reader), SEALED_RECORDS);
		assert_true(message_records_read(&reader, &number));
		assert_true(message_records_next(&reader, &fragment));
		assert_int_equal(record_read(fragment.bytes, fragment.size, &record), DROP_NONE);
		assert_int_equal(record.fragment, expected);
	}
	scene_free(&scene);
}

/* What is wanted and cannot be sent any more is not wanted. */
static void the_silent_is_not_sent(void **state)
{
	struct scene scene;

	scene_new(&scene);
	scene_settle(&scene);
	zone_claim(scene.zone, 20, 21, ZONE_COST, ZONE_MTU);
	viewer_learn(&scene.viewer, 0, 20);
	for (uint32_t at = 0; at < FRAGMENTS; at++) {
		struct database_fragment facts;

		if (!database_fragment(scene.viewer.database, at, &facts) ||
		    facts.node == viewer_find(&scene.viewer, 20))
			flood_want(scene.adjacencies, scene.viewer.now, 1, at);
	}
	pass_ms(&scene, 2);
	assert_false(due(&scene, 1));
	assert_int_equal(adjacency_at(scene.adjacencies, 1)->sending.wanted, 0);
	scene_free(&scene);
}

static void received(struct scene *scene, uint32_t number)
{
	flood_received(adjacency_at(scene->adjacencies, 0), scene->viewer.now, number);
}

static struct message_ack acknowledged(struct scene *scene)
{
	struct message_ack ack;
	struct reader reader;

	assert_true(due(scene, 0));
	reader = reader_of(scene->bytes, scene->size);
	assert_int_equal(reader_u8(&reader), SEALED_ACK);
	assert_true(message_ack_read(&reader, &ack));
	return ack;
}

static void what_came_is_acknowledged(void **state)
{
	struct scene scene;
	struct message_ack ack;

	scene_new(&scene);
	received(&scene, 10);
	pass_ms(&scene, 9);
	assert_false(due(&scene, 0));
	received(&scene, 13);
	received(&scene, 12);
	pass_ms(&scene, 1);
	ack = acknowledged(&scene);
	assert_int_equal(ack.greatest, 13);
	assert_int_equal(ack.bitmap, 1U << 0 | 1U << 2);
	assert_false(due(&scene, 0));
	/* The eighth does not wait. */
	for (uint32_t i = 0; i < ROUTE_ACK_WAITING; i++) {
		assert_false(due(&scene, 0));
		received(&scene, 14 + i);
	}
	ack = acknowledged(&scene);
	assert_int_equal(ack.greatest, 21);
	assert_int_equal(ack.bitmap, 0x7ff & ~(1U << 9));
	/* 32 below are told of, and no more; copies change nothing. */
	received(&scene, 45);
	received(&scene, 45);
	received(&scene, 2);
	pass_ms(&scene, 10);
	ack = acknowledged(&scene);
	assert_int_equal(ack.greatest, 45);
	assert_int_equal(ack.bitmap, 0xff800000 | (1U << 31));
	received(&scene, 77);
	pass_ms(&scene, 10);
	assert_int_equal(acknowledged(&scene).bitmap, 1U << 31);
	received(&scene, 1000);
	pass_ms(&scene, 10);
	assert_int_equal(acknowledged(&scene).bitmap, 0);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(news_goes_to_all_others),
		cmocka_unit_test(the_linked_are_left_out),
		cmocka_unit_test(who_did_not_compare_waits),
		cmocka_unit_test(it_is_gathered),
		cmocka_unit_test(four_times_and_no_more),
		cmocka_unit_test(an_acknowledgement_ends_the_doubling),
		cmocka_unit_test(a_slow_neighbour_has_longer),
		cmocka_unit_test(an_acknowledgement_ends_it),
		cmocka_unit_test(the_newer_one_is_not_acknowledged_with_the_older),
		cmocka_unit_test(the_window_closes),
		cmocka_unit_test(the_first_fragment_leads),
		cmocka_unit_test(the_silent_is_not_sent),
		cmocka_unit_test(what_came_is_acknowledged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/flood", tests, NULL, NULL);
}
