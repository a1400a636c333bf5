/* Nodes that reach each other over others: paths, sessions and keys over relays, packets that wait
 * for paths, paths that break. docs/protocol/route.md, sections 5 and 7. */
#include "line.h"
#include "stranger.h"

#include "meshp/data.h"
#include "meshp/packet.h"
#include "node/check.h"
#include "node/value.h"

#include <string.h>

static void a_line_reaches_its_ends(void **state)
{
	struct mesh *mesh = line_new(1);

	for (uint32_t a = 0; a < LINE; a++) {
		for (uint32_t b = 0; b < LINE; b++) {
			uint32_t apart = a < b ? b - a : a - b;
			struct node_route route = mesh_route(mesh, a, b);
			assert_int_equal(route.hops, apart);
			if (apart == 0)
				continue;
			assert_int_equal(route.link, a < b);
			assert_int_equal(route.mtu, 1500);
			uint32_t next = a < b ? a + 1 : a - 1;
			assert_true(address_equal(&route.next_hop, &mesh->hosts[next].address));
		}
	}
	duration took = line_introduce(mesh, 0, 3);
	print_message("# first packet over two relays after %d us\n", (int)took.us);
	for (size_t size = 40; size <= 1500; size += 1 + size / 9) {
		mesh_exchange(mesh, 0, 3, (uint32_t)size, size);
		mesh_exchange(mesh, 3, 0, (uint32_t)(size + 5000), size);
	}
	line_introduce(mesh, 2, 0);
	mesh_exchange(mesh, 0, 2, 3, 1000);
	mesh_run(mesh, duration_s(600));
	line_introduce(mesh, 3, 0);
	mesh_exchange(mesh, 0, 3, 4, 1500);
	assert_int_equal(line_drops(mesh), 0);
	/* Handshakes made sessions, not neighbours. */
	assert_int_equal(mesh_state(mesh, 0, 2), NEIGHBOUR_NONE);
	assert_int_equal(mesh_state(mesh, 0, 3), NEIGHBOUR_NONE);
	mesh_free(mesh);
}

static void every_moment_of_a_line_is_sound(void **state)
{
	struct mesh *mesh = line_made(2);
	uint8_t packet[100];

	for (uint32_t i = 0; i < 3000; i++) {
		if (i % 100 == 0 && i < 100 * LINE)
			mesh_start(mesh, i / 100);
		for (uint32_t host = 0; i % 50 == 0 && i >= 300 && host < LINE; host++) {
			mesh_packet_write(mesh, host, LINE - 1 - host, i, sizeof(packet), packet);
			mesh_packet(mesh, host, packet, sizeof(packet));
		}
		if (i % 500 == 499) {
			struct making *making = &mesh->hosts[i / 500 % LINE].making;
			making->links[1].running =
				!making->links[1].running && making->wires[1] < 4;
			mesh_link(mesh, i / 500 % LINE, 1);
		}
		mesh_run(mesh, duration_ms(i < 1500 ? 1 : 50));
		for (uint32_t host = 0; host < LINE && host * 100 <= i; host++)
			node_check(mesh->hosts[host].node);
	}
	mesh_free(mesh);
}

/* Loses the first of the frames of one type that are relayed. */
struct loss {
	enum frame_type type; /* FRAME_HELLO: an empty frame */
	uint32_t left;
};

static bool is_empty_frame(const struct flight *flight)
{
	return flight->size == WIRE_FRAME_LEAST && flight->bytes[1] == FRAME_DATA_EXT;
}

static void lose_relayed(struct mesh *mesh, struct flight *flight)
{
	struct loss *loss = mesh->context;
	bool it = loss->type == FRAME_HELLO
			  ? is_empty_frame(flight)
			  : flight->bytes[0] == WIRE_CONTROL_BYTE && flight->bytes[1] == loss->type;

	if (flight->kind == KIND_RELAYED && it && loss->left > 0) {
		loss->left--;
		flight->copies = 0;
	}
}

static void handshakes_over_relays_outlive_loss(void **state)
{
	for (uint32_t i = 0; i < 5; i++) {
		static const enum frame_type types[] = {FRAME_INITIATION, FRAME_RESPONSE,
							FRAME_HELLO};
		struct loss loss = {.type = types[i / 2], .left = 1 + i % 2};
		struct mesh *mesh = line_new(10 + i);
		mesh->filter = lose_relayed;
		mesh->context = &loss;
		line_introduce(mesh, 0, 3);
		for (uint32_t k = 0; k < 5; k++) {
			mesh_exchange(mesh, 3, 0, k, 300);
			mesh_exchange(mesh, 0, 3, k, 300);
		}
		assert_int_equal(loss.left, 0);
		mesh_free(mesh);
	}
}

static void both_ends_may_begin_at_once(void **state)
{
	for (uint32_t seed = 0; seed < 16; seed++) {
		struct mesh *mesh = line_made(20 + seed);
		uint8_t there[MESH_PACKET], back[MESH_PACKET];
		mesh->hosts[0].making.identity = (uint8_t)(20 + seed);
		line_started(mesh);
		mesh_packet_write(mesh, 0, 3, 1, 400, there);
		mesh_packet_write(mesh, 3, 0, 2, 400, back);
		there[7] = back[7] = 64;
		mesh_packet(mesh, 0, there, 400);
		mesh_packet(mesh, 3, back, 400);
		mesh_wait(mesh, mesh_agreed, 0, 3, duration_s(2));
		mesh_run(mesh, duration_ms(300));
		there[7] = back[7] = 62;
		mesh_check_taken(mesh, 3, 1, there, 400);
		mesh_check_taken(mesh, 0, 1, back, 400);
		mesh_exchange(mesh, 0, 3, 3, 900);
		mesh_free(mesh);
	}
}

/* Host 3 is under load of strangers: it asks host 0 for a cookie, by the relays, and gets it. */
static void a_remote_node_gets_in_by_its_cookie(void **state)
{
	static const uint8_t none[WIRE_MAC];
	struct mesh *mesh = line_new(40);
	struct stranger stranger;
	uint8_t bytes[WIRE_INITIATION];

	stranger_draw(&stranger, &mesh->rng, 0);
	for (uint32_t i = 0; i < 20; i++) {
		rng_fill(&mesh->rng, stranger.lladdr.bytes + 1, LLADDR - 1);
		stranger_junk(&stranger, mesh, 3, bytes);
		mesh_inject(mesh, 3, 0, stranger.lladdr, false, bytes, sizeof(bytes));
	}
	uint32_t asked = mesh->hosts[3].frames[KIND_COOKIE];
	line_introduce(mesh, 0, 3);
	assert_int_equal(mesh->hosts[3].frames[KIND_COOKIE], asked + 1);
	assert_int_equal(mesh->last[KIND_COOKIE].bytes[2], WIRE_HOP_LIMIT_REMOTE);
	assert_memory_not_equal(mesh->last[KIND_INITIATION].bytes + INITIATION_MAC2, none,
				sizeof(none));
	mesh_exchange(mesh, 3, 0, 1, 100);
	mesh_free(mesh);
}

/* All that is relayed comes from the next hop: a cookie is for who asked, not for all of them. */
static void a_relayed_cookie_serves_nobody_else(void **state)
{
	struct mesh *mesh = line_new(41);
	struct lladdr relay = mesh->last[KIND_PROBE].from;
	struct stranger strangers[2];
	struct handshake_pending pending;
	struct cookie_keys keys;
	uint8_t bytes[WIRE_INITIATION], cookie[WIRE_COOKIE];

	for (uint32_t i = 0; i < 2; i++) {
		stranger_draw(&strangers[i], &mesh->rng, 0);
		strangers[i].remote = true;
	}
	for (uint32_t i = 0; i < 20; i++) {
		stranger_junk(&strangers[1], mesh, 3, bytes);
		mesh_inject(mesh, 3, 0, relay, false, bytes, sizeof(bytes));
	}
	stranger_initiation(&strangers[0], mesh, 3, NULL, &pending, bytes);
	mesh_inject(mesh, 3, 0, relay, false, bytes, sizeof(bytes));
	cookie_keys_of(&keys, mesh->hosts[3].node->keys[0].pair.public_key,
		       strangers[0].network_key);
	assert_true(cookie_reply_open(mesh->last[KIND_COOKIE].bytes, &keys, pending.mac1, cookie));
	uint32_t answered = mesh->hosts[3].frames[KIND_RESPONSE];
	stranger_initiation(&strangers[1], mesh, 3, cookie, &pending, bytes);
	mesh_inject(mesh, 3, 0, relay, false, bytes, sizeof(bytes));
	assert_int_equal(mesh->hosts[3].frames[KIND_RESPONSE], answered);
	stranger_initiation(&strangers[0], mesh, 3, cookie, &pending, bytes);
	mesh_inject(mesh, 3, 0, relay, false, bytes, sizeof(bytes));
	assert_int_equal(mesh->hosts[3].frames[KIND_RESPONSE], answered + 1);
	mesh_free(mesh);
}

/* What a host sends before it knows anybody goes out when it does; what is for nobody is refused
 * then. */
static void join_with_packets(uint64_t seed)
{
	struct mesh *mesh = line_made(seed);
	uint8_t packet[MESH_PACKET], unknown[MESH_PACKET];
	struct node_status status;

	for (uint32_t i = 1; i < LINE; i++)
		mesh_start(mesh, i);
	mesh_run(mesh, duration_s(2));
	mesh_start(mesh, 0);
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_false(status.synced);
	for (uint32_t i = 0; i < 4; i++) {
		mesh_packet_write(mesh, 0, 3, i, 600, packet);
		packet[7] = 64;
		mesh_packet(mesh, 0, packet, 600);
	}
	mesh_packet_write(mesh, 0, 3, 9, 600, unknown);
	unknown[39] ^= 1;
	mesh_packet(mesh, 0, unknown, 600);
	mesh_wait(mesh, mesh_reached, 0, 3, duration_s(2));
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_true(status.synced);
	assert_int_equal(status.nodes, LINE);
	assert_int_equal(mesh->hosts[0].packets, 1);
	assert_int_equal(mesh->hosts[0].taken[0].bytes[40], 1);
	assert_int_equal(mesh_drops(mesh, 0, DROP_UNREACHABLE), 1);
	mesh_run(mesh, duration_ms(500));
	packet[7] = 62;
	mesh_check_taken(mesh, 3, 4, packet, 600);
	assert_int_equal(mesh_drops_all(mesh, 0), 1);
	mesh_free(mesh);
}

static void packets_wait_until_we_are_synced(void **state)
{
	for (uint64_t seed = 60; seed < 80; seed++)
		join_with_packets(seed);
}

/* Nobody is asked about addresses that are not there. */
static void a_scan_costs_no_frame(void **state)
{
	struct mesh *mesh = line_new(44);
	uint8_t packet[MESH_PACKET];
	uint32_t before = 0, after = 0;

	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		before += mesh->hosts[0].frames[kind];
	for (uint32_t i = 0; i < 5000; i++) {
		mesh_packet_write(mesh, 0, 3, i, 60, packet);
		rng_fill(&mesh->rng, packet + 26, ADDRESS_HASH);
		mesh_packet(mesh, 0, packet, 60);
	}
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		after += mesh->hosts[0].frames[kind];
	assert_int_equal(after, before);
	assert_int_equal(mesh_drops(mesh, 0, DROP_UNREACHABLE), 5000);
	assert_int_equal(mesh_drops_all(mesh, 0), 5000);
	assert_int_equal(mesh->hosts[0].packets, RATE_ICMP.burst);
	struct node_status status;
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_int_equal(status.staged, 0);
	mesh_free(mesh);
}

/* Who is no neighbour has nothing relayed, whatever it sends and to whom. */
static void strangers_are_not_relayed(void **state)
{
	struct mesh *mesh = line_new(45);
	struct handshake_pending pending;
	struct stranger stranger;
	uint8_t bytes[WIRE_INITIATION];

	line_introduce(mesh, 0, 3);
	stranger_draw(&stranger, &mesh->rng, 0);
	stranger_initiation(&stranger, mesh, 3, NULL, &pending, bytes);
	bytes[2] = 64;
	mesh_inject(mesh, 1, 0, stranger.lladdr, false, bytes, sizeof(bytes));
	assert_int_equal(mesh_drops(mesh, 1, DROP_RELAY_STRANGER), 1);
	mesh_exchange(mesh, 0, 3, 1, 300);
	struct flight frame = mesh->last[KIND_PACKET];
	mesh_inject(mesh, 1, 0, stranger.lladdr, false, frame.bytes, frame.size);
	assert_int_equal(mesh_drops(mesh, 1, DROP_RELAY_STRANGER), 2);
	/* Nor a neighbour of ours on a link that is not its. */
	mesh_inject(mesh, 1, 1, frame.from, false, frame.bytes, frame.size);
	assert_int_equal(mesh_drops(mesh, 1, DROP_RELAY_STRANGER), 3);
	uint32_t relayed = mesh->hosts[1].frames[KIND_RELAYED];
	mesh_run(mesh, duration_ms(5));
	assert_int_equal(mesh->hosts[1].frames[KIND_RELAYED], relayed);
	/* From the neighbour it is passed on, to be known at its end. */
	mesh_inject(mesh, 1, 0, frame.from, false, frame.bytes, frame.size);
	mesh_run(mesh, duration_ms(1));
	assert_int_equal(mesh_drops(mesh, 3, DROP_REPLAY), 1);
	mesh_free(mesh);
}

/* So many control frames of one neighbour are passed on, and no more. */
static void control_frames_are_relayed_at_a_rate(void **state)
{
	struct mesh *mesh = line_new(47);
	struct stranger stranger;
	uint8_t bytes[WIRE_INITIATION];

	stranger_draw(&stranger, &mesh->rng, 0);
	uint32_t before = mesh->hosts[1].frames[KIND_RELAYED];
	for (uint32_t i = 0; i < 500; i++) {
		stranger_junk(&stranger, mesh, 3, bytes);
		bytes[2] = 64;
		mesh_inject(mesh, 1, 0, mesh_lladdr(0, 1), false, bytes, sizeof(bytes));
	}
	assert_int_equal(mesh->hosts[1].frames[KIND_RELAYED] - before, RATE_RELAY.burst);
	assert_int_equal(mesh_drops(mesh, 1, DROP_RATE_RELAY), 500 - RATE_RELAY.burst);
	mesh_free(mesh);
}

/* Four hosts in a ring: 0 and 3 are joined by 1 on one side and by 2 on the other. */
static struct mesh *mesh_ring(uint64_t seed)
{
	static const uint32_t wires[LINE][MESH_LINKS] = {{0, 1}, {0, 2}, {1, 3}, {2, 3}};
	struct mesh *mesh = mesh_new(seed);

	for (uint32_t i = 0; i < LINE; i++) {
		for (uint32_t link = 0; link < MESH_LINKS; link++) {
			mesh->hosts[i].making.wires[link] = wires[i][link];
			mesh->hosts[i].making.links[link].running = true;
		}
	}
	return line_started(mesh);
}

/* Of equal paths each lane takes one, and both directions the same. */
static void both_directions_of_a_flow_take_one_path(void **state)
{
	struct mesh *mesh = mesh_ring(50);
	uint8_t there[100], back[100];
	uint32_t sides[MESH_LINKS] = {0};

	line_introduce(mesh, 0, 3);
	for (uint32_t i = 0; i < 60; i++) {
		mesh_packet_write(mesh, 0, 3, i, 100, there);
		memcpy(back, there, 100);
		memcpy(back + 8, there + 24, ADDRESS);
		memcpy(back + 24, there + 8, ADDRESS);
		memcpy(back + 40, there + 42, 2);
		memcpy(back + 42, there + 40, 2);
		mesh_packet(mesh, 0, there, 100);
		uint32_t side = mesh->last[KIND_PACKET].link;
		mesh_packet(mesh, 3, back, 100);
		assert_int_equal(mesh->last[KIND_PACKET].link, side);
		sides[side]++;
	}
	assert_true(sides[0] > 0 && sides[1] > 0);
	mesh_free(mesh);
}

/* Sends packets of many flows from 0 to 3. */
static void send_flows(struct mesh *mesh, uint32_t count)
{
	uint8_t packet[MESH_PACKET];

	for (uint32_t i = 0; i < count; i++) {
		mesh_packet_write(mesh, 0, 3, i, 200, packet);
		packet[7] = 64;
		mesh_packet(mesh, 0, packet, 200);
	}
}

/* When a link of ours goes, what went by it goes by the other side in the same moment. */
static void another_path_takes_over_at_once(void **state)
{
	struct mesh *mesh = mesh_ring(51);

	line_introduce(mesh, 0, 3);
	for (uint32_t link = 0; link < MESH_LINKS; link++) {
		uint32_t before = mesh->hosts[3].packets;
		mesh->hosts[0].making.links[link].running = false;
		mesh_link(mesh, 0, link);
		send_flows(mesh, 50);
		assert_int_equal(mesh->last[KIND_PACKET].link, 1 - link);
		mesh_run(mesh, duration_ms(1));
		assert_int_equal(mesh->hosts[3].packets, before + 50);
		mesh->hosts[0].making.links[link].running = true;
		mesh_link(mesh, 0, link);
		mesh_run(mesh, duration_s(20));
	}
	assert_int_equal(mesh_drops(mesh, 0, DROP_UNREACHABLE), 0);
	mesh_free(mesh);
}

static void lose_wire_0(struct mesh *mesh, struct flight *flight)
{
	if (flight->host < 2 && mesh->hosts[flight->host].making.wires[flight->link] == 0)
		flight->copies = 0;
}

/* Nobody says that a wire is dead: silence where data goes is found out soon. */
static void a_silent_wire_is_left_soon(void **state)
{
	struct mesh *mesh = mesh_ring(52);
	uint32_t used[MESH_LINKS];

	line_introduce(mesh, 0, 3);
	mesh_run(mesh, duration_s(60));
	mesh->filter = lose_wire_0;
	instant begun = mesh->now;
	do {
		assert_in_range(instant_since(mesh->now, begun).us, 0, duration_s(3).us);
		memset(used, 0, sizeof(used));
		for (uint32_t i = 0; i < 20; i++) {
			uint8_t packet[MESH_PACKET];
			mesh_packet_write(mesh, 0, 3, i, 200, packet);
			mesh_packet(mesh, 0, packet, 200);
			used[mesh->last[KIND_PACKET].link]++;
		}
		mesh_run(mesh, duration_ms(5));
	} while (used[0] > 0);
	print_message("# a dead wire was left after %d ms\n",
		      (int)(instant_since(mesh->now, begun).us / 1000));
	uint32_t before = mesh->hosts[3].packets;
	send_flows(mesh, 30);
	mesh_run(mesh, duration_ms(1));
	assert_int_equal(mesh->hosts[3].packets, before + 30);
	mesh_free(mesh);
}

/* Who was reached by a link that just went is not gone yet: what is for it waits until paths are
 * computed, and only then is refused. */
static void what_lost_its_path_is_held_a_moment(void **state)
{
	struct mesh *mesh = line_new(53);
	uint8_t packet[MESH_PACKET];

	line_introduce(mesh, 1, 3);
	mesh->hosts[1].making.links[1].running = false;
	mesh_link(mesh, 1, 1);
	mesh_packet_write(mesh, 1, 3, 1, 200, packet);
	packet[7] = 64;
	uint32_t told = mesh->hosts[1].packets;
	mesh_packet(mesh, 1, packet, 200);
	assert_int_equal(mesh->hosts[1].packets, told);
	assert_int_equal(mesh_drops_all(mesh, 1), 0);
	/* A relay drops what it cannot send now, and tells nobody. */
	struct node_status status;
	node_status(mesh->hosts[1].node, mesh->now, &status);
	assert_int_equal(status.staged, 1);
	mesh_run(mesh, duration_ms(6));
	assert_int_equal(mesh->hosts[1].packets, told + 1);
	assert_int_equal(mesh->hosts[1].taken[told].bytes[40], 1);
	assert_int_equal(mesh_drops(mesh, 1, DROP_UNREACHABLE), 1);
	mesh_free(mesh);
}

/* The last link went and is back soon: packets wait for it. */
static void packets_outlive_a_short_break(void **state)
{
	struct mesh *mesh = line_new(54);
	uint8_t packet[MESH_PACKET];

	line_introduce(mesh, 0, 3);
	uint32_t before = mesh->hosts[3].packets;
	mesh->hosts[0].making.links[1].running = false;
	mesh_link(mesh, 0, 1);
	for (uint32_t i = 0; i < 5; i++) {
		mesh_packet_write(mesh, 0, 3, i, 700, packet);
		packet[7] = 64;
		mesh_packet(mesh, 0, packet, 700);
		mesh_run(mesh, duration_ms(200));
	}
	assert_int_equal(mesh_drops_all(mesh, 0), 0);
	mesh->hosts[0].making.links[1].running = true;
	mesh_link(mesh, 0, 1);
	mesh_run(mesh, duration_s(1));
	packet[7] = 62;
	mesh_check_taken(mesh, 3, before + 5, packet, 700);
	mesh_free(mesh);
}

static void a_path_is_as_wide_as_its_narrowest_link(void **state)
{
	struct mesh *mesh = line_new(55);
	uint8_t packet[MESH_PACKET];

	line_introduce(mesh, 0, 3);
	mesh_run(mesh, duration_s(15));
	mesh->hosts[1].making.links[1].mtu = 1400;
	mesh_link(mesh, 1, 1);
	assert_int_equal(mesh_route(mesh, 1, 3).mtu, 1400);
	mesh_run(mesh, duration_ms(50));
	assert_int_equal(mesh_route(mesh, 0, 1).mtu, 1500);
	for (uint32_t i = 2; i < LINE; i++) {
		assert_int_equal(mesh_route(mesh, 0, i).mtu, 1400);
		assert_int_equal(mesh_route(mesh, i, 0).mtu, 1400);
	}
	mesh_exchange(mesh, 0, 3, 1, 1400);
	mesh_packet_write(mesh, 0, 3, 2, 1401, packet);
	mesh_packet(mesh, 0, packet, 1401);
	assert_int_equal(mesh_drops(mesh, 0, DROP_PACKET_TOO_BIG), 1);
	const struct host *host = &mesh->hosts[0];
	assert_int_equal(host->taken[host->packets - 1].bytes[40], 2);
	mesh_free(mesh);
}

/* People are told when others can be reached than before, and not more often. */
static void who_is_reached_is_told(void **state)
{
	struct mesh *mesh = line_new(56);
	const struct host *host = &mesh->hosts[1];
	uint32_t told = host->notices[NOTICE_ZONE];

	assert_in_range(told, 1, 6);
	mesh_run(mesh, duration_s(60));
	assert_int_equal(host->notices[NOTICE_ZONE], told);
	mesh->hosts[1].making.links[1].running = false;
	mesh_link(mesh, 1, 1);
	mesh_run(mesh, duration_ms(10));
	assert_int_equal(host->notices[NOTICE_ZONE], told + 1);
	assert_int_equal(host->notice.kind, NOTICE_ZONE);
	assert_int_equal(host->notice.nodes, 2);
	assert_true(host->notice.synced);
	assert_true(address_equal(&host->notice.address, &host->address));
	mesh->hosts[1].making.links[0].running = false;
	mesh_link(mesh, 1, 0);
	mesh_run(mesh, duration_ms(10));
	assert_int_equal(host->notices[NOTICE_ZONE], told + 2);
	assert_int_equal(host->notice.nodes, 1);
	assert_false(host->notice.synced);
	mesh_free(mesh);
}

/* Said once, however many records find no room, and shown until there was room for 5 minutes. */
static void a_full_database_is_told(void **state)
{
	struct mesh *mesh = line_made(57);
	struct node_status status;

	for (uint32_t i = 1; i < LINE; i++)
		mesh_start(mesh, i);
	mesh->limits.route.nodes = LINE - 1;
	mesh_start(mesh, 0);
	mesh_run(mesh, duration_s(30));
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_true(status.full);
	assert_int_equal(status.nodes, LINE - 1);
	assert_true(status.drops.counts[DROP_DATABASE_FULL] > 1);
	assert_int_equal(mesh->hosts[0].notices[NOTICE_DATABASE_FULL], 1);
	mesh_stop(mesh, LINE_LAST);
	mesh_stop(mesh, LINE_LAST - 1);
	mesh_run(mesh, duration_s(400));
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_false(status.full);
	assert_int_equal(status.nodes, 2);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_reaches_its_ends),
		cmocka_unit_test(every_moment_of_a_line_is_sound),
		cmocka_unit_test(handshakes_over_relays_outlive_loss),
		cmocka_unit_test(both_ends_may_begin_at_once),
		cmocka_unit_test(a_remote_node_gets_in_by_its_cookie),
		cmocka_unit_test(a_relayed_cookie_serves_nobody_else),
		cmocka_unit_test(packets_wait_until_we_are_synced),
		cmocka_unit_test(a_scan_costs_no_frame),
		cmocka_unit_test(strangers_are_not_relayed),
		cmocka_unit_test(control_frames_are_relayed_at_a_rate),
		cmocka_unit_test(both_directions_of_a_flow_take_one_path),
		cmocka_unit_test(another_path_takes_over_at_once),
		cmocka_unit_test(a_silent_wire_is_left_soon),
		cmocka_unit_test(what_lost_its_path_is_held_a_moment),
		cmocka_unit_test(packets_outlive_a_short_break),
		cmocka_unit_test(a_path_is_as_wide_as_its_narrowest_link),
		cmocka_unit_test(who_is_reached_is_told),
		cmocka_unit_test(a_full_database_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/routing", tests, NULL, NULL);
}
