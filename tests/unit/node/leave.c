/* What a node says of itself besides its neighbours: that it leaves, and what follows for those
 * about it; that it passes nothing on. docs/protocol/route.md, sections 5 and 6. */
#include "line.h"

#include "route/limits.h"
#include "route/record.h"

static void leave(struct mesh *mesh, uint32_t host)
{
	node_leave(mesh->hosts[host].node, mesh->now, mesh->outbox);
	mesh_carry(mesh, host);
}

/* The last that is heard of it is that it leaves: its neighbours say so within a moment, and look
 * for it no more than for who was lost. */
static void who_leaves_is_lost_at_once(void **state)
{
	struct mesh *mesh = line_new(58);
	struct node_status status;

	mesh_run(mesh, duration_s(15));
	leave(mesh, 1);
	node_status(mesh->hosts[1].node, mesh->now, &status);
	assert_int_equal(status.flags, RECORD_LEAVING);
	uint32_t hellos = mesh->hosts[1].frames[KIND_HELLO];
	uint32_t probes = mesh->hosts[1].frames[KIND_PROBE];
	mesh_run(mesh, duration_ms(30));
	assert_int_equal(mesh->hosts[1].notices[NOTICE_LEFT], 1);
	assert_int_equal(mesh_route(mesh, 0, 1).hops, 0);
	assert_int_equal(mesh_route(mesh, 0, 2).hops, 0);
	assert_int_equal(mesh_state(mesh, 0, 1), NEIGHBOUR_FULL);
	mesh_run(mesh, duration_ms(ROUTE_LEAVE_MS));
	assert_int_equal(mesh_state(mesh, 0, 1), NEIGHBOUR_LOST);
	assert_int_equal(mesh_state(mesh, 2, 1), NEIGHBOUR_LOST);
	assert_int_equal(mesh_state(mesh, 2, 3), NEIGHBOUR_FULL);
	assert_int_equal(mesh->hosts[1].frames[KIND_HELLO], hellos);
	assert_int_equal(mesh->hosts[1].frames[KIND_PROBE], probes);
	assert_int_equal(mesh->hosts[1].notices[NOTICE_LEFT], 1);
	mesh_stop(mesh, 1);
	mesh_run(mesh, duration_s(3));
	mesh->hosts[1].making.boot_epoch++;
	mesh_start(mesh, 1);
	mesh_wait(mesh, mesh_full, 0, 1, duration_ms(500));
	mesh_wait(mesh, mesh_reached, 0, 3, duration_s(1));
	mesh_free(mesh);
}

/* Back before its neighbours have let go of it, it is not held to what its last life said. */
static void who_is_back_at_once_is_not_lost(void **state)
{
	for (uint32_t ms = 5; ms < ROUTE_LEAVE_MS + 50; ms += 5) {
		struct mesh *mesh = line_new(59);
		mesh_run(mesh, duration_s(15));
		leave(mesh, 1);
		mesh_run(mesh, duration_ms(ms));
		mesh_stop(mesh, 1);
		mesh->hosts[1].making.boot_epoch++;
		mesh_start(mesh, 1);
		mesh_run(mesh, duration_s(1));
		assert_true(mesh_full(mesh, 0, 1) && mesh_full(mesh, 1, 2));
		assert_true(mesh_reached(mesh, 0, 3));
		mesh_free(mesh);
	}
}

/* Nobody's way but its own leads over it. */
static void who_passes_nothing_on_is_an_end(void **state)
{
	struct mesh *mesh = line_made(60);
	struct node_status status;

	mesh->hosts[2].making.no_transit = true;
	for (uint32_t i = 0; i < LINE; i++)
		mesh_start(mesh, i);
	mesh_wait(mesh, mesh_reached, 0, 2, duration_s(5));
	mesh_run(mesh, duration_s(15));
	assert_int_equal(mesh_route(mesh, 3, 2).hops, 1);
	assert_int_equal(mesh_route(mesh, 0, 2).hops, 2);
	assert_int_equal(mesh_route(mesh, 0, 3).hops, 0);
	assert_int_equal(mesh_route(mesh, 3, 1).hops, 0);
	node_status(mesh->hosts[2].node, mesh->now, &status);
	assert_int_equal(status.flags, RECORD_NO_TRANSIT);
	mesh_free(mesh);
}

/* The same while it runs, and back. */
static void who_passes_nothing_on_any_more_is_an_end_too(void **state)
{
	struct mesh *mesh = line_new(61);
	struct node_settings settings = {.suites = SUITE_BIT(SUITE_CHACHA20_POLY1305),
					 .rekey = duration_s(120),
					 .no_transit = true};

	mesh_run(mesh, duration_s(15));
	assert_int_equal(mesh_route(mesh, 0, 3).hops, 3);
	node_change(mesh->hosts[2].node, mesh->now, &settings, mesh->outbox);
	mesh_carry(mesh, 2);
	mesh_run(mesh, duration_s(1));
	assert_int_equal(mesh_route(mesh, 0, 2).hops, 2);
	assert_int_equal(mesh_route(mesh, 0, 3).hops, 0);
	settings.no_transit = false;
	node_change(mesh->hosts[2].node, mesh->now, &settings, mesh->outbox);
	mesh_carry(mesh, 2);
	mesh_run(mesh, duration_s(1));
	assert_int_equal(mesh_route(mesh, 0, 3).hops, 3);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_leaves_is_lost_at_once),
		cmocka_unit_test(who_is_back_at_once_is_not_lost),
		cmocka_unit_test(who_passes_nothing_on_is_an_end),
		cmocka_unit_test(who_passes_nothing_on_any_more_is_an_end_too),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/leave", tests, NULL, NULL);
}
