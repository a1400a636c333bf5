/* COMPARE: when it is asked and answered, what it marks, whom a joining node loads from, and what
 * is done about digests that stay different. docs/protocol/route.md, section 3. */
#include "route/sync.h"

#include "route/flood.h"
#include "zone.h"

static const struct route_limits limits = {
	.nodes = 60, .fragments = 80, .cells = 800, .adjacent = 4};

/* Node 0 of a zone, which knows 10 … 19 behind neighbour 1; 2 and 3 are neighbours, too. */
struct scene {
	struct zone *zone;
	struct viewer viewer;
	struct adjacencies *adjacencies;
	struct sync sync;
	struct message_compare compare; /* the last one written */
};

static void scene_new(struct scene *scene, bool knows)
{
	memset(scene, 0, sizeof(*scene));
	scene->zone = zone_new();
	scene->viewer = viewer_new(scene->zone, 0, &limits);
	scene->adjacencies = adjacencies_init(calloc(1, adjacencies_size(&limits)), &limits);
	sync_init(&scene->sync);
	zone_link(scene->zone, 0, 1, ZONE_COST);
	for (uint32_t i = 10; i < 20; i++)
		zone_link(scene->zone, i == 10 ? 1 : i - 1, i, ZONE_COST);
	viewer_own(&scene->viewer);
	if (knows)
		viewer_learn(&scene->viewer, 0, 1);
	for (uint32_t i = 10; knows && i < 20; i++)
		viewer_learn(&scene->viewer, 0, i);
	for (uint32_t i = 1; i <= 3; i++) {
		const struct address *address = &zone_node(scene->zone, i)->address;
		uint32_t slot = adjacency_add(scene->adjacencies, address);

		adjacency_at(scene->adjacencies, slot)->known.address = *address;
		sync_begin(scene->adjacencies, scene->viewer.now, slot);
	}
}

static void scene_free(struct scene *scene)
{
	free(scene->adjacencies);
	viewer_free(&scene->viewer);
	free(scene->zone);
}

static struct adjacency *at(struct scene *scene, uint32_t slot)
{
	return adjacency_at(scene->adjacencies, slot);
}

static void pass_ms(struct scene *scene, int64_t ms)
{
	scene->viewer.now = instant_after(scene->viewer.now, duration_ms(ms));
}

/* True if a COMPARE leaves for a neighbour now. */
static bool due(struct scene *scene, uint32_t slot)
{
	uint8_t bytes[MESSAGE_MAX];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct reader reader;
	instant now = scene->viewer.now;
	instant deadline =
		sync_deadline(&scene->sync, scene->adjacencies, scene->viewer.database, now, slot);
	bool sends =
		sync_due(&scene->sync, scene->adjacencies, scene->viewer.database, now, slot, &out);

	assert_true(deadline.us >= now.us);
	assert_true(!sends || instant_reached(now, deadline));
	if (!sends)
		return false;
	reader = reader_of(bytes, out.used);
	assert_int_equal(reader_u8(&reader), SEALED_COMPARE);
	assert_true(message_compare_read(&reader, &scene->compare));
	return true;
}

/* The sums as they are here. */
static struct message_compare own_sums(const struct scene *scene, bool ask)
{
	struct message_compare compare = {.ask = ask};

	for (uint32_t i = 0; i < MESSAGE_BUCKETS; i++)
		compare.sums[i] = (uint32_t)database_sum(scene->viewer.database, i);
	return compare;
}

static void compared(struct scene *scene, uint32_t slot, const struct message_compare *compare)
{
	sync_compared(&scene->sync, scene->adjacencies, scene->viewer.database, scene->viewer.now,
		      slot, compare);
}

static void digest(struct scene *scene, uint32_t slot, bool same, uint32_t nodes)
{
	uint64_t own = database_digest(scene->viewer.database);

	sync_digest(scene->adjacencies, scene->viewer.database, scene->viewer.now, slot,
		    same ? own : own + 1, nodes);
}

static uint32_t fragment_of(const struct scene *scene, uint32_t number)
{
	return database_first(scene->viewer.database, viewer_find(&scene->viewer, number));
}

static void it_asks_until_answered(void **state)
{
	static const int64_t waits_ms[] = {100, 200, 400, 800, 1600, 2000, 2000};
	struct scene scene;
	struct message_compare equal;

	scene_new(&scene, true);
	for (uint32_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
		assert_true(due(&scene, 0));
		assert_true(scene.compare.ask);
		pass_ms(&scene, waits_ms[i] - 1);
		assert_false(due(&scene, 0));
		pass_ms(&scene, 1);
	}
	equal = own_sums(&scene, false);
	compared(&scene, 0, &equal);
	assert_false(due(&scene, 0));
	pass_ms(&scene, 10000);
	assert_false(due(&scene, 0));
	scene_free(&scene);
}

static void it_answers(void **state)
{
	struct scene scene;
	struct message_compare equal;

	scene_new(&scene, true);
	equal = own_sums(&scene, true);
	compared(&scene, 0, &equal);
	assert_true(due(&scene, 0));
	assert_false(scene.compare.ask);
	assert_memory_equal(scene.compare.sums, equal.sums, sizeof(equal.sums));
	assert_false(due(&scene, 0));
	/* Nothing differed. */
	assert_true(sync_level(at(&scene, 0)));
	assert_false(sync_level(at(&scene, 0)));
	scene_free(&scene);
}

static void differing_buckets_are_given(void **state)
{
	struct scene scene;
	struct message_compare theirs;
	uint32_t differs, same;

	scene_new(&scene, true);
	theirs = own_sums(&scene, false);
	differs = fragment_of(&scene, 12);
	same = fragment_of(&scene, 13);
	assert_int_not_equal(database_bucket(scene.viewer.database, differs),
			     database_bucket(scene.viewer.database, same));
	theirs.sums[database_bucket(scene.viewer.database, differs)]++;
	assert_false(sync_level(at(&scene, 0)));
	compared(&scene, 0, &theirs);
	assert_int_equal(adjacency_mark(scene.adjacencies, 0, differs), ADJACENCY_WANTED);
	assert_int_equal(adjacency_mark(scene.adjacencies, 0, same), ADJACENCY_NOTHING);
	assert_int_equal(at(&scene, 0)->sending.owed, 1);
	assert_false(sync_level(at(&scene, 0)));
	adjacency_set(scene.adjacencies, 0, differs, ADJACENCY_NOTHING);
	assert_true(sync_level(at(&scene, 0)));
	scene_free(&scene);
}

/* What the neighbour sent while we asked it is not sent back; what it sent long ago is. */
static void what_it_gave_meanwhile_is_not_returned(void **state)
{
	struct scene scene;
	struct message_compare nothing = {.ask = false};
	uint32_t fragment;

	scene_new(&scene, true);
	fragment = fragment_of(&scene, 12);
	flood_known(scene.adjacencies, 0, fragment);
	compared(&scene, 0, &nothing);
	assert_int_equal(adjacency_mark(scene.adjacencies, 0, fragment), ADJACENCY_GOT);
	assert_int_equal(at(&scene, 0)->sending.owed, 11);
	compared(&scene, 0, &nothing);
	assert_int_equal(adjacency_mark(scene.adjacencies, 0, fragment), ADJACENCY_WANTED);
	assert_int_equal(at(&scene, 0)->sending.owed, 12);
	scene_free(&scene);
}

/* What it sent before we asked it, in FULL, may be what it lacks now. */
static void what_it_gave_before_is_given(void **state)
{
	struct scene scene;
	struct message_compare nothing = {.ask = false};
	uint32_t fragment;

	scene_new(&scene, true);
	at(&scene, 0)->sync.asking = false;
	at(&scene, 0)->known.full = true;
	fragment = fragment_of(&scene, 12);
	flood_known(scene.adjacencies, 0, fragment);
	digest(&scene, 0, false, 12);
	pass_ms(&scene, 1000);
	digest(&scene, 0, false, 12);
	assert_true(due(&scene, 0));
	compared(&scene, 0, &nothing);
	assert_int_equal(adjacency_mark(scene.adjacencies, 0, fragment), ADJACENCY_WANTED);
	scene_free(&scene);
}

/* Of three neighbours far ahead one is loaded from. */
static void one_is_loaded_from(void **state)
{
	struct scene scene;
	struct message_compare full = {.ask = true, .sums = {1, 2, 3}};

	scene_new(&scene, false);
	digest(&scene, 0, false, 30);
	digest(&scene, 1, false, 30);
	digest(&scene, 2, false, 8);
	assert_true(due(&scene, 0));
	assert_false(due(&scene, 1));
	/* 2 is not 8 nodes ahead of us, who know only ourselves. */
	assert_true(due(&scene, 2));
	/* What the held one asks is not heard: it will be asked. */
	compared(&scene, 1, &full);
	assert_false(at(&scene, 1)->sync.heard);
	assert_false(due(&scene, 1));
	compared(&scene, 0, &full);
	assert_true(at(&scene, 0)->sync.heard);
	assert_true(due(&scene, 0));
	for (uint32_t i = 0; i < 5; i++) {
		pass_ms(&scene, 1500);
		sync_fed(&scene.sync, at(&scene, 0), scene.viewer.now, 0);
		assert_false(due(&scene, 1));
	}
	/* We caught up. */
	viewer_learn(&scene.viewer, 0, 1);
	for (uint32_t i = 10; i < 20; i++)
		viewer_learn(&scene.viewer, 0, i);
	digest(&scene, 0, false, 19);
	assert_true(due(&scene, 1));
	assert_true(scene.compare.ask);
	scene_free(&scene);
}

static void a_stalled_one_gives_way(void **state)
{
	struct scene scene;

	scene_new(&scene, false);
	digest(&scene, 0, false, 30);
	digest(&scene, 1, false, 30);
	assert_true(due(&scene, 0));
	pass_ms(&scene, 1999);
	assert_false(due(&scene, 1));
	pass_ms(&scene, 1);
	assert_true(due(&scene, 1));
	/* Now that one is it. */
	pass_ms(&scene, 500);
	assert_false(due(&scene, 0));
	sync_parted(&scene.sync, 1);
	assert_true(due(&scene, 0));
	scene_free(&scene);
}

/* A neighbour in FULL whose digest says what ours does not, at every probe for so long: how many
 * times it was asked. */
static uint32_t asked_over(struct scene *scene, int64_t s)
{
	struct message_compare nothing = own_sums(scene, false);
	uint32_t asked = 0;

	for (int64_t i = 0; i < 2 * s; i++) {
		digest(scene, 0, false, 12);
		asked += due(scene, 0);
		compared(scene, 0, &nothing);
		pass_ms(scene, 500);
	}
	return asked;
}

static void a_lasting_mismatch_is_asked_about(void **state)
{
	struct scene scene;

	scene_new(&scene, true);
	at(&scene, 0)->sync.asking = false;
	at(&scene, 0)->known.full = true;
	assert_int_equal(asked_over(&scene, 1), 0);
	assert_int_equal(asked_over(&scene, 1), 1);
	/* In vain: not before 60 s, then not before 120 s. */
	assert_int_equal(asked_over(&scene, 59), 0);
	assert_int_equal(asked_over(&scene, 2), 1);
	assert_int_equal(asked_over(&scene, 118), 0);
	assert_int_equal(asked_over(&scene, 3), 1);
	/* Something came of it. */
	sync_fed(&scene.sync, at(&scene, 0), scene.viewer.now, 0);
	assert_int_equal(asked_over(&scene, 1), 1);
	/* Equal: it begins anew. */
	digest(&scene, 0, true, 12);
	assert_int_equal(asked_over(&scene, 1), 0);
	assert_int_equal(asked_over(&scene, 1), 1);
	scene_free(&scene);
}

/* While things change here, a difference says nothing. */
static void a_change_here_begins_the_wait_anew(void **state)
{
	struct scene scene;

	scene_new(&scene, true);
	at(&scene, 0)->sync.asking = false;
	at(&scene, 0)->known.full = true;
	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(asked_over(&scene, 1), 0);
		viewer_learn(&scene.viewer, 0, 12);
	}
	assert_int_equal(asked_over(&scene, 1), 0);
	assert_int_equal(asked_over(&scene, 1), 1);
	scene_free(&scene);
}

/* An unanswered question in FULL is asked four times. */
static void in_full_it_stops_asking(void **state)
{
	struct scene scene;
	uint32_t asked = 0;

	scene_new(&scene, true);
	at(&scene, 0)->known.full = true;
	for (uint32_t i = 0; i < 100; i++) {
		asked += due(&scene, 0);
		pass_ms(&scene, 100);
	}
	assert_int_equal(asked, ROUTE_TRIES);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_asks_until_answered),
		cmocka_unit_test(it_answers),
		cmocka_unit_test(differing_buckets_are_given),
		cmocka_unit_test(what_it_gave_meanwhile_is_not_returned),
		cmocka_unit_test(what_it_gave_before_is_given),
		cmocka_unit_test(one_is_loaded_from),
		cmocka_unit_test(a_stalled_one_gives_way),
		cmocka_unit_test(a_lasting_mismatch_is_asked_about),
		cmocka_unit_test(a_change_here_begins_the_wait_anew),
		cmocka_unit_test(in_full_it_stops_asking),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/sync", tests, NULL, NULL);
}
