/* Two neighbour tables joined by a link in virtual time, with delay, loss and cuts on purpose, and
 * with the least of sessions around them: a handshake is a message there and one back. How they
 * find each other, notice that the other fell silent or restarted, and come back. */
#include "mesharp/mesharp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
	NEIGHBOURS = 20,
	AIR = 4096, /* messages under way at once */
	TOLD = 64,  /* changes remembered */
};

struct node {
	struct mesharp *mesharp;
	struct address address;
	struct lladdr lladdr;
	uint32_t instance;
	uint32_t session; /* number of the confirmed session; 0: none */
	uint32_t previous, unconfirmed;
	uint32_t asked;		    /* the session our last INITIATION is for */
	enum neighbour_state state; /* of the other node, as told */
	enum neighbour_state told[TOLD];
	uint32_t changes;
	uint32_t sent[MESHARP_CHANGED]; /* by deed */
};

enum message_kind {
	MESSAGE_HELLO,
	MESSAGE_INITIATION,
	MESSAGE_RESPONSE,
	MESSAGE_SEALED, /* empty, or a probe */
};

struct message {
	enum message_kind kind;
	uint32_t to; /* which node */
	instant arrives;
	uint32_t session;
	struct hello hello;
	bool probes;
	struct probe probe;
};

struct world {
	struct node nodes[2];
	instant now;
	duration delay;
	uint32_t loss[2]; /* of what node 0, 1 sends, in 1000 */
	uint32_t sessions;
	struct rng rng;
	uint32_t count;
	struct message air[AIR];
};

static void node_start(struct world *world, uint32_t index, uint32_t instance)
{
	struct node *node = &world->nodes[index];

	free(node->mesharp);
	memset(node, 0, sizeof(*node));
	node->address = (struct address){{0xbe, 0xef, (uint8_t)index}};
	node->lladdr = (struct lladdr){{2, 0, 0, 0, 0, (uint8_t)index}};
	node->instance = instance;
	node->mesharp = mesharp_init(calloc(1, mesharp_size(1, NEIGHBOURS)), 1, NEIGHBOURS,
				     &node->address, instance, &world->rng);
}

static void link_set(struct world *world, uint32_t index, bool running, bool radio)
{
	struct node *node = &world->nodes[index];
	const struct mesharp_link facts = {
		.running = running, .radio = radio, .lladdr = node->lladdr};

	mesharp_link(node->mesharp, world->now, 0, &facts);
}

static struct world *world_new(uint8_t seed, duration delay, bool radio)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->rng.key[0] = seed;
	world->now = (instant){duration_s(7).us};
	world->delay = delay;
	for (uint32_t index = 0; index < 2; index++) {
		node_start(world, index, 100 + index);
		link_set(world, index, true, radio);
	}
	return world;
}

static void world_free(struct world *world)
{
	free(world->nodes[0].mesharp);
	free(world->nodes[1].mesharp);
	free(world);
}

static void send(struct world *world, uint32_t from, struct message message)
{
	if (rng_below(&world->rng, 1000) < world->loss[from])
		return;
	assert_true(world->count < AIR);
	message.to = 1 - from;
	message.arrives = instant_after(world->now, world->delay);
	world->air[world->count++] = message;
}

static void confirm(struct world *world, uint32_t index, uint32_t session)
{
	struct node *node = &world->nodes[index];

	node->previous = node->session;
	node->session = session;
	node->unconfirmed = 0;
	mesharp_session(node->mesharp, world->now, &world->nodes[1 - index].address, true);
}

static void receive_sealed(struct world *world, const struct message *message)
{
	struct node *node = &world->nodes[message->to];
	const struct node *other = &world->nodes[1 - message->to];
	enum drop drop;

	if (message->session != 0 && message->session == node->unconfirmed)
		confirm(world, message->to, message->session);
	if (message->session != node->session && message->session != node->previous)
		return;
	if (message->session == 0 || !message->probes)
		return;
	drop = mesharp_probe(node->mesharp, world->now, 0, other->lladdr, &other->address,
			     &message->probe);
	assert_int_not_equal(drop, DROP_SOURCE_SPOOFED);
}

static void receive(struct world *world, const struct message *message)
{
	struct node *node = &world->nodes[message->to];
	const struct node *other = &world->nodes[1 - message->to];
	bool session = node->session != 0;
	enum drop drop = DROP_NONE;

	switch (message->kind) {
	case MESSAGE_HELLO:
		drop = mesharp_heard(node->mesharp, world->now, 0, other->lladdr, &other->address,
				     &message->hello, session);
		break;
	case MESSAGE_INITIATION:
		drop = mesharp_greeted(node->mesharp, world->now, 0, other->lladdr, &other->address,
				       session);
		node->unconfirmed = message->session;
		send(world, message->to,
		     (struct message){.kind = MESSAGE_RESPONSE, .session = message->session});
		break;
	case MESSAGE_RESPONSE:
		if (message->session != node->asked)
			break;
		confirm(world, message->to, message->session);
		send(world, message->to,
		     (struct message){.kind = MESSAGE_SEALED, .session = message->session});
		break;
	case MESSAGE_SEALED:
		receive_sealed(world, message);
		break;
	}
	assert_true(drop == DROP_NONE || drop == DROP_LINK_DOWN);
}

static void act(struct world *world, uint32_t index)
{
	struct node *node = &world->nodes[index];
	struct message message = {.session = node->session};
	struct mesharp_action action;

	while (mesharp_next(node->mesharp, world->now, &action)) {
		switch (action.deed) {
		case MESHARP_HELLO:
			message.kind = MESSAGE_HELLO;
			message.hello = (struct hello){.instance = node->instance};
			break;
		case MESHARP_INITIATE:
			message.kind = MESSAGE_INITIATION;
			message.session = node->asked = ++world->sessions;
			break;
		case MESHARP_PROBE:
			message = (struct message){.kind = MESSAGE_SEALED,
						   .session = node->session,
						   .probes = true,
						   .probe = action.probe};
			break;
		case MESHARP_CHANGED:
			assert_int_equal(action.before, node->state);
			node->state = action.after;
			node->told[node->changes++ % TOLD] = action.after;
			mesharp_level(node->mesharp, world->now, &action.address);
			continue;
		}
		node->sent[action.deed]++;
		send(world, index, message);
	}
}

/* When something happens next: a deadline, or an arrival, whose place is stored. */
static instant world_next(const struct world *world, uint32_t *arrival)
{
	instant next = instant_earlier(mesharp_deadline(world->nodes[0].mesharp),
				       mesharp_deadline(world->nodes[1].mesharp));

	*arrival = AIR;
	for (uint32_t i = 0; i < world->count; i++) {
		if (world->air[i].arrives.us < next.us) {
			next = world->air[i].arrives;
			*arrival = i;
		}
	}
	return next;
}

/* Lets time pass; with until, no longer than until both are FULL. Says for how long it was. */
static duration run(struct world *world, duration time, bool until_full)
{
	instant start = world->now;
	instant end = instant_after(start, time);
	uint32_t arrival;

	while (instant_reached(end, world_next(world, &arrival))) {
		instant next = world_next(world, &arrival);

		world->now = next.us > world->now.us ? next : world->now;
		if (arrival < AIR) {
			struct message message = world->air[arrival];

			world->count--;
			memmove(&world->air[arrival], &world->air[arrival + 1],
				(world->count - arrival) * sizeof(message));
			receive(world, &message);
		}
		act(world, 0);
		act(world, 1);
		if (until_full && world->nodes[0].state == NEIGHBOUR_FULL &&
		    world->nodes[1].state == NEIGHBOUR_FULL)
			return instant_since(world->now, start);
	}
	world->now = end;
	return time;
}

static void become_full(struct world *world)
{
	/* After an outage with the next HELLO, at most 96 s later. */
	assert_true(run(world, duration_s(97), true).us < duration_s(97).us);
}

static struct mesharp_entry entry_of(const struct world *world, uint32_t index)
{
	struct mesharp_entry entry;

	assert_true(mesharp_best(world->nodes[index].mesharp, &world->nodes[1 - index].address,
				 &entry));
	return entry;
}

static void test_two_nodes_join_at_once(void **state)
{
	for (uint8_t seed = 0; seed < 200; seed++) {
		struct world *world = world_new(seed, duration_us(200), false);
		uint32_t sent = 0;

		/* A HELLO and an INITIATION, each within 20 ms of jitter; the lower's HELLO may
		 * come first, then it hears the higher's or is initiated to. */
		assert_true(run(world, duration_s(5), true).us < 45000);
		(void)run(world, duration_ms(50), false);
		for (uint32_t index = 0; index < 2; index++) {
			for (uint32_t deed = 0; deed < MESHARP_CHANGED; deed++)
				sent += world->nodes[index].sent[deed];
		}
		assert_in_range(sent, 6, 10);
		world_free(world);
	}
}

static void test_one_hello_is_enough(void **state)
{
	for (uint32_t deaf = 0; deaf < 2; deaf++) {
		struct world *world = world_new(3, duration_us(200), false);

		world->loss[1 - deaf] = 1000; /* the other's HELLOs all got lost */
		(void)run(world, duration_ms(21), false);
		world->loss[1 - deaf] = 0;
		assert_true(run(world, duration_s(60), true).us < 350000);
		world_free(world);
	}
}

static void test_round_trip_time_is_that_of_the_link(void **state)
{
	struct world *world = world_new(1, duration_us(3700), false);

	become_full(world);
	(void)run(world, duration_s(300), false);
	assert_in_range(entry_of(world, 0).rtt_us, 7399, 7400);
	assert_in_range(entry_of(world, 1).rtt_us, 7399, 7400);
	assert_int_equal(entry_of(world, 0).loss_ppm, 0);
	assert_in_range(entry_of(world, 0).metric_us, 10 + 3199, 10 + 3200);
	world_free(world);
}

static void test_a_long_way_there_is_no_hindrance(void **state)
{
	struct world *world = world_new(3, duration_ms(300), false);

	become_full(world);
	(void)run(world, duration_s(300), false);
	assert_int_equal(world->nodes[0].state, NEIGHBOUR_FULL);
	assert_int_equal(entry_of(world, 1).rtt_us, 600000);
	world_free(world);
}

static void test_a_settled_wire_is_almost_silent(void **state)
{
	struct world *world = world_new(4, duration_us(200), false);
	uint32_t probes;
	uint32_t changes;

	become_full(world);
	(void)run(world, duration_s(600), false);
	changes = world->nodes[0].changes + world->nodes[1].changes;
	memset(world->nodes[0].sent, 0, sizeof(world->nodes[0].sent));
	memset(world->nodes[1].sent, 0, sizeof(world->nodes[1].sent));
	(void)run(world, duration_s(6400), false);
	/* One exchange in 8 s serves both ends; HELLOs every 64 s. */
	probes = world->nodes[0].sent[MESHARP_PROBE] + world->nodes[1].sent[MESHARP_PROBE];
	assert_in_range(probes, 1600, 1800);
	assert_in_range(world->nodes[0].sent[MESHARP_HELLO], 95, 105);
	assert_int_equal(world->nodes[0].sent[MESHARP_INITIATE], 0);
	assert_int_equal(world->nodes[0].changes + world->nodes[1].changes, changes);
	world_free(world);
}

static void set_loss(struct world *world, uint32_t loss)
{
	world->loss[0] = loss;
	world->loss[1] = loss;
}

static void test_a_cut_is_noticed_and_a_mended_link_comes_back(void **state)
{
	for (uint8_t seed = 0; seed < 20; seed++) {
		struct world *world = world_new(seed, duration_us(200), false);

		become_full(world);
		(void)run(world, duration_s(100), false);
		set_loss(world, 1000);
		(void)run(world, duration_ms(8800 + 3 * 75), false);
		assert_int_equal(world->nodes[0].state, NEIGHBOUR_LOST);
		assert_int_equal(world->nodes[1].state, NEIGHBOUR_LOST);
		(void)run(world, duration_s(60), false);
		set_loss(world, 0);
		become_full(world);
		/* The outage is not taken for loss. */
		assert_int_equal(entry_of(world, 0).loss_ppm, 0);
		assert_int_equal(entry_of(world, 1).loss_ppm, 0);
		world_free(world);
	}
}

static void test_who_stays_away_is_forgotten(void **state)
{
	struct world *world = world_new(5, duration_us(200), false);

	become_full(world);
	set_loss(world, 1000);
	(void)run(world, duration_s(210), false);
	assert_int_equal(world->nodes[0].state, NEIGHBOUR_NONE);
	assert_int_equal(mesharp_count(world->nodes[0].mesharp), 0);
	set_loss(world, 0);
	become_full(world);
	world_free(world);
}

static void test_a_link_that_works_one_way_is_lost_at_both_ends(void **state)
{
	for (uint8_t seed = 0; seed < 20; seed++) {
		struct world *world = world_new(seed, duration_us(200), false);
		uint32_t mute = seed % 2;
		uint32_t lost = 0;

		become_full(world);
		(void)run(world, duration_s(100), false);
		world->nodes[0].changes = world->nodes[1].changes = 0;
		world->loss[mute] = 1000;
		(void)run(world, duration_ms(8800 + 8 * 75), false);
		for (uint32_t index = 0; index < 2; index++)
			lost += world->nodes[index].told[0] == NEIGHBOUR_LOST &&
				world->nodes[index].changes > 0;
		assert_int_equal(lost, 2);
		world->loss[mute] = 0;
		become_full(world);
		world_free(world);
	}
}

static void test_loss_is_measured_each_way(void **state)
{
	uint64_t ppm = 0;

	for (uint8_t seed = 0; seed < 50; seed++) {
		struct world *world = world_new(seed, duration_us(200), true);

		become_full(world);
		world->loss[0] = 250;
		(void)run(world, duration_s(1000), false);
		if (world->nodes[0].state != NEIGHBOUR_FULL)
			become_full(world);
		ppm += entry_of(world, 0).loss_ppm + entry_of(world, 1).loss_ppm;
		world_free(world);
	}
	assert_in_range(ppm / 100, 200000, 300000);
}

static void test_a_bad_radio_link_stays_up(void **state)
{
	struct world *world = world_new(8, duration_ms(2), true);
	uint32_t lost = 0;

	become_full(world);
	set_loss(world, 300);
	(void)run(world, duration_s(60), false);
	for (uint32_t index = 0; index < 2; index++)
		world->nodes[index].changes = 0;
	(void)run(world, duration_s(3600), false);
	for (uint32_t i = 0; i < world->nodes[0].changes && i < TOLD; i++)
		lost += world->nodes[0].told[i] == NEIGHBOUR_LOST;
	/* Half of all exchanges fail: three in a row would cut it some 200 times. */
	assert_true(lost < 20);
	world_free(world);
}

static void test_a_restarted_node_is_back_at_once(void **state)
{
	for (uint8_t seed = 0; seed < 50; seed++) {
		struct world *world = world_new(seed, duration_us(200), false);
		uint32_t restarts = seed % 2;
		uint32_t changes;

		become_full(world);
		(void)run(world, duration_s(500), false);
		changes = world->nodes[1 - restarts].changes;
		node_start(world, restarts, 200);
		link_set(world, restarts, true, false);
		assert_true(run(world, duration_s(60), true).us < 45000);
		(void)run(world, duration_s(30), false);
		assert_int_equal(world->nodes[restarts].state, NEIGHBOUR_FULL);
		/* The other end never had to take it out of use, but for an instant. */
		assert_in_range(world->nodes[1 - restarts].changes - changes, 0, 3);
		world_free(world);
	}
}

static void test_a_node_that_restarted_while_it_was_lost_is_back_at_once(void **state)
{
	struct world *world = world_new(9, duration_us(200), false);

	become_full(world);
	set_loss(world, 1000);
	(void)run(world, duration_s(60), false);
	set_loss(world, 0);
	node_start(world, 1, 200);
	link_set(world, 1, true, false);
	assert_true(run(world, duration_s(60), true).us < 45000);
	world_free(world);
}

static void test_a_forged_restart_takes_nothing_away(void **state)
{
	struct world *world = world_new(10, duration_us(200), false);
	struct node *node = &world->nodes[0];
	const struct node *other = &world->nodes[1];
	uint32_t changes;

	become_full(world);
	(void)run(world, duration_s(100), false);
	changes = node->changes;
	memset(node->sent, 0, sizeof(node->sent));
	for (uint32_t i = 0; i < 1000; i++) {
		const struct hello forged = {.instance = 5000 + i};
		enum drop drop = mesharp_heard(node->mesharp, world->now, 0, other->lladdr,
					       &other->address, &forged, true);

		assert_true(drop == DROP_NONE || drop == DROP_RATE_HELLO);
		(void)run(world, duration_ms(10), false);
	}
	assert_int_equal(node->changes, changes);
	/* Nor does it cost more than 5 INITIATIONs and probes a second. */
	assert_in_range(node->sent[MESHARP_INITIATE], 1, 16 + 50);
	assert_in_range(node->sent[MESHARP_PROBE], 1, 20 + 50 + 5);
	world_free(world);
}

static void test_a_link_that_went_down_at_one_end_only_comes_back_at_once(void **state)
{
	for (uint8_t seed = 0; seed < 20; seed++) {
		struct world *world = world_new(seed, duration_us(200), false);
		uint32_t flaps = seed % 2;
		uint32_t changes;

		become_full(world);
		(void)run(world, duration_s(500), false);
		changes = world->nodes[1 - flaps].changes;
		link_set(world, flaps, false, false);
		(void)run(world, duration_ms(20), false);
		assert_int_equal(world->nodes[flaps].state, NEIGHBOUR_NONE);
		link_set(world, flaps, true, false);
		/* The other end's next probe is enough, at the latest. */
		assert_true(run(world, duration_s(60), true).us < 9000000);
		assert_int_equal(world->nodes[1 - flaps].changes, changes);
		(void)run(world, duration_s(30), false);
		assert_int_equal(entry_of(world, 0).loss_ppm, 0);
		assert_int_equal(entry_of(world, 1).loss_ppm, 0);
		world_free(world);
	}
}

static void test_a_session_that_is_gone_is_made_anew(void **state)
{
	struct world *world = world_new(11, duration_us(200), false);

	become_full(world);
	(void)run(world, duration_s(10), false);
	for (uint32_t index = 0; index < 2; index++) {
		struct node *node = &world->nodes[index];

		node->session = node->previous = 0;
		mesharp_session(node->mesharp, world->now, &world->nodes[1 - index].address, false);
		act(world, index);
		assert_int_equal(node->state, NEIGHBOUR_HEARD);
	}
	assert_true(run(world, duration_s(60), true).us < 30000);
	world_free(world);
}

static void test_joining_works_through_loss(void **state)
{
	int64_t longest_us = 0;

	for (uint8_t seed = 0; seed < 100; seed++) {
		struct world *world = world_new(seed, duration_ms(1), true);
		int64_t took_us;

		set_loss(world, 400);
		took_us = run(world, duration_s(120), true).us;
		longest_us = took_us > longest_us ? took_us : longest_us;
		world_free(world);
	}
	assert_true(longest_us < duration_s(60).us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_nodes_join_at_once),
		cmocka_unit_test(test_one_hello_is_enough),
		cmocka_unit_test(test_round_trip_time_is_that_of_the_link),
		cmocka_unit_test(test_a_long_way_there_is_no_hindrance),
		cmocka_unit_test(test_a_settled_wire_is_almost_silent),
		cmocka_unit_test(test_a_cut_is_noticed_and_a_mended_link_comes_back),
		cmocka_unit_test(test_who_stays_away_is_forgotten),
		cmocka_unit_test(test_a_link_that_works_one_way_is_lost_at_both_ends),
		cmocka_unit_test(test_loss_is_measured_each_way),
		cmocka_unit_test(test_a_bad_radio_link_stays_up),
		cmocka_unit_test(test_a_restarted_node_is_back_at_once),
		cmocka_unit_test(test_a_node_that_restarted_while_it_was_lost_is_back_at_once),
		cmocka_unit_test(test_a_forged_restart_takes_nothing_away),
		cmocka_unit_test(test_a_link_that_went_down_at_one_end_only_comes_back_at_once),
		cmocka_unit_test(test_a_session_that_is_gone_is_made_anew),
		cmocka_unit_test(test_joining_works_through_loss),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/adjacency", tests, NULL, NULL);
}
