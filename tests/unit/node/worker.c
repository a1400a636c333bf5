/* A worker's counters and windows: each belongs to a key serial and a lane, starts at zero with a
 * new serial, and never comes back. docs/protocol/meshp.md, section 2. */
#include "node/worker.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	PEERS = 5,
	FIRST = 1,
	LANES = WIRE_LANES - 1,
	SERIALS = 60,
};

static struct worker *worker_new(void)
{
	void *memory = calloc(1, worker_size(PEERS, LANES));

	assert_non_null(memory);
	return worker_init(memory, NULL, PEERS, FIRST, LANES);
}

static void it_owns_its_lanes_only(void **state)
{
	struct worker *worker = worker_new();

	assert_false(worker_owns(worker, 0));
	for (uint8_t lane = FIRST; lane < FIRST + LANES; lane++)
		assert_true(worker_owns(worker, lane));
	assert_false(worker_owns(worker, FIRST + LANES));
	free(worker);
}

static void each_lane_counts_for_itself(void **state)
{
	struct worker *worker = worker_new();
	uint32_t next[PEERS][LANES] = {0};
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){1});
	for (uint32_t i = 0; i < 10000; i++) {
		uint32_t index = rng_below(&rng, PEERS), lane = rng_below(&rng, LANES);
		struct destination to = {.seal.serial = index + 1};
		uint32_t counter;
		assert_true(worker_counter(worker, index, (uint8_t)(FIRST + lane), &to, &counter));
		assert_int_equal(counter, next[index][lane]++);
	}
	free(worker);
}

static void a_new_key_counts_from_zero(void **state)
{
	struct worker *worker = worker_new();
	struct destination to = {.seal.serial = 7};
	uint32_t counter;

	for (uint32_t i = 0; i < 3; i++) {
		assert_true(worker_counter(worker, 2, 1, &to, &counter));
		assert_true(worker_counter(worker, 2, 4, &to, &counter));
		assert_int_equal(counter, i);
	}
	to.seal.serial = 8;
	for (uint8_t lane = FIRST; lane < FIRST + LANES; lane++) {
		assert_true(worker_counter(worker, 2, lane, &to, &counter));
		assert_int_equal(counter, 0);
	}
	free(worker);
}

/* The counters of a lane lie behind the figures; the test reaches them to be in time. */
static uint64_t *lane_counter(struct worker *worker, uint64_t value)
{
	uint64_t *words = (uint64_t *)worker;

	for (size_t i = 0; i < worker_size(PEERS, LANES) / sizeof(*words); i++) {
		if (words[i] == value)
			return words + i;
	}
	fail_msg("no word of the worker holds %d", (int)value);
	return NULL;
}

static void a_lane_ends_before_its_counter_repeats(void **state)
{
	struct worker *worker = worker_new();
	struct destination to = {.seal.serial = 7};
	uint32_t counter;

	for (uint32_t i = 0; i < 777777; i++)
		assert_true(worker_counter(worker, 2, 3, &to, &counter));
	*lane_counter(worker, 777777) = UINT32_MAX - 1;
	assert_true(worker_counter(worker, 2, 3, &to, &counter));
	assert_int_equal(counter, UINT32_MAX - 1);
	for (uint32_t i = 0; i < 3; i++)
		assert_false(worker_counter(worker, 2, 3, &to, &counter));
	assert_true(worker_counter(worker, 2, 4, &to, &counter));
	free(worker);
}

static void a_worn_lane_is_told(void **state)
{
	struct worker *worker = worker_new();
	struct destination to = {.seal.serial = 7, .generation = 1};
	uint32_t counter;

	worker_peer(worker, 2, 1)->noted = true;
	for (uint32_t i = 0; i < 777777; i++)
		assert_true(worker_counter(worker, 2, 3, &to, &counter));
	*lane_counter(worker, 777777) = WIRE_REKEY_FRAMES - 2;
	assert_true(worker_counter(worker, 2, 3, &to, &counter));
	assert_false(worker_peer(worker, 2, 1)->worn);
	assert_true(worker_counter(worker, 2, 3, &to, &counter));
	assert_true(worker_peer(worker, 2, 1)->worn);
	assert_false(worker_peer(worker, 2, 1)->noted);
	to.seal.serial = 8;
	assert_true(worker_counter(worker, 2, 3, &to, &counter));
	assert_false(worker_peer(worker, 2, 1)->worn);
	free(worker);
}

/* Three keys at a time, as sessions hold them; each key's windows remember all it ever opened. */
static void windows_belong_to_a_key_and_a_lane(void **state)
{
	struct worker *worker = worker_new();
	struct destination from = {0};
	bool seen[SERIALS + 1][LANES][64] = {0};
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){2});
	for (uint32_t newest = 1; newest <= SERIALS; newest++) {
		from.open[newest % SESSION_PLACES].serial = newest;
		for (uint32_t i = 0; i < 100; i++) {
			uint32_t serial = from.open[rng_below(&rng, SESSION_PLACES)].serial;
			uint32_t lane = rng_below(&rng, LANES), counter = rng_below(&rng, 64);
			if (serial == 0)
				continue;
			struct window *window =
				worker_window(worker, 4, (uint8_t)(FIRST + lane), &from, serial);
			assert_int_equal(window_fresh(window, counter),
					 !seen[serial][lane][counter]);
			if (!seen[serial][lane][counter])
				window_accept(window, counter);
			seen[serial][lane][counter] = true;
		}
	}
	free(worker);
}

static void a_new_tenant_finds_figures_at_zero(void **state)
{
	struct worker *worker = worker_new();

	worker_peer(worker, 1, 4)->tx_packets = 9;
	worker_peer(worker, 1, 4)->opened_serial = 3;
	assert_int_equal(worker_peer(worker, 1, 4)->tx_packets, 9);
	assert_int_equal(worker_peer_seen(worker, 1)->generation, 4);
	assert_int_equal(worker_peer(worker, 1, 5)->tx_packets, 0);
	assert_int_equal(worker_peer_seen(worker, 1)->opened_serial, 0);
	assert_int_equal(worker_peer_seen(worker, 0)->generation, 0);
	free(worker);
}

/* The control side hears of a next hop once, until it has looked. */
static void a_hop_is_told_once(void **state)
{
	struct worker *worker = worker_new();

	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t hop = 0; hop < WORKER_HOPS; hop++)
			assert_true(worker_hop_used(worker, hop));
		for (uint32_t hop = 0; hop < WORKER_HOPS; hop++)
			assert_false(worker_hop_used(worker, hop));
		worker_hops_looked(worker);
	}
	assert_true(worker_hop_used(worker, 70));
	assert_true(worker_hop_used(worker, 6));
	assert_false(worker_hop_used(worker, 70));
	free(worker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_owns_its_lanes_only),
		cmocka_unit_test(each_lane_counts_for_itself),
		cmocka_unit_test(a_new_key_counts_from_zero),
		cmocka_unit_test(a_lane_ends_before_its_counter_repeats),
		cmocka_unit_test(a_worn_lane_is_told),
		cmocka_unit_test(windows_belong_to_a_key_and_a_lane),
		cmocka_unit_test(a_new_tenant_finds_figures_at_zero),
		cmocka_unit_test(a_hop_is_told_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/worker", tests, NULL, NULL);
}
