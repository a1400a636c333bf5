/* What could not be relayed and what the source's host hears of it: traceroute and path MTU
 * discovery over relays; errors that are forged, repeated or about nothing.
 * docs/protocol/route.md, section 8. */
#include "line.h"

#include "meshp/error.h"
#include "meshp/packet.h"

#include <string.h>

enum { QUOTED = 96 };

/* A line whose ends share keys. */
static struct mesh *mesh_of_line(uint64_t seed)
{
	struct mesh *mesh = line_new(seed);

	line_introduce(mesh, 0, 3);
	mesh_run(mesh, duration_s(15)); /* so that the next change is computed soon */
	return mesh;
}

/* Host 0 sends packet `number` of that size and hop limit to host 3. */
static void send(struct mesh *mesh, uint32_t number, uint8_t hop_limit, size_t size,
		 uint8_t packet[MESH_PACKET])
{
	mesh_packet_write(mesh, 0, 3, number, size, packet);
	packet[7] = hop_limit;
	mesh_packet(mesh, 0, packet, size);
}

/* Checks that host 0 was handed one packet since `before`: that error, of that relay, about the
 * packet. */
static void check_told(struct mesh *mesh, uint32_t before, uint32_t relay, uint8_t type,
		       uint8_t code, uint32_t mtu, const uint8_t *culprit)
{
	const struct host *told = &mesh->hosts[0];
	struct packet packet;

	assert_int_equal(told->packets, before + 1);
	const struct taken *taken = &told->taken[before];
	assert_int_equal(packet_read(taken->bytes, taken->size, &packet), DROP_NONE);
	assert_int_equal(packet.next_header, PROTOCOL_ICMPV6);
	assert_true(address_equal(&packet.source, &mesh->hosts[relay].address));
	assert_int_equal(packet.hop_limit, 65 - relay);
	assert_true(address_equal(&packet.destination, &told->address));
	struct reader in = reader_of(packet.payload.bytes, packet.payload.size);
	assert_int_equal(reader_u8(&in), type);
	assert_int_equal(reader_u8(&in), code);
	reader_u16(&in);
	assert_int_equal(reader_u32(&in), mtu);
	assert_int_equal(packet_checksum(&packet.source, &packet.destination, PROTOCOL_ICMPV6,
					 packet.payload.bytes, packet.payload.size),
			 0);
	assert_int_equal(in.left, QUOTED);
	assert_memory_equal(in.at, culprit, QUOTED);
}

static void every_relay_shows_itself(void **state)
{
	struct mesh *mesh = mesh_of_line(1);
	uint8_t packet[MESH_PACKET];

	for (uint32_t i = 0; i < 30; i++) {
		uint8_t hop_limit = (uint8_t)(1 + i % 3);
		uint32_t before = mesh->hosts[0].packets, there = mesh->hosts[3].packets;
		send(mesh, i, hop_limit, 100 + 40 * i, packet);
		mesh_run(mesh, duration_ms(200));
		if (hop_limit < 3) {
			check_told(mesh, before, hop_limit, 3, 0, 0, packet);
			continue;
		}
		packet[7] = 1;
		mesh_check_taken(mesh, 3, there + 1, packet, 100 + 40 * i);
	}
	assert_int_equal(mesh_drops(mesh, 1, DROP_HOP_LIMIT), 10);
	assert_int_equal(mesh_drops(mesh, 2, DROP_HOP_LIMIT), 10);
	assert_int_equal(mesh_drops_all(mesh, 0), 0);
	mesh_free(mesh);
}

/* A small packet goes in the extended form, and is told of all the same. */
static void small_packets_are_told_of_whole(void **state)
{
	struct mesh *mesh = mesh_of_line(2);
	uint8_t packet[MESH_PACKET];

	for (size_t size = 40; size < 60; size++) {
		uint32_t before = mesh->hosts[0].packets;
		send(mesh, (uint32_t)size, 1, size, packet);
		mesh_run(mesh, duration_ms(200));
		assert_int_equal(mesh->hosts[0].packets, before + 1);
		const struct taken *taken = &mesh->hosts[0].taken[before];
		assert_int_equal(taken->size, 48 + size);
		assert_memory_equal(taken->bytes + 48, packet, size);
	}
	mesh_free(mesh);
}

/* A link of a relay has just become narrower, and the source does not know yet. */
static void too_big_says_what_fits(void **state)
{
	struct mesh *mesh = mesh_of_line(3);
	uint8_t packet[MESH_PACKET];
	uint32_t before = mesh->hosts[0].packets;

	mesh->hosts[2].making.links[1].mtu = 1300;
	mesh_link(mesh, 2, 1);
	send(mesh, 1, 31, 1300, packet);
	mesh_run(mesh, duration_ms(1));
	assert_int_equal(mesh->hosts[0].packets, before);
	send(mesh, 2, 31, 1301, packet);
	mesh_run(mesh, duration_ms(1));
	check_told(mesh, before, 2, 2, 0, 1300, packet);
	assert_int_equal(mesh_drops(mesh, 2, DROP_TOO_BIG), 1);
	mesh_free(mesh);
}

/* The last link broke: at first its relay hopes for another path, then it tells, and in the end the
 * source knows itself. */
static void a_broken_path_is_told(void **state)
{
	struct mesh *mesh = mesh_of_line(4);
	uint8_t packet[MESH_PACKET];
	uint32_t before = mesh->hosts[0].packets;

	mesh->hosts[2].making.links[1].running = false;
	mesh_link(mesh, 2, 1);
	send(mesh, 1, 20, 500, packet);
	mesh_run(mesh, duration_ms(1));
	assert_int_equal(mesh_drops(mesh, 2, DROP_LINK_DOWN), 1);
	assert_int_equal(mesh->hosts[0].packets, before);
	mesh_run(mesh, duration_ms(5));
	send(mesh, 2, 20, 500, packet);
	mesh_run(mesh, duration_ms(1));
	assert_int_equal(mesh_drops(mesh, 2, DROP_NO_ROUTE), 1);
	check_told(mesh, before, 2, 1, 3, 0, packet);
	mesh_run(mesh, duration_ms(100));
	send(mesh, 3, 20, 500, packet);
	assert_int_equal(mesh_drops(mesh, 0, DROP_UNREACHABLE), 1);
	mesh_free(mesh);
}

/* Checks that host 0 takes nothing from a frame of its neighbour but counts it so. */
static void check_ignored(struct mesh *mesh, const uint8_t *frame, size_t size, enum drop drop)
{
	uint64_t named = mesh_drops(mesh, 0, drop), all = mesh_drops_all(mesh, 0);
	uint32_t packets = mesh->hosts[0].packets;

	mesh_inject(mesh, 0, 1, mesh_lladdr(1, 0), false, frame, size);
	assert_int_equal(mesh_drops(mesh, 0, drop), named + 1);
	assert_int_equal(mesh_drops_all(mesh, 0), all + 1);
	assert_int_equal(mesh->hosts[0].packets, packets);
}

/* Holds back the ERROR to host 0. */
static void hold_error(struct mesh *mesh, struct flight *flight)
{
	if (flight->kind == KIND_ERROR)
		flight->copies = 0;
}

/* An error about a packet of ours is believed once, as it is and not otherwise. */
static void an_error_is_believed_once(void **state)
{
	struct mesh *mesh = mesh_of_line(5);
	struct flight *error = &mesh->last[KIND_ERROR];
	uint8_t packet[MESH_PACKET];
	uint32_t before = mesh->hosts[0].packets;

	mesh->filter = hold_error;
	send(mesh, 1, 1, 400, packet);
	mesh_run(mesh, duration_ms(1));
	assert_int_equal(error->size, WIRE_ERROR);
	/* All that says which packet it is; and a relay that is nobody. */
	for (size_t bit = 11 * 8; bit < 43 * 8; bit++) {
		struct error read;
		if (bit / 8 >= 19 && bit / 8 < 22)
			continue;
		error->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		bool good = error_read(error->bytes, error->size, &read) == DROP_NONE;
		check_ignored(mesh, error->bytes, error->size,
			      good ? DROP_ERROR_UNMATCHED : DROP_MALFORMED);
		error->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	error->bytes[2] = WIRE_HOP_LIMIT;
	check_ignored(mesh, error->bytes, error->size, DROP_HOP_LIMIT);
	error->bytes[2] = WIRE_HOP_LIMIT_REMOTE;
	mesh_inject(mesh, 0, 1, error->from, false, error->bytes, error->size);
	check_told(mesh, before, 1, 3, 0, 0, packet);
	check_ignored(mesh, error->bytes, error->size, DROP_ERROR_UNMATCHED);
	mesh_free(mesh);
}

/* Of a stream of packets with a usual hop limit one in 16 is remembered. */
static void of_many_packets_some_are_told(void **state)
{
	struct mesh *mesh = mesh_of_line(6);
	uint8_t packet[MESH_PACKET];
	uint32_t before = mesh->hosts[0].packets;

	mesh->hosts[2].making.links[1].mtu = 1300;
	mesh_link(mesh, 2, 1);
	mesh_packet_write(mesh, 0, 3, 1, 1400, packet); /* of one lane */
	packet[7] = 64;
	for (uint32_t i = 0; i < 16; i++)
		mesh_packet(mesh, 0, packet, 1400);
	mesh_run(mesh, duration_ms(1));
	check_told(mesh, before, 2, 2, 0, 1300, packet);
	assert_int_equal(mesh_drops(mesh, 0, DROP_ERROR_UNMATCHED), 15);
	mesh_free(mesh);
}

/* A source hears of 20 at once and of 10 a second. */
static void errors_have_a_rate(void **state)
{
	struct mesh *mesh = mesh_of_line(7);
	uint8_t packet[MESH_PACKET];
	uint32_t before = mesh->hosts[0].packets;

	for (uint32_t i = 0; i < 60; i++)
		send(mesh, i, 1, 200, packet);
	mesh_run(mesh, duration_ms(1));
	assert_int_equal(mesh->hosts[0].packets, before + RATE_ERROR.burst);
	assert_int_equal(mesh->hosts[1].frames[KIND_ERROR], RATE_ERROR.burst);
	assert_int_equal(mesh_drops(mesh, 1, DROP_RATE_ERROR), 60 - RATE_ERROR.burst);
	assert_int_equal(mesh_drops(mesh, 1, DROP_HOP_LIMIT), 60);
	mesh_run(mesh, duration_s(1));
	for (uint32_t i = 0; i < 60; i++)
		send(mesh, i, 1, 200, packet);
	mesh_run(mesh, duration_ms(1));
	assert_in_range(mesh->hosts[1].frames[KIND_ERROR], RATE_ERROR.burst + 10,
			RATE_ERROR.burst + 11);
	mesh_free(mesh);
}

/* Nobody is told in the name of a source that is in no path, nor of lane 0. */
static void nobody_is_told_of_the_rest(void **state)
{
	struct mesh *mesh = mesh_of_line(8);
	uint8_t packet[MESH_PACKET];

	send(mesh, 1, 64, 300, packet);
	struct flight frame = mesh->last[KIND_PACKET];
	frame.bytes[1] = 1;
	memset(frame.bytes + 11, 0x77, NODE_ID);
	mesh_inject(mesh, 1, 0, frame.from, false, frame.bytes, frame.size);
	assert_int_equal(mesh_drops(mesh, 1, DROP_HOP_LIMIT), 1);
	memcpy(frame.bytes + 11, mesh->hosts[0].address.bytes + 2, NODE_ID);
	frame.bytes[0] &= (uint8_t)~WIRE_LANE;
	mesh_inject(mesh, 1, 0, frame.from, false, frame.bytes, frame.size);
	assert_int_equal(mesh_drops(mesh, 1, DROP_HOP_LIMIT), 2);
	assert_int_equal(mesh->hosts[1].frames[KIND_ERROR], 0);
	frame.bytes[0] |= 3;
	mesh_inject(mesh, 1, 0, frame.from, false, frame.bytes, frame.size);
	assert_int_equal(mesh->hosts[1].frames[KIND_ERROR], 1);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_relay_shows_itself),
		cmocka_unit_test(small_packets_are_told_of_whole),
		cmocka_unit_test(too_big_says_what_fits),
		cmocka_unit_test(a_broken_path_is_told),
		cmocka_unit_test(an_error_is_believed_once),
		cmocka_unit_test(of_many_packets_some_are_told),
		cmocka_unit_test(errors_have_a_rate),
		cmocka_unit_test(nobody_is_told_of_the_rest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/errors", tests, NULL, NULL);
}
