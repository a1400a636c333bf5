/* Our own record: its fragments and sequences, when it is made anew, and what is done about others
 * of our address. docs/protocol/route.md, sections 4 and 6. */
#include "route/origin.h"

#include "zone.h"

enum {
	INSTANCE = 5, /* which zone.h writes, too */
	ADJACENT = 120,
};

static const struct route_limits limits = {
	.nodes = 150, .fragments = 200, .cells = 2000, .adjacent = ADJACENT};

/* Node 0 of a zone as it makes its record. */
struct scene {
	struct zone *zone;
	struct viewer viewer;
	struct adjacencies *adjacencies;
	struct origin origin;
	struct rng rng;
	struct certificate certificate;
	struct route_self self;
};

static void scene_new(struct scene *scene)
{
	static const uint8_t session_key[AGREE_KEY] = {9};
	struct zone_node *own;

	memset(scene, 0, sizeof(*scene));
	scene->zone = zone_new();
	scene->viewer = viewer_new(scene->zone, 0, &limits);
	scene->adjacencies = adjacencies_init(calloc(1, adjacencies_size(&limits)), &limits);
	own = zone_node(scene->zone, 0);
	origin_init(&scene->origin, &own->address, &realm);
	certificate_make(&scene->certificate, &own->identity, session_key, 0, realm.network_id);
	scene->self = (struct route_self){&own->identity, &scene->certificate, 1, INSTANCE, 0};
}

static void scene_free(struct scene *scene)
{
	free(scene->adjacencies);
	viewer_free(&scene->viewer);
	free(scene->zone);
}

static void pass_ms(struct scene *scene, int64_t ms)
{
	scene->viewer.now = instant_after(scene->viewer.now, duration_ms(ms));
}

/* Tells of a neighbour, as a probe does. */
static void tell(struct scene *scene, uint32_t number, bool full, uint32_t metric_us)
{
	const struct address *address = &zone_node(scene->zone, number)->address;
	uint32_t slot = adjacency_find(scene->adjacencies, address);
	struct adjacency *adjacency;
	bool was_full;

	if (slot == ADJACENCY_NONE)
		slot = adjacency_add(scene->adjacencies, address);
	adjacency = adjacency_at(scene->adjacencies, slot);
	was_full = adjacency->known.full;
	adjacency->known = (struct route_neighbour){.address = *address,
						    .full = full,
						    .metric_us = metric_us,
						    .mtu = 1400,
						    .quality = 200,
						    .medium = MEDIUM_RADIO};
	origin_neighbour(&scene->origin, adjacency, scene->viewer.now, was_full, true);
}

/* Makes what is due within the time a new neighbour is told of; true if something was. */
static bool make(struct scene *scene)
{
	instant soon = instant_after(scene->viewer.now, duration_ms(ROUTE_FIRST_MS));
	instant due = origin_deadline(&scene->origin, scene->viewer.now);

	if (!instant_reached(soon, due))
		return false;
	if (due.us > scene->viewer.now.us)
		scene->viewer.now = due;
	origin_make(&scene->origin, scene->viewer.now, &scene->self, scene->adjacencies,
		    scene->viewer.database, &scene->rng);
	return true;
}

/* Reads our fragment of a number as the database has it; false if there is none. */
static bool made(const struct scene *scene, uint32_t number, uint8_t bytes[RECORD_MAX],
		 struct record *record)
{
	const struct database *database = scene->viewer.database;

	for (uint32_t at = database_first(database, DATABASE_OWN); at != DATABASE_NONE;
	     at = database_next(database, at)) {
		size_t size = database_copy(database, at, bytes);

		assert_int_equal(record_read(bytes, size, record), DROP_NONE);
		assert_true(record_verify(bytes, size, scene->self.identity->public_key,
					  realm.network_id));
		if (record->fragment == number)
			return true;
	}
	return false;
}

static uint32_t sequence(const struct scene *scene, uint32_t number)
{
	uint8_t bytes[RECORD_MAX];
	struct record record;

	return made(scene, number, bytes, &record) ? record.sequence : 0;
}

static void the_first_is_due_at_once(void **state)
{
	struct scene scene;
	uint8_t bytes[RECORD_MAX];
	struct record record;

	scene_new(&scene);
	tell(&scene, 1, false, 0);
	assert_true(make(&scene));
	assert_true(made(&scene, 0, bytes, &record));
	assert_int_equal(record.sequence, 1);
	assert_int_equal(record.epoch, 1);
	assert_int_equal(record.instance, INSTANCE);
	assert_int_equal(record.fragments, 1);
	assert_int_equal(record.lifetime, ROUTE_LIFETIME_S);
	/* A neighbour in SYNC is not listed. */
	assert_int_equal(record.entries, 0);
	assert_false(make(&scene));
	scene_free(&scene);
}

static void full_neighbours_are_listed(void **state)
{
	struct scene scene;
	uint8_t bytes[RECORD_MAX];
	struct record record;
	struct record_entry entry;

	scene_new(&scene);
	assert_true(make(&scene));
	tell(&scene, 1, true, 1000);
	tell(&scene, 2, true, 1000);
	assert_true(make(&scene));
	assert_true(made(&scene, 0, bytes, &record));
	assert_int_equal(record.sequence, 2);
	assert_int_equal(record.entries, 2);
	entry = record_entry(&record, 0);
	assert_int_equal(cost_us(entry.cost), 1000);
	assert_int_equal(entry.mtu, 1400);
	assert_int_equal(entry.quality, 200);
	assert_int_equal(entry.medium, MEDIUM_RADIO);
	tell(&scene, 1, false, 0);
	assert_true(make(&scene));
	assert_true(made(&scene, 0, bytes, &record));
	assert_int_equal(record.entries, 1);
	scene_free(&scene);
}

/* 45 in the first, 52 in each later one; a fragment that says the same is not made anew. */
static void fragments_come_and_go(void **state)
{
	struct scene scene;
	uint8_t bytes[RECORD_MAX];
	struct record record;

	scene_new(&scene);
	for (uint32_t i = 1; i <= RECORD_ENTRIES_FIRST; i++)
		tell(&scene, i, true, 100);
	assert_true(make(&scene));
	assert_true(made(&scene, 0, bytes, &record));
	assert_int_equal(record.fragments, 1);
	assert_int_equal(record.entries, RECORD_ENTRIES_FIRST);
	for (uint32_t i = RECORD_ENTRIES_FIRST; i < 110; i++)
		tell(&scene, i + 1, true, 100);
	assert_true(make(&scene));
	assert_true(made(&scene, 0, bytes, &record));
	assert_int_equal(record.fragments, 3);
	assert_true(made(&scene, 2, bytes, &record));
	assert_int_equal(record.entries, 110 - RECORD_ENTRIES_FIRST - RECORD_ENTRIES);
	assert_int_equal(record.sequence, 1);
	/* The last of all changes its cost: the others need not be said again. */
	{
		struct record_entry last = record_entry(&record, record.entries - 1U);
		struct adjacency *adjacency = adjacency_at(
			scene.adjacencies, adjacency_find(scene.adjacencies, &last.address));

		adjacency->known.metric_us = 200;
		origin_neighbour(&scene.origin, adjacency, scene.viewer.now, true, true);
		origin_neighbour(&scene.origin, adjacency, scene.viewer.now, true, true);
	}
	assert_true(make(&scene));
	assert_int_equal(sequence(&scene, 0), 2);
	assert_int_equal(sequence(&scene, 1), 1);
	assert_int_equal(sequence(&scene, 2), 2);
	for (uint32_t i = 2; i <= 110; i++)
		tell(&scene, i, false, 0);
	assert_true(make(&scene));
	assert_int_equal(sequence(&scene, 0), 3);
	assert_false(made(&scene, 1, bytes, &record));
	assert_false(made(&scene, 2, bytes, &record));
	/* Their sequences go on when they come back. */
	for (uint32_t i = 2; i <= 110; i++)
		tell(&scene, i, true, 100);
	pass_ms(&scene, 1000);
	assert_true(make(&scene));
	assert_int_equal(sequence(&scene, 1), 2);
	assert_int_equal(sequence(&scene, 2), 3);
	scene_free(&scene);
}

/* Fragment 0 says how many there are, so it is made anew when that changes. */
static void the_count_is_told(void **state)
{
	struct scene scene;
	uint8_t bytes[RECORD_MAX];
	struct record record;

	scene_new(&scene);
	for (uint32_t i = 1; i <= RECORD_ENTRIES_FIRST + 1; i++)
		tell(&scene, i, true, 100);
	assert_true(make(&scene));
	assert_true(made(&scene, 0, bytes, &record));
	assert_int_equal(record.fragments, 2);
	/* The one of the greatest address, alone in fragment 1, goes. */
	adjacency_remove(scene.adjacencies, adjacency_nth(scene.adjacencies, RECORD_ENTRIES_FIRST));
	origin_change(&scene.origin, scene.viewer.now);
	assert_true(make(&scene));
	assert_true(made(&scene, 0, bytes, &record));
	assert_int_equal(record.fragments, 1);
	assert_int_equal(record.sequence, 2);
	scene_free(&scene);
}

static void it_is_made_at_a_bounded_rate(void **state)
{
	struct scene scene;

	scene_new(&scene);
	for (uint32_t i = 0; i < 1000; i++) {
		instant begun = scene.viewer.now;
		tell(&scene, 1, i % 2, 100);
		(void)make(&scene);
		scene.viewer.now = instant_after(begun, duration_ms(60));
	}
	assert_in_range(sequence(&scene, 0), 540, 60 * 10 + 5);
	scene_free(&scene);
}

static void it_is_refreshed(void **state)
{
	struct scene scene;
	int64_t first_us;

	scene_new(&scene);
	assert_true(make(&scene));
	first_us = scene.viewer.now.us;
	for (uint32_t i = 2; i < 30; i++) {
		instant due = origin_deadline(&scene.origin, scene.viewer.now);

		assert_in_range(due.us - scene.viewer.now.us, 2700000000, 4500000000);
		scene.viewer.now = due;
		assert_true(make(&scene));
		assert_int_equal(sequence(&scene, 0), i);
	}
	assert_in_range((scene.viewer.now.us - first_us) / 28, 3300000000, 3900000000);
	scene_free(&scene);
}

static void a_new_certificate_is_told(void **state)
{
	static const uint8_t session_key[AGREE_KEY] = {77};
	struct scene scene;
	uint8_t bytes[RECORD_MAX];
	struct record record;

	scene_new(&scene);
	assert_true(make(&scene));
	origin_change(&scene.origin, scene.viewer.now);
	assert_true(make(&scene));
	assert_int_equal(sequence(&scene, 0), 1);
	certificate_make(&scene.certificate, scene.self.identity, session_key, 1, realm.network_id);
	origin_change(&scene.origin, scene.viewer.now);
	assert_true(make(&scene));
	assert_true(made(&scene, 0, bytes, &record));
	assert_int_equal(record.sequence, 2);
	assert_int_equal(record.certificate.generation, 1);
	scene_free(&scene);
}

/* A cost, told at probes 1 s apart: after how many the record was made anew; 0 if never. */
static uint32_t probes_until_told(struct scene *scene, uint32_t metric_us)
{
	for (uint32_t i = 1; i <= 30; i++) {
		pass_ms(scene, 1000);
		tell(scene, 1, true, metric_us);
		if (make(scene))
			return i;
	}
	return 0;
}

static void costs_follow_with_care(void **state)
{
	struct scene scene;

	scene_new(&scene);
	tell(&scene, 1, true, 1000);
	assert_true(make(&scene));
	assert_int_equal(probes_until_told(&scene, 1249), 0);
	assert_int_equal(probes_until_told(&scene, 1250), 2);
	assert_int_equal(probes_until_told(&scene, 950), 0);
	assert_int_equal(probes_until_told(&scene, 937), 11);
	/* Worse once and as before again: nothing. */
	for (uint32_t i = 0; i < 20; i++) {
		tell(&scene, 1, true, i % 2 ? 5000 : 937);
		assert_false(make(&scene));
	}
	scene_free(&scene);
}

/* A fragment of our address as another node of our identity would make it. */
static enum drop hear(struct scene *scene, uint32_t epoch, uint32_t instance, uint32_t number,
		      bool forged, enum origin_verdict *verdict)
{
	uint8_t bytes[RECORD_MAX];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct record record = {.least = WIRE_VERSION,
				.greatest = WIRE_VERSION,
				.fragments = 1,
				.zone = ZONE,
				.epoch = epoch,
				.instance = instance,
				.sequence = number,
				.lifetime = 100,
				.address = zone_node(scene->zone, 0)->address,
				.certificate = scene->certificate};

	record_write(&record, NULL, scene->self.identity, realm.network_id, &out);
	bytes[out.used - 1] ^= forged;
	assert_int_equal(record_read(bytes, out.used, &record), DROP_NONE);
	return origin_heard(&scene->origin, scene->viewer.now, &scene->self, &record,
			    (struct span){bytes, out.used}, verdict);
}

static void older_ones_are_answered(void **state)
{
	struct scene scene;
	enum origin_verdict verdict;

	scene_new(&scene);
	scene.self.epoch = 3;
	assert_true(make(&scene));
	tell(&scene, 1, true, 100);
	assert_true(make(&scene));
	assert_int_equal(hear(&scene, 2, 99, 1000, true, &verdict), DROP_NONE);
	assert_int_equal(verdict, ORIGIN_ANSWER);
	assert_int_equal(hear(&scene, 3, INSTANCE, 1, true, &verdict), DROP_NONE);
	assert_int_equal(verdict, ORIGIN_ANSWER);
	assert_int_equal(hear(&scene, 3, INSTANCE, 2, true, &verdict), DROP_NONE);
	assert_int_equal(verdict, ORIGIN_NOTHING);
	assert_false(make(&scene));
	scene_free(&scene);
}

static void a_higher_one_is_outdone(void **state)
{
	struct scene scene;
	enum origin_verdict verdict;

	scene_new(&scene);
	assert_true(make(&scene));
	assert_int_equal(hear(&scene, 1, INSTANCE, 500, true, &verdict), DROP_RECORD);
	assert_false(make(&scene));
	assert_int_equal(hear(&scene, 1, INSTANCE, 500, false, &verdict), DROP_NONE);
	assert_int_equal(verdict, ORIGIN_ABOVE);
	assert_true(make(&scene));
	assert_int_equal(sequence(&scene, 0), 501);
	assert_false(origin_tell(&scene.origin, scene.viewer.now));
	/* There is no number above the greatest. */
	assert_int_equal(hear(&scene, 1, INSTANCE, UINT32_MAX, false, &verdict), DROP_NONE);
	assert_false(make(&scene));
	scene_free(&scene);
}

static void a_second_node_is_told_of(void **state)
{
	struct scene scene;
	enum origin_verdict verdict;

	scene_new(&scene);
	assert_true(make(&scene));
	pass_ms(&scene, 1000);
	assert_int_equal(hear(&scene, 1, 99, 7, true, &verdict), DROP_RECORD);
	assert_false(origin_tell(&scene.origin, scene.viewer.now));
	assert_int_equal(hear(&scene, 1, 99, 7, false, &verdict), DROP_NONE);
	assert_int_equal(verdict, ORIGIN_DUPLICATE);
	assert_true(origin_tell(&scene.origin, scene.viewer.now));
	assert_false(origin_tell(&scene.origin, scene.viewer.now));
	assert_true(make(&scene));
	assert_int_equal(sequence(&scene, 0), 8);
	/* For 5 minutes it is not made again, whatever changes. */
	pass_ms(&scene, 1000);
	assert_int_equal(hear(&scene, 1, 99, 9, false, &verdict), DROP_NONE);
	assert_false(origin_tell(&scene.origin, scene.viewer.now));
	tell(&scene, 1, true, 100);
	pass_ms(&scene, 298900);
	assert_false(make(&scene));
	pass_ms(&scene, 100);
	assert_true(make(&scene));
	assert_int_equal(sequence(&scene, 0), 10);
	/* A later boot of the other is beyond our reach. */
	assert_int_equal(hear(&scene, 2, 99, 70, false, &verdict), DROP_NONE);
	assert_int_equal(verdict, ORIGIN_DUPLICATE);
	assert_true(origin_tell(&scene.origin, scene.viewer.now));
	pass_ms(&scene, 400000);
	assert_false(make(&scene));
	scene_free(&scene);
}

static void what_is_to_be_verified_is_bounded(void **state)
{
	struct scene scene;
	enum origin_verdict verdict;
	uint32_t verified = 0;

	scene_new(&scene);
	assert_true(make(&scene));
	for (uint32_t i = 0; i < 50; i++)
		verified += hear(&scene, 1, 99, 7, true, &verdict) == DROP_RECORD;
	assert_int_equal(verified, RATE_ORIGIN.burst);
	scene_free(&scene);
}

/* What we are is said at once, and that we leave is the last that is said. */
static void flags_are_told(void **state)
{
	struct scene scene;
	uint8_t bytes[RECORD_MAX];
	struct record record;

	scene_new(&scene);
	scene.self.flags = RECORD_NO_TRANSIT;
	assert_true(make(&scene));
	assert_true(made(&scene, 0, bytes, &record));
	assert_int_equal(record.flags, RECORD_NO_TRANSIT);
	assert_false(origin_left(&scene.origin));
	scene.self.flags |= RECORD_LEAVING;
	origin_change(&scene.origin, scene.viewer.now);
	assert_true(make(&scene));
	assert_true(made(&scene, 0, bytes, &record));
	assert_int_equal(record.flags, RECORD_NO_TRANSIT | RECORD_LEAVING);
	assert_int_equal(record.sequence, 2);
	assert_true(origin_left(&scene.origin));
	tell(&scene, 1, true, 100);
	assert_true(instant_is_never(origin_deadline(&scene.origin, scene.viewer.now)));
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_is_due_at_once),
		cmocka_unit_test(full_neighbours_are_listed),
		cmocka_unit_test(fragments_come_and_go),
		cmocka_unit_test(the_count_is_told),
		cmocka_unit_test(it_is_made_at_a_bounded_rate),
		cmocka_unit_test(it_is_refreshed),
		cmocka_unit_test(a_new_certificate_is_told),
		cmocka_unit_test(costs_follow_with_care),
		cmocka_unit_test(older_ones_are_answered),
		cmocka_unit_test(a_higher_one_is_outdone),
		cmocka_unit_test(a_second_node_is_told_of),
		cmocka_unit_test(what_is_to_be_verified_is_bounded),
		cmocka_unit_test(flags_are_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/origin", tests, NULL, NULL);
}
