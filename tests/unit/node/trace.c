/* Traces along a line: what is answered, what is believed, and what becomes of a trace when hops
 * are silent or lie. docs/protocol/route.md, section 9. */
#include "node/trace.h"

#include "line.h"
#include "node/sealed.h"

#include <string.h>

enum { LANE = 3 };

static void begin(struct mesh *mesh, uint32_t number, uint8_t lane, const struct address *to)
{
	outbox_clear(mesh->outbox);
	node_trace(mesh->hosts[0].node, mesh->now, number, lane, to, mesh->outbox);
	mesh_carry(mesh, 0);
}

static struct node_trace shown(struct mesh *mesh, uint32_t number)
{
	struct node_trace trace;

	node_traced(mesh->hosts[0].node, number, &trace);
	return trace;
}

static struct node_hop hop_of(struct mesh *mesh, uint32_t hop)
{
	struct node_hop shown_hop;

	node_traced_hop(mesh->hosts[0].node, 0, hop, &shown_hop);
	return shown_hop;
}

static bool trace_over(struct mesh *mesh, uint32_t a, uint32_t b)
{
	return shown(mesh, 0).state != TRACE_UNDER_WAY;
}

/* Traces from host 0 to the last of the line and expects it to end so, with so many hops. */
static duration trace(struct mesh *mesh, enum node_trace_state state, uint32_t hops)
{
	begin(mesh, 0, LANE, &mesh->hosts[LINE_LAST].address);
	duration took = mesh_wait(mesh, trace_over, 0, LINE_LAST, duration_s(6));
	assert_int_equal(shown(mesh, 0).state, state);
	assert_int_equal(shown(mesh, 0).hops, hops);
	return took;
}

static void check_address(struct mesh *mesh, const struct address *address, uint32_t host)
{
	assert_memory_equal(address, &mesh->hosts[host].address, sizeof(*address));
}

/* The hop is that host and told the truth. */
static void check_true(struct mesh *mesh, uint32_t hop)
{
	struct node_hop seen = hop_of(mesh, hop);

	assert_int_equal(seen.state, HOP_TRUE);
	check_address(mesh, &seen.address, hop);
	if (hop > 0) {
		check_address(mesh, &seen.way.back, hop - 1);
		assert_int_equal(seen.rtt_us, 2 * hop * mesh->delay.us);
	}
	assert_int_equal(seen.way.arrived, hop == LINE_LAST);
	if (hop == LINE_LAST)
		return;
	check_address(mesh, &seen.way.next, hop + 1);
	assert_int_equal(seen.way.interface, 2);
	assert_int_equal(seen.way.mtu, 1500);
	assert_in_range(seen.way.metric_us, 1, 100000);
	assert_int_equal(seen.way.queued, TRACE_QUEUE_UNKNOWN);
}

static void a_trace_goes_from_hop_to_hop(void **state)
{
	struct mesh *mesh = line_new(50);
	uint64_t drops = line_drops(mesh);

	for (uint8_t lane = 0; lane < WIRE_LANES; lane++) {
		begin(mesh, 0, lane, &mesh->hosts[LINE_LAST].address);
		mesh_wait(mesh, trace_over, 0, LINE_LAST, duration_s(1));
		assert_int_equal(shown(mesh, 0).state, TRACE_REACHED);
		assert_int_equal(shown(mesh, 0).hops, LINE_LAST);
		assert_int_equal(shown(mesh, 0).lane, lane);
		for (uint32_t hop = 0; hop <= LINE_LAST; hop++)
			check_true(mesh, hop);
		assert_int_equal(mesh->hosts[0].notices[NOTICE_TRACE], lane + 1);
	}
	assert_int_equal(mesh->hosts[0].frames[KIND_TRACE], 3 * WIRE_LANES);
	assert_int_equal(line_drops(mesh), drops);
	mesh_free(mesh);
}

static void a_trace_to_nobody_ends_at_once(void **state)
{
	const struct address nobody = {{0xbe, 0xef, 1}};
	struct mesh *mesh = line_new(51);

	assert_int_equal(shown(mesh, 0).state, TRACE_NONE);
	begin(mesh, 0, LANE, &nobody);
	assert_int_equal(shown(mesh, 0).state, TRACE_NO_ROUTE);
	assert_int_equal(shown(mesh, 0).hops, 0);
	begin(mesh, 1, LANE, &mesh->hosts[0].address);
	assert_int_equal(shown(mesh, 1).state, TRACE_REACHED);
	assert_int_equal(shown(mesh, 1).hops, 0);
	assert_int_equal(mesh->hosts[0].notices[NOTICE_TRACE], 2);
	assert_int_equal(mesh->hosts[0].frames[KIND_TRACE], 0);
	mesh_free(mesh);
}

/* Loses what the host that the context names says of traces. */
static void lose_answers(struct mesh *mesh, struct flight *flight)
{
	const uint32_t *silent = mesh->context;

	if (flight->kind == KIND_TRACE && flight->host == *silent)
		flight->copies = 0;
}

static void a_silent_hop_is_passed_by(void **state)
{
	struct mesh *mesh = line_new(52);
	uint32_t silent = 2;

	mesh->filter = lose_answers;
	mesh->context = &silent;
	duration took = trace(mesh, TRACE_REACHED, LINE_LAST);
	check_true(mesh, 1);
	assert_int_equal(hop_of(mesh, 2).state, HOP_SILENT);
	const struct node_hop passed = hop_of(mesh, 2);
	check_address(mesh, &passed.address, 2);
	check_true(mesh, 3);
	assert_in_range(took.us, 1000000, 1100000);
	assert_int_equal(mesh->hosts[2].frames[KIND_TRACE], TRACE_TRIES);
	mesh_free(mesh);
}

static void a_silent_destination_ends_it(void **state)
{
	struct mesh *mesh = line_new(53);
	uint32_t silent = LINE_LAST;

	mesh->filter = lose_answers;
	mesh->context = &silent;
	trace(mesh, TRACE_LOST, LINE_LAST);
	check_true(mesh, 2);
	assert_int_equal(hop_of(mesh, 3).state, HOP_SILENT);
	assert_int_equal(hop_of(mesh, 3).rtt_us, 0);
	mesh_free(mesh);
}

static void a_trace_ends_in_time(void **state)
{
	struct mesh *mesh = line_new(54);
	uint32_t silent = 1;

	mesh->filter = lose_answers;
	mesh->context = &silent;
	begin(mesh, 0, LANE, &mesh->hosts[LINE_LAST].address);
	node_trace_run(mesh->hosts[0].node, 0)->began.us -= (TRACE_MS - 500) * 1000;
	mesh_run(mesh, duration_ms(400));
	assert_int_equal(shown(mesh, 0).state, TRACE_UNDER_WAY);
	mesh_run(mesh, duration_ms(300));
	assert_int_equal(shown(mesh, 0).state, TRACE_TIMEOUT);
	assert_int_equal(mesh->hosts[0].notices[NOTICE_TRACE], 1);
	mesh_free(mesh);
}

static void traces_do_not_know_each_other(void **state)
{
	struct mesh *mesh = line_new(55);

	for (uint32_t number = 0; number < TRACES; number++)
		begin(mesh, number, (uint8_t)number, &mesh->hosts[1 + number % 3].address);
	begin(mesh, 1, 7, &mesh->hosts[3].address); /* instead of the one there */
	mesh_run(mesh, duration_ms(300));
	assert_int_equal(mesh->hosts[0].notices[NOTICE_TRACE], TRACES);
	for (uint32_t number = 0; number < TRACES; number++) {
		assert_int_equal(shown(mesh, number).state, TRACE_REACHED);
		assert_int_equal(shown(mesh, number).lane, number == 1 ? 7 : number);
		assert_int_equal(shown(mesh, number).hops, number == 1 ? 3 : 1 + number % 3);
	}
	mesh_free(mesh);
}

/* Sends a message that host `from` made to host `to`, over their session. */
static void tell(struct mesh *mesh, uint32_t from, uint32_t to, const uint8_t *bytes, size_t size)
{
	struct node *node = mesh->hosts[from].node;
	uint32_t index = table_find(node_peer_table(node), mesh->hosts[to].address.bytes);

	assert_int_not_equal(index, TABLE_NONE);
	outbox_clear(mesh->outbox);
	sealed_tell(node, mesh->now, index, (struct span){bytes, size}, mesh->outbox);
	assert_int_equal(mesh->outbox->count, 1);
	mesh_carry(mesh, from);
	mesh_run(mesh, duration_us(4 * mesh->delay.us));
}

/* What host 1 would answer to the last try of the hop it is. */
static struct traced answer_of(struct mesh *mesh)
{
	const struct trace_run *run = node_trace_run(mesh->hosts[0].node, 0);
	struct traced traced = {.question = {.lane = run->lane,
					     .destination = run->destination,
					     .origin = mesh->hosts[0].address},
				.from = mesh->hosts[1].address,
				.way = {.next = mesh->hosts[2].address,
					.back = mesh->hosts[0].address,
					.interface = 2,
					.mtu = 1500}};

	memcpy(traced.question.nonce, run->hop[1].nonce, TRACE_NONCE);
	traced.question.nonce[TRACE_NONCE - 1] += (uint8_t)(run->hop[1].tries - 1);
	return traced;
}

static void say(struct mesh *mesh, struct traced *traced, uint32_t signer)
{
	const struct node *node = mesh->hosts[signer].node;
	uint8_t bytes[WIRE_TRACED];
	struct writer out = writer_of(bytes, sizeof(bytes));

	traced_sign(traced, &node->identity, node->network_id);
	traced_write(traced, &out);
	mesh->filter = NULL;
	tell(mesh, 1, 0, bytes, sizeof(bytes));
}

/* A line of which host 1 does not answer, and was just asked. */
static struct mesh *asked_new(uint64_t seed)
{
	static uint32_t silent = 1;
	struct mesh *mesh = line_new(seed);

	mesh->filter = lose_answers;
	mesh->context = &silent;
	begin(mesh, 0, LANE, &mesh->hosts[LINE_LAST].address);
	mesh_run(mesh, duration_us(4 * mesh->delay.us));
	assert_int_equal(hop_of(mesh, 1).state, HOP_ASKED);
	return mesh;
}

/* Host 1 says something that is not so; the trace finds its way without. */
static void check_lie(struct mesh *mesh, struct traced *traced, uint32_t signer,
		      enum node_hop_lie lie)
{
	say(mesh, traced, signer);
	assert_int_equal(hop_of(mesh, 1).state, HOP_LIE);
	assert_int_equal(hop_of(mesh, 1).lie, lie);
	assert_int_equal(hop_of(mesh, 1).way.mtu, lie == LIE_SIGNATURE ? 0 : traced->way.mtu);
	mesh_wait(mesh, trace_over, 0, 3, duration_s(1));
	assert_int_equal(shown(mesh, 0).state, TRACE_REACHED);
	assert_int_equal(shown(mesh, 0).hops, LINE_LAST);
	check_true(mesh, 2);
	check_true(mesh, 3);
	mesh_free(mesh);
}

static void lies_are_seen(void **state)
{
	struct mesh *mesh = asked_new(56);
	struct traced traced = answer_of(mesh);

	check_lie(mesh, &traced, 2, LIE_SIGNATURE);

	mesh = asked_new(57);
	traced = answer_of(mesh);
	traced.way = traced_way_end(true);
	check_lie(mesh, &traced, 1, LIE_END);

	mesh = asked_new(58);
	traced = answer_of(mesh);
	traced.way.next = mesh->hosts[3].address;
	check_lie(mesh, &traced, 1, LIE_NEIGHBOUR);

	mesh = asked_new(59);
	traced = answer_of(mesh);
	traced.way.next.bytes[9] ^= 1;
	check_lie(mesh, &traced, 1, LIE_NEIGHBOUR);
}

/* Two that do not yet know the same may send to each other; that is no lie. */
static void a_loop_is_said_to_be_one(void **state)
{
	struct mesh *mesh = asked_new(60);
	struct traced traced = answer_of(mesh);

	traced.way.next = mesh->hosts[0].address;
	say(mesh, &traced, 1);
	assert_int_equal(hop_of(mesh, 1).state, HOP_TRUE);
	assert_int_equal(shown(mesh, 0).state, TRACE_LOOP);
	assert_int_equal(shown(mesh, 0).hops, 1);
	mesh_free(mesh);
}

static void the_destination_does_not_deny_itself(void **state)
{
	struct mesh *mesh = line_new(61);
	uint32_t silent = 1;

	mesh->filter = lose_answers;
	mesh->context = &silent;
	begin(mesh, 0, LANE, &mesh->hosts[1].address);
	struct traced traced = answer_of(mesh);
	say(mesh, &traced, 1);
	assert_int_equal(hop_of(mesh, 1).lie, LIE_END);
	assert_int_equal(shown(mesh, 0).state, TRACE_LOST);
	mesh_free(mesh);
}

static void who_says_two_things_lies_once(void **state)
{
	static uint32_t silent = 2;
	struct mesh *mesh = asked_new(62);
	struct traced traced = answer_of(mesh);

	say(mesh, &traced, 1);
	assert_int_equal(hop_of(mesh, 1).state, HOP_TRUE);
	traced.way.rtt_us = 12345; /* figures change */
	say(mesh, &traced, 1);
	assert_int_equal(hop_of(mesh, 1).state, HOP_TRUE);
	mesh_free(mesh);

	mesh = asked_new(63);
	traced = answer_of(mesh);
	mesh->context = &silent;
	struct traced other = traced;
	other.way.interface = 3;
	line_introduce(mesh, 3, 1);
	say(mesh, &traced, 1);
	assert_int_equal(shown(mesh, 0).state, TRACE_UNDER_WAY);
	say(mesh, &other, 1);
	assert_int_equal(hop_of(mesh, 1).state, HOP_LIE);
	assert_int_equal(hop_of(mesh, 1).lie, LIE_TWICE);
	mesh_free(mesh);
}

static void what_was_not_asked_is_not_heard(void **state)
{
	struct mesh *mesh = asked_new(64);
	struct traced traced = answer_of(mesh);
	uint64_t refused = 0;

	for (uint32_t i = 0; i < 4; i++) {
		struct traced other = traced;
		other.question.lane ^= i == 0;
		other.question.nonce[3] ^= i == 1;
		other.question.nonce[TRACE_NONCE - 1] += i == 2 ? TRACE_TRIES : 0;
		other.question.destination.bytes[5] ^= i == 3;
		say(mesh, &other, 1);
		assert_int_equal(hop_of(mesh, 1).state, HOP_ASKED);
		assert_int_equal(mesh_drops(mesh, 0, DROP_TRACE_UNASKED), ++refused);
	}
	struct traced other = traced;
	other.from = mesh->hosts[2].address;
	say(mesh, &other, 1);
	other = traced;
	other.question.origin = mesh->hosts[2].address;
	say(mesh, &other, 1);
	assert_int_equal(mesh_drops(mesh, 0, DROP_MALFORMED), 2);
	say(mesh, &traced, 1);
	assert_int_equal(hop_of(mesh, 1).state, HOP_TRUE);
	mesh_wait(mesh, trace_over, 0, 3, duration_s(1));
	say(mesh, &traced, 1); /* it is over */
	assert_int_equal(mesh_drops(mesh, 0, DROP_TRACE_UNASKED), ++refused);
	mesh_free(mesh);
}

static void ask(struct mesh *mesh, uint32_t from, uint32_t origin)
{
	const struct trace question = {.lane = LANE,
				       .destination = mesh->hosts[3].address,
				       .origin = mesh->hosts[origin].address};
	uint8_t bytes[WIRE_TRACE];
	struct writer out = writer_of(bytes, sizeof(bytes));

	trace_write(&question, &out);
	tell(mesh, from, 1, bytes, sizeof(bytes));
}

static void answers_have_a_rate(void **state)
{
	struct mesh *mesh = line_new(65);
	struct node *asked = mesh->hosts[1].node;
	uint32_t peer = table_find(node_peer_table(asked), mesh->hosts[0].address.bytes);

	ask(mesh, 0, 2);
	assert_int_equal(mesh_drops(mesh, 1, DROP_MALFORMED), 1);
	assert_int_equal(mesh->hosts[1].frames[KIND_TRACE], 0);
	mesh->now.us += 1;
	for (uint32_t i = 0; i < RATE_TRACE.burst; i++)
		ask(mesh, 0, 0);
	assert_int_equal(mesh->hosts[1].frames[KIND_TRACE], RATE_TRACE.burst);
	assert_int_equal(mesh_drops(mesh, 1, DROP_RATE_TRACE), 0);
	ask(mesh, 0, 0);
	assert_int_equal(mesh->hosts[1].frames[KIND_TRACE], RATE_TRACE.burst);
	assert_int_equal(mesh_drops(mesh, 1, DROP_RATE_TRACE), 1);
	ask(mesh, 2, 2); /* another may */
	assert_int_equal(mesh->hosts[1].frames[KIND_TRACE], RATE_TRACE.burst + 1);
	/* As if from others, until all together are too many. */
	for (uint32_t i = RATE_TRACE.burst + 1; i < RATE_TRACE_ALL.burst + 30; i++) {
		node_peer(asked, peer)->traces = (struct bucket){0};
		ask(mesh, 0, 0);
	}
	assert_in_range(mesh->hosts[1].frames[KIND_TRACE], RATE_TRACE_ALL.burst,
			RATE_TRACE_ALL.burst + 25);
	assert_in_range(mesh_drops(mesh, 1, DROP_RATE_TRACE), 2, 40);
	mesh_free(mesh);
}

/* Hosts 0 … 3 in a ring: two ways of equal length from each to the one opposite. */
static struct mesh *ring_new(uint64_t seed)
{
	struct mesh *mesh = mesh_new(seed);

	for (uint32_t i = 0; i < LINE; i++) {
		mesh->hosts[i].making.links[1].running = true;
		mesh->hosts[i].making.wires[0] = i;
		mesh->hosts[i].making.wires[1] = (i + 1) % LINE;
	}
	return line_started(mesh);
}

static void lanes_are_shared_out_and_come_back_the_same_way(void **state)
{
	struct mesh *mesh = ring_new(67);
	uint32_t over_1 = 0;

	for (uint8_t lane = 0; lane < WIRE_LANES; lane++) {
		begin(mesh, 0, lane, &mesh->hosts[2].address);
		mesh_wait(mesh, trace_over, 0, 2, duration_s(1));
		assert_int_equal(shown(mesh, 0).state, TRACE_REACHED);
		assert_int_equal(shown(mesh, 0).hops, 2);
		const struct node_hop first = hop_of(mesh, 1), second = hop_of(mesh, 2);
		assert_true(address_equal(&first.way.back, &mesh->hosts[0].address));
		assert_true(address_equal(&second.way.back, &first.address));
		over_1 += address_equal(&first.address, &mesh->hosts[1].address);
	}
	assert_in_range(over_1, 1, WIRE_LANES - 1);
	mesh_free(mesh);
}

/* Where a node knows no way, it says so. */
static void a_hop_without_a_way_says_so(void **state)
{
	struct mesh *mesh = asked_new(66);
	struct traced traced = answer_of(mesh);

	traced.way = traced_way_end(false);
	say(mesh, &traced, 1);
	assert_int_equal(hop_of(mesh, 1).state, HOP_TRUE);
	assert_int_equal(shown(mesh, 0).state, TRACE_NO_ROUTE);
	assert_int_equal(shown(mesh, 0).hops, 1);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trace_goes_from_hop_to_hop),
		cmocka_unit_test(a_trace_to_nobody_ends_at_once),
		cmocka_unit_test(a_silent_hop_is_passed_by),
		cmocka_unit_test(a_silent_destination_ends_it),
		cmocka_unit_test(a_trace_ends_in_time),
		cmocka_unit_test(traces_do_not_know_each_other),
		cmocka_unit_test(lies_are_seen),
		cmocka_unit_test(a_loop_is_said_to_be_one),
		cmocka_unit_test(the_destination_does_not_deny_itself),
		cmocka_unit_test(who_says_two_things_lies_once),
		cmocka_unit_test(what_was_not_asked_is_not_heard),
		cmocka_unit_test(answers_have_a_rate),
		cmocka_unit_test(lanes_are_shared_out_and_come_back_the_same_way),
		cmocka_unit_test(a_hop_without_a_way_says_so),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/trace", tests, NULL, NULL);
}
