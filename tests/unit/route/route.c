/* One routing value from outside: what it yields and when, what it refuses, how large it is; and a
 * few joined, for what they tell their owner. Zones are in convergence.c and trouble.c. */
#include "mesh.h"

#include "route/cost.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Takes all that is due of one value; counts deeds. */
struct deeds {
	uint32_t counts[ROUTE_GONE + 1];
	struct route_action last[ROUTE_GONE + 1];
};

static struct deeds drained(struct mesh *mesh, uint32_t number)
{
	struct mesh_host *host = &mesh->hosts[number];
	struct deeds deeds = {.counts = {0}};
	struct route_action action;

	while (route_next(host->route, mesh->now, &host->self, &action)) {
		deeds.counts[action.deed]++;
		deeds.last[action.deed] = action;
	}
	assert_true(route_deadline(host->route).us > mesh->now.us);
	return deeds;
}

static struct mesh *one(void)
{
	struct mesh *mesh = mesh_new(1);

	mesh_start(mesh, mesh_add(mesh));
	return mesh;
}

static struct route_neighbour stranger(uint8_t number, bool full)
{
	return (struct route_neighbour){.address = {{0xbe, 0xef, number}},
					.full = full,
					.metric_us = 100,
					.mtu = 1500,
					.quality = 255,
					.medium = MEDIUM_WIRE};
}

static void alone_it_has_a_record_and_paths(void **state)
{
	struct mesh *mesh = one();
	const struct route *route = mesh->hosts[0].route;
	struct deeds deeds;

	assert_true(instant_reached(mesh->now, route_deadline(route)));
	deeds = drained(mesh, 0);
	assert_int_equal(deeds.counts[ROUTE_SEND], 0);
	assert_int_equal(mesh_sequence(mesh, 0, 0), 1);
	mesh->now = instant_after(mesh->now, duration_ms(ROUTE_SPF_FIRST_MS));
	deeds = drained(mesh, 0);
	assert_int_equal(deeds.counts[ROUTE_CHANGED], 1);
	assert_int_equal(database_nodes(route_database(route)), 1);
	assert_int_equal(database_nodes(route_database(route)), 1);
	mesh_free(mesh);
}

static void a_neighbour_is_compared_with(void **state)
{
	struct mesh *mesh = one();
	struct route_neighbour neighbour = stranger(1, false);
	struct route *route = mesh->hosts[0].route;
	struct deeds deeds;

	(void)drained(mesh, 0);
	assert_true(route_neighbour(route, mesh->now, &neighbour));
	deeds = drained(mesh, 0);
	assert_int_equal(deeds.counts[ROUTE_SEND], 1);
	assert_int_equal(deeds.last[ROUTE_SEND].message[0], SEALED_COMPARE);
	assert_true(address_equal(&deeds.last[ROUTE_SEND].neighbour, &neighbour.address));
	/* Gone: nothing more is said to it. */
	route_parted(route, mesh->now, &neighbour.address);
	mesh->now = instant_after(mesh->now, duration_s(10));
	assert_int_equal(drained(mesh, 0).counts[ROUTE_SEND], 0);
	mesh_free(mesh);
}

static void there_is_room_for_so_many(void **state)
{
	struct mesh *mesh = one();
	struct route *route = mesh->hosts[0].route;
	struct route_neighbour neighbour;

	for (uint32_t i = 0; i < mesh->limits.adjacent; i++) {
		neighbour = stranger((uint8_t)(i + 1), true);
		assert_true(route_neighbour(route, mesh->now, &neighbour));
		assert_true(route_neighbour(route, mesh->now, &neighbour));
	}
	neighbour = stranger(99, false);
	assert_false(route_neighbour(route, mesh->now, &neighbour));
	/* Of who is not there nothing is known. */
	route_digest_heard(route, mesh->now, &neighbour.address, 1, 100);
	route_parted(route, mesh->now, &neighbour.address);
	neighbour = stranger(3, true);
	route_parted(route, mesh->now, &neighbour.address);
	neighbour = stranger(99, false);
	assert_true(route_neighbour(route, mesh->now, &neighbour));
	(void)drained(mesh, 0);
	mesh_free(mesh);
}

static void paths_lead_along_a_line(void **state)
{
	struct mesh *mesh = mesh_new(2);
	const struct database *database;
	struct path path;

	mesh_line(mesh, 5);
	mesh->edges[2].mtu = 1400;
	mesh_settle(mesh, 0, 5, duration_s(10));
	mesh_run(mesh, duration_s(15));
	database = route_database(mesh->hosts[0].route);
	paths_to(route_paths(mesh->hosts[0].route),
		 database_find(database, &mesh->hosts[4].address), &path);
	assert_true(path.reached);
	assert_int_equal(path.hops, 4);
	assert_int_equal(path.metric_us, 4 * cost_us(cost_code(100)));
	assert_int_equal(path.mtu, 1400);
	assert_int_equal(path.next[0], database_find(database, &mesh->hosts[1].address));
	mesh_free(mesh);
}

/* A link of our own that goes is computed within 5 ms, even while the graph changes all the time.
 */
static void an_own_link_is_computed_at_once(void **state)
{
	struct mesh *mesh = mesh_new(3);

	mesh_ring(mesh, 6);
	mesh_settle(mesh, 0, 6, duration_s(10));
	for (uint32_t i = 0; i < 20; i++) {
		mesh_set(mesh, 3, i % 2);
		mesh_run(mesh, duration_ms(200));
	}
	uint64_t before = mesh->hosts[0].changed;
	mesh_set(mesh, 0, false);
	mesh_run(mesh, duration_ms(ROUTE_SPF_FIRST_MS));
	assert_int_equal(mesh->hosts[0].changed, before + 1);
	mesh_free(mesh);
}

/* So is one that comes: not when we say so, but when the neighbour says so, too. */
static void a_new_link_is_computed_at_once(void **state)
{
	struct mesh *mesh = mesh_new(3);
	const struct route *route;
	struct path path;
	uint32_t before;

	mesh_ring(mesh, 6);
	mesh_settle(mesh, 0, 6, duration_s(10));
	mesh_set(mesh, 0, false);
	for (uint32_t i = 0; i < 20; i++) {
		mesh_set(mesh, 3, i % 2);
		mesh_run(mesh, duration_ms(200));
	}
	route = mesh->hosts[0].route;
	before = mesh_sequence(mesh, 0, 1);
	mesh->delay = duration_ms(20);
	mesh_set(mesh, 0, true);
	while (mesh_sequence(mesh, 0, 1) == before)
		mesh_run(mesh, duration_ms(1));
	mesh_run(mesh, duration_ms(ROUTE_SPF_FIRST_MS));
	paths_to(route_paths(route), database_find(route_database(route), &mesh->hosts[1].address),
		 &path);
	assert_int_equal(path.hops, 1);
	mesh_free(mesh);
}

/* So is one that goes far away, as soon as it is heard of. */
static void a_far_link_that_goes_is_computed_at_once(void **state)
{
	struct mesh *mesh = mesh_new(3);
	const struct database *database;

	mesh_ring(mesh, 6);
	mesh_settle(mesh, 0, 6, duration_s(10));
	for (uint32_t i = 0; i < 20; i++) {
		mesh_set(mesh, 3, i % 2);
		mesh_run(mesh, duration_ms(500));
	}
	database = route_database(mesh->hosts[0].route);
	uint64_t taken = database_taken(database), before = mesh->hosts[0].changed;
	mesh_set(mesh, 3, false);
	while (database_taken(database) == taken)
		mesh_run(mesh, duration_ms(1));
	assert_int_equal(mesh->hosts[0].changed, before);
	mesh_run(mesh, duration_ms(ROUTE_SPF_FIRST_MS));
	assert_int_equal(mesh->hosts[0].changed, before + 1);
	mesh_free(mesh);
}

/* But not as often as links of others like to go. */
static void far_links_are_not_followed_for_ever(void **state)
{
	enum { FIRST = 30, LINKS = 50, EVERY_MS = 40 };
	struct mesh *mesh = mesh_new(3);
	uint32_t took_ms = 2 * LINKS * EVERY_MS;

	mesh_grid(mesh, 7, 7);
	mesh_settle(mesh, 0, 49, duration_s(20));
	uint64_t before = mesh->hosts[0].changed;
	for (uint32_t i = 0; i < 2 * LINKS; i++) {
		mesh_set(mesh, FIRST + i % LINKS, false);
		mesh_run(mesh, duration_ms(EVERY_MS / 2));
		mesh_set(mesh, FIRST + i % LINKS, true);
		mesh_run(mesh, duration_ms(EVERY_MS / 2));
	}
	uint64_t computed = mesh->hosts[0].changed - before;
	print_message("# computed %llu times in %u ms\n", (unsigned long long)computed, took_ms);
	assert_in_range(computed, 1,
			RATE_LOSSES.burst + RATE_LOSSES.per_second * took_ms / 1000 +
				ROUTE_SPF_LEARN_MS / ROUTE_SPF_SHORT_MS +
				took_ms / ROUTE_SPF_LONG_MS);
	mesh_free(mesh);
}

/* Of two that are far ahead one is asked, and the other when that is gone. */
static void the_other_is_asked_when_one_is_gone(void **state)
{
	struct mesh *mesh = one();
	const struct route_neighbour neighbours[2] = {stranger(1, false), stranger(2, false)};
	struct route *route = mesh->hosts[0].route;
	struct deeds deeds;
	uint32_t asked;

	(void)drained(mesh, 0);
	for (uint32_t i = 0; i < 2; i++) {
		assert_true(route_neighbour(route, mesh->now, &neighbours[i]));
		route_digest_heard(route, mesh->now, &neighbours[i].address, 1, 100);
	}
	deeds = drained(mesh, 0);
	assert_int_equal(deeds.counts[ROUTE_SEND], 1);
	asked = address_equal(&deeds.last[ROUTE_SEND].neighbour, &neighbours[0].address) ? 0 : 1;
	route_parted(route, mesh->now, &neighbours[asked].address);
	deeds = drained(mesh, 0);
	assert_int_equal(deeds.counts[ROUTE_SEND], 1);
	assert_true(address_equal(&deeds.last[ROUTE_SEND].neighbour, &neighbours[!asked].address));
	/* A third one takes the slot of the first. */
	assert_true(route_neighbour(route, mesh->now, &neighbours[asked]));
	route_digest_heard(route, mesh->now, &neighbours[asked].address, 1, 100);
	assert_int_equal(drained(mesh, 0).counts[ROUTE_SEND], 0);
	mesh_free(mesh);
}

/* A neighbour that falls back to SYNC is compared with anew. */
static void back_in_sync_it_begins_anew(void **state)
{
	struct mesh *mesh = mesh_new(2);

	mesh_line(mesh, 2);
	mesh_settle(mesh, 0, 2, duration_s(10));
	mesh_run(mesh, duration_s(1));
	memset(&mesh->traffic, 0, sizeof(mesh->traffic));
	mesh->edges[0].full[0] = false;
	mesh_probe(mesh, 0);
	mesh_settle(mesh, 0, 2, duration_s(1));
	assert_int_equal(mesh->traffic.messages[SEALED_COMPARE], 2);
	assert_int_equal(mesh->hosts[0].levels, 2);
	mesh_free(mesh);
}

/* What a neighbour sends just when it was to be sent to it is not sent. */
static void what_crosses_is_not_sent(void **state)
{
	struct mesh *mesh = mesh_new(7);
	uint8_t bytes[MESSAGE_MAX], fragment[RECORD_MAX];
	struct writer out = writer_of(bytes, sizeof(bytes));
	const struct database *database;
	uint32_t before;
	uint64_t sent;
	size_t size;

	mesh_line(mesh, 3);
	mesh_settle(mesh, 0, 3, duration_s(10));
	mesh_run(mesh, duration_s(2));
	before = mesh_sequence(mesh, 1, 0);
	sent = mesh->hosts[2].fragments_from[1];
	mesh->edges[0].mtu = 1300;
	mesh_probe(mesh, 0);
	while (mesh_sequence(mesh, 1, 0) == before)
		mesh_run(mesh, duration_us(100));
	database = route_database(mesh->hosts[1].route);
	size = database_copy(
		database,
		database_first(database, database_find(database, &mesh->hosts[0].address)),
		fragment);
	message_records(&out, 1000);
	assert_true(message_records_add(&out, (struct span){fragment, size}));
	assert_int_equal(mesh_hand(mesh, 1, 2, (struct span){bytes, out.used}), DROP_NONE);
	mesh_run(mesh, duration_ms(50));
	/* The middle's own record, which changed as well, and no other. */
	assert_int_equal(mesh->hosts[2].fragments_from[1], sent + 1);
	mesh_free(mesh);
}

static void a_new_certificate_goes_round(void **state)
{
	struct mesh *mesh = mesh_new(4);
	struct mesh_host *host;
	struct certificate seen;
	const struct database *database;

	mesh_line(mesh, 4);
	mesh_settle(mesh, 0, 4, duration_s(10));
	mesh_run(mesh, duration_s(1));
	host = &mesh->hosts[3];
	host->certificate.session_key[0] ^= 1;
	certificate_make(&host->certificate, &host->identity, host->certificate.session_key, 2,
			 mesh->realm.network_id);
	route_renew(host->route, mesh->now);
	mesh_run(mesh, duration_s(1));
	database = route_database(mesh->hosts[0].route);
	assert_true(database_certificate(database, database_find(database, &host->address), &seen));
	assert_int_equal(seen.generation, 2);
	mesh_free(mesh);
}

/* The same seed gives the same run. */
static void runs_are_repeatable(void **state)
{
	struct mesh_traffic traffic[2];

	for (uint32_t i = 0; i < 2; i++) {
		struct mesh *mesh = mesh_new(5);

		mesh->loss = 200;
		mesh_grid(mesh, 3, 3);
		mesh_run(mesh, duration_s(20));
		traffic[i] = mesh->traffic;
		mesh_free(mesh);
	}
	assert_memory_equal(&traffic[0], &traffic[1], sizeof(traffic[0]));
}

/* Random bytes of every type harm nothing. */
static void noise_is_refused(void **state)
{
	struct mesh *mesh = mesh_new(6);
	uint8_t bytes[MESSAGE_MAX];

	mesh_grid(mesh, 2, 2);
	mesh_settle(mesh, 0, 4, duration_s(10));
	for (uint32_t i = 0; i < 3000; i++) {
		size_t size = 1 + rng_below(&mesh->rng, sizeof(bytes) - 1);

		rng_fill(&mesh->rng, bytes, size);
		bytes[0] = (uint8_t)rng_below(&mesh->rng, 6);
		(void)mesh_hand(mesh, 0, 1, (struct span){bytes, size});
		mesh_run(mesh, duration_ms(1));
	}
	mesh_run(mesh, duration_s(30));
	assert_true(mesh_agrees(mesh, 0, 4));
	mesh_free(mesh);
}

static struct path path_to(struct mesh *mesh, uint32_t from, uint32_t to)
{
	const struct route *route = mesh->hosts[from].route;
	const struct database *database = route_database(route);
	uint32_t node = database_find(database, &mesh->hosts[to].address);
	struct path path = {.reached = false};

	if (node != DATABASE_NONE)
		paths_to(route_paths(route), node, &path);
	return path;
}

static void leave(struct mesh *mesh, uint32_t number)
{
	struct mesh_host *host = &mesh->hosts[number];

	host->self.flags = RECORD_LEAVING;
	route_renew(host->route, mesh->now);
	mesh_run(mesh, duration_us(0));
}

/* Ways lead round it before it is gone, and it passes on what still comes. */
static void who_leaves_is_gone_round(void **state)
{
	struct mesh *mesh = mesh_new(7);
	uint32_t waited = 0;

	mesh_ring(mesh, 4);
	mesh_settle(mesh, 0, 4, duration_s(10));
	mesh_run(mesh, duration_s(15));
	assert_false(route_left(mesh->hosts[1].route));
	leave(mesh, 1);
	while (!route_left(mesh->hosts[1].route)) {
		assert_true(waited++ < ROUTE_LEAVE_MS);
		mesh_run(mesh, duration_ms(1));
	}
	assert_in_range(waited, 1, 30);
	assert_false(path_to(mesh, 0, 1).reached);
	assert_int_equal(path_to(mesh, 0, 2).hops, 2);
	assert_int_equal(path_to(mesh, 1, 0).hops, 1);
	assert_int_equal(path_to(mesh, 1, 2).hops, 1);
	assert_int_equal(mesh->hosts[0].gone, 0);
	mesh_stop(mesh, 1);
	mesh_run(mesh, duration_ms(ROUTE_LEAVE_MS));
	assert_int_equal(mesh->hosts[0].gone, 1);
	assert_int_equal(mesh->hosts[2].gone, 1);
	assert_int_equal(mesh->hosts[3].gone, 0);
	/* It comes back, with what it said last still there. */
	mesh->hosts[1].self.flags = 0;
	mesh->hosts[1].self.epoch++;
	mesh_start(mesh, 1);
	mesh_set(mesh, 0, true);
	mesh_set(mesh, 1, true);
	mesh_settle(mesh, 0, 4, duration_ms(500));
	mesh_run(mesh, duration_s(1));
	assert_int_equal(mesh->hosts[0].gone, 1);
	mesh_free(mesh);
}

/* A neighbour that does not acknowledge is waited for, until it is given up. */
static void a_deaf_neighbour_is_not_waited_for_for_ever(void **state)
{
	struct mesh *mesh = mesh_new(8);

	mesh_line(mesh, 3);
	mesh_settle(mesh, 0, 3, duration_s(10));
	mesh_run(mesh, duration_s(15));
	mesh->hosts[2].deaf = true;
	leave(mesh, 1);
	mesh_run(mesh, duration_ms(ROUTE_RETRY_MS));
	assert_false(route_left(mesh->hosts[1].route));
	mesh_run(mesh, duration_s(2));
	assert_true(route_left(mesh->hosts[1].route));
	mesh_free(mesh);
}

/* Alone it has nobody to tell. */
static void alone_it_has_left_at_once(void **state)
{
	struct mesh *mesh = one();

	(void)drained(mesh, 0);
	leave(mesh, 0);
	assert_true(route_left(mesh->hosts[0].route));
	mesh_free(mesh);
}

static void its_size_is_known(void **state)
{
	const struct route_limits small = {64, 80, 512, 8};
	const struct route_limits daemon = {2048, 2560, 32768, 256};

	print_message("# %zu bytes a node of 64 nodes and 8 neighbours, %zu of 2048 and 256\n",
		      route_size(&small), route_size(&daemon));
	assert_true(route_size(&small) < 160 * 1024);
	assert_true(route_size(&daemon) < 9 * 1024 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alone_it_has_a_record_and_paths),
		cmocka_unit_test(a_neighbour_is_compared_with),
		cmocka_unit_test(there_is_room_for_so_many),
		cmocka_unit_test(paths_lead_along_a_line),
		cmocka_unit_test(an_own_link_is_computed_at_once),
		cmocka_unit_test(a_new_link_is_computed_at_once),
		cmocka_unit_test(a_far_link_that_goes_is_computed_at_once),
		cmocka_unit_test(far_links_are_not_followed_for_ever),
		cmocka_unit_test(the_other_is_asked_when_one_is_gone),
		cmocka_unit_test(back_in_sync_it_begins_anew),
		cmocka_unit_test(what_crosses_is_not_sent),
		cmocka_unit_test(a_new_certificate_goes_round),
		cmocka_unit_test(runs_are_repeatable),
		cmocka_unit_test(noise_is_refused),
		cmocka_unit_test(who_leaves_is_gone_round),
		cmocka_unit_test(a_deaf_neighbour_is_not_waited_for_for_ever),
		cmocka_unit_test(alone_it_has_left_at_once),
		cmocka_unit_test(its_size_is_known),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/route", tests, NULL, NULL);
}
