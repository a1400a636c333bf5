/* What goes wrong in a zone: one that never acknowledges, forged and old fragments, two nodes of
 * one identity, restarts, links that come and go. docs/protocol/route.md, sections 2, 3 and 6. */
#include "mesh.h"

#include <string.h>

static struct mesh *settled_grid(uint64_t seed, uint32_t width)
{
	struct mesh *mesh = mesh_new(seed);

	mesh_grid(mesh, width, width);
	mesh_settle(mesh, 0, width * width, duration_s(60));
	mesh_run(mesh, duration_s(15));
	memset(&mesh->traffic, 0, sizeof(mesh->traffic));
	for (uint32_t i = 0; i < mesh->count; i++)
		memset(&mesh->hosts[i].drops, 0, sizeof(mesh->hosts[i].drops));
	return mesh;
}

/* Who never acknowledges is sent everything four times and costs nobody else anything. */
static void the_deaf_one_is_given_up(void **state)
{
	struct mesh *mesh = settled_grid(1, 5);
	uint32_t deaf = mesh_add(mesh);

	mesh_start(mesh, deaf);
	mesh->hosts[deaf].deaf = true;
	mesh_link(mesh, 0, deaf);
	mesh_settle(mesh, 0, 26, duration_s(5));
	mesh_run(mesh, duration_s(30));
	/* 26 records of it, and the few that were made anew: four times each. */
	assert_in_range(mesh->hosts[deaf].fragments_from[0], 4 * 25, 4 * 35);
	/* Among themselves they tell of three changes or so. */
	for (uint32_t i = 1; i < 25; i++)
		assert_in_range(mesh->hosts[i].fragments_from[i - 1], 0, 60);
	assert_true(mesh_messages(&mesh->traffic) < 1000);
	mesh_free(mesh);
}

/* RECORDS of one fragment, as if a host had sent it. */
static enum drop hand_fragment(struct mesh *mesh, uint32_t to, uint32_t from, struct span fragment)
{
	uint8_t bytes[MESSAGE_MAX];
	struct writer out = writer_of(bytes, sizeof(bytes));

	message_records(&out, 1);
	assert_true(message_records_add(&out, fragment));
	return mesh_hand(mesh, to, from, (struct span){bytes, out.used});
}

/* Copies fragment 0 of a host's record as another one has it. */
static struct span copy_of(struct mesh *mesh, uint32_t at, uint32_t of, uint8_t out[RECORD_MAX])
{
	const struct database *database = route_database(mesh->hosts[at].route);
	uint32_t node = database_find(database, &mesh->hosts[of].address);

	assert_int_not_equal(node, DATABASE_NONE);
	return (struct span){out, database_copy(database, database_first(database, node), out)};
}

static uint64_t digest_of(struct mesh *mesh, uint32_t host)
{
	return database_digest(route_database(mesh->hosts[host].route));
}

static void forged_and_old_ones_change_nothing(void **state)
{
	struct mesh *mesh = settled_grid(2, 3);
	struct mesh_host *victim = &mesh->hosts[4];
	uint64_t digest = digest_of(mesh, 4);
	uint8_t old[RECORD_MAX], forged[RECORD_MAX];
	struct span fragment = copy_of(mesh, 4, 8, old);

	/* The same again. */
	assert_int_equal(hand_fragment(mesh, 4, 1, fragment), DROP_NONE);
	assert_int_equal(victim->drops.counts[DROP_RECORD_KNOWN], 1);
	/* A greater sequence, signed by nobody. */
	memcpy(forged, old, fragment.size);
	forged[23]++;
	(void)hand_fragment(mesh, 4, 1, (struct span){forged, fragment.size});
	assert_int_equal(victim->drops.counts[DROP_RECORD], 1);
	/* Our own with a greater sequence, signed by nobody. */
	(void)copy_of(mesh, 4, 4, forged);
	forged[23]++;
	fragment = copy_of(mesh, 4, 4, old);
	(void)hand_fragment(mesh, 4, 1, (struct span){forged, fragment.size});
	assert_int_equal(victim->drops.counts[DROP_RECORD], 2);
	mesh_run(mesh, duration_s(5));
	assert_int_equal(digest_of(mesh, 4), digest);
	assert_true(mesh_agrees(mesh, 0, 9));
	/* A fragment from before a change, once that is done. */
	fragment = copy_of(mesh, 4, 8, old);
	mesh_set(mesh, mesh->edge_count - 1, false);
	mesh_run(mesh, duration_s(1));
	digest = digest_of(mesh, 4);
	memset(&mesh->traffic, 0, sizeof(mesh->traffic));
	(void)hand_fragment(mesh, 4, 1, fragment);
	assert_int_equal(victim->drops.counts[DROP_RECORD_OLD], 1);
	mesh_run(mesh, duration_s(1));
	assert_int_equal(digest_of(mesh, 4), digest);
	/* It was answered by ours. */
	assert_int_equal(mesh->traffic.messages[SEALED_RECORDS], 1);
	mesh_free(mesh);
}

static void malformed_and_strange_ones_are_refused(void **state)
{
	struct mesh *mesh = settled_grid(3, 2);
	const struct span nothing = {NULL, 0};
	const struct span unknown_type = {(const uint8_t *)"\5", 1};
	const struct span number_zero = {(const uint8_t *)"\2\0\0\0\0\0\1x", 8};

	assert_int_equal(mesh_hand(mesh, 0, 1, nothing), DROP_MALFORMED);
	assert_int_equal(mesh_hand(mesh, 0, 1, unknown_type), DROP_MALFORMED);
	assert_int_equal(mesh_hand(mesh, 0, 1, number_zero), DROP_MALFORMED);
	/* 3 is no neighbour of 0. */
	assert_int_equal(mesh_hand(mesh, 0, 3, number_zero), DROP_NEIGHBOUR_UNKNOWN);
	mesh_run(mesh, duration_s(1));
	assert_int_equal(mesh_messages(&mesh->traffic), 0);
	mesh_free(mesh);
}

/* Two at the ends of a line with one identity: both are told, and they do not fight. */
static void a_second_node_is_noticed(void **state)
{
	struct mesh *mesh = mesh_new(4);
	uint32_t most = 0;

	mesh_line(mesh, 6);
	mesh_stop(mesh, 5);
	mesh_settle(mesh, 0, 5, duration_s(60));
	mesh->hosts[5].person = 0;
	mesh_start(mesh, 5);
	mesh_run(mesh, duration_s(30));
	assert_int_equal(mesh->hosts[0].duplicates, 1);
	assert_int_equal(mesh->hosts[5].duplicates, 1);
	for (uint32_t i = 1; i < 5; i++)
		assert_int_equal(mesh->hosts[i].duplicates, 0);
	most = mesh_sequence(mesh, 2, 0);
	/* Each time one goes on above the other: once in 5 minutes each. */
	mesh_run(mesh, duration_s(1500));
	print_message("# sequence %u, %u after 25 minutes, told %llu and %llu times\n", most,
		      mesh_sequence(mesh, 2, 0), (unsigned long long)mesh->hosts[0].duplicates,
		      (unsigned long long)mesh->hosts[5].duplicates);
	assert_in_range(mesh_sequence(mesh, 2, 0), most, most + 12);
	assert_in_range(mesh->hosts[0].duplicates, 1, 6);
	/* Once the other is gone, ours counts again. */
	mesh_stop(mesh, 5);
	mesh_set(mesh, 4, false);
	mesh_run(mesh, duration_s(700));
	assert_true(mesh_agrees(mesh, 0, 5));
	mesh_free(mesh);
}

static void a_restarted_node_replaces_its_record(void **state)
{
	struct mesh *mesh = settled_grid(5, 3);

	mesh->hosts[4].self.epoch++;
	mesh_start(mesh, 4);
	mesh_settle(mesh, 0, 9, duration_s(5));
	for (uint32_t i = 0; i < 9; i++)
		assert_int_equal(mesh->hosts[i].duplicates, 0);
	mesh_free(mesh);
}

/* A node that comes back with its epoch and instance but without its sequences. */
static void it_goes_on_above_its_own_sequence(void **state)
{
	struct mesh *mesh = settled_grid(6, 3);
	uint32_t instance = mesh->hosts[1].self.instance;
	uint32_t before;

	for (uint32_t i = 0; i < 5; i++) {
		mesh_set(mesh, 0, false);
		mesh_run(mesh, duration_s(1));
		mesh_set(mesh, 0, true);
		mesh_run(mesh, duration_s(1));
	}
	before = mesh_sequence(mesh, 8, 1);
	assert_true(before > 8);
	mesh_start(mesh, 1);
	mesh->hosts[1].self.instance = instance;
	mesh_settle(mesh, 0, 9, duration_s(5));
	assert_true(mesh_sequence(mesh, 8, 1) > before);
	assert_int_equal(mesh->hosts[1].duplicates, 0);
	mesh_free(mesh);
}

/* A link that comes and goes: the record is made anew at most 10/s, and all agree in the end. */
static void a_flapping_link_is_bounded(void **state)
{
	struct mesh *mesh = settled_grid(7, 3);
	uint32_t before = mesh_sequence(mesh, 8, 0);
	uint32_t made;

	for (uint32_t i = 0; i < 100; i++) {
		mesh_set(mesh, 0, i % 2);
		mesh_run(mesh, duration_ms(80));
	}
	made = mesh_sequence(mesh, 8, 0) - before;
	assert_in_range(made, 10, 8 * 10 + 5);
	mesh_settle(mesh, 0, 9, duration_s(30));
	mesh_free(mesh);
}

/* A change of cost is told when it is great: worse at the second probe, better after 10 s. */
static void costs_are_told_when_they_moved(void **state)
{
	struct mesh *mesh = settled_grid(8, 2);
	uint32_t before = mesh_sequence(mesh, 3, 0);

	mesh->edges[0].cost_us = 124;
	mesh_run(mesh, duration_s(20));
	assert_int_equal(mesh_sequence(mesh, 3, 0), before);
	mesh->edges[0].cost_us = 125;
	mesh_run(mesh, duration_ms(1010));
	assert_int_equal(mesh_sequence(mesh, 3, 0), before);
	mesh_run(mesh, duration_ms(1000));
	assert_int_equal(mesh_sequence(mesh, 3, 0), before + 1);
	mesh->edges[0].cost_us = 90;
	mesh_run(mesh, duration_ms(9500));
	assert_int_equal(mesh_sequence(mesh, 3, 0), before + 1);
	mesh_run(mesh, duration_ms(2000));
	assert_int_equal(mesh_sequence(mesh, 3, 0), before + 2);
	mesh->edges[0].mtu = 1400;
	mesh_run(mesh, duration_ms(1010));
	assert_int_equal(mesh_sequence(mesh, 3, 0), before + 3);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_deaf_one_is_given_up),
		cmocka_unit_test(forged_and_old_ones_change_nothing),
		cmocka_unit_test(malformed_and_strange_ones_are_refused),
		cmocka_unit_test(a_second_node_is_noticed),
		cmocka_unit_test(a_restarted_node_replaces_its_record),
		cmocka_unit_test(it_goes_on_above_its_own_sequence),
		cmocka_unit_test(a_flapping_link_is_bounded),
		cmocka_unit_test(costs_are_told_when_they_moved),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/trouble", tests, NULL, NULL);
}
