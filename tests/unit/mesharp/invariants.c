/* Thousands of random events against what always holds: what the table tells of changes is what it
 * shows, deeds suit the state they are done in, nothing exceeds its bound, no deadline is overdue.
 */
#include "mesharp/mesharp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* So few keys that everything meets everything. */
enum {
	LINKS = 3,
	LLADDRS = 5,
	NODES = 5,
	CAPACITY = 20,
	KEYS = LINKS * LLADDRS * NODES,
	STATES = NEIGHBOUR_BLOCKED + 1,
	ROUNDS = 60000,
};

/* A table and what is known of it from outside. */
struct model {
	struct mesharp *mesharp;
	instant now;
	enum neighbour_state states[KEYS]; /* as changes have told it */
	bool running[LINKS];
	struct mesharp_action sent; /* the last probe */
	uint32_t seen[STATES];
};

static uint32_t key_of(uint32_t link, const struct lladdr *lladdr, const struct address *address)
{
	return (link * LLADDRS + lladdr->bytes[5]) * NODES + address->bytes[3];
}

static void link_event(struct model *model, struct rng *rng, uint32_t link)
{
	const struct mesharp_link facts = {
		.running = rng_below(rng, 20) != 0,
		.radio = rng_below(rng, 2),
		.cost = rng_below(rng, 100),
		.lladdr = {{2, 0xff, 0, 0, 0, rng_below(rng, 20) == 0}},
	};

	model->running[link] = facts.running;
	mesharp_link(model->mesharp, model->now, link, &facts);
}

/* A probe from there; half of those that follow one of ours answer it. */
static enum drop probe_event(struct model *model, struct rng *rng, uint32_t link,
			     struct lladdr from, struct address address, uint32_t instance)
{
	struct probe probe = {
		.asks = rng_below(rng, 2),
		.sequence = 1 + (uint32_t)(model->now.us / 10000) + rng_below(rng, 3),
		.echo = rng_below(rng, 4) ? model->sent.probe.sequence : rng_below(rng, 1000),
		.heard = rng_u32(rng) | 1,
		.delay_us = rng_below(rng, 3000000),
		.instance = instance,
	};

	if (rng_below(rng, 2) && model->running[model->sent.link]) {
		link = model->sent.link;
		from = model->sent.to;
		address = model->sent.address;
	}
	probe.lladdr = from;
	if (rng_below(rng, 20) == 0)
		probe.lladdr.bytes[0] ^= 4;
	return mesharp_probe(model->mesharp, model->now, link, from, &address, &probe);
}

static void random_event(struct model *model, struct rng *rng)
{
	uint32_t link = rng_below(rng, LINKS);
	struct lladdr from = {{2, 0, 0, 0, 0, (uint8_t)rng_below(rng, LLADDRS)}};
	struct address address = {{0xbe, 0xef, 0, (uint8_t)rng_below(rng, NODES)}};
	bool session = rng_below(rng, 2);
	uint32_t instance = rng_below(rng, 40) == 0;
	const struct hello hello = {.instance = instance, .zone = rng_below(rng, 30) == 0};
	enum drop drop = DROP_NONE;

	switch (rng_below(rng, 15)) {
	case 0:
	case 1:
	case 2:
		drop = mesharp_heard(model->mesharp, model->now, link, from, &address, &hello,
				     session);
		break;
	case 3:
		drop = mesharp_greeted(model->mesharp, model->now, link, from, &address, session);
		break;
	case 4:
		mesharp_session(model->mesharp, model->now, &address, rng_below(rng, 4) != 0);
		break;
	case 5:
		link_event(model, rng, link);
		break;
	case 6:
		mesharp_level(model->mesharp, model->now, &address);
		break;
	case 7:
		mesharp_busy(model->mesharp, model->now, link, from, &address);
		break;
	case 8:
		if (rng_below(rng, 8) == 0)
			mesharp_gone(model->mesharp, model->now, &address);
		break;
	default:
		drop = probe_event(model, rng, link, from, address, instance);
	}
	assert_in_range(drop, DROP_NONE, DROP_LINK_DOWN);
}

/* Takes all that is due into the model, checking each deed against the state it is done in. */
static void drain(struct model *model)
{
	struct mesharp_action action;
	uint32_t count = 0;

	while (mesharp_next(model->mesharp, model->now, &action)) {
		uint32_t key = key_of(action.link, &action.to, &action.address);

		assert_true(model->running[action.link] || action.deed == MESHARP_CHANGED);
		assert_true(count++ < 1000);
		switch (action.deed) {
		case MESHARP_HELLO:
			break;
		case MESHARP_INITIATE:
			assert_in_range(model->states[key], NEIGHBOUR_HANDSHAKE, NEIGHBOUR_LOST);
			break;
		case MESHARP_PROBE:
			assert_in_range(model->states[key], NEIGHBOUR_ONEWAY, NEIGHBOUR_LOST);
			model->sent = action;
			break;
		case MESHARP_CHANGED:
			assert_int_not_equal(action.before, action.after);
			assert_int_equal(model->states[key], action.before);
			model->states[key] = action.after;
			break;
		}
	}
	assert_true(mesharp_deadline(model->mesharp).us > model->now.us);
}

static void check(struct model *model)
{
	struct mesharp_entry entry;
	struct mesharp_entry best;
	struct metric metric;
	uint32_t cursor = 0;
	uint32_t count = 0;
	uint32_t alive = 0;

	while (mesharp_entries(model->mesharp, &cursor, &entry)) {
		bool full = entry.state == NEIGHBOUR_FULL;

		assert_int_equal(model->states[key_of(entry.link, &entry.lladdr, &entry.address)],
				 entry.state);
		assert_true(model->running[entry.link]);
		assert_int_not_equal(mesharp_hope(model->mesharp, &entry.address), NEIGHBOUR_NONE);
		assert_int_equal(entry.metric_us != 0, full);
		assert_true(!full || mesharp_best(model->mesharp, &entry.address, &best));
		assert_true(!full || 3 * (uint64_t)best.metric_us <= 4 * (uint64_t)entry.metric_us);
		assert_true(mesharp_metric(model->mesharp, &entry, &metric));
		assert_true(!full || metric.total_us == entry.metric_us);
		entry.link += KEYS;
		assert_false(mesharp_metric(model->mesharp, &entry, &metric));
		count++;
	}
	for (uint32_t key = 0; key < KEYS; key++) {
		alive += model->states[key] != NEIGHBOUR_NONE;
		model->seen[model->states[key]]++;
	}
	assert_int_equal(count, mesharp_count(model->mesharp));
	assert_int_equal(count, alive);
	assert_true(count <= CAPACITY);
}

static void test_random_events_keep_the_invariants(void **state)
{
	const struct address own = {{0xbe, 0xef, 0, 2}};
	struct model model = {0};
	struct rng rng = {{42}};
	void *memory = calloc(1, mesharp_size(LINKS, CAPACITY));

	assert_non_null(memory);
	model.mesharp = mesharp_init(memory, LINKS, CAPACITY, &own, 9, &rng);
	for (uint32_t link = 0; link < LINKS; link++)
		link_event(&model, &rng, link);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		/* Lively and quiet stretches in turn; sometimes the host sleeps. */
		bool quiet = i % 400 < 100;
		uint32_t events = quiet ? 0 : rng_below(&rng, 4);

		for (uint32_t n = 0; n < events; n++)
			random_event(&model, &rng);
		model.now.us += rng_below(&rng, quiet ? 200000 : 60000);
		model.now.us += i % 1000 == 0 ? rng_below(&rng, 300000000) : 0;
		drain(&model);
		check(&model);
	}
	for (uint32_t s = 0; s < STATES; s++) {
		if (s != NEIGHBOUR_TWOWAY && model.seen[s] < 1000)
			fail_msg("hardly ever %s", neighbour_state_name((enum neighbour_state)s));
	}
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_events_keep_the_invariants),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/invariants", tests, NULL, NULL);
}
