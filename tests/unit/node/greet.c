/* HELLOs: who is believed to be there, and how little a stranger's cost. A closed mesh, clones,
 * restarts, floods. docs/protocol/mesharp.md, section 1. */
#include "mesh.h"
#include "stranger.h"

#include "meshp/header.h"
#include "node/value.h"

#include <string.h>

static void our_own_frames_are_known(void **state)
{
	struct mesh *mesh = mesh_new(1);
	struct node_status status;

	mesh->hosts[0].making.links[1].running = true;
	mesh->hosts[0].making.wires[1] = 0;
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	mesh_run(mesh, duration_s(100));
	assert_true(mesh_drops(mesh, 0, DROP_OWN) >= 10);
	assert_int_equal(mesh_drops_all(mesh, 0), mesh_drops(mesh, 0, DROP_OWN));
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_false(status.duplicate);
	assert_int_equal(status.neighbours, 2);
	assert_true(mesh_full(mesh, 0, 1));
	mesh_exchange(mesh, 0, 1, 1, 1000);
	mesh_free(mesh);
}

static void an_identity_that_runs_twice_is_told(void **state)
{
	struct mesh *mesh = mesh_new(2);
	struct node_status status;

	mesh->hosts[2].making.identity = mesh->hosts[0].making.identity;
	for (uint32_t i = 0; i < 3; i++)
		mesh_start(mesh, i);
	mesh_run(mesh, duration_s(30));
	for (uint32_t i = 0; i < 3; i++) {
		node_status(mesh->hosts[i].node, mesh->now, &status);
		assert_int_equal(status.duplicate, i != 1);
		assert_int_equal(mesh->hosts[i].notices[NOTICE_DUPLICATE_NODE], i != 1);
		assert_int_equal(mesh_drops(mesh, i, DROP_DUPLICATE_NODE) > 0, i != 1);
	}
	/* The third holds to the certificate it saw first. */
	assert_true(mesh_drops(mesh, 1, DROP_CERTIFICATE_OLD) > 0);
	mesh_stop(mesh, 2);
	mesh_run(mesh, duration_s(260));
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_true(status.duplicate);
	mesh_run(mesh, duration_s(40));
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_false(status.duplicate);
	mesh_free(mesh);
}

/* Anybody can say our address; only the holder of our identity makes a clone of it. */
static void a_forged_clone_is_not_believed(void **state)
{
	struct mesh *mesh = mesh_started(3, 1);
	struct stranger stranger;
	struct node_status status;
	uint8_t hello[WIRE_HELLO];

	stranger_clone(&stranger, mesh, 0, 1);
	stranger.certificate.signature[7] ^= 1;
	for (uint32_t i = 0; i < 1000; i++) {
		stranger_hello(&stranger, hello);
		mesh_inject(mesh, 0, 0, stranger.lladdr, true, hello, sizeof(hello));
	}
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_false(status.duplicate);
	assert_int_equal(mesh_drops(mesh, 0, DROP_CERTIFICATE), RATE_CERTIFICATE_PLACE.burst);
	assert_int_equal(mesh_drops(mesh, 0, DROP_RATE_CERTIFICATE),
			 1000 - RATE_CERTIFICATE_PLACE.burst);
	mesh_free(mesh);
}

static void a_closed_mesh_keeps_others_out(void **state)
{
	struct mesh *mesh = mesh_new(4);
	struct handshake_pending pending;
	struct stranger stranger;
	uint8_t bytes[WIRE_INITIATION];

	for (uint32_t i = 0; i < 5; i++) {
		mesh->hosts[i].making.network = (uint8_t[]){7, 7, 0, 9, 0}[i];
		mesh_start(mesh, i);
	}
	mesh_run(mesh, duration_s(60));
	for (uint32_t i = 0; i < 25; i++) {
		uint32_t a = i / 5, b = i % 5;
		bool together = (a < 2 && b < 2) || ((a == 2 || a == 4) && (b == 2 || b == 4));
		if (a != b)
			assert_int_equal(mesh_state(mesh, a, b),
					 together ? NEIGHBOUR_FULL : NEIGHBOUR_NONE);
	}
	mesh_exchange(mesh, 0, 1, 1, 1500);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(mesh_drops_all(mesh, i), mesh_drops(mesh, i, DROP_NETWORK));
	assert_true(mesh_drops(mesh, 0, DROP_NETWORK) >= 3);

	/* Nor does a handshake by hand get in, whatever key it is made with. */
	for (uint8_t network = 0; network < 9; network += 4) {
		uint64_t before = mesh_drops(mesh, 0, DROP_MAC1);
		stranger_draw(&stranger, &mesh->rng, network);
		stranger_initiation(&stranger, mesh, 0, NULL, &pending, bytes);
		mesh_inject(mesh, 0, 0, stranger.lladdr, false, bytes, sizeof(bytes));
		assert_int_equal(mesh_drops(mesh, 0, DROP_MAC1), before + 1);
	}
	/* Nor one that knows the network's id, or hears the right code and changes what it covers.
	 */
	stranger_draw(&stranger, &mesh->rng, 8);
	memcpy(stranger.network_id, mesh->hosts[0].node->network_id, NETWORK_ID);
	stranger_hello(&stranger, bytes);
	uint64_t before = mesh_drops(mesh, 0, DROP_NETWORK);
	mesh_inject(mesh, 0, 0, stranger.lladdr, true, bytes, WIRE_HELLO);
	assert_int_equal(mesh_drops(mesh, 0, DROP_NETWORK), before + 1);
	mesh_free(mesh);
}

static void what_a_hello_must_be(void **state)
{
	static const struct {
		size_t byte;
		uint8_t flip;
		enum drop drop;
	} wrongs[] = {
		{2, 1, DROP_HOP_LIMIT},	    {11, 1, DROP_CERTIFICATE},	{19, 3, DROP_VERSION},
		{20, 1, DROP_VERSION},	    {23, 1, DROP_NETWORK},	{57, 1, DROP_CERTIFICATE},
		{100, 1, DROP_CERTIFICATE}, {150, 1, DROP_CERTIFICATE}, {189, 1, DROP_NETWORK}};
	struct stranger stranger;
	uint8_t hello[WIRE_HELLO];

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct mesh *mesh = mesh_started(5 + i, 1);
		stranger_draw(&stranger, &mesh->rng, 0);
		stranger_hello(&stranger, hello);
		hello[wrongs[i].byte] ^= wrongs[i].flip;
		mesh_inject(mesh, 0, 0, stranger.lladdr, true, hello, sizeof(hello));
		assert_int_equal(mesh_drops(mesh, 0, wrongs[i].drop), 1);
		struct node_status status;
		node_status(mesh->hosts[0].node, mesh->now, &status);
		assert_int_equal(status.peers + status.neighbours, 0);
		mesh_free(mesh);
	}
}

/* What a HELLO says is a hint: forged in a neighbour's name, it changes nothing that works. */
static void a_forged_restart_disturbs_nothing(void **state)
{
	struct mesh *mesh = mesh_started(6, 2);

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	struct flight forged = mesh->last[KIND_HELLO];
	uint32_t victim = 1 - forged.host;
	for (uint32_t i = 0; i < 200; i++) {
		forged.bytes[44] = (uint8_t)i; /* of the instance */
		mesh_inject(mesh, victim, 0, forged.from, true, forged.bytes, forged.size);
		mesh_inject(mesh, victim, 0, mesh_lladdr(5, 0), true, forged.bytes, forged.size);
		mesh_exchange(mesh, i % 2, 1 - i % 2, i, 500);
		mesh_run(mesh, duration_ms(50));
	}
	assert_true(mesh_full(mesh, 0, 1));
	assert_in_range(mesh->hosts[victim].frames[KIND_INITIATION], 1, 16 + 5 * 11);
	mesh_free(mesh);
}

/* One host ends without a word and starts anew; when do packets flow again? */
static int64_t restart(uint64_t seed, duration pause)
{
	struct mesh *mesh = mesh_new(seed);
	uint8_t packet[MESH_PACKET];

	mesh->hosts[1].making.identity = (uint8_t)(10 + seed % 50);
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	mesh_run(mesh, duration_s(10 + (int64_t)(seed % 300)));
	mesh_exchange(mesh, 0, 1, 0, 500);
	mesh_stop(mesh, 1);
	mesh_run(mesh, pause);
	mesh->hosts[1].making.boot_epoch++;
	mesh_start(mesh, 1);

	instant begun = mesh->now;
	uint32_t there = mesh->hosts[1].packets, back = mesh->hosts[0].packets;
	while (there == mesh->hosts[1].packets || !mesh_full(mesh, 0, 1)) {
		mesh_packet_write(mesh, 0, 1, 1, 500, packet);
		mesh_packet(mesh, 0, packet, 500);
		mesh_run(mesh, duration_ms(5));
		assert_in_range(instant_since(mesh->now, begun).us, 0, duration_s(2).us);
	}
	int64_t took_us = instant_since(mesh->now, begun).us;
	back = mesh->hosts[0].packets;
	mesh_exchange(mesh, 1, 0, 2, 500);
	assert_int_equal(mesh->hosts[0].packets, back + 1);
	mesh_run(mesh, duration_s(1));
	mesh_exchange(mesh, 0, 1, 3, 500);
	assert_true(mesh_agreed(mesh, 0, 1));
	mesh_free(mesh);
	return took_us;
}

static void a_restart_is_over_in_two_seconds(void **state)
{
	static const int64_t pauses_ms[] = {0, 100, 3000, 30000, 250000};
	int64_t worst_us = 0, sum_us = 0;

	for (uint32_t seed = 0; seed < 100; seed++) {
		int64_t took_us = restart(100 + seed, duration_ms(pauses_ms[seed % 5]));
		sum_us += took_us;
		worst_us = took_us > worst_us ? took_us : worst_us;
	}
	print_message("# packets again after %d ms on average, %d ms at worst\n",
		      (int)(sum_us / 100000), (int)(worst_us / 1000));
}

/* 100,000 HELLOs with good certificates from everywhere, 10,000 a second. */
static void a_flood_of_strangers_changes_little(void **state)
{
	enum { STRANGERS = 20000, ROUNDS = 5 };
	struct mesh *mesh = mesh_started(7, 2);
	uint8_t(*hellos)[WIRE_HELLO] = test_calloc(STRANGERS, WIRE_HELLO);
	struct stranger stranger;
	struct node_status status;

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	for (uint32_t i = 0; i < STRANGERS; i++) {
		stranger_draw(&stranger, &mesh->rng, 0);
		stranger_hello(&stranger, hellos[i]);
	}
	for (uint32_t i = 0; i < STRANGERS * ROUNDS; i++) {
		rng_fill(&mesh->rng, stranger.lladdr.bytes + 1, LLADDR - 1);
		mesh_inject(mesh, 0, 0, stranger.lladdr, true, hellos[i % STRANGERS], WIRE_HELLO);
		mesh_run(mesh, duration_us(100));
		if (i % 1000 == 0)
			mesh_exchange(mesh, i / 1000 % 2, 1 - i / 1000 % 2, i, 800);
	}
	node_status(mesh->hosts[0].node, mesh->now, &status);
	/* What was not refused by the rate cost a verification, or was known from an earlier round.
	 */
	assert_in_range(100000 - status.drops.counts[DROP_RATE_CERTIFICATE], 100,
			100 + 50 * 11 + ROUNDS * mesh->limits.peers);
	assert_int_equal(status.peers, mesh->limits.peers);
	assert_in_range(status.neighbours, 1, mesh->limits.neighbours);
	assert_in_range(mesh->hosts[0].frames[KIND_INITIATION], 16, 1 + 16 + 5 * 11);
	assert_true(mesh_full(mesh, 0, 1));
	mesh_run(mesh, duration_s(600));
	assert_true(mesh_full(mesh, 0, 1));
	mesh_exchange(mesh, 0, 1, 1, 800);
	test_free(hellos);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_frames_are_known),
		cmocka_unit_test(an_identity_that_runs_twice_is_told),
		cmocka_unit_test(a_forged_clone_is_not_believed),
		cmocka_unit_test(a_closed_mesh_keeps_others_out),
		cmocka_unit_test(what_a_hello_must_be),
		cmocka_unit_test(a_forged_restart_disturbs_nothing),
		cmocka_unit_test(a_restart_is_over_in_two_seconds),
		cmocka_unit_test(a_flood_of_strangers_changes_little),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/greet", tests, NULL, NULL);
}
