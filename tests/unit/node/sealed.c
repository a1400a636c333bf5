/* Sealed messages and what becomes of keys: replaced under a stream of packets, kept alive, expired
 * in silence, made anew with a new session key. docs/protocol/meshp.md, sections 4 and 5. */
#include "line.h"
#include "stranger.h"

#include "meshp/packet.h"
#include "node/frame.h"
#include "node/sealed.h"

#include <string.h>

static void ten_keys_pass_and_no_packet_is_lost(void **state)
{
	struct mesh *mesh = mesh_new(1);
	uint8_t packet[MESH_PACKET];
	struct node_session session;
	uint32_t sent = 0;

	mesh->delay = duration_ms(3);
	for (uint32_t i = 0; i < 2; i++) {
		mesh->hosts[i].making.rekey = duration_s(1);
		mesh_start(mesh, i);
	}
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	do {
		for (uint32_t i = 0; i < 2; i++) {
			mesh_packet_write(mesh, i, 1 - i, sent, 40 + sent % 1461, packet);
			mesh_packet(mesh, i, packet, 40 + sent % 1461);
		}
		sent++;
		mesh_run(mesh, duration_us(900));
		assert_true(mesh_session(mesh, 0, 1, &session));
	} while (session.epoch < 12);
	mesh_run(mesh, duration_ms(3));
	assert_int_equal(mesh_drops_all(mesh, 0) + mesh_drops_all(mesh, 1), 0);
	for (uint32_t i = 0; i < 2; i++) {
		const struct host *host = &mesh->hosts[i];
		assert_int_equal(host->packets, sent);
		for (uint32_t k = 0; k < sent; k++) {
			mesh_packet_write(mesh, 1 - i, i, k, 40 + k % 1461, packet);
			assert_int_equal(host->taken[k].size, 40 + k % 1461);
			assert_memory_equal(host->taken[k].bytes + 4, packet + 4, 36 + k % 1461);
		}
		assert_in_range(host->notices[NOTICE_SESSION_UP], 11, 14);
	}
	print_message("# %u packets each way, %u keys\n", sent, session.epoch);
	mesh_free(mesh);
}

/* The same in disorder: frames overtake each other by up to 30 ms, so that those under the last key
 * come after the first of the next. */
static void disorder(struct mesh *mesh, struct flight *flight)
{
	flight->delay = duration_us(100 + rng_below(&mesh->rng, 30000));
}

static void keys_pass_in_disorder(void **state)
{
	struct mesh *mesh = mesh_new(2);
	uint8_t packet[MESH_PACKET];
	struct node_session session;
	uint32_t sent = 0;

	for (uint32_t i = 0; i < 2; i++) {
		mesh->hosts[i].making.rekey = duration_s(1);
		mesh_start(mesh, i);
	}
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh->filter = disorder;
	do {
		mesh_packet_write(mesh, sent % 2, 1 - sent % 2, sent, 200, packet);
		mesh_packet(mesh, sent % 2, packet, 200);
		sent++;
		mesh_run(mesh, duration_us(500));
		assert_true(mesh_session(mesh, 0, 1, &session));
	} while (session.epoch < 12);
	mesh_run(mesh, duration_ms(50));
	assert_int_equal(mesh->hosts[0].packets + mesh->hosts[1].packets, sent);
	mesh_free(mesh);
}

/* Host 0 seals a message of lane 0 as only a peer that misbehaves would, and host 1 takes it. */
static void check_message(struct mesh *mesh, const uint8_t *message, size_t size, enum drop drop)
{
	uint64_t before = mesh_drops(mesh, 1, drop), all = mesh_drops_all(mesh, 1);
	uint8_t frame[2000];

	outbox_clear(mesh->outbox);
	sealed_send(mesh->hosts[0].node, mesh->now, 0, &(struct way){.to = mesh_lladdr(1, 0)},
		    (struct span){message, size}, mesh->outbox);
	assert_int_equal(mesh->outbox->count, 1);
	size_t sealed = mesh->outbox->actions[0].size;
	memcpy(frame, mesh->outbox->bytes, sealed);
	mesh_inject(mesh, 1, 0, mesh_lladdr(0, 0), false, frame, sealed);
	assert_int_equal(mesh_drops_all(mesh, 1), all + (drop != DROP_NONE));
	if (drop != DROP_NONE)
		assert_int_equal(mesh_drops(mesh, 1, drop), before + 1);
}

static void strange_messages_are_refused(void **state)
{
	struct mesh *mesh = mesh_started(3, 2);
	uint8_t message[1200] = {0};

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	check_message(mesh, message, 0, DROP_NONE);
	for (uint32_t type = 0; type < 256; type++) {
		message[0] = (uint8_t)type;
		bool known = type >= SEALED_PROBE && type <= SEALED_HINT;
		enum drop drop = known ? DROP_MALFORMED : DROP_TYPE;
		check_message(mesh, message, 1, drop);
		check_message(mesh, message, PROBE_SIZE, drop);
		check_message(mesh, message, sizeof(message), drop);
	}
	struct probe probe = {.sequence = 1,
			      .instance = mesh->hosts[0].node->instance,
			      .interface = 1,
			      .lladdr = mesh_lladdr(0, 0)};
	struct writer out = writer_of(message, sizeof(message));
	probe_write(&probe, &out);
	check_message(mesh, message, PROBE_SIZE, DROP_REPLAY);
	probe.lladdr = mesh_lladdr(2, 0);
	out = writer_of(message, sizeof(message));
	probe_write(&probe, &out);
	check_message(mesh, message, PROBE_SIZE, DROP_SOURCE_SPOOFED);
	mesh_exchange(mesh, 0, 1, 1, 100);
	mesh_free(mesh);
}

/* Where somebody says that host 1 is. */
static const struct lladdr detour = {{0x0a, 1, 2, 3, 4, 5}};

/* Passes what host 0 sends there on to host 1, in the name of host 0. */
static void pass_on(struct mesh *mesh, struct flight *flight)
{
	if (lladdr_equal(&flight->to, &detour))
		flight->to = mesh_lladdr(1, 0);
}

/* The probes of an adjacency that is not there come to the same record as those of the real one. */
static void probes_by_a_detour_disturb_nobody(void **state)
{
	struct mesh *mesh = mesh_started(9, 2);
	uint8_t hello[WIRE_HELLO];

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_run(mesh, duration_s(60));
	while (mesh->last[KIND_HELLO].host != 1)
		mesh_run(mesh, duration_s(1));
	memcpy(hello, mesh->last[KIND_HELLO].bytes, sizeof(hello));
	mesh->filter = pass_on;
	for (uint32_t i = 0; i < 60; i++) {
		mesh_inject(mesh, 0, 0, detour, true, hello, sizeof(hello));
		mesh_run(mesh, duration_s(5));
		assert_true(mesh_full(mesh, 0, 1));
		mesh_exchange(mesh, 0, 1, i, 300);
		mesh_exchange(mesh, 1, 0, i, 300);
	}
	mesh_free(mesh);
}

/* A key that only receives is answered after 10 s, where no probes are sent under it. */
static void what_only_receives_answers(void **state)
{
	struct mesh *mesh = line_new(4);
	uint8_t packet[100];

	line_introduce(mesh, 0, LINE_LAST);
	mesh_run(mesh, duration_s(20));
	uint32_t empties = mesh->hosts[LINE_LAST].frames[KIND_EMPTY];
	uint64_t packets = mesh->hosts[LINE_LAST].packets;
	for (uint32_t i = 0; i < 35; i++) {
		mesh_packet_write(mesh, 0, LINE_LAST, i, sizeof(packet), packet);
		packet[7] = 64;
		mesh_packet(mesh, 0, packet, sizeof(packet));
		mesh_run(mesh, duration_s(1));
	}
	assert_in_range(mesh->hosts[LINE_LAST].frames[KIND_EMPTY] - empties, 3, 3);
	assert_int_equal(mesh->hosts[LINE_LAST].packets - packets, 35);
	mesh_free(mesh);
}

static void keys_expire_in_silence(void **state)
{
	struct mesh *mesh = mesh_started(5, 2);
	struct node_session session;

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_run(mesh, duration_s(60));
	mesh_stop(mesh, 1);
	mesh_run(mesh, duration_s(110));
	assert_true(mesh_session(mesh, 0, 1, &session));
	assert_true(session.usable);
	assert_int_equal(mesh->hosts[0].notices[NOTICE_SESSION_LOST], 0);
	mesh_run(mesh, duration_s(15));
	assert_true(mesh_session(mesh, 0, 1, &session));
	assert_false(session.usable);
	assert_int_equal(mesh->hosts[0].notices[NOTICE_SESSION_LOST], 1);
	assert_false(session_held(&node_peer(mesh->hosts[0].node, 0)->session));
	assert_int_not_equal(mesh_state(mesh, 0, 1), NEIGHBOUR_LOST);
	mesh_run(mesh, duration_s(400));
	assert_true(instant_is_never(timers_get(node_timers(mesh->hosts[0].node), TIMER_PEERS)));
	mesh_free(mesh);
}

static void a_session_lasts_for_days(void **state)
{
	struct mesh *mesh = mesh_started(6, 2);
	struct node_session session;

	for (uint32_t i = 0; i < 48; i++) {
		mesh_run(mesh, duration_s(3600));
		mesh_exchange(mesh, i % 2, 1 - i % 2, i, 700);
	}
	assert_true(mesh_session(mesh, 0, 1, &session));
	assert_in_range(session.epoch, 48 * 3600 / 131, 48 * 3600 / 119);
	assert_int_equal(mesh_drops_all(mesh, 0) + mesh_drops_all(mesh, 1), 0);
	mesh_free(mesh);
}

/* A new session key of host 0, made while packets flow. */
static void a_new_session_key_takes_over(void **state)
{
	struct mesh *mesh = mesh_started(7, 2);
	const uint8_t secret[AGREE_KEY] = {9, 9, 9};
	struct node_status status;

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	outbox_clear(mesh->outbox);
	node_session_key(mesh->hosts[0].node, mesh->now, secret, 2, mesh->outbox);
	mesh_carry(mesh, 0);
	for (uint32_t i = 0; i < 300; i++) {
		mesh_exchange(mesh, i % 2, 1 - i % 2, i, 300);
		mesh_run(mesh, duration_s(1));
	}
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_int_equal(status.generation, 2);
	assert_int_equal(node_peer(mesh->hosts[1].node, 0)->certificate.generation, 2);
	assert_true(mesh_agreed(mesh, 0, 1));
	mesh_free(mesh);
}

static void the_old_session_key_is_answered_for_six_hours(void **state)
{
	struct mesh *mesh = mesh_started(8, 1);
	const uint8_t secret[AGREE_KEY] = {9, 9, 9};
	struct node *node = mesh->hosts[0].node;
	struct handshake_pending pending;
	struct stranger stranger;
	uint8_t bytes[3][WIRE_INITIATION];

	stranger_draw(&stranger, &mesh->rng, 0);
	for (uint32_t i = 0; i < 3; i++)
		stranger_initiation(&stranger, mesh, 0, NULL, &pending, bytes[i]);
	outbox_clear(mesh->outbox);
	node_session_key(node, mesh->now, secret, 2, mesh->outbox);
	mesh_inject(mesh, 0, 0, stranger.lladdr, false, bytes[0], WIRE_INITIATION);
	assert_int_equal(mesh->hosts[0].frames[KIND_RESPONSE], 1);
	mesh_run(mesh, duration_s(6 * 3600 - 1));
	mesh_inject(mesh, 0, 0, stranger.lladdr, false, bytes[1], WIRE_INITIATION);
	assert_int_equal(mesh->hosts[0].frames[KIND_RESPONSE], 2);
	mesh_run(mesh, duration_s(1));
	mesh_inject(mesh, 0, 0, stranger.lladdr, false, bytes[2], WIRE_INITIATION);
	assert_int_equal(mesh->hosts[0].frames[KIND_RESPONSE], 2);
	assert_int_equal(mesh_drops(mesh, 0, DROP_MAC1), 1);
	assert_int_equal(node->keys[1].pair.secret_key[0], 0);
	mesh_free(mesh);
}

static void keys_are_replaced_over_relays(void **state)
{
	struct mesh *mesh = line_made(41);
	struct node_session session;
	uint8_t packet[MESH_PACKET];
	uint32_t sent = 0;

	mesh->hosts[0].making.rekey = mesh->hosts[3].making.rekey = duration_s(1);
	line_started(mesh);
	line_introduce(mesh, 0, 3);
	uint32_t there = mesh->hosts[3].packets, back = mesh->hosts[0].packets;
	do {
		for (uint32_t i = 0; i < LINE; i += 3) {
			mesh_packet_write(mesh, i, 3 - i, sent, 200, packet);
			packet[7] = 64;
			mesh_packet(mesh, i, packet, 200);
		}
		sent++;
		mesh_run(mesh, duration_ms(1));
		assert_true(mesh_session(mesh, 0, 3, &session));
	} while (session.epoch < 10 && sent < 20000);
	mesh_run(mesh, duration_ms(1));
	assert_int_equal(session.epoch, 10);
	assert_int_equal(mesh->hosts[3].packets - there, sent);
	assert_int_equal(mesh->hosts[0].packets - back, sent);
	assert_int_equal(line_drops(mesh), 0);
	mesh_free(mesh);
}

/* The other end of a session starts anew, with a new session key: its record tells. */
static void a_remote_node_may_restart(void **state)
{
	struct mesh *mesh = line_new(42);
	uint8_t packet[MESH_PACKET];

	line_introduce(mesh, 0, 3);
	mesh_run(mesh, duration_s(30));
	mesh_stop(mesh, 3);
	mesh->hosts[3].making.boot_epoch++;
	mesh_start(mesh, 3);
	uint32_t before = mesh->hosts[3].packets;
	instant begun = mesh->now;
	while (mesh->hosts[3].packets == before) {
		mesh_packet_write(mesh, 0, 3, 1, 200, packet);
		packet[7] = 64;
		mesh_packet(mesh, 0, packet, 200);
		mesh_run(mesh, duration_ms(20));
		assert_in_range(instant_since(mesh->now, begun).us, 0, duration_s(20).us);
	}
	print_message("# packets again %d ms after a restart\n",
		      (int)(instant_since(mesh->now, begun).us / 1000));
	mesh_run(mesh, duration_s(1));
	mesh_exchange(mesh, 3, 0, 2, 700);
	mesh_free(mesh);
}

/* A message of lane 0 is a neighbour's: only empty frames come from afar. */
static void messages_are_not_taken_from_afar(void **state)
{
	struct mesh *mesh = line_new(46);
	struct node *node = mesh->hosts[0].node;
	const uint8_t message[100] = {SEALED_COMPARE};

	line_introduce(mesh, 0, 3);
	uint32_t index = table_find(node_peer_table(node), mesh->hosts[3].address.bytes);
	const struct way way = node_peer(node, index)->way;
	assert_true(way.remote);
	for (size_t size = 0; size <= sizeof(message); size += sizeof(message)) {
		outbox_clear(mesh->outbox);
		sealed_send(node, mesh->now, index, &way, (struct span){message, size},
			    mesh->outbox);
		assert_int_equal(mesh->outbox->count, 1);
		mesh_carry(mesh, 0);
		mesh_run(mesh, duration_ms(1));
		assert_int_equal(mesh_drops(mesh, 3, DROP_HOP_LIMIT), size > 0);
		assert_int_equal(mesh_drops_all(mesh, 3), size > 0);
	}
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_keys_pass_and_no_packet_is_lost),
		cmocka_unit_test(keys_pass_in_disorder),
		cmocka_unit_test(strange_messages_are_refused),
		cmocka_unit_test(probes_by_a_detour_disturb_nobody),
		cmocka_unit_test(what_only_receives_answers),
		cmocka_unit_test(keys_expire_in_silence),
		cmocka_unit_test(a_session_lasts_for_days),
		cmocka_unit_test(a_new_session_key_takes_over),
		cmocka_unit_test(the_old_session_key_is_answered_for_six_hours),
		cmocka_unit_test(keys_are_replaced_over_relays),
		cmocka_unit_test(a_remote_node_may_restart),
		cmocka_unit_test(messages_are_not_taken_from_afar),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/sealed", tests, NULL, NULL);
}
