/* Frames on their way through, with tables made by hand: passed on but for one hop, and every
 * refusal in its order. docs/protocol/route.md, section 7. */
#include "node/relay.h"

#include <sodium.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Next hops: the neighbour frames come from, and those of two lanes. */
enum { HOP_BEHIND, HOP_AHEAD, HOP_ASIDE, HOPS };

/* Nodes of the FIB. */
enum { NODE_BEHIND, NODE_FAR, NODE_LOST, NODE_TWIN_A, NODE_TWIN_B, NODES };

enum { LANE_ASIDE = 5, LANES = 0xfe };

struct fixture {
	struct tables tables;
	struct forwarding *forwarding;
	struct fib *fib;
	uint64_t serial; /* of the FIB */
	instant now;
	struct worker *worker;
	struct outbox *outbox;
	struct fib_node nodes[NODES];
	struct fib_hop hops[HOPS];
	/* The frame to be relayed, as the header says and from where. */
	struct data_header header;
	struct relay_frame frame;
	uint8_t bytes[2000];
};

static const struct address OWN = {{0xbe, 0xef, 0x11}};

static void *zeroed(size_t size)
{
	void *memory = calloc(1, size);

	assert_non_null(memory);
	return memory;
}

static void fill(struct fixture *fixture)
{
	fib_clear(fixture->fib, ++fixture->serial, true);
	for (uint32_t i = 0; i < HOPS; i++) {
		fixture->hops[i].address = (struct address){{0xbe, 0xef, 0x20, (uint8_t)i}};
		fixture->hops[i].link = i;
		fixture->hops[i].to = (struct lladdr){{2, 0, 0, 0, 0, (uint8_t)i}};
		assert_int_equal(fib_add_hop(fixture->fib, &fixture->hops[i]), i);
		fib_add_way(fixture->fib, i, fixture->hops[i].to, i);
	}
	for (uint32_t i = 0; i < NODES; i++)
		fib_add_node(fixture->fib, &fixture->nodes[i]);
}

static struct fixture *fixture_new(void)
{
	static const uint8_t secret[16] = {1};
	const struct fib_limits limits = {.nodes = NODES, .hops = HOPS, .ways = HOPS + 1};
	struct fixture *fixture = zeroed(sizeof(*fixture));

	assert_true(sodium_init() >= 0);
	fixture->forwarding = forwarding_init(zeroed(forwarding_size(1)), 1, &OWN, secret);
	fixture->fib = fib_init(zeroed(fib_size(&limits)), &limits, secret);
	fixture->tables = (struct tables){fixture->forwarding, fixture->fib};
	fixture->worker = worker_init(zeroed(worker_size(1, LANES)), NULL, 1, LANES);
	fixture->now = (instant){5000};
	fixture->outbox = zeroed(sizeof(*fixture->outbox));
	for (uint32_t i = 0; i < HOPS; i++)
		fixture->hops[i].mtu = 1500;
	for (uint32_t i = 0; i < NODES; i++) {
		struct fib_node *node = &fixture->nodes[i];
		node->address = (struct address){{0xbe, 0xef, 0x30, (uint8_t)i}};
		for (uint32_t lane = 0; lane < WIRE_LANES; lane++)
			node->next[lane] = lane == LANE_ASIDE ? HOP_ASIDE : HOP_AHEAD;
		node->lost = i == NODE_LOST;
		if (i == NODE_BEHIND)
			memset(node->next, 0, sizeof(node->next));
	}
	fixture->nodes[NODE_TWIN_B].address = fixture->nodes[NODE_TWIN_A].address;
	fixture->nodes[NODE_TWIN_B].address.bytes[ADDRESS - 1] = 1;
	fill(fixture);
	fixture->header =
		(struct data_header){.lane = 2,
				     .hop_limit = 64,
				     .destination = address_id(&fixture->nodes[NODE_FAR].address),
				     .source = {{0x77}},
				     .counter = 5};
	fixture->frame = (struct relay_frame){.link = HOP_BEHIND,
					      .from = fixture->hops[HOP_BEHIND].to,
					      .bytes = fixture->bytes,
					      .size = 200};
	return fixture;
}

static void fixture_free(struct fixture *fixture)
{
	free(fixture->forwarding);
	free(fixture->fib);
	free(fixture->worker);
	free(fixture->outbox);
	free(fixture);
}

/* Writes the frame as the header says and relays it. */
static struct verdict pass(struct fixture *fixture)
{
	struct writer out = writer_of(fixture->bytes, sizeof(fixture->bytes));

	memset(fixture->bytes, 0x5a, sizeof(fixture->bytes));
	data_header_write(&fixture->header, &out);
	outbox_clear(fixture->outbox);
	return relay_data(&fixture->tables, fixture->worker, fixture->now, &fixture->frame,
			  &fixture->header, fixture->outbox);
}

static struct verdict pass_control(struct fixture *fixture, enum frame_type type)
{
	const struct control_header header = {.type = type,
					      .hop_limit = fixture->header.hop_limit,
					      .destination = fixture->header.destination,
					      .source = fixture->header.source};
	struct writer out = writer_of(fixture->bytes, sizeof(fixture->bytes));

	memset(fixture->bytes, 0x5a, sizeof(fixture->bytes));
	control_header_write(&header, &out);
	outbox_clear(fixture->outbox);
	return relay_control(&fixture->tables, fixture->worker, fixture->now, &fixture->frame,
			     &header, fixture->outbox);
}

/* Checks that the frame left by that hop, one byte of it less by one. */
static void check_passed(struct fixture *fixture, struct verdict verdict, uint32_t hop,
			 size_t hop_limit_at)
{
	const struct action *action = &fixture->outbox->actions[0];
	uint8_t expected[2000];

	assert_int_equal(verdict.kind, VERDICT_DONE);
	assert_int_equal(verdict.drop, DROP_NONE);
	assert_int_equal(verdict.hop, hop);
	assert_int_equal(fixture->outbox->count, 1);
	assert_int_equal(action->kind, ACTION_FRAME);
	assert_int_equal(action->link, hop);
	assert_true(lladdr_equal(&action->to, &fixture->hops[hop].to));
	assert_int_equal(action->size, fixture->frame.size);
	memcpy(expected, fixture->bytes, fixture->frame.size);
	expected[hop_limit_at]--;
	assert_memory_equal(fixture->outbox->bytes + action->offset, expected, action->size);
}

/* Checks a refusal; report 0: nothing is to be told. */
static void check_refused(struct fixture *fixture, enum drop drop, uint32_t report, uint32_t mtu)
{
	struct verdict verdict = pass(fixture);

	assert_int_equal(verdict.kind, report != 0 ? VERDICT_REPORT : VERDICT_DROP);
	assert_int_equal(verdict.drop, drop);
	assert_int_equal(verdict.report, report);
	assert_int_equal(verdict.mtu, mtu);
	assert_false(verdict.hop_news);
	assert_int_equal(fixture->outbox->count, 0);
}

static void each_form_loses_one_hop_and_nothing_else(void **state)
{
	struct fixture *fixture = fixture_new();

	for (uint32_t hop_limit = 2; hop_limit < 256; hop_limit++) {
		fixture->header.hop_limit = (uint8_t)hop_limit;
		for (uint8_t lane = 1; lane < WIRE_LANES; lane++) {
			uint32_t hop = lane == LANE_ASIDE ? HOP_ASIDE : HOP_AHEAD;
			fixture->header.lane = lane;
			fixture->header.extended = fixture->header.addressed = false;
			check_passed(fixture, pass(fixture), hop, 1);
			fixture->header.extended = true;
			fixture->header.length = 1;
			check_passed(fixture, pass(fixture), hop, 2);
			fixture->header.addressed = true;
			fixture->header.to = fixture->nodes[NODE_FAR].address;
			check_passed(fixture, pass(fixture), hop, 2);
		}
	}
	fixture_free(fixture);
}

/* Lane 0 takes its own path, and a hop limit under that of neighbours. */
static void control_frames_take_lane_0(void **state)
{
	struct fixture *fixture = fixture_new();

	fixture->nodes[NODE_FAR].next[WIRE_LANE_CONTROL] = HOP_ASIDE;
	fill(fixture);
	for (enum frame_type type = FRAME_INITIATION; type <= FRAME_ERROR; type++) {
		for (uint32_t hop_limit = 2; hop_limit < 255; hop_limit++) {
			fixture->header.hop_limit = (uint8_t)hop_limit;
			check_passed(fixture, pass_control(fixture, type), HOP_ASIDE, 2);
		}
	}
	fixture->header.lane = WIRE_LANE_CONTROL;
	check_passed(fixture, pass(fixture), HOP_ASIDE, 1);
	fixture_free(fixture);
}

static void a_hop_is_news_now_and_then(void **state)
{
	struct fixture *fixture = fixture_new();

	assert_true(pass(fixture).hop_news);
	assert_false(pass(fixture).hop_news);
	fixture->header.lane = LANE_ASIDE;
	assert_true(pass(fixture).hop_news);
	fixture->now = instant_after(fixture->now, duration_us(249999));
	assert_false(pass(fixture).hop_news);
	fixture->now = instant_after(fixture->now, duration_us(1));
	assert_true(pass(fixture).hop_news);
	assert_false(pass(fixture).hop_news);
	fill(fixture); /* another FIB, other numbers */
	assert_true(pass(fixture).hop_news);
	fixture_free(fixture);
}

/* A frame in which everything is wrong that can be, put right one thing after another. */
static void refusals_come_in_their_order(void **state)
{
	struct fixture *fixture = fixture_new();
	struct data_header *header = &fixture->header;

	fixture->frame.from = (struct lladdr){{9}};
	fixture->frame.size = 1501;
	*header = (struct data_header){.lane = WIRE_LANE_CONTROL,
				       .hop_limit = WIRE_HOP_LIMIT,
				       .destination = {{0x66}},
				       .source = address_id(&OWN)};
	check_refused(fixture, DROP_RELAY_STRANGER, 0, 0);
	fixture->frame.from = fixture->hops[HOP_AHEAD].to;
	check_refused(fixture, DROP_RELAY_STRANGER, 0, 0); /* of a neighbour on another link */
	fixture->frame.from = fixture->hops[HOP_BEHIND].to;
	check_refused(fixture, DROP_OWN, 0, 0);
	header->source = (struct node_id){{0x77}};
	check_refused(fixture, DROP_HOP_LIMIT, 0, 0);
	header->lane = 2;
	header->hop_limit = 0;
	check_refused(fixture, DROP_HOP_LIMIT, ERROR_HOP_LIMIT, 0);
	header->hop_limit = 1;
	check_refused(fixture, DROP_HOP_LIMIT, ERROR_HOP_LIMIT, 0);
	header->hop_limit = 2;
	check_refused(fixture, DROP_NO_ROUTE, ERROR_NO_ROUTE, 0);
	header->destination = address_id(&fixture->nodes[NODE_TWIN_A].address);
	check_refused(fixture, DROP_ID_CONFLICT, 0, 0);
	header->destination = address_id(&fixture->nodes[NODE_LOST].address);
	check_refused(fixture, DROP_LINK_DOWN, 0, 0);
	header->destination = address_id(&fixture->nodes[NODE_BEHIND].address);
	check_refused(fixture, DROP_BACKWARDS, 0, 0);
	header->destination = address_id(&fixture->nodes[NODE_FAR].address);
	check_refused(fixture, DROP_TOO_BIG, ERROR_TOO_BIG, 1500);
	fixture->frame.size = 1500;
	check_passed(fixture, pass(fixture), HOP_AHEAD, 1);
	fixture_free(fixture);
}

/* A frame that says its whole destination goes there, whoever else has the id. */
static void whole_addresses_tell_twins_apart(void **state)
{
	struct fixture *fixture = fixture_new();
	struct data_header *header = &fixture->header;

	memset(fixture->nodes[NODE_TWIN_B].next, 0, sizeof(fixture->nodes[0].next));
	for (uint32_t lane = 0; lane < WIRE_LANES; lane++)
		fixture->nodes[NODE_TWIN_B].next[lane] = HOP_ASIDE;
	fill(fixture);
	header->destination = address_id(&fixture->nodes[NODE_TWIN_A].address);
	header->extended = true;
	header->length = 1;
	check_refused(fixture, DROP_ID_CONFLICT, 0, 0);
	header->addressed = true;
	header->to = fixture->nodes[NODE_TWIN_A].address;
	check_passed(fixture, pass(fixture), HOP_AHEAD, 2);
	header->to = fixture->nodes[NODE_TWIN_B].address;
	check_passed(fixture, pass(fixture), HOP_ASIDE, 2);
	header->to.bytes[ADDRESS - 1] = 2;
	check_refused(fixture, DROP_NO_ROUTE, ERROR_NO_ROUTE, 0);
	/* The same of handshakes. */
	assert_int_equal(pass_control(fixture, FRAME_INITIATION).drop, DROP_ID_CONFLICT);
	fixture->frame.to = &fixture->nodes[NODE_TWIN_B].address;
	assert_int_equal(pass_control(fixture, FRAME_INITIATION).kind, VERDICT_DONE);
	fixture_free(fixture);
}

static void too_big_says_what_fits(void **state)
{
	struct fixture *fixture = fixture_new();

	fixture->hops[HOP_AHEAD].mtu = 1280;
	fill(fixture);
	for (fixture->frame.size = 1270; fixture->frame.size < 1300; fixture->frame.size++) {
		if (fixture->frame.size <= 1280)
			check_passed(fixture, pass(fixture), HOP_AHEAD, 1);
		else
			check_refused(fixture, DROP_TOO_BIG, ERROR_TOO_BIG, 1280);
	}
	/* Another lane, another link. */
	fixture->header.lane = LANE_ASIDE;
	check_passed(fixture, pass(fixture), HOP_ASIDE, 1);
	fixture_free(fixture);
}

/* Of lane 0, and of control frames, nobody is told anything. */
static void nothing_is_reported_of_lane_0(void **state)
{
	struct fixture *fixture = fixture_new();
	struct data_header *header = &fixture->header;

	for (uint32_t i = 0; i < 3; i++) {
		enum drop drop = i == 0 ? DROP_HOP_LIMIT : i == 1 ? DROP_NO_ROUTE : DROP_TOO_BIG;
		header->lane = WIRE_LANE_CONTROL;
		header->hop_limit = i == 0 ? 1 : 64;
		header->destination = address_id(&fixture->nodes[NODE_FAR].address);
		header->destination.bytes[NODE_ID - 1] ^= i == 1;
		fixture->frame.size = 1400 + 101 * (i == 2);
		check_refused(fixture, drop, 0, 0);
		struct verdict verdict = pass_control(fixture, FRAME_ERROR);
		assert_int_equal(verdict.kind, VERDICT_DROP);
		assert_int_equal(verdict.drop, drop);
	}
	fixture_free(fixture);
}

static void a_full_outbox_is_told(void **state)
{
	struct fixture *fixture = fixture_new();

	pass(fixture);
	fixture->now = instant_after(fixture->now, duration_ms(250));
	fixture->outbox->count = OUTBOX_ACTIONS;
	struct verdict verdict = relay_data(&fixture->tables, fixture->worker, fixture->now,
					    &fixture->frame, &fixture->header, fixture->outbox);
	assert_int_equal(verdict.kind, VERDICT_DROP);
	assert_int_equal(verdict.drop, DROP_OUTBOX_FULL);
	assert_false(verdict.hop_news);
	assert_true(pass(fixture).hop_news);
	fixture_free(fixture);
}

/* Says whether a frame that comes in by that link calls for a hint. */
static bool hints(struct fixture *fixture, uint32_t link, uint8_t lane)
{
	fixture->frame.link = link;
	fixture->header.lane = lane;
	struct verdict verdict = pass(fixture);
	assert_int_equal(verdict.kind, VERDICT_DONE);
	return verdict.hint;
}

static void who_could_have_sent_it_there_is_given_a_hint(void **state)
{
	struct fixture *fixture = fixture_new();

	fib_add_way(fixture->fib, HOP_AHEAD, fixture->frame.from, HOP_BEHIND);
	assert_false(hints(fixture, HOP_AHEAD, 2)); /* not yet there: the next hop is another */
	fixture->nodes[NODE_FAR].address = fixture->hops[HOP_AHEAD].address;
	fixture->header.destination = address_id(&fixture->nodes[NODE_FAR].address);
	fill(fixture);
	fib_add_way(fixture->fib, HOP_AHEAD, fixture->frame.from, HOP_BEHIND);
	assert_false(hints(fixture, HOP_BEHIND, 2)); /* another link */
	assert_true(hints(fixture, HOP_AHEAD, 2));
	assert_false(hints(fixture, HOP_AHEAD, LANE_ASIDE));
	assert_false(hints(fixture, HOP_AHEAD, WIRE_LANE_CONTROL));
	fixture_free(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_loses_one_hop_and_nothing_else),
		cmocka_unit_test(control_frames_take_lane_0),
		cmocka_unit_test(a_hop_is_news_now_and_then),
		cmocka_unit_test(refusals_come_in_their_order),
		cmocka_unit_test(whole_addresses_tell_twins_apart),
		cmocka_unit_test(too_big_says_what_fits),
		cmocka_unit_test(nothing_is_reported_of_lane_0),
		cmocka_unit_test(a_full_outbox_is_told),
		cmocka_unit_test(who_could_have_sent_it_there_is_given_a_hint),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/relay", tests, NULL, NULL);
}
