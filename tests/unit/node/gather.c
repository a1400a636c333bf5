/* Small packets that share a frame: whatever a host sends comes out as it went in, in the order of
 * each lane, in fewer frames; what is alone goes as it would without. docs/protocol/meshp.md,
 * section 2. */
#include "sides.h"

#include "base/rng.h"
#include "meshp/packet.h"
#include "node/gather.h"
#include "node/receive.h"
#include "node/send.h"

#include <stdlib.h>
#include <string.h>

enum { SENT = 128, SMALL = 112 };

/* A packet, and whether its checksum is left to the receiver. */
struct written {
	uint8_t lane;
	bool partial;
	size_t size;
	uint8_t bytes[PACKET_MAX];
};

struct fixture {
	struct side *sides;
	struct outbox *outbox, *taken;
	struct rng rng;
	struct packet header; /* of what is written next */
	uint32_t count;	      /* written and sent */
	struct written sent[SENT];
	uint32_t shared; /* frames that held several packets */
};

static struct fixture *fixture_new(void)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->sides = sides_new(SUITE_CHACHA20_POLY1305);
	fixture->outbox = calloc(1, sizeof(*fixture->outbox));
	fixture->taken = calloc(1, sizeof(*fixture->taken));
	assert_true(fixture->outbox != NULL && fixture->taken != NULL);
	rng_init(&fixture->rng, (const uint8_t[RNG_SEED]){7});
	fixture->header = (struct packet){.traffic_class = 0x2e,
					  .next_header = PROTOCOL_UDP,
					  .hop_limit = 64,
					  .source = fixture->sides[0].address,
					  .destination = fixture->sides[1].address};
	return fixture;
}

static void fixture_free(struct fixture *fixture)
{
	sides_free(fixture->sides);
	free(fixture->outbox);
	free(fixture->taken);
	free(fixture);
}

/* Writes a packet of size bytes as the header says, of one of 16 flows, all else drawn. */
static struct written *write(struct fixture *fixture, uint32_t flow, size_t size)
{
	assert_in_range(fixture->count, 0, SENT - 1);
	struct written *made = &fixture->sent[fixture->count++];
	struct writer out = writer_of(made->bytes, WIRE_IPV6_HEADER);
	struct packet packet;

	packet_header_write(&fixture->header, size - WIRE_IPV6_HEADER, &out);
	rng_fill(&fixture->rng, made->bytes + out.used, size - out.used);
	for (size_t i = out.used; i < size && i < out.used + 4; i++)
		made->bytes[i] = (uint8_t)flow;
	made->size = size;
	made->partial = false;
	assert_int_equal(packet_read(made->bytes, size, &packet), DROP_NONE);
	made->lane = packet_lane(&packet);
	return made;
}

static void send(struct fixture *fixture, const struct written *written)
{
	const struct tables tables = side_tables(&fixture->sides[0]);
	struct verdict verdict = send_packet(&tables, fixture->sides[0].packets, (instant){5000},
					     (struct span){written->bytes, written->size},
					     written->partial, fixture->outbox);

	assert_int_equal(verdict.kind, VERDICT_DONE);
}

static void flush(struct fixture *fixture)
{
	const struct tables tables = side_tables(&fixture->sides[0]);

	send_flush(&tables, fixture->sides[0].packets, (instant){5000}, fixture->outbox);
}

/* The other side takes all frames; what it hands to its host is in taken. */
static void take_all(struct fixture *fixture)
{
	const struct side *side = &fixture->sides[1];

	outbox_clear(fixture->taken);
	for (uint32_t i = 0; i < fixture->outbox->count; i++) {
		const struct action *action = &fixture->outbox->actions[i];
		struct reader in = reader_of(fixture->outbox->bytes + action->offset, action->size);
		struct data_header header;
		uint32_t before = fixture->taken->count;
		assert_int_equal(data_header_read(&in, &header), DROP_NONE);
		struct verdict verdict =
			receive_packet(side->forwarding, side->packets, (instant){9000}, &header,
				       (struct span){in.at, in.left}, fixture->taken);
		assert_int_equal(verdict.kind, VERDICT_DONE);
		fixture->shared += fixture->taken->count > before + 1;
		assert_true(fixture->taken->count == before + 1 || action->size <= WIRE_MTU_LEAST);
	}
}

/* The next packet of a lane that was taken, from *at on. */
static const struct action *next_of_lane(const struct fixture *fixture, uint8_t lane, uint32_t *at)
{
	struct packet packet;

	while (*at < fixture->taken->count) {
		const struct action *action = &fixture->taken->actions[(*at)++];
		assert_int_equal(action->kind, ACTION_PACKET);
		assert_int_equal(
			packet_read(fixture->taken->bytes + action->offset, action->size, &packet),
			DROP_NONE);
		if (packet_lane(&packet) == lane)
			return action;
	}
	return NULL;
}

/* All that was sent was taken, each lane in its order; the next batch begins. */
static void check_taken(struct fixture *fixture)
{
	uint32_t at[WIRE_LANES] = {0};

	assert_int_equal(fixture->taken->count, fixture->count);
	for (uint32_t i = 0; i < fixture->count; i++) {
		const struct written *sent = &fixture->sent[i];
		const struct action *action = next_of_lane(fixture, sent->lane, &at[sent->lane]);
		assert_non_null(action);
		assert_int_equal(action->size, sent->size);
		assert_int_equal(action->partial, sent->partial);
		assert_memory_equal(fixture->taken->bytes + action->offset, sent->bytes,
				    sent->size);
	}
	fixture->count = 0;
	outbox_clear(fixture->outbox);
}

static size_t size_drawn(struct rng *rng)
{
	uint32_t kind = rng_below(rng, 10);

	return kind == 0 ? 40 + rng_below(rng, 1461) : 40 + rng_below(rng, kind < 5 ? 60 : 620);
}

static void what_is_sent_comes_out_in_its_order(void **state)
{
	static const uint8_t hop_limits[] = {64, 64, 64, 64, 128, 20}, classes[] = {0, 0, 0, 0x2e};
	struct fixture *fixture = fixture_new();
	struct rng *rng = &fixture->rng;
	uint32_t packets = 0;

	for (uint32_t turn = 0; turn < 1500; turn++) {
		uint32_t count = 1 + rng_below(rng, SENT), flows = 1 + rng_below(rng, 16);
		for (uint32_t i = 0; i < count; i++) {
			fixture->header.hop_limit = hop_limits[rng_below(rng, 6)];
			fixture->header.traffic_class = classes[rng_below(rng, 4)];
			size_t size = size_drawn(rng);
			struct written *made = write(fixture, rng_below(rng, flows), size);
			made->partial = size >= 48 && rng_below(rng, 3) == 0;
			send(fixture, made);
		}
		flush(fixture);
		packets += count;
		take_all(fixture);
		check_taken(fixture);
	}
	assert_true(fixture->shared > 1500);
	for (uint32_t i = 0; i < 2; i++) {
		struct worker_peer seen = worker_look(fixture->sides[i].packets, SIDE_INDEX, 1);
		assert_int_equal(i == 0 ? seen.tx_packets : seen.rx_packets, packets);
	}
	fixture_free(fixture);
}

/* As many as there may be, or as long, go in one frame; then the next begins. */
static void a_frame_is_filled(void **state)
{
	static const struct {
		size_t size;
		uint32_t packets;
	} cases[] = {{50, 24}, {SMALL, 16}, {600, 2}, {284, 5}, {285, 4}};
	struct fixture *fixture = fixture_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (uint32_t packet = 0; packet < 2 * cases[i].packets + 1; packet++)
			send(fixture, write(fixture, 1, cases[i].size));
		assert_int_equal(fixture->outbox->count, 2);
		flush(fixture);
		assert_int_equal(fixture->outbox->count, 3);
		assert_int_equal(fixture->outbox->actions[2].size, cases[i].size);
		take_all(fixture);
		check_taken(fixture);
	}
	flush(fixture);
	assert_int_equal(fixture->outbox->count, 0);
	fixture_free(fixture);
}

/* One that stays alone leaves in the same bytes as without any gathering. */
static void alone_it_is_the_frame_it_would_be(void **state)
{
	struct fixture *with = fixture_new(), *without = fixture_new();
	uint8_t frame[PACKET_MAX + 2048];
	struct packet packet;

	for (size_t size = 40; size <= 700; size++) {
		struct written *made = write(with, (uint32_t)size % 16, size);
		made->partial = size >= 48 && size % 2 == 0;
		send(with, made);
		flush(with);
		assert_int_equal(packet_read(made->bytes, size, &packet), DROP_NONE);
		const struct frame_content content = {.lane = made->lane,
						      .hop_limit = packet.hop_limit,
						      .traffic_class = packet.traffic_class,
						      .next_header = packet.next_header,
						      .partial = made->partial,
						      .payload = packet.payload};
		assert_int_equal(with->outbox->count, 1);
		assert_int_equal(with->outbox->used,
				 side_seal(&without->sides[0], &content, frame));
		assert_memory_equal(with->outbox->bytes, frame, with->outbox->used);
		outbox_clear(with->outbox);
		with->count = 0;
	}
	fixture_free(with);
	fixture_free(without);
}

/* How many frames two packets leave in, the second with another header if it is changed. */
static uint32_t frames_of_two(struct fixture *fixture, uint32_t flow, size_t size)
{
	const struct packet header = fixture->header;
	uint32_t frames;

	fixture->header.hop_limit = 64;
	fixture->header.traffic_class = 0x2e;
	send(fixture, write(fixture, 1, SMALL));
	fixture->header = header;
	send(fixture, write(fixture, flow, size));
	flush(fixture);
	frames = fixture->outbox->count;
	take_all(fixture);
	check_taken(fixture);
	return frames;
}

static void only_what_has_the_same_header_shares(void **state)
{
	struct fixture *fixture = fixture_new();

	assert_int_equal(frames_of_two(fixture, 1, SMALL), 1);
	assert_int_equal(frames_of_two(fixture, 1, 600), 1);
	assert_int_equal(frames_of_two(fixture, 1, 601), 2);
	assert_int_equal(frames_of_two(fixture, 1, 49), 2);
	assert_int_equal(frames_of_two(fixture, 2, SMALL), 2); /* another lane */
	fixture->header.traffic_class = 0x2d;		       /* ECN */
	assert_int_equal(frames_of_two(fixture, 1, SMALL), 2);
	fixture->header.traffic_class = 0x2e;
	fixture->header.hop_limit = 63;
	assert_int_equal(frames_of_two(fixture, 1, SMALL), 2);
	fixture_free(fixture);
}

static void only_what_goes_to_the_same_node_shares(void **state)
{
	struct gathered gathered = {.packets = 1, .index = 3, .used = 20, .hop_limit = 64};
	struct outgoing outgoing = {.index = 3, .packet = {.hop_limit = 64, .payload = {0}}};

	assert_true(gather_fits(&gathered, &outgoing));
	outgoing.index = 4;
	assert_false(gather_fits(&gathered, &outgoing));
	gathered.packets = 0;
	assert_true(gather_fits(&gathered, &outgoing));
}

/* Frames that say whole addresses hold one packet each, whoever knows of the conflict. */
static void in_id_conflict_nothing_is_shared(void **state)
{
	for (uint32_t i = 0; i < 2; i++) {
		struct fixture *fixture = fixture_new();
		struct side *side = &fixture->sides[0];
		struct destination twin = {.address = side->peer.address};
		twin.address.bytes[15] ^= 1;
		if (i == 0)
			forwarding_put(side->forwarding, SIDE_INDEX + 1, &twin);
		side->path.id_conflict = i == 1;
		fib_clear(side->fib, 9, true);
		fib_add_hop(side->fib, &side->hop);
		fib_add_node(side->fib, &side->path);
		send(fixture, write(fixture, 1, SMALL));
		send(fixture, write(fixture, 1, SMALL));
		flush(fixture);
		assert_int_equal(fixture->outbox->count, 2);
		fixture_free(fixture);
	}
}

/* The packet an ERROR about that frame is about. */
static struct span culprit_in(struct fixture *fixture, uint32_t frame)
{
	const struct action *action = &fixture->outbox->actions[frame];
	struct reader in = reader_of(fixture->outbox->bytes + action->offset, action->size);
	struct data_header header;

	assert_int_equal(data_header_read(&in, &header), DROP_NONE);
	const struct culprit culprit = culprit_of(&header, in.at);
	return recent_take(worker_recent(fixture->sides[0].packets), &culprit);
}

/* Of a bundle its first packet is kept, and of hop limits under 32 every one. */
static void packets_are_kept_for_errors(void **state)
{
	struct fixture *fixture = fixture_new();

	for (uint32_t i = 0; i < 3; i++)
		send(fixture, write(fixture, 1, 60 + 100 * i));
	flush(fixture);
	assert_int_equal(fixture->outbox->count, 1); /* the counter is 0, which is one in 16 */
	struct span found = culprit_in(fixture, 0);
	assert_int_equal(found.size, 60);
	assert_memory_equal(found.bytes, fixture->sent[0].bytes, 60);
	take_all(fixture);
	check_taken(fixture);

	fixture->header.hop_limit = 31;
	for (uint32_t i = 0; i < 5; i++)
		send(fixture, write(fixture, 1, 60 + 100 * i));
	assert_int_equal(fixture->outbox->count, 5);
	for (uint32_t i = 0; i < 5; i++) {
		found = culprit_in(fixture, i);
		assert_memory_equal(found.bytes, fixture->sent[i].bytes, found.size);
		assert_int_equal(found.size, i == 0 ? 60 : RECENT_BYTES);
	}
	fixture_free(fixture);
}

/* What cannot be sealed is counted, packet by packet, and does not stay. */
static void what_finds_no_room_is_counted(void **state)
{
	struct fixture *fixture = fixture_new();
	struct worker *worker = fixture->sides[0].packets;

	for (uint32_t i = 0; i < 5; i++)
		send(fixture, write(fixture, 1, SMALL));
	fixture->outbox->count = OUTBOX_ACTIONS;
	flush(fixture);
	assert_int_equal(worker_drops(worker)->counts[DROP_OUTBOX_FULL], 5);
	assert_int_equal(worker_look(worker, SIDE_INDEX, 1).tx_packets, 0);
	outbox_clear(fixture->outbox);
	flush(fixture);
	assert_int_equal(fixture->outbox->count, 0);
	fixture_free(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_comes_out_in_its_order),
		cmocka_unit_test(a_frame_is_filled),
		cmocka_unit_test(alone_it_is_the_frame_it_would_be),
		cmocka_unit_test(only_what_has_the_same_header_shares),
		cmocka_unit_test(only_what_goes_to_the_same_node_shares),
		cmocka_unit_test(in_id_conflict_nothing_is_shared),
		cmocka_unit_test(packets_are_kept_for_errors),
		cmocka_unit_test(what_finds_no_room_is_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/gather", tests, NULL, NULL);
}
