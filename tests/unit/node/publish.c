/* The snapshot follows what is known: links that come and go, MTU, the better of several ways.
 * docs/protocol/mesharp.md, section 3. */
#include "mesh.h"

#include "node/datapath.h"
#include "node/publish.h"
#include "node/routing.h"

#include <string.h>

enum { SLOTS = 3 }; /* with one reader */

/* The route of a to b; link UINT32_MAX if there is none. */
static struct node_route route_of(struct mesh *mesh, uint32_t a, uint32_t b)
{
	struct node_route route;
	uint32_t cursor = 0;

	while (node_routes(mesh->hosts[a].node, &cursor, &route)) {
		if (address_equal(&route.address, &mesh->hosts[b].address))
			return route;
	}
	return (struct node_route){.link = UINT32_MAX};
}

static void set_link(struct mesh *mesh, uint32_t host, uint32_t link, bool running, uint32_t mtu,
		     uint32_t cost)
{
	struct node_link *facts = &mesh->hosts[host].making.links[link];

	facts->running = running;
	facts->mtu = mtu;
	facts->cost = cost;
	mesh_link(mesh, host, link);
}

static uint64_t drops_of_packet(struct mesh *mesh, uint32_t a, uint32_t b, size_t size,
				enum drop drop)
{
	uint64_t before = mesh_drops(mesh, a, drop);
	uint8_t packet[MESH_PACKET];

	mesh_packet_write(mesh, a, b, 1, size, packet);
	mesh_packet(mesh, a, packet, size);
	return mesh_drops(mesh, a, drop) - before;
}

static void a_link_that_goes_down_takes_all_along(void **state)
{
	struct mesh *mesh = mesh_started(1, 2);
	struct node_session session;
	struct node_status status;

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	assert_true(route_of(mesh, 0, 1).link == 0);
	mesh_run(mesh, duration_s(5));
	set_link(mesh, 0, 0, false, 1500, 0);
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_int_equal(status.neighbours, 0);
	assert_int_equal(route_of(mesh, 0, 1).link, UINT32_MAX);
	/* Alone, a node knows of nobody whether he exists. */
	assert_int_equal(drops_of_packet(mesh, 0, 1, 100, DROP_UNREACHABLE), 0);
	mesh_run(mesh, duration_s(20));
	assert_int_equal(mesh_drops(mesh, 0, DROP_STAGED_EXPIRED), 1);

	uint32_t asked = mesh->hosts[0].frames[KIND_INITIATION];
	set_link(mesh, 0, 0, true, 1500, 0);
	duration took = mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	print_message("# FULL again after %d us\n", (int)took.us);
	mesh_exchange(mesh, 0, 1, 2, 1500);
	mesh_exchange(mesh, 1, 0, 3, 1500);
	/* The session outlived it. */
	assert_true(mesh_session(mesh, 0, 1, &session));
	assert_int_equal(session.epoch, 1);
	assert_int_equal(mesh->hosts[0].frames[KIND_INITIATION], asked);
	mesh_free(mesh);
}

static void a_new_mtu_counts_at_once(void **state)
{
	struct mesh *mesh = mesh_started(2, 2);

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	set_link(mesh, 0, 0, true, 1400, 0);
	assert_true(mesh_full(mesh, 0, 1));
	assert_int_equal(route_of(mesh, 0, 1).mtu, 1400);
	mesh_exchange(mesh, 0, 1, 1, 1400);
	assert_int_equal(drops_of_packet(mesh, 0, 1, 1401, DROP_PACKET_TOO_BIG), 1);
	const struct taken *told = &mesh->hosts[0].taken[mesh->hosts[0].packets - 1];
	assert_int_equal(told->bytes[40], 2);
	assert_memory_equal(told->bytes + 44, ((uint8_t[]){0, 0, 1400 >> 8, 1400 & 0xff}), 4);
	mesh_exchange(mesh, 1, 0, 2, 1500);

	set_link(mesh, 0, 0, true, 1500, 0);
	mesh_exchange(mesh, 0, 1, 3, 1500);
	set_link(mesh, 0, 0, true, 1279, 0);
	assert_int_equal(route_of(mesh, 0, 1).link, UINT32_MAX);
	set_link(mesh, 0, 0, true, 65535, 0);
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	assert_int_equal(route_of(mesh, 0, 1).mtu, PACKET_MAX);
	mesh_free(mesh);
}

/* Two hosts with two wires between them. */
static struct mesh *mesh_of_two_wires(uint64_t seed)
{
	struct mesh *mesh = mesh_new(seed);

	for (uint32_t i = 0; i < 2; i++) {
		mesh->hosts[i].making.links[1].running = true;
		mesh->hosts[i].making.links[1].cost = 50;
		mesh_start(mesh, i);
	}
	mesh_run(mesh, duration_s(3));
	assert_int_equal(route_of(mesh, 0, 1).link, 0);
	assert_int_equal(route_of(mesh, 1, 0).link, 0);
	return mesh;
}

static void check_same_session(struct mesh *mesh)
{
	struct node_session session;

	assert_true(mesh_session(mesh, 0, 1, &session));
	assert_int_equal(session.epoch, 1);
	assert_in_range(mesh->hosts[0].frames[KIND_INITIATION] +
				mesh->hosts[1].frames[KIND_INITIATION],
			1, 2);
}

static void the_other_way_takes_over(void **state)
{
	struct mesh *mesh = mesh_of_two_wires(3);

	mesh_exchange(mesh, 0, 1, 1, 900);
	assert_int_equal(mesh->last[KIND_PACKET].link, 0);
	for (uint32_t i = 0; i < 2; i++)
		set_link(mesh, i, 0, false, 1500, 0);
	mesh_exchange(mesh, 0, 1, 2, 900);
	assert_int_equal(mesh->last[KIND_PACKET].link, 1);
	mesh_exchange(mesh, 1, 0, 3, 900);
	mesh_run(mesh, duration_s(20));
	mesh_exchange(mesh, 1, 0, 4, 900);
	for (uint32_t i = 0; i < 2; i++)
		set_link(mesh, i, 0, true, 1500, 0);
	mesh_run(mesh, duration_s(1));
	mesh_exchange(mesh, 0, 1, 5, 900);
	assert_int_equal(mesh->last[KIND_PACKET].link, 0);
	check_same_session(mesh);
	mesh_free(mesh);
}

static void lose_wire_0(struct mesh *mesh, struct flight *flight)
{
	flight->copies = flight->link != 0;
}

/* Nobody says that the wire is dead; probes find out. */
static void a_silent_wire_is_left(void **state)
{
	struct mesh *mesh = mesh_of_two_wires(4);

	mesh_run(mesh, duration_s(30));
	mesh->filter = lose_wire_0;
	mesh_run(mesh, duration_s(10));
	assert_int_equal(route_of(mesh, 0, 1).link, 1);
	mesh_exchange(mesh, 0, 1, 1, 900);
	mesh_exchange(mesh, 1, 0, 2, 900);
	check_same_session(mesh);
	mesh_free(mesh);
}

static void slow_wire_0(struct mesh *mesh, struct flight *flight)
{
	flight->delay = duration_ms(flight->link == 0 ? 20 : 1);
}

static void the_quicker_way_is_used(void **state)
{
	struct mesh *mesh = mesh_of_two_wires(5);

	mesh->filter = slow_wire_0;
	mesh_run(mesh, duration_s(280)); /* so long it may be load */
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(route_of(mesh, i, 1 - i).link, 0);
	mesh_run(mesh, duration_s(360));
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(route_of(mesh, i, 1 - i).link, 1);
	mesh->filter = NULL;
	mesh_run(mesh, duration_s(20));
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(route_of(mesh, i, 1 - i).link, 0);
	mesh_free(mesh);
}

static void the_cheaper_way_is_used(void **state)
{
	struct mesh *mesh = mesh_of_two_wires(6);

	set_link(mesh, 0, 0, true, 1500, 900);
	assert_int_equal(route_of(mesh, 0, 1).link, 1);
	assert_int_equal(route_of(mesh, 1, 0).link, 0);
	mesh_exchange(mesh, 0, 1, 1, 900);
	assert_int_equal(mesh->last[KIND_PACKET].link, 1);
	mesh_free(mesh);
}

/* A worker may still read the last snapshot while the next is built. */
static void the_last_snapshot_stays(void **state)
{
	struct mesh *mesh = mesh_started(7, 2);
	const struct forwarding *seen[SLOTS];
	const struct fib *fibs[SLOTS];

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	struct node *node = mesh->hosts[0].node;
	for (uint32_t i = 0; i < SLOTS; i++) {
		seen[i] = node_forwarding(node);
		publish(node);
		assert_ptr_not_equal(node_forwarding(node), seen[i]);
		assert_int_equal(forwarding_by_address(seen[i], &mesh->hosts[1].address), 0);
		assert_int_not_equal(forwarding_at(seen[i], 0)->seal.serial, 0);
	}
	assert_ptr_equal(node_forwarding(node), seen[0]);
	for (uint32_t i = 0; i < SLOTS; i++) {
		fibs[i] = node_fib(node);
		routing_publish(node, mesh->now);
		assert_ptr_not_equal(node_fib(node), fibs[i]);
		assert_int_equal(fib_by_address(fibs[i], &mesh->hosts[1].address), 0);
		assert_true(fib_synced(fibs[i]));
	}
	assert_ptr_equal(node_fib(node), fibs[0]);
	mesh_free(mesh);
}

/* What a worker holds is not written, however often others are published. */
static void what_is_held_is_not_written(void **state)
{
	struct mesh *mesh = mesh_started(9, 2);

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	struct node *node = mesh->hosts[0].node;
	uint32_t session = slots_hold(&node->sessions, 0), fib = slots_hold(&node->fibs, 0);
	uint64_t serial = fib_serial(node_fib_at(node, fib));
	for (uint32_t i = 0; i < 4 * SLOTS; i++) {
		publish(node);
		routing_publish(node, mesh->now);
		assert_int_not_equal(slots_published(&node->sessions), session);
		assert_int_not_equal(slots_published(&node->fibs), fib);
		assert_int_equal(fib_serial(node_fib_at(node, fib)), serial);
		assert_int_equal(fib_serial(node_fib(node)), serial + 1 + i);
	}
	mesh_free(mesh);
}

/* Records alone make nobody reached: until paths are computed nobody is said not to exist. */
static void a_fib_is_synced_when_it_leads_somewhere(void **state)
{
	struct mesh *mesh = mesh_started(8, 3);
	bool synced = false;

	for (uint32_t i = 0; i < 10000 && !synced; i++) {
		mesh_run(mesh, duration_us(50));
		routing_publish(mesh->hosts[0].node, mesh->now);
		const struct fib *fib = node_fib(mesh->hosts[0].node);
		synced = fib_synced(fib);
		assert_int_equal(synced, fib_nodes(fib) > 0);
	}
	assert_true(synced);
	mesh_free(mesh);
}

/* How often a key is in the memory of host 0's node, from an offset on. */
static uint32_t copies_of(const struct mesh *mesh, const uint8_t key[AEAD_KEY], uint64_t from,
			  uint64_t to)
{
	const uint8_t *at = (const uint8_t *)mesh->hosts[0].node + from;
	const uint8_t *end = (const uint8_t *)mesh->hosts[0].node + to;
	uint32_t copies = 0;

	for (; (at = memmem(at, (size_t)(end - at), key, AEAD_KEY)) != NULL; at += AEAD_KEY)
		copies++;
	return copies;
}

/* As many of a key in all snapshots. */
static uint32_t copies_published(const struct mesh *mesh, const uint8_t key[AEAD_KEY])
{
	const struct layout *at = &mesh->hosts[0].node->at;

	return copies_of(mesh, key, at->forwarding[0], at->saved);
}

/* Publishes anew. */
static void publish_again(struct mesh *mesh)
{
	set_link(mesh, 0, 0, true, 1499 + mesh->hosts[0].making.links[0].mtu % 2, 0);
	mesh_run(mesh, duration_ms(1));
}

/* A key is in the snapshot that is published, in those a worker holds, and, once it expired,
 * nowhere. */
static void keys_are_wiped_with_their_snapshot(void **state)
{
	struct mesh *mesh = mesh_new(80);
	uint8_t key[AEAD_KEY];

	mesh->limits.workers = 1;
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_exchange(mesh, 0, 1, 1, 100);
	struct node *node = mesh->hosts[0].node;
	uint32_t peer = table_find(node_peer_table(node), mesh->hosts[1].address.bytes);
	memcpy(key, node_peer(node, peer)->session.places[SESSION_CONFIRMED].keys.send,
	       sizeof(key));
	for (uint32_t i = 0; i < 9; i++) {
		publish_again(mesh);
		assert_int_equal(copies_published(mesh, key), 1);
	}
	struct datapath datapath = datapath_begin(node, 0);
	for (uint32_t i = 0; i < 9; i++)
		publish_again(mesh);
	assert_int_equal(copies_published(mesh, key), 2);
	datapath_end(&datapath);
	publish_again(mesh);
	assert_int_equal(copies_published(mesh, key), 1);
	set_link(mesh, 0, 0, false, 1500, 0);
	mesh_run(mesh, duration_s(200));
	datapath = datapath_begin(node, 0);
	datapath_end(&datapath);
	assert_int_equal(copies_of(mesh, key, 0, mesh->hosts[0].node->at.total), 0);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_that_goes_down_takes_all_along),
		cmocka_unit_test(a_new_mtu_counts_at_once),
		cmocka_unit_test(the_other_way_takes_over),
		cmocka_unit_test(a_silent_wire_is_left),
		cmocka_unit_test(the_quicker_way_is_used),
		cmocka_unit_test(the_cheaper_way_is_used),
		cmocka_unit_test(the_last_snapshot_stays),
		cmocka_unit_test(what_is_held_is_not_written),
		cmocka_unit_test(a_fib_is_synced_when_it_leads_somewhere),
		cmocka_unit_test(keys_are_wiped_with_their_snapshot),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/publish", tests, NULL, NULL);
}
