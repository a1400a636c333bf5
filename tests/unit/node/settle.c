/* What follows from an event: packets that wait, packets that are refused and told to the host, and
 * work that goes on when the outbox was full. RFC 4443; docs/protocol/meshp.md, section 2. */
#include "mesh.h"
#include "stranger.h"

#include "meshp/packet.h"
#include "node/settle.h"

#include <string.h>

/* Checks that the last packet a host was handed is that ICMPv6 error about a packet of its own. */
static void check_error(struct mesh *mesh, uint32_t host, uint8_t type, uint8_t code, uint32_t mtu,
			const uint8_t *culprit, size_t size)
{
	const struct host *told = &mesh->hosts[host];
	const struct taken *taken = &told->taken[told->packets - 1];
	struct packet packet;

	assert_int_equal(packet_read(taken->bytes, taken->size, &packet), DROP_NONE);
	assert_int_equal(packet.next_header, PROTOCOL_ICMPV6);
	assert_true(address_equal(&packet.source, &told->address));
	assert_memory_equal(packet.destination.bytes, culprit + 8, ADDRESS);
	struct reader in = reader_of(packet.payload.bytes, packet.payload.size);
	assert_int_equal(reader_u8(&in), type);
	assert_int_equal(reader_u8(&in), code);
	reader_u16(&in);
	assert_int_equal(reader_u32(&in), mtu);
	assert_int_equal(packet_checksum(&packet.source, &packet.destination, PROTOCOL_ICMPV6,
					 packet.payload.bytes, packet.payload.size),
			 0);
	assert_int_equal(in.left, size < 1232 ? size : 1232);
	assert_memory_equal(in.at, culprit, in.left);
}

/* Sends a packet of host 0 that must be refused at once, without a frame. */
static void check_refused(struct mesh *mesh, const uint8_t *packet, size_t size, enum drop drop,
			  uint8_t type, uint8_t code, uint32_t mtu)
{
	uint64_t before = mesh_drops(mesh, 0, drop);
	uint32_t packets = mesh->hosts[0].packets, under_way = mesh->under_way;

	mesh_packet(mesh, 0, packet, size);
	assert_int_equal(mesh_drops(mesh, 0, drop), before + 1);
	assert_int_equal(mesh->under_way, under_way);
	assert_int_equal(mesh->hosts[0].packets, packets + (type != 0));
	if (type != 0)
		check_error(mesh, 0, type, code, mtu, packet, size);
}

static void refused_packets_are_told_to_the_host(void **state)
{
	struct mesh *mesh = mesh_started(1, 2);
	uint8_t packet[MESH_PACKET];

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_packet_write(mesh, 0, 1, 1, 1500, packet);
	packet[39] ^= 1; /* a node nobody knows */
	check_refused(mesh, packet, 1500, DROP_UNREACHABLE, 1, 3, 0);
	packet[39] ^= 1;
	packet[23] ^= 1; /* not our address */
	check_refused(mesh, packet, 1500, DROP_PACKET_SOURCE, 1, 5, 0);
	packet[23] ^= 1;
	packet[24] = 0x20; /* not of the mesh */
	check_refused(mesh, packet, 1500, DROP_PACKET_DESTINATION, 1, 0, 0);
	packet[24] = 0xff;
	check_refused(mesh, packet, 1500, DROP_PACKET_MULTICAST, 0, 0, 0);
	packet[24] = 0xbe;
	packet[6] = WIRE_NEXT_HEADER_CONTROL;
	check_refused(mesh, packet, 1500, DROP_PACKET_PROTOCOL, 1, 1, 0);
	packet[6] = WIRE_NEXT_HEADER_BUNDLE;
	check_refused(mesh, packet, 1500, DROP_PACKET_PROTOCOL, 1, 1, 0);
	packet[6] = PROTOCOL_UDP;
	packet[7] = 0; /* hop limit */
	check_refused(mesh, packet, 1500, DROP_PACKET_HOP_LIMIT, 0, 0, 0);
	check_refused(mesh, packet, 39, DROP_PACKET_SHORT, 0, 0, 0);
	mesh_packet_write(mesh, 0, 1, 1, 1501, packet);
	check_refused(mesh, packet, 1501, DROP_PACKET_TOO_BIG, 2, 0, 1500);
	mesh_exchange(mesh, 0, 1, 2, 1500);
	mesh_free(mesh);
}

static void nothing_is_answered_to_an_error(void **state)
{
	struct mesh *mesh = mesh_started(2, 2);
	uint8_t packet[100];

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_packet_write(mesh, 0, 0, 1, sizeof(packet), packet);
	packet[39] ^= 1;
	packet[6] = PROTOCOL_ICMPV6;
	packet[40] = 1; /* unreachable */
	check_refused(mesh, packet, sizeof(packet), DROP_UNREACHABLE, 0, 0, 0);
	packet[40] = 128; /* echo request */
	check_refused(mesh, packet, sizeof(packet), DROP_UNREACHABLE, 1, 3, 0);
	mesh_free(mesh);
}

static void errors_have_a_rate(void **state)
{
	struct mesh *mesh = mesh_started(3, 2);
	uint8_t packet[100];

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_packet_write(mesh, 0, 0, 1, sizeof(packet), packet);
	packet[39] ^= 1;
	for (uint32_t i = 0; i < 1000; i++)
		mesh_packet(mesh, 0, packet, sizeof(packet));
	assert_int_equal(mesh->hosts[0].packets, RATE_ICMP.burst);
	assert_int_equal(mesh_drops(mesh, 0, DROP_UNREACHABLE), 1000);
	mesh_run(mesh, duration_ms(10));
	for (uint32_t i = 0; i < 1000; i++)
		mesh_packet(mesh, 0, packet, sizeof(packet));
	assert_int_equal(mesh->hosts[0].packets, RATE_ICMP.burst + 10);
	mesh_free(mesh);
}

/* The packet is counted under its reason, and that the host was not told under another. */
static void an_error_without_room_is_counted(void **state)
{
	struct mesh *mesh = mesh_started(3, 2);
	uint8_t packet[100];

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_packet_write(mesh, 0, 0, 1, sizeof(packet), packet);
	packet[39] ^= 1;
	mesh->outbox->count = OUTBOX_ACTIONS;
	node_packet(mesh->hosts[0].node, mesh->now, packet, sizeof(packet), mesh->outbox);
	outbox_clear(mesh->outbox);
	assert_int_equal(mesh_drops(mesh, 0, DROP_UNREACHABLE), 1);
	assert_int_equal(mesh_drops(mesh, 0, DROP_OUTBOX_FULL), 1);
	mesh_free(mesh);
}

static void packets_to_ourselves_come_back(void **state)
{
	struct mesh *mesh = mesh_started(4, 1);
	uint8_t packet[1500];

	mesh_packet_write(mesh, 0, 0, 1, sizeof(packet), packet);
	mesh_packet(mesh, 0, packet, sizeof(packet));
	assert_int_equal(mesh->hosts[0].packets, 1);
	assert_memory_equal(mesh->hosts[0].taken[0].bytes, packet, sizeof(packet));
	memset(packet + 26, 0, 14); /* beef:: */
	mesh_packet(mesh, 0, packet, sizeof(packet));
	assert_int_equal(mesh->hosts[0].packets, 2);
	assert_memory_equal(mesh->hosts[0].taken[1].bytes, packet, sizeof(packet));
	mesh_free(mesh);
}

static bool is_heard(struct mesh *mesh, uint32_t a, uint32_t b)
{
	return mesh_state(mesh, a, b) == NEIGHBOUR_HEARD;
}

/* The first packets go out before there is a session, and all arrive in their order. */
static void packets_wait_for_a_handshake(void **state)
{
	struct mesh *mesh = mesh_started(5, 2);
	uint8_t packets[STAGED_PER_PEER][MESH_PACKET];
	struct node_status status;

	mesh_wait(mesh, is_heard, 0, 1, duration_s(1));
	for (uint32_t i = 0; i < STAGED_PER_PEER; i++) {
		mesh_packet_write(mesh, 0, 1, i, 1500, packets[i]);
		mesh_packet(mesh, 0, packets[i], 1500);
	}
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_int_equal(status.staged, STAGED_PER_PEER);
	assert_int_equal(mesh->hosts[0].frames[KIND_PACKET], 0);
	mesh_run(mesh, duration_ms(500));
	assert_int_equal(mesh->hosts[1].packets, STAGED_PER_PEER);
	for (uint32_t i = 0; i < STAGED_PER_PEER; i++)
		assert_memory_equal(mesh->hosts[1].taken[i].bytes + 4, packets[i] + 4, 1496);
	assert_int_equal(mesh_drops_all(mesh, 0), 0);
	mesh_free(mesh);
}

static void the_oldest_gives_way(void **state)
{
	struct mesh *mesh = mesh_started(6, 2);
	uint8_t packet[MESH_PACKET];

	mesh_wait(mesh, is_heard, 0, 1, duration_s(1));
	for (uint32_t i = 0; i < STAGED_PER_PEER + 3; i++) {
		mesh_packet_write(mesh, 0, 1, i, 700, packet);
		mesh_packet(mesh, 0, packet, 700);
	}
	assert_int_equal(mesh_drops(mesh, 0, DROP_STAGED_FULL), 3);
	mesh_run(mesh, duration_ms(500));
	mesh_check_taken(mesh, 1, STAGED_PER_PEER, packet, 700);
	mesh_packet_write(mesh, 0, 1, 3, 700, packet);
	assert_memory_equal(mesh->hosts[1].taken[0].bytes + 4, packet + 4, 696);
	mesh_free(mesh);
}

/* Between hosts 0 and 1. */
static void lose_handshakes(struct mesh *mesh, struct flight *flight)
{
	bool handshake = flight->kind == KIND_INITIATION || flight->kind == KIND_RESPONSE;
	uint32_t last = flight->to.bytes[LLADDR - 1] - 1U;

	if (handshake && flight->host < 2 && last < 2)
		flight->copies = 0;
}

/* A packet waits 3 s, not longer, or until nobody hopes for its neighbour any more. */
static void what_waited_in_vain_is_told_to_the_host(void **state)
{
	struct mesh *mesh = mesh_new(7);
	uint8_t packet[MESH_PACKET];

	mesh->filter = lose_handshakes;
	mesh_start(mesh, 0);
	mesh_start(mesh, 2);
	mesh_wait(mesh, mesh_full, 0, 2, duration_s(1));
	mesh_start(mesh, 1);
	mesh->hosts[1].making.links[0].mtu = 1279; /* so that host 2 reaches nobody by it */
	mesh_wait(mesh, is_heard, 0, 1, duration_s(1));
	mesh_link(mesh, 1, 0);
	mesh_packet_write(mesh, 0, 1, 1, 300, packet);
	mesh_packet(mesh, 0, packet, 300);
	mesh_run(mesh, duration_ms(2990));
	assert_int_equal(mesh->hosts[0].packets, 0);
	mesh_run(mesh, duration_ms(10));
	assert_int_equal(mesh->hosts[0].packets, 1);
	assert_int_equal(mesh_drops(mesh, 0, DROP_STAGED_EXPIRED), 1);
	check_error(mesh, 0, 1, 3, 0, packet, 300);
	/* Four handshakes went unanswered: BLOCKED, and unreachable at once. */
	mesh_run(mesh, duration_ms(1500));
	assert_int_equal(mesh_state(mesh, 0, 1), NEIGHBOUR_BLOCKED);
	check_refused(mesh, packet, 300, DROP_UNREACHABLE, 1, 3, 0);
	mesh_free(mesh);
}

/* Alone, nobody can know who exists: all packets wait 3 s. */
static void nobody_is_refused_before_we_are_synced(void **state)
{
	struct mesh *mesh = mesh_started(11, 1);
	uint8_t packet[MESH_PACKET];

	for (uint32_t i = 0; i < STAGED_PER_PEER + 2; i++) {
		mesh_packet_write(mesh, 0, 0, i, 300, packet);
		packet[39] ^= (uint8_t)(i + 1);
		mesh_packet(mesh, 0, packet, 300);
		mesh_run(mesh, duration_ms(100));
		/* That all are looked at again makes none of them younger. */
		mesh->hosts[0].making.links[0].cost = i;
		mesh_link(mesh, 0, 0);
	}
	assert_int_equal(mesh_drops(mesh, 0, DROP_STAGED_FULL), 2);
	mesh_run(mesh, duration_ms(STAGED_MS - STAGED_PER_PEER * 100 - 1));
	assert_int_equal(mesh->hosts[0].packets, 0);
	mesh_run(mesh, duration_ms(1));
	assert_int_equal(mesh->hosts[0].packets, 1);
	mesh_run(mesh, duration_ms(STAGED_PER_PEER * 100 - 101));
	assert_int_equal(mesh->hosts[0].packets, STAGED_PER_PEER - 1);
	mesh_run(mesh, duration_ms(1));
	assert_int_equal(mesh->hosts[0].packets, STAGED_PER_PEER);
	check_error(mesh, 0, 1, 3, 0, packet, 300);
	assert_int_equal(mesh->hosts[0].frames[KIND_INITIATION], 0);
	mesh_free(mesh);
}

/* Leaves an outbox that has no room for another step. */
static void fill_outbox(struct outbox *outbox)
{
	outbox_clear(outbox);
	outbox->count = OUTBOX_ACTIONS - OUTBOX_SPARE_ACTIONS + 1;
}

/* Every node_time of both finds the outbox all but full at first, and what it leaves stays due. */
static void a_full_outbox_loses_nothing(void **state)
{
	struct mesh *mesh = mesh_started(8, 2);
	uint8_t packet[MESH_PACKET];
	uint32_t refused = 0;

	mesh_wait(mesh, is_heard, 0, 1, duration_s(1));
	for (uint32_t i = 0; i < STAGED_PER_PEER; i++) {
		mesh_packet_write(mesh, 0, 1, i, 700, packet);
		mesh_packet(mesh, 0, packet, 700);
	}
	for (uint32_t i = 0; i < 200; i++) {
		struct node *node = mesh->hosts[i % 2].node;
		instant due = node_deadline(node),
			other = node_deadline(mesh->hosts[1 - i % 2].node);
		instant lands = mesh->under_way > 0 ? mesh->flights[0]->due : INSTANT_NEVER;
		instant next = instant_earlier(due, instant_earlier(other, lands));
		if (due.us == next.us && next.us < lands.us) {
			mesh->now = next;
			fill_outbox(mesh->outbox);
			node_time(node, next, mesh->outbox);
			assert_int_equal(mesh->outbox->count + OUTBOX_SPARE_ACTIONS,
					 OUTBOX_ACTIONS + 1);
			assert_true(instant_reached(next, node_deadline(node)));
			refused++;
		}
		mesh_run_until(mesh, next);
	}
	assert_true(refused > 10);
	assert_true(mesh_full(mesh, 0, 1));
	mesh_check_taken(mesh, 1, STAGED_PER_PEER, packet, 700);
	assert_int_equal(mesh_drops_all(mesh, 0), 0);
	mesh_free(mesh);
}

/* Leaves an outbox that has no room for another step, but may be carried out. */
static void fill_with_notices(struct outbox *outbox)
{
	outbox_clear(outbox);
	while (outbox_spare(outbox))
		outbox_notice(outbox, &(struct notice){.kind = NOTICE_SESSION_LOST});
}

/* Every frame for host 0 finds its outbox all but full: what follows is done at the next node_time,
 * which is asked for at once. (The frame comes once more after that, and is refused.) */
static void packets_go_on_waiting_for_room(void **state)
{
	struct mesh *mesh = mesh_started(9, 2);
	uint8_t packet[MESH_PACKET];
	uint32_t asked = 0;

	mesh_wait(mesh, is_heard, 0, 1, duration_s(1));
	for (uint32_t i = 0; i < STAGED_PER_PEER; i++) {
		mesh_packet_write(mesh, 0, 1, i, 1500, packet);
		mesh_packet(mesh, 0, packet, 1500);
	}
	struct node *node = mesh->hosts[0].node;
	for (uint32_t i = 0; i < 300; i++) {
		instant lands = mesh->under_way > 0 ? mesh->flights[0]->due : INSTANT_NEVER;
		instant due =
			instant_earlier(node_deadline(node), node_deadline(mesh->hosts[1].node));
		if (lands.us <= due.us && mesh->flights[0]->host == 1) {
			const struct flight *flight = mesh->flights[0];
			mesh->now = lands;
			fill_with_notices(mesh->outbox);
			node_frame(node, lands, 0, flight->from, flight->kind == KIND_HELLO,
				   flight->bytes, flight->size, mesh->outbox);
			asked += instant_reached(lands, node_deadline(node));
			mesh_carry(mesh, 0);
		}
		mesh_run_until(mesh, instant_earlier(lands, due));
	}
	assert_true(asked >= 3);
	mesh_run(mesh, duration_ms(1));
	mesh_check_taken(mesh, 1, STAGED_PER_PEER, packet, 1500);
	mesh_free(mesh);
}

/* Packets that waited are more than one step may append: the rest goes out at the next node_time,
 * which is asked for at once. */
static void a_queue_goes_out_in_steps(void **state)
{
	struct mesh *mesh = mesh_started(10, 2);
	struct notice notice = {.kind = NOTICE_SESSION_LOST};
	uint8_t packet[MESH_PACKET];

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_run(mesh, duration_ms(10));
	struct node *node = mesh->hosts[0].node;
	for (uint32_t i = 0; i < STAGED_PER_PEER; i++) {
		mesh_packet_write(mesh, 0, 1, i, 1500, packet);
		assert_int_equal(staging_put(node_staging(node), &node_peer(node, 0)->queue, 0,
					     mesh->now, (struct span){packet, 1500}),
				 DROP_NONE);
	}
	node->fresh = true;
	outbox_clear(mesh->outbox);
	while (mesh->outbox->count + OUTBOX_SPARE_ACTIONS < OUTBOX_ACTIONS - 2)
		outbox_notice(mesh->outbox, &notice);
	settle(node, mesh->now, mesh->outbox);
	assert_int_equal(mesh->outbox->count + OUTBOX_SPARE_ACTIONS, OUTBOX_ACTIONS + 1);
	assert_true(instant_reached(mesh->now, node_deadline(node)));
	mesh_carry(mesh, 0);
	mesh_run(mesh, mesh->delay);
	mesh_check_taken(mesh, 1, STAGED_PER_PEER, packet, 1500);
	assert_int_equal(mesh_drops_all(mesh, 0), 0);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_packets_are_told_to_the_host),
		cmocka_unit_test(nothing_is_answered_to_an_error),
		cmocka_unit_test(errors_have_a_rate),
		cmocka_unit_test(an_error_without_room_is_counted),
		cmocka_unit_test(packets_to_ourselves_come_back),
		cmocka_unit_test(packets_wait_for_a_handshake),
		cmocka_unit_test(the_oldest_gives_way),
		cmocka_unit_test(what_waited_in_vain_is_told_to_the_host),
		cmocka_unit_test(nobody_is_refused_before_we_are_synced),
		cmocka_unit_test(a_full_outbox_loses_nothing),
		cmocka_unit_test(packets_go_on_waiting_for_room),
		cmocka_unit_test(a_queue_goes_out_in_steps),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/settle", tests, NULL, NULL);
}
