/* Who is known: certificates of growing generations, rates of verification, and who makes room.
 * docs/protocol/meshp.md, section 1. */
#include "node/peers.h"
#include "mesh.h"
#include "stranger.h"

#include <string.h>

enum { CAPACITY = 4 };

static struct mesh *mesh_small(uint64_t seed)
{
	struct mesh *mesh = mesh_new(seed);

	mesh->limits.peers = CAPACITY;
	mesh->limits.neighbours = 64;
	mesh_start(mesh, 0);
	return mesh;
}

static enum drop admit(struct mesh *mesh, const struct stranger *stranger, bool rated,
		       uint32_t *index)
{
	return peers_admit(mesh->hosts[0].node, mesh->now, 0, stranger->lladdr,
			   &stranger->certificate, rated, index);
}

static uint32_t find(struct mesh *mesh, const struct stranger *stranger)
{
	return peers_find(mesh->hosts[0].node, &stranger->address);
}

static void the_highest_generation_is_kept(void **state)
{
	struct mesh *mesh = mesh_small(1);
	struct stranger second, third, other, forged;
	uint32_t index = 77;

	stranger_clone(&second, mesh, 1, 2);
	stranger_clone(&third, mesh, 1, 3);
	stranger_clone(&other, mesh, 1, 3);
	stranger_clone(&forged, mesh, 1, 4);
	forged.certificate.signature[0] ^= 1;

	assert_int_equal(admit(mesh, &second, false, &index), DROP_NONE);
	assert_int_equal(find(mesh, &second), index);
	assert_int_equal(admit(mesh, &forged, false, &index), DROP_CERTIFICATE);
	assert_int_equal(admit(mesh, &second, false, &index), DROP_NONE);
	assert_int_equal(admit(mesh, &third, false, &index), DROP_NONE);
	assert_int_equal(find(mesh, &second), index);
	assert_int_equal(node_peer(mesh->hosts[0].node, index)->certificate.generation, 3);
	assert_int_equal(admit(mesh, &second, false, &index), DROP_CERTIFICATE_OLD);
	assert_int_equal(admit(mesh, &other, false, &index), DROP_CERTIFICATE_OLD);
	assert_int_equal(admit(mesh, &third, false, &index), DROP_NONE);
	mesh_free(mesh);
}

static void certificates_of_another_network_are_bad(void **state)
{
	struct mesh *mesh = mesh_small(2);
	struct stranger stranger;
	uint32_t index = 77;

	stranger_draw(&stranger, &mesh->rng, 5);
	assert_int_equal(admit(mesh, &stranger, false, &index), DROP_CERTIFICATE);
	assert_int_equal(find(mesh, &stranger), POOL_NONE);
	assert_int_equal(index, 77);
	mesh_free(mesh);
}

/* Verified once, a certificate costs nothing; a place has 3 at once and one a second. */
static void verifications_have_a_rate(void **state)
{
	struct mesh *mesh = mesh_small(3);
	struct stranger strangers[6];
	uint32_t index;

	for (uint32_t i = 0; i < 6; i++) {
		stranger_draw(&strangers[i], &mesh->rng, 0);
		strangers[i].lladdr = mesh_lladdr(5, 0);
		assert_int_equal(admit(mesh, &strangers[i], true, &index),
				 i < 3 ? DROP_NONE : DROP_RATE_CERTIFICATE);
	}
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(admit(mesh, &strangers[i % 3], true, &index), DROP_NONE);
	mesh_run(mesh, duration_s(1));
	assert_int_equal(admit(mesh, &strangers[3], true, &index), DROP_NONE);
	assert_int_equal(admit(mesh, &strangers[4], true, &index), DROP_RATE_CERTIFICATE);
	assert_int_equal(admit(mesh, &strangers[4], false, &index), DROP_NONE);
	strangers[5].lladdr = mesh_lladdr(4, 0);
	assert_int_equal(admit(mesh, &strangers[5], true, &index), DROP_NONE);
	mesh_free(mesh);
}

static void the_one_heard_longest_ago_makes_room(void **state)
{
	struct mesh *mesh = mesh_small(4);
	struct stranger strangers[CAPACITY + 2];
	uint32_t index, generation;

	for (uint32_t i = 0; i < CAPACITY + 2; i++)
		stranger_draw(&strangers[i], &mesh->rng, 0);
	for (uint32_t i = 0; i < CAPACITY; i++)
		assert_int_equal(admit(mesh, &strangers[i], false, &index), DROP_NONE);
	uint32_t second = find(mesh, &strangers[1]);
	generation = pool_generation(node_peer_pool(mesh->hosts[0].node), second);
	assert_int_equal(admit(mesh, &strangers[0], false, &index), DROP_NONE);
	assert_int_equal(admit(mesh, &strangers[CAPACITY], false, &index), DROP_NONE);
	assert_int_equal(find(mesh, &strangers[1]), POOL_NONE);
	assert_int_equal(index, second);
	assert_int_not_equal(pool_generation(node_peer_pool(mesh->hosts[0].node), index),
			     generation);
	assert_int_equal(admit(mesh, &strangers[CAPACITY + 1], false, &index), DROP_NONE);
	assert_int_equal(find(mesh, &strangers[2]), POOL_NONE);
	assert_int_not_equal(find(mesh, &strangers[0]), POOL_NONE);
	mesh_free(mesh);
}

static void who_shares_a_key_stays(void **state)
{
	struct mesh *mesh = mesh_new(5);
	struct stranger stranger;
	uint32_t index;

	mesh->limits.peers = CAPACITY;
	for (uint32_t i = 0; i < CAPACITY + 1; i++)
		mesh_start(mesh, i);
	mesh_run(mesh, duration_s(10));
	for (uint32_t i = 1; i < CAPACITY + 1; i++)
		assert_true(mesh_full(mesh, 0, i));
	for (uint32_t i = 0; i < 50; i++) {
		stranger_draw(&stranger, &mesh->rng, 0);
		assert_int_equal(admit(mesh, &stranger, false, &index), DROP_PEERS_FULL);
	}
	/* One goes for good: its keys expire, and there is room again. */
	mesh_stop(mesh, 2);
	mesh_run(mesh, duration_s(500));
	assert_int_equal(admit(mesh, &stranger, false, &index), DROP_NONE);
	assert_int_equal(peers_find(mesh->hosts[0].node, &mesh->hosts[2].address), POOL_NONE);
	mesh_exchange(mesh, 0, 1, 1, 500);
	mesh_free(mesh);
}

/* Keys are kept while no neighbour is left, as when a link is down for a moment. */
static void who_shares_a_key_outlives_its_link(void **state)
{
	struct mesh *mesh = mesh_new(8);
	struct stranger stranger;
	uint32_t index;

	mesh->limits.peers = 1;
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh->hosts[0].making.links[0].running = false;
	mesh_link(mesh, 0, 0);
	assert_int_equal(mesh_state(mesh, 0, 1), NEIGHBOUR_NONE);
	stranger_draw(&stranger, &mesh->rng, 0);
	assert_int_equal(admit(mesh, &stranger, false, &index), DROP_PEERS_FULL);
	mesh_free(mesh);
}

/* Strangers that never answer hold no place once their handshakes were given up. */
static void who_does_not_answer_makes_room(void **state)
{
	struct mesh *mesh = mesh_small(9);
	struct stranger stranger;
	uint8_t hello[WIRE_HELLO];
	uint32_t index;

	for (uint32_t i = 0; i < CAPACITY; i++) {
		stranger_draw(&stranger, &mesh->rng, 0);
		stranger_hello(&stranger, hello);
		mesh_inject(mesh, 0, 0, stranger.lladdr, true, hello, sizeof(hello));
	}
	mesh_run(mesh, duration_s(1));
	stranger_draw(&stranger, &mesh->rng, 0);
	assert_int_equal(admit(mesh, &stranger, false, &index), DROP_PEERS_FULL);
	mesh_run(mesh, duration_s(4));
	assert_int_equal(admit(mesh, &stranger, false, &index), DROP_NONE);
	mesh_free(mesh);
}

/* A node that was forgotten, its slot let again, comes back and is served like any other. */
static void who_was_forgotten_may_come_back(void **state)
{
	struct mesh *mesh = mesh_new(6);
	struct stranger stranger;
	uint32_t index;

	mesh->limits.peers = CAPACITY;
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	for (uint32_t round = 2; round < 6; round++) {
		mesh_exchange(mesh, 0, 1, round, 500);
		mesh_stop(mesh, 1);
		mesh_run(mesh, duration_s(700));
		for (uint32_t i = 0; i < CAPACITY; i++) {
			stranger_draw(&stranger, &mesh->rng, 0);
			assert_int_equal(admit(mesh, &stranger, false, &index), DROP_NONE);
		}
		assert_int_equal(peers_find(mesh->hosts[0].node, &mesh->hosts[1].address),
				 POOL_NONE);
		mesh->hosts[1].making.boot_epoch = round;
		mesh_start(mesh, 1);
		mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
		struct node_session session;
		assert_true(mesh_session(mesh, 0, 1, &session));
		assert_int_equal(session.tx_packets + session.rx_packets, 0);
	}
	mesh_exchange(mesh, 1, 0, 1, 500);
	mesh_free(mesh);
}

/* More nodes than places: those inside work, the others are refused by name. */
static void a_full_house_works(void **state)
{
	struct mesh *mesh = mesh_new(7);

	mesh->limits.peers = 2;
	mesh->limits.neighbours = 2;
	for (uint32_t i = 0; i < MESH_HOSTS; i++)
		mesh_start(mesh, i);
	mesh_run(mesh, duration_s(1000));
	for (uint32_t a = 0; a < MESH_HOSTS; a++) {
		uint32_t full = 0;
		for (uint32_t b = 0; b < MESH_HOSTS; b++) {
			if (a == b || !mesh_full(mesh, a, b))
				continue;
			full++;
			mesh_exchange(mesh, a, b, a, 500);
		}
		assert_in_range(full, 0, 2);
	}
	uint64_t refused = 0;
	for (uint32_t a = 0; a < MESH_HOSTS; a++)
		refused += mesh_drops(mesh, a, DROP_PEERS_FULL);
	assert_true(refused > 0);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_highest_generation_is_kept),
		cmocka_unit_test(certificates_of_another_network_are_bad),
		cmocka_unit_test(verifications_have_a_rate),
		cmocka_unit_test(the_one_heard_longest_ago_makes_room),
		cmocka_unit_test(who_shares_a_key_stays),
		cmocka_unit_test(who_shares_a_key_outlives_its_link),
		cmocka_unit_test(who_does_not_answer_makes_room),
		cmocka_unit_test(who_was_forgotten_may_come_back),
		cmocka_unit_test(a_full_house_works),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/peers", tests, NULL, NULL);
}
