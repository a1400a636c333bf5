/* Zones of several values: that they come to agree, with losses, after a join, a cut and a heal,
 * and what that costs. docs/protocol/route.md, section 3. */
#include "mesh.h"

#include <string.h>

static void settle_and_free(struct mesh *mesh)
{
	duration took = mesh_settle(mesh, 0, mesh->count, duration_s(60));

	print_message("# %u hosts agree after %lld ms, %llu messages, %llu bytes\n", mesh->count,
		      (long long)took.us / 1000, (unsigned long long)mesh_messages(&mesh->traffic),
		      (unsigned long long)mesh_bytes(&mesh->traffic));
	mesh_free(mesh);
}

static void a_line_agrees(void **state)
{
	struct mesh *mesh = mesh_new(1);

	mesh_line(mesh, 5);
	settle_and_free(mesh);
}

static void a_ring_agrees(void **state)
{
	struct mesh *mesh = mesh_new(2);

	mesh_ring(mesh, 8);
	settle_and_free(mesh);
}

static void a_grid_agrees(void **state)
{
	struct mesh *mesh = mesh_new(3);

	mesh_grid(mesh, 7, 7);
	settle_and_free(mesh);
}

/* Once they agree, a quiet zone sends nothing but probes. */
static void agreement_is_quiet(void **state)
{
	struct mesh *mesh = mesh_new(4);
	uint64_t messages;

	mesh_grid(mesh, 4, 4);
	mesh_settle(mesh, 0, 16, duration_s(60));
	mesh_run(mesh, duration_s(5));
	messages = mesh_messages(&mesh->traffic);
	mesh_run(mesh, duration_s(600));
	assert_int_equal(mesh_messages(&mesh->traffic), messages);
	mesh_free(mesh);
}

static void thirty_in_a_hundred_lost(void **state)
{
	struct mesh *mesh = mesh_new(5);

	mesh->loss = 300;
	mesh_grid(mesh, 5, 5);
	settle_and_free(mesh);
}

/* A record is made anew after 3,600 s ± 25 %, and none expires. */
static void records_are_refreshed(void **state)
{
	struct mesh *mesh = mesh_new(6);

	mesh->probing = duration_s(60);
	mesh_line(mesh, 3);
	mesh_settle(mesh, 0, 3, duration_s(600));
	uint32_t before = mesh_sequence(mesh, 0, 2);
	mesh_run(mesh, duration_s(2600));
	assert_int_equal(mesh_sequence(mesh, 0, 2), before);
	mesh_run(mesh, duration_s(2000));
	assert_int_equal(mesh_sequence(mesh, 0, 2), before + 1);
	mesh_run(mesh, duration_s(20000));
	assert_true(mesh_agrees(mesh, 0, 3));
	mesh_free(mesh);
}

static void print_traffic(const struct mesh_traffic *traffic)
{
	static const char *const names[MESH_TYPES] = {"", "", "RECORDS", "ACK", "COMPARE"};

	for (uint32_t type = SEALED_RECORDS; type < MESH_TYPES; type++)
		print_message("#   %s: %llu messages, %llu bytes\n", names[type],
			      (unsigned long long)traffic->messages[type],
			      (unsigned long long)traffic->bytes[type]);
}

/* One joins a grid, in its middle, with links to four: it loads the database from one of them. */
static void join(uint32_t width)
{
	struct mesh *mesh = mesh_new(7);
	uint32_t count = width * width;
	uint32_t middle = count / 2;
	uint32_t loaded = 0;
	uint32_t joining;
	duration took;

	mesh_grid(mesh, width, width);
	mesh_settle(mesh, 0, count, duration_s(60));
	mesh_run(mesh, duration_s(20));
	memset(&mesh->traffic, 0, sizeof(mesh->traffic));
	joining = mesh_add(mesh);
	mesh_start(mesh, joining);
	mesh_link(mesh, joining, middle);
	mesh_link(mesh, middle - width, joining);
	mesh_link(mesh, joining, middle + width);
	mesh_link(mesh, 0, joining);
	took = mesh_settle(mesh, 0, count + 1, duration_s(60));
	mesh_run(mesh, duration_s(10));
	print_message("# joined %u hosts after %lld ms: %llu messages, %llu bytes\n", count,
		      (long long)took.us / 1000, (unsigned long long)mesh_messages(&mesh->traffic),
		      (unsigned long long)mesh_bytes(&mesh->traffic));
	print_traffic(&mesh->traffic);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t fragments = mesh->hosts[joining].fragments_from[i];

		if (fragments > 0)
			print_message("#   %llu fragments from host %u\n",
				      (unsigned long long)fragments, i);
		loaded += fragments >= count / 2;
		assert_true(fragments < count + 20);
	}
	assert_int_equal(loaded, 1);
	mesh_free(mesh);
}

static void one_joins_25(void **state)
{
	join(5);
}

static void one_joins_49(void **state)
{
	join(7);
}

static void a_cut_zone_heals(void **state)
{
	struct mesh *mesh = mesh_new(8);
	uint32_t cut[2] = {0};
	uint32_t cuts = 0;

	mesh_ring(mesh, 10);
	mesh_settle(mesh, 0, 10, duration_s(60));
	for (uint32_t i = 0; i < mesh->edge_count; i++) {
		uint32_t a = mesh->edges[i].ends[0];
		uint32_t b = mesh->edges[i].ends[1];

		if ((a < 5) != (b < 5))
			cut[cuts++] = i;
	}
	mesh_set(mesh, cut[0], false);
	mesh_run(mesh, duration_s(1));
	mesh_settle(mesh, 0, 10, duration_s(60));
	mesh_set(mesh, cut[1], false);
	mesh_run(mesh, duration_s(2));
	mesh_settle(mesh, 0, 5, duration_s(60));
	mesh_settle(mesh, 5, 5, duration_s(60));
	mesh_set(mesh, cut[1], true);
	mesh_settle(mesh, 0, 10, duration_s(60));
	mesh_free(mesh);
}

/* Two zones that never met, linked at one place. */
static void two_zones_meet(void **state)
{
	struct mesh *mesh = mesh_new(9);

	mesh_line(mesh, 12);
	for (uint32_t i = 0; i < 12; i++)
		mesh_start(mesh, mesh_add(mesh));
	for (uint32_t i = 12; i < 23; i++)
		mesh_link(mesh, i, i + 1);
	mesh_settle(mesh, 0, 12, duration_s(60));
	mesh_settle(mesh, 12, 12, duration_s(60));
	mesh_link(mesh, 11, 12);
	settle_and_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_agrees),
		cmocka_unit_test(a_ring_agrees),
		cmocka_unit_test(a_grid_agrees),
		cmocka_unit_test(agreement_is_quiet),
		cmocka_unit_test(thirty_in_a_hundred_lost),
		cmocka_unit_test(records_are_refreshed),
		cmocka_unit_test(one_joins_25),
		cmocka_unit_test(one_joins_49),
		cmocka_unit_test(a_cut_zone_heals),
		cmocka_unit_test(two_zones_meet),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/convergence", tests, NULL, NULL);
}
