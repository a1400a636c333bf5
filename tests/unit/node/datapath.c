/* Workers beside the control side: what they send and take by themselves is what a node of one
 * thread would; all else is handed over, and comes to the same. docs/architecture.md, Workers. */
#include "workers.h"

#include "meshp/error.h"
#include "meshp/header.h"
#include "meshp/packet.h"
#include "node/datapath.h"
#include "node/value.h"

#include <string.h>

enum { SIZE = 700, SMALL = 120 }; /* one goes alone, the other may share a frame */

static struct mesh *mesh_of_workers(uint64_t seed, uint32_t hosts, uint32_t workers)
{
	struct mesh *mesh = mesh_new(seed);

	mesh->limits.workers = workers;
	for (uint32_t i = 0; i < hosts; i++)
		mesh_start(mesh, i);
	return mesh;
}

/* Two hosts that have met, each with so many workers. */
static struct mesh *mesh_met(uint64_t seed, uint32_t workers)
{
	struct mesh *mesh = mesh_of_workers(seed, 2, workers);

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_run(mesh, duration_ms(300)); /* so that the next packet is news */
	return mesh;
}

/* Writes packet `number` of host 0 to host 1 that is of that lane. */
static void packet_of_lane(struct mesh *mesh, uint8_t lane, uint32_t number, uint8_t packet[SIZE])
{
	struct packet read;

	mesh_packet_write(mesh, 0, 1, number, SIZE, packet);
	packet[7] = 64;
	do {
		packet[WIRE_IPV6_HEADER]++;
		assert_int_equal(packet_read(packet, SIZE, &read), DROP_NONE);
	} while (packet_lane(&read) != lane);
}

/* Host 0's worker of that number takes a packet of the host's; what it wants is left in outbox. */
static void send_by(struct mesh *mesh, uint32_t worker, const uint8_t *packet, size_t size,
		    bool partial)
{
	struct datapath datapath = datapath_begin(mesh->hosts[0].node, worker);

	outbox_clear(mesh->outbox);
	datapath_packet(&datapath, mesh->now, (struct span){packet, size}, partial, mesh->outbox);
	datapath_flush(&datapath, mesh->now, mesh->outbox);
	datapath_end(&datapath);
}

/* A worker of the host takes a frame from the other of the two. */
static void take_by(struct mesh *mesh, uint32_t host, uint32_t worker, bool group,
		    const uint8_t *frame, size_t size)
{
	struct datapath datapath = datapath_begin(mesh->hosts[host].node, worker);

	outbox_clear(mesh->outbox);
	datapath_frame(&datapath, mesh->now, 0, mesh_lladdr(1 - host, 0), group, frame, size,
		       mesh->outbox);
	datapath_end(&datapath);
}

static const struct action *only_action(const struct mesh *mesh, enum action_kind kind)
{
	assert_int_equal(mesh->outbox->count, 1);
	assert_int_equal(mesh->outbox->actions[0].kind, kind);
	return &mesh->outbox->actions[0];
}

/* Checks that all there is in the outbox is that handover, with those bytes. */
static void check_handover(const struct mesh *mesh, enum handover_kind kind, uint8_t lane,
			   const uint8_t *bytes, size_t size)
{
	const struct action *action = only_action(mesh, ACTION_HANDOVER);

	assert_int_equal(action->handover.kind, kind);
	assert_int_equal(action->handover.lane, lane);
	assert_int_equal(action->size, size);
	assert_memory_equal(mesh->outbox->bytes + action->offset, bytes, size);
}

/* The handovers of a kind in the outbox. */
static uint32_t handovers_of(const struct mesh *mesh, enum handover_kind kind)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < mesh->outbox->count; i++) {
		const struct action *action = &mesh->outbox->actions[i];
		count += action->kind == ACTION_HANDOVER && action->handover.kind == kind;
	}
	return count;
}

/* A worker's frame is, byte for byte, that of a node which has all lanes itself. */
static void a_worker_seals_the_same_frame(void **state)
{
	struct mesh *alone = mesh_met(1, 0), *helped = mesh_met(1, 7);
	uint8_t packet[SIZE];

	for (uint8_t lane = 1; lane < WIRE_LANES; lane++) {
		packet_of_lane(alone, lane, lane, packet);
		outbox_clear(alone->outbox);
		node_packet(alone->hosts[0].node, alone->now, packet, SIZE, alone->outbox);
		send_by(helped, lane - 1u, packet, SIZE, false);
		const struct action *one = &alone->outbox->actions[0];
		const struct action *other = &helped->outbox->actions[0];
		assert_int_equal(one->kind, ACTION_FRAME);
		assert_int_equal(other->kind, ACTION_FRAME);
		assert_int_equal(one->link, other->link);
		assert_memory_equal(&one->to, &other->to, sizeof(one->to));
		assert_int_equal(one->size, other->size);
		assert_memory_equal(alone->outbox->bytes + one->offset,
				    helped->outbox->bytes + other->offset, one->size);
		mesh_carry(alone, 0);
	}
	mesh_free(alone);
	mesh_free(helped);
}

/* Small packets of one batch share a frame, and come to the other host as they left. */
static void small_packets_of_a_batch_share_a_frame(void **state)
{
	struct mesh *mesh = mesh_met(9, 1);
	struct datapath datapath = datapath_begin(mesh->hosts[0].node, 0);
	uint8_t packets[10][SIZE], frame[MESH_FRAME];

	outbox_clear(mesh->outbox);
	for (uint32_t i = 0; i < 10; i++) {
		packet_of_lane(mesh, 2, i, packets[i]);
		memcpy(packets[i], ((uint8_t[]){0x60, 0, 0, 0, 0, SMALL - WIRE_IPV6_HEADER}), 6);
		datapath_packet(&datapath, mesh->now, (struct span){packets[i], SMALL}, i % 2 == 1,
				mesh->outbox);
		assert_int_equal(mesh->outbox->count, 2); /* news of the first */
	}
	assert_int_equal(handovers_of(mesh, HANDOVER_NEWS) + handovers_of(mesh, HANDOVER_HOP), 2);
	datapath_flush(&datapath, mesh->now, mesh->outbox);
	datapath_end(&datapath);
	assert_int_equal(mesh->outbox->count, 3);
	const struct action *action = &mesh->outbox->actions[2];
	assert_int_equal(action->kind, ACTION_FRAME);
	memcpy(frame, mesh->outbox->bytes + action->offset, action->size);
	take_by(mesh, 1, 0, false, frame, action->size);
	for (uint32_t i = 0; i < 10; i++) {
		action = &mesh->outbox->actions[i];
		assert_int_equal(action->kind, ACTION_PACKET);
		assert_int_equal(action->size, SMALL);
		assert_int_equal(action->partial, i % 2 == 1);
		assert_memory_equal(mesh->outbox->bytes + action->offset + 4, packets[i] + 4,
				    SMALL - 4);
	}
	mesh_free(mesh);
}

/* Every lane has just one worker; a packet of another's is handed over, not sealed. */
static void lanes_are_dealt_out(void **state)
{
	uint8_t packet[SIZE];

	for (uint32_t workers = 1; workers < WIRE_LANES; workers++) {
		struct mesh *mesh = mesh_met(workers, workers);
		for (uint32_t i = 0; i < 7 * workers; i++) {
			uint8_t lane = (uint8_t)(1 + i % 7);
			packet_of_lane(mesh, lane, i, packet);
			send_by(mesh, i / 7, packet, SIZE, false);
			if (workers_owner(workers, lane) == i / 7)
				assert_int_equal(mesh->outbox->actions[0].kind, ACTION_FRAME);
			else
				check_handover(mesh, HANDOVER_PACKET, 0, packet, SIZE);
		}
		mesh_free(mesh);
	}
}

/* What a worker was told it may not say again for 250 ms. */
static void news_comes_now_and_then(void **state)
{
	struct mesh *mesh = mesh_met(3, 1);
	uint8_t packet[SIZE];
	uint32_t news = 0, hops = 0;

	packet_of_lane(mesh, 2, 1, packet);
	for (uint32_t i = 0; i < 1000; i++) {
		send_by(mesh, 0, packet, SIZE, false);
		assert_int_equal(mesh->outbox->actions[0].kind, ACTION_FRAME);
		news += handovers_of(mesh, HANDOVER_NEWS);
		hops += handovers_of(mesh, HANDOVER_HOP);
		mesh->now = instant_after(mesh->now, duration_ms(1));
	}
	assert_int_equal(news, 4);
	assert_int_equal(hops, 4);
	mesh_free(mesh);
}

/* A checksum left to the receiver travels; where a packet waits or is refused it is computed. */
static void a_partial_checksum_is_completed_when_handed_over(void **state)
{
	struct mesh *mesh = mesh_met(4, 1);
	uint8_t packet[SIZE], whole[SIZE];

	packet_of_lane(mesh, 2, 1, packet);
	send_by(mesh, 0, packet, SIZE, true);
	assert_int_equal(mesh->outbox->actions[0].kind, ACTION_FRAME);
	uint8_t frame[MESH_FRAME];
	size_t size = mesh->outbox->actions[0].size;
	memcpy(frame, mesh->outbox->bytes, size);
	take_by(mesh, 1, 0, false, frame, size);
	const struct action *taken = &mesh->outbox->actions[0];
	assert_int_equal(taken->kind, ACTION_PACKET);
	assert_true(taken->partial);
	assert_memory_equal(mesh->outbox->bytes + WIRE_IPV6_HEADER, packet + WIRE_IPV6_HEADER,
			    SIZE - WIRE_IPV6_HEADER);

	packet[39] ^= 1; /* nobody */
	memcpy(whole, packet, SIZE);
	assert_true(packet_complete(whole, SIZE));
	assert_memory_not_equal(whole, packet, SIZE);
	send_by(mesh, 0, packet, SIZE, true);
	check_handover(mesh, HANDOVER_PACKET, 0, whole, SIZE);
	send_by(mesh, 0, packet, SIZE, false);
	check_handover(mesh, HANDOVER_PACKET, 0, packet, SIZE);
	packet[6] = PROTOCOL_SCTP;
	send_by(mesh, 0, packet, SIZE, true);
	assert_int_equal(mesh->outbox->count, 0);
	assert_int_equal(mesh_drops(mesh, 0, DROP_CHECKSUM_PARTIAL), 1);
	mesh_free(mesh);
}

/* All that is no data frame of a lane of its own. */
static void what_is_not_a_workers_is_handed_over(void **state)
{
	struct mesh *mesh = mesh_met(5, 2);
	uint8_t packet[SIZE];
	static const enum kind control[] = {KIND_HELLO, KIND_INITIATION, KIND_RESPONSE,
					    KIND_PROBE, KIND_ANSWER,	 KIND_ROUTING};

	for (size_t i = 0; i < sizeof(control) / sizeof(control[0]); i++) {
		const struct flight *flight = &mesh->last[control[i]];
		for (uint32_t worker = 0; worker < 2; worker++) {
			take_by(mesh, 1 - flight->host, worker, control[i] == KIND_HELLO,
				flight->bytes, flight->size);
			check_handover(mesh, HANDOVER_FRAME, 0, flight->bytes, flight->size);
			const struct handover *told = &mesh->outbox->actions[0].handover;
			assert_int_equal(told->group, control[i] == KIND_HELLO);
			assert_int_equal(told->link, 0);
			assert_true(lladdr_equal(&told->lladdr, &flight->from));
		}
	}
	for (uint8_t lane = 1; lane < WIRE_LANES; lane++) {
		uint8_t frame[MESH_FRAME];
		uint32_t owner = workers_owner(2, lane);
		packet_of_lane(mesh, lane, lane, packet);
		send_by(mesh, owner, packet, SIZE, false);
		memcpy(frame, mesh->outbox->bytes, SIZE);
		take_by(mesh, 1, 1 - owner, false, frame, SIZE);
		check_handover(mesh, HANDOVER_FRAME, 0, frame, SIZE);
		take_by(mesh, 1, owner, true, frame, SIZE); /* to the group: the wrong way */
		assert_int_equal(mesh->outbox->count, 0);
		take_by(mesh, 1, owner, false, frame, SIZE);
		assert_int_equal(mesh->outbox->actions[0].kind, ACTION_PACKET);
	}
	for (uint32_t first = 0x50; first < 0x100; first++) { /* other versions */
		uint8_t frame[SIZE] = {(uint8_t)first};
		if (frame_form(frame[0]) != FRAME_FORM_OTHER_VERSION)
			continue;
		take_by(mesh, 1, 0, false, frame, SIZE);
		check_handover(mesh, HANDOVER_FRAME, 0, frame, SIZE);
	}
	mesh_free(mesh);
}

static void a_full_outbox_is_counted(void **state)
{
	struct mesh *mesh = mesh_met(6, 1);
	uint8_t packet[SIZE], frame[MESH_FRAME];
	struct datapath datapath = datapath_begin(mesh->hosts[1].node, 0);
	const struct flight *hello = &mesh->last[KIND_HELLO];

	packet_of_lane(mesh, 2, 1, packet);
	send_by(mesh, 0, packet, SIZE, false);
	memcpy(frame, mesh->outbox->bytes, SIZE);
	mesh->outbox->count = OUTBOX_ACTIONS;
	datapath_frame(&datapath, mesh->now, 0, mesh_lladdr(0, 0), false, frame, SIZE,
		       mesh->outbox);
	assert_int_equal(mesh_drops(mesh, 1, DROP_OUTBOX_FULL), 1);
	datapath_frame(&datapath, mesh->now, 0, hello->from, true, hello->bytes, hello->size,
		       mesh->outbox);
	assert_int_equal(mesh_drops(mesh, 1, DROP_OUTBOX_FULL), 2);
	for (uint32_t i = 0; i < 2; i++) { /* to nobody, and to ourselves */
		memcpy(packet + 8, mesh->hosts[1].address.bytes, ADDRESS);
		packet[39] ^= i == 0;
		datapath_packet(&datapath, mesh->now, (struct span){packet, SIZE}, false,
				mesh->outbox);
		assert_int_equal(mesh_drops(mesh, 1, DROP_OUTBOX_FULL), 3 + i);
		packet[39] ^= i == 0;
	}
	assert_int_equal(mesh->outbox->count, OUTBOX_ACTIONS);
	datapath_end(&datapath);
	take_by(mesh, 1, 0, false, frame, SIZE); /* it was not opened */
	assert_int_equal(mesh->outbox->actions[0].kind, ACTION_PACKET);
	mesh_free(mesh);
}

/* What its batch began with stays to its end, whatever is published meanwhile. */
static void a_batch_keeps_what_it_began_with(void **state)
{
	struct mesh *mesh = mesh_met(7, 1);
	struct datapath datapath = datapath_begin(mesh->hosts[0].node, 0);
	uint8_t packet[SIZE];

	packet_of_lane(mesh, 2, 1, packet);
	mesh->hosts[0].making.links[0].running = false;
	mesh_link(mesh, 0, 0);
	for (uint32_t i = 0; i < 10; i++) {
		mesh->hosts[0].making.links[0].mtu = 1400 + i;
		mesh_link(mesh, 0, 0);
	}
	outbox_clear(mesh->outbox);
	datapath_packet(&datapath, mesh->now, (struct span){packet, SIZE}, false, mesh->outbox);
	datapath_flush(&datapath, mesh->now, mesh->outbox);
	assert_int_equal(mesh->outbox->actions[0].kind, ACTION_FRAME);
	datapath_end(&datapath);
	send_by(mesh, 0, packet, SIZE, false);
	check_handover(mesh, HANDOVER_PACKET, 0, packet, SIZE);
	mesh_free(mesh);
}

/* Opening with a key for the first time is told at once, however short ago the last news was. */
static void a_new_key_is_news_at_once(void **state)
{
	struct mesh *mesh = mesh_met(8, 1);
	uint8_t packet[SIZE], frame[MESH_FRAME];

	packet_of_lane(mesh, 2, 1, packet);
	for (uint32_t i = 0; i < 3; i++) {
		send_by(mesh, 0, packet, SIZE, false);
		memcpy(frame, mesh->outbox->bytes, SIZE);
		take_by(mesh, 1, 0, false, frame, SIZE);
		assert_int_equal(handovers_of(mesh, HANDOVER_NEWS), i == 0);
	}
	/* The figures of the worker as if another key had opened last. */
	struct node *node = mesh->hosts[1].node;
	uint32_t index = table_find(node_peer_table(node), mesh->hosts[0].address.bytes);
	worker_opened(node_worker(node, WORKER_PACKETS), mesh->now, index,
		      node_peer_generation(node, index), UINT64_MAX, false);
	send_by(mesh, 0, packet, SIZE, false);
	memcpy(frame, mesh->outbox->bytes, SIZE);
	take_by(mesh, 1, 0, false, frame, SIZE);
	assert_int_equal(handovers_of(mesh, HANDOVER_NEWS), 1);
	mesh_free(mesh);
}

/* Frames that are lost, twice there, late or damaged, of every kind. */
static void rough(struct mesh *mesh, struct flight *flight)
{
	uint32_t draw = rng_below(&mesh->rng, 40);

	flight->delay = duration_us(50 + rng_below(&mesh->rng, 400));
	if (draw == 0)
		flight->copies = 0;
	else if (draw < 3)
		flight->copies = 2;
	else if (draw == 3)
		flight->bytes[rng_below(&mesh->rng, (uint32_t)flight->size)] ^= 4;
}

/* Two nodes talk for ten minutes over bad wires, with their keys renewed every few seconds; the
 * mesh itself sees to it that no nonce is used twice. */
static void check_bulk(uint32_t workers)
{
	struct mesh *mesh = mesh_new(20 + workers);
	uint8_t packet[MESH_PACKET];
	uint32_t sent = 0;

	mesh->limits.workers = workers;
	for (uint32_t i = 0; i < 2; i++) {
		mesh->hosts[i].making.rekey = duration_s(5);
		mesh_start(mesh, i);
	}
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh->filter = rough;
	for (uint32_t i = 0; i < 30000; i++) {
		mesh_packet_write(mesh, i % 2, 1 - i % 2, i, 40 + i % 1400, packet);
		mesh_packet(mesh, i % 2, packet, 40 + i % 1400);
		mesh_run(mesh, duration_ms(i % 100 == 0 ? 1000 : 0));
		sent++;
	}
	mesh->filter = NULL;
	mesh_run(mesh, duration_s(20));
	for (uint32_t i = 0; i < 2; i++) {
		const struct host *host = &mesh->hosts[i];
		assert_in_range(host->packets, sent / 2 * 9 / 10, sent / 2);
		assert_true(host->notices[NOTICE_SESSION_UP] > 40);
		assert_int_equal(host->notices[NOTICE_SESSION_LOST], 0);
		assert_true(mesh_drops(mesh, i, DROP_REPLAY) > 100);
		assert_int_equal(mesh_drops(mesh, i, DROP_OUTBOX_FULL), 0);
	}
	assert_true(mesh_agreed(mesh, 0, 1));
	uint32_t packets = mesh->hosts[1].packets;
	mesh_exchange(mesh, 0, 1, 1, 700);
	const struct flight again = mesh->last[KIND_PACKET];
	uint64_t replays = mesh_drops(mesh, 1, DROP_REPLAY);
	mesh_inject(mesh, 1, 0, again.from, false, again.bytes, again.size);
	assert_int_equal(mesh->hosts[1].packets, packets + 1);
	assert_int_equal(mesh_drops(mesh, 1, DROP_REPLAY), replays + 1);
	mesh_free(mesh);
}

static void two_nodes_with_workers_talk(void **state)
{
	check_bulk(1);
	check_bulk(3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_seals_the_same_frame),
		cmocka_unit_test(small_packets_of_a_batch_share_a_frame),
		cmocka_unit_test(lanes_are_dealt_out),
		cmocka_unit_test(news_comes_now_and_then),
		cmocka_unit_test(a_partial_checksum_is_completed_when_handed_over),
		cmocka_unit_test(what_is_not_a_workers_is_handed_over),
		cmocka_unit_test(a_full_outbox_is_counted),
		cmocka_unit_test(a_batch_keeps_what_it_began_with),
		cmocka_unit_test(a_new_key_is_news_at_once),
		cmocka_unit_test(two_nodes_with_workers_talk),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/datapath", tests, NULL, NULL);
}
