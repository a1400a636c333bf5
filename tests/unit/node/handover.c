/* What workers leave to the control side, kind by kind, and what it leaves to them. Whole meshes
 * of nodes with workers do the rest. docs/architecture.md, Workers. */
#include "line.h"
#include "workers.h"

#include "meshp/error.h"
#include "meshp/packet.h"
#include "node/value.h"

#include <string.h>

enum { SIZE = 300 };

static struct mesh *mesh_met(uint64_t seed)
{
	struct mesh *mesh = mesh_new(seed);

	mesh->limits.workers = 1;
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_run(mesh, duration_ms(300));
	return mesh;
}

/* Hands something over to host 0's control side; what it wants is left in the outbox. */
static void hand_over(struct mesh *mesh, const struct handover *handover, const uint8_t *bytes,
		      size_t size)
{
	outbox_clear(mesh->outbox);
	node_handover(mesh->hosts[0].node, mesh->now, handover, bytes, size, mesh->outbox);
}

static void check_handed_back(const struct mesh *mesh, enum handover_kind kind, uint8_t lane,
			      const uint8_t *bytes, size_t size)
{
	const struct action *action = &mesh->outbox->actions[0];

	assert_int_equal(mesh->outbox->count, 1);
	assert_int_equal(action->kind, ACTION_HANDOVER);
	assert_int_equal(action->handover.kind, kind);
	assert_int_equal(action->handover.lane, lane);
	assert_int_equal(action->size, size);
	assert_memory_equal(mesh->outbox->bytes + action->offset, bytes, size);
}

/* A packet that can be sent now goes to the worker of its lane. */
static void a_packet_goes_to_its_lane(void **state)
{
	struct mesh *mesh = mesh_met(1);
	uint8_t packet[SIZE];
	struct packet read;

	for (uint32_t i = 0; i < 50; i++) {
		mesh_packet_write(mesh, 0, 1, i, SIZE, packet);
		assert_int_equal(packet_read(packet, SIZE, &read), DROP_NONE);
		hand_over(mesh, &(struct handover){.kind = HANDOVER_PACKET}, packet, SIZE);
		check_handed_back(mesh, HANDOVER_PACKET, packet_lane(&read), packet, SIZE);
		mesh_carry(mesh, 0);
		mesh_run(mesh, mesh->delay);
		mesh_check_taken(mesh, 1, i + 1, packet, SIZE);
	}
	mesh_free(mesh);
}

static bool is_heard(struct mesh *mesh, uint32_t a, uint32_t b)
{
	return mesh_state(mesh, a, b) == NEIGHBOUR_HEARD;
}

/* One that has to wait does so, and goes to the worker once there is a session. */
static void a_packet_waits_for_its_session(void **state)
{
	struct mesh *mesh = mesh_new(2);
	struct node_status status;
	uint8_t packet[SIZE];

	mesh->limits.workers = 2;
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	mesh_wait(mesh, is_heard, 0, 1, duration_s(1));
	mesh_packet_write(mesh, 0, 1, 1, SIZE, packet);
	mesh_packet(mesh, 0, packet, SIZE);
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_int_equal(status.staged, 1);
	assert_int_equal(mesh->hosts[0].frames[KIND_PACKET], 0);
	mesh_run(mesh, duration_ms(500));
	mesh_check_taken(mesh, 1, 1, packet, SIZE);
	assert_int_equal(mesh_drops_all(mesh, 0), 0);
	mesh_free(mesh);
}

/* A refusal is the control side's: it is counted there, once, and the host is told. */
static void a_refused_packet_is_told_to_the_host(void **state)
{
	struct mesh *mesh = mesh_met(3);
	uint8_t packet[SIZE];
	struct packet told;

	mesh_packet_write(mesh, 0, 1, 1, SIZE, packet);
	packet[39] ^= 1;
	mesh_packet(mesh, 0, packet, SIZE);
	assert_int_equal(mesh->hosts[0].packets, 1);
	const struct taken *taken = &mesh->hosts[0].taken[0];
	assert_int_equal(packet_read(taken->bytes, taken->size, &told), DROP_NONE);
	assert_int_equal(told.next_header, PROTOCOL_ICMPV6);
	assert_int_equal(told.payload.bytes[0], 1); /* unreachable */
	assert_int_equal(told.payload.bytes[1], 3); /* the address */
	assert_memory_equal(told.payload.bytes + 8, packet, SIZE);
	assert_int_equal(mesh_drops(mesh, 0, DROP_UNREACHABLE), 1);
	assert_int_equal(mesh_drops_all(mesh, 0), 1);
	mesh_free(mesh);
}

/* A frame of a worker's lane that reached the control side goes there, with where it came from. */
static void a_frame_of_a_lane_goes_there(void **state)
{
	struct mesh *mesh = mesh_met(4);

	for (uint32_t i = 0; i < 50; i++) {
		mesh_exchange(mesh, 1, 0, i, 100 + i);
		const struct flight *flight = &mesh->last[KIND_PACKET];
		const struct handover handover = {.kind = HANDOVER_FRAME, .lladdr = flight->from};
		hand_over(mesh, &handover, flight->bytes, flight->size);
		uint8_t lane = flight->bytes[0] & WIRE_LANE;
		if (frame_form(flight->bytes[0]) == FRAME_FORM_DATA)
			check_handed_back(mesh, HANDOVER_FRAME, lane, flight->bytes, flight->size);
		assert_true(lladdr_equal(&mesh->outbox->actions[0].handover.lladdr, &flight->from));
		uint64_t replays = mesh_drops(mesh, 0, DROP_REPLAY);
		mesh_carry(mesh, 0);
		assert_int_equal(mesh_drops(mesh, 0, DROP_REPLAY), replays + 1);
	}
	mesh_free(mesh);
}

/* A peer's figures are looked at, but not if they are of who had its place before. */
static void news_is_of_one_tenant(void **state)
{
	struct mesh *mesh = mesh_met(5);
	struct node *node = mesh->hosts[0].node;
	uint32_t index = table_find(node_peer_table(node), mesh->hosts[1].address.bytes);
	uint32_t generation = node_peer_generation(node, index);
	struct handover handover = {.kind = HANDOVER_NEWS, .index = index};
	const struct session *session = &node_peer(node, index)->session;
	instant before = session->last_sent;

	mesh->now = instant_after(mesh->now, duration_us(10));
	worker_sealed(node_worker(node, WORKER_PACKETS), mesh->now, index, generation);
	handover.generation = generation - 1;
	hand_over(mesh, &handover, NULL, 0);
	handover.generation = generation + 1;
	hand_over(mesh, &handover, NULL, 0);
	handover.index = index + 1; /* nobody's place */
	hand_over(mesh, &handover, NULL, 0);
	assert_int_equal(session->last_sent.us, before.us);
	handover.index = index;
	handover.generation = generation;
	hand_over(mesh, &handover, NULL, 0);
	assert_int_equal(session->last_sent.us, mesh->now.us);
	mesh_free(mesh);
}

static void lose_all(struct mesh *mesh, struct flight *flight)
{
	flight->copies = 0;
}

/* How long it takes a host to miss the other once its wire is dead. */
static duration time_to_miss(bool busy)
{
	struct mesh *mesh = mesh_met(6);
	const struct handover hop = {.kind = HANDOVER_HOP,
				     .lladdr = mesh_lladdr(1, 0),
				     .address = mesh->hosts[1].address};
	instant begun = mesh->now;

	mesh->filter = lose_all;
	while (mesh_state(mesh, 0, 1) == NEIGHBOUR_FULL) {
		if (busy) {
			hand_over(mesh, &hop, NULL, 0);
			mesh_carry(mesh, 0);
		}
		mesh_run(mesh, duration_ms(50));
		assert_in_range(instant_since(mesh->now, begun).us, 0, 60000000);
	}
	duration took = instant_since(mesh->now, begun);
	mesh_free(mesh);
	return took;
}

/* Silence where data goes counts soon. */
static void a_hop_in_use_is_watched(void **state)
{
	duration idle = time_to_miss(false), busy = time_to_miss(true);

	print_message("# missed after %d ms, in use after %d ms\n", (int)(idle.us / 1000),
		      (int)(busy.us / 1000));
	assert_true(3 * busy.us < idle.us);
}

/* Relays of whom each has workers tell of packets, and the source's host hears of its own: the
 * ERROR goes from the control side to the worker that sent the packet, and back. */
static void errors_find_their_packets(void **state)
{
	struct mesh *mesh = line_made(7);
	uint8_t packet[MESH_PACKET];

	mesh->limits.workers = 3;
	line_started(mesh);
	line_introduce(mesh, 0, LINE_LAST);
	for (uint32_t i = 0; i < 20; i++) {
		uint32_t before = mesh->hosts[0].packets, hops = 1 + i % 2;
		struct packet told;
		mesh_packet_write(mesh, 0, LINE_LAST, i, SIZE, packet);
		packet[7] = (uint8_t)hops;
		mesh_packet(mesh, 0, packet, SIZE);
		mesh_run(mesh, duration_ms(200));
		assert_int_equal(mesh->hosts[0].packets, before + 1);
		const struct taken *taken = &mesh->hosts[0].taken[before];
		assert_int_equal(packet_read(taken->bytes, taken->size, &told), DROP_NONE);
		assert_true(address_equal(&told.source, &mesh->hosts[hops].address));
		assert_int_equal(told.payload.bytes[0], 3); /* time exceeded */
		assert_memory_equal(told.payload.bytes + 8, packet, told.payload.size - 8);
		assert_int_equal(mesh_drops(mesh, hops, DROP_HOP_LIMIT), 1 + i / 2);
	}
	assert_int_equal(mesh_drops_all(mesh, 0), 0);
	/* The last of them once more is about nothing. */
	const struct flight *error = &mesh->last[KIND_ERROR];
	uint32_t before = mesh->hosts[0].packets;
	mesh_inject(mesh, 0, 1, mesh_lladdr(1, 0), false, error->bytes, error->size);
	assert_int_equal(mesh->hosts[0].packets, before);
	assert_int_equal(mesh_drops(mesh, 0, DROP_ERROR_UNMATCHED), 1);
	mesh_free(mesh);
}

/* The ERROR and the beginning of the packet it is about; the relay must be in a path. */
static void a_culprit_is_told_to_the_host(void **state)
{
	struct mesh *mesh = mesh_met(8);
	const struct handover handover = {.kind = HANDOVER_CULPRIT};
	struct error error = {.destination = address_id(&mesh->hosts[0].address),
			      .source = address_id(&mesh->hosts[1].address),
			      .kind = ERROR_TOO_BIG,
			      .mtu = 1300,
			      .culprit.lane = 2};
	uint8_t bytes[WIRE_ERROR + RECENT_BYTES];
	struct packet told;

	for (uint32_t i = 0; i < 2; i++) {
		struct writer out = writer_of(bytes, WIRE_ERROR);
		error_write(&error, &out);
		assert_int_equal(out.used, WIRE_ERROR);
		mesh_packet_write(mesh, 0, 1, 1, RECENT_BYTES, bytes + WIRE_ERROR);
		hand_over(mesh, &handover, bytes, sizeof(bytes));
		assert_int_equal(mesh->outbox->count, i == 0);
		assert_int_equal(mesh_drops(mesh, 0, DROP_ERROR_UNMATCHED), i);
		error.source.bytes[0] ^= 1;
		mesh_carry(mesh, 0);
	}
	const struct taken *taken = &mesh->hosts[0].taken[0];
	assert_int_equal(packet_read(taken->bytes, taken->size, &told), DROP_NONE);
	assert_int_equal(told.payload.bytes[0], 2); /* too big */
	assert_int_equal(told.payload.bytes[6] << 8 | told.payload.bytes[7], 1300);
	assert_memory_equal(told.payload.bytes + 8, bytes + WIRE_ERROR, RECENT_BYTES);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_goes_to_its_lane),
		cmocka_unit_test(a_packet_waits_for_its_session),
		cmocka_unit_test(a_refused_packet_is_told_to_the_host),
		cmocka_unit_test(a_frame_of_a_lane_goes_there),
		cmocka_unit_test(news_is_of_one_tenant),
		cmocka_unit_test(a_hop_in_use_is_watched),
		cmocka_unit_test(errors_find_their_packets),
		cmocka_unit_test(a_culprit_is_told_to_the_host),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/handover", tests, NULL, NULL);
}
