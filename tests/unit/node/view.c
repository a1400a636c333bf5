/* What a node shows: figures that add up on a wire that loses, repeats and damages, and walks over
 * neighbours, sessions and routes. */
#include "mesh.h"

#include "meshp/address.h"
#include "node/value.h"

#include <string.h>

/* What became of packet frames from host 0 on their way. */
struct fate {
	uint64_t lost, repeated, damaged;
};

static void mistreat(struct mesh *mesh, struct flight *flight)
{
	struct fate *fate = mesh->context;
	uint32_t draw = rng_below(&mesh->rng, 10);

	if (flight->kind != KIND_PACKET || flight->host != 0)
		return;
	flight->delay = duration_us(100 + rng_below(&mesh->rng, 3000));
	if (draw == 0) {
		flight->copies = 0;
		fate->lost++;
	} else if (draw == 1) {
		flight->copies = 2;
		fate->repeated++;
	} else if (draw == 2) {
		flight->bytes[30 + rng_below(&mesh->rng, 20)] ^= 0x10;
		fate->damaged++;
	}
}

static void figures_add_up(void **state)
{
	struct mesh *mesh = mesh_started(1, 2);
	uint8_t packet[MESH_PACKET];
	struct node_session here, there;
	struct fate fate = {0};

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh->filter = mistreat;
	mesh->context = &fate;
	for (uint32_t i = 0; i < 5000; i++) {
		mesh_packet_write(mesh, 0, 1, i, 100, packet);
		mesh_packet(mesh, 0, packet, 100);
		mesh_run(mesh, duration_us(200));
	}
	mesh_run(mesh, duration_ms(10));
	assert_true(mesh_session(mesh, 0, 1, &here));
	assert_true(mesh_session(mesh, 1, 0, &there));
	assert_int_equal(here.tx_packets, 5000);
	assert_int_equal(here.tx_packets, there.rx_packets + fate.lost + fate.damaged);
	assert_int_equal(here.tx_frames, there.rx_frames + fate.lost + fate.damaged);
	assert_int_equal(mesh->hosts[1].packets, there.rx_packets);
	assert_int_equal(mesh_drops(mesh, 1, DROP_AUTHENTICATION), fate.damaged);
	assert_int_equal(mesh_drops(mesh, 1, DROP_REPLAY), fate.repeated);
	assert_int_equal(there.rx_replay, fate.repeated);
	assert_int_equal(mesh_drops_all(mesh, 1), fate.damaged + fate.repeated);
	assert_int_equal(mesh_drops_all(mesh, 0), 0);
	assert_true(fate.lost > 400 && fate.damaged > 400 && fate.repeated > 400);
	assert_int_equal(there.tx_packets + here.rx_packets, 0);
	mesh_free(mesh);
}

static void status_says_who_and_what(void **state)
{
	struct mesh *mesh = mesh_new(2);
	struct node_status status;

	mesh->hosts[0].making.boot_epoch = 77;
	mesh->hosts[1].making.network = 5;
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	node_status(mesh->hosts[0].node, mesh->now, &status);
	struct address address = address_of_key(status.public_key);
	assert_true(address_equal(&status.address, &address));
	assert_true(address_in_mesh(status.address.bytes));
	assert_false(status.closed);
	assert_false(status.duplicate);
	assert_int_equal(status.zone, 1);
	assert_int_equal(status.boot_epoch, 77);
	assert_int_equal(status.generation, 77);
	assert_int_equal(status.peers + status.neighbours + status.staged, 0);
	node_status(mesh->hosts[1].node, mesh->now, &status);
	assert_true(status.closed);
	mesh_free(mesh);
}

static uint32_t mtu_of(struct mesh *mesh)
{
	struct node_status status;

	node_status(mesh->hosts[0].node, mesh->now, &status);
	return status.mtu;
}

static void the_size_of_packets_is_that_of_the_widest_link(void **state)
{
	struct mesh *mesh = mesh_new(4);
	struct node_link *links = mesh->hosts[0].making.links;

	links[0].mtu = 1400;
	links[1].mtu = 1300;
	mesh_start(mesh, 0);
	assert_int_equal(mtu_of(mesh), 1400);
	links[1].running = true;
	mesh_link(mesh, 0, 1);
	assert_int_equal(mtu_of(mesh), 1400);
	links[0].running = false;
	mesh_link(mesh, 0, 0);
	assert_int_equal(mtu_of(mesh), 1300);
	links[1].mtu = 65535;
	mesh_link(mesh, 0, 1);
	assert_int_equal(mtu_of(mesh), PACKET_MAX);
	links[1].running = false;
	mesh_link(mesh, 0, 1);
	assert_int_equal(mtu_of(mesh), 1500);
	mesh_free(mesh);
}

static void walks_show_each_one_once(void **state)
{
	struct mesh *mesh = mesh_started(3, MESH_HOSTS);
	uint32_t neighbours = 0, sessions = 0, routes = 0, cursor;
	struct node_neighbour neighbour;
	struct node_session session;
	struct node_route route;

	mesh->delay = duration_ms(2);
	mesh_run(mesh, duration_s(60));
	const struct node *node = mesh->hosts[3].node;
	for (cursor = 0; node_neighbours(node, mesh->now, &cursor, &neighbour);) {
		neighbours |= 1U << (neighbour.lladdr.bytes[LLADDR - 1] - 1);
		assert_int_equal(neighbour.state, NEIGHBOUR_FULL);
		assert_in_range(neighbour.rtt_us, 3000, 4100);
		assert_int_equal(neighbour.loss_ppm, 0);
		assert_in_range(neighbour.metric_us, 1000, 2000);
		assert_in_range(neighbour.since.us, duration_s(58).us, duration_s(60).us);
		assert_true(node_sessions(node, mesh->now, &sessions, &session));
		assert_true(session.usable);
		assert_false(session.handshaking);
		assert_int_equal(session.epoch, 1);
		assert_in_range(session.age.us, duration_s(58).us, duration_s(60).us);
		assert_true(node_routes(node, &routes, &route));
		assert_true(address_equal(&route.address, &route.next_hop));
		assert_in_range(route.metric_us, 1000, 2000);
		assert_int_equal(route.hops, 1);
		assert_int_equal(route.mtu, 1500);
	}
	assert_int_equal(neighbours, (1U << MESH_HOSTS) - 1 - (1U << 3));
	assert_false(node_sessions(node, mesh->now, &sessions, &session));
	assert_false(node_routes(node, &routes, &route));
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_add_up),
		cmocka_unit_test(status_says_who_and_what),
		cmocka_unit_test(the_size_of_packets_is_that_of_the_widest_link),
		cmocka_unit_test(walks_show_each_one_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/view", tests, NULL, NULL);
}
