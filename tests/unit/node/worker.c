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
	SET = 0xfe, /* of all lanes but 0, bit n lane n */
	SERIALS = 60,
};

static struct worker *worker_new(void)
{
	void *memory = calloc(1, worker_size(PEERS, SET));

	assert_non_null(memory);
	return worker_init(memory, NULL, PEERS, SET);
}

/* Every set of lanes: each lane of it counts for itself, and has windows for itself. */
static void it_owns_any_set_of_lanes(void **state)
{
	const struct destination peer = {.seal.serial = 7, .open[0].serial = 8};

	for (uint32_t set = 0; set < 1U << WIRE_LANES; set++) {
		/* Of the exact size, so that what lies beyond is noticed. */
		void *memory = calloc(1, worker_size(PEERS, (uint8_t)set));
		assert_non_null(memory);
		struct worker *worker = worker_init(memory, NULL, PEERS, (uint8_t)set);
		for (uint8_t lane = 0; lane < WIRE_LANES; lane++) {
			uint32_t counter = UINT32_MAX;
			assert_int_equal(worker_owns(worker, lane), set >> lane & 1);
			for (uint32_t i = 0; worker_owns(worker, lane) && i <= lane; i++) {
				assert_true(
					worker_counter(worker, PEERS - 1, lane, &peer, &counter));
				assert_int_equal(counter, i);
			}
			if (!worker_owns(worker, lane))
				continue;
			struct window *window = worker_window(worker, PEERS - 1, lane, &peer, 8);
			assert_true(window_fresh(window, 0));
			window_accept(window, 0);
		}
		free(memory);
	}
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

	for (size_t i = 0; i < worker_size(PEERS, SET) / sizeof(*words); i++) {
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
	const instant now = {5000};
	uint32_t counter;

	worker_sealed(worker, now, 2, 1);
	assert_true(worker_news(worker, now, 2));
	for (uint32_t i = 0; i < 777777; i++)
		assert_true(worker_counter(worker, 2, 3, &to, &counter));
	*lane_counter(worker, 777777) = WIRE_REKEY_FRAMES - 2;
	assert_true(worker_counter(worker, 2, 3, &to, &counter));
	assert_int_equal(worker_look(worker, 2, 1).worn_serial, 0);
	assert_false(worker_news(worker, now, 2));
	assert_true(worker_counter(worker, 2, 3, &to, &counter));
	assert_int_equal(worker_look(worker, 2, 1).worn_serial, 7);
	assert_true(worker_news(worker, now, 2));
	assert_true(worker_counter(worker, 2, 3, &to, &counter));
	assert_false(worker_news(worker, now, 2));
	to.seal.serial = 8;
	assert_true(worker_counter(worker, 2, 3, &to, &counter));
	assert_int_equal(worker_look(worker, 2, 1).worn_serial, 7); /* of the key before */
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

static void figures_are_seen(void **state)
{
	struct worker *worker = worker_new();

	worker_sealed(worker, (instant){10}, 1, 4);
	worker_opened(worker, (instant){20}, 1, 4, 3, false);
	worker_opened(worker, (instant){30}, 1, 4, 3, true);
	for (uint32_t i = 0; i < 9; i++) {
		worker_count_sent(worker, 1, 4, 2);
		if (i % 3 == 0)
			worker_count_received(worker, 1, 4, 5);
		if (i % 4 == 0)
			worker_count_replay(worker, 1, 4);
	}
	struct worker_peer seen = worker_look(worker, 1, 4);
	assert_int_equal(seen.generation, 4);
	assert_int_equal(seen.sealed.us, 10);
	assert_int_equal(seen.opened.us, 30);
	assert_int_equal(seen.received.us, 20); /* an empty frame is nothing received */
	assert_int_equal(seen.opened_serial, 3);
	assert_int_equal(seen.tx_packets, 18);
	assert_int_equal(seen.rx_packets, 15);
	assert_int_equal(seen.tx_frames, 9);
	assert_int_equal(seen.rx_frames, 3);
	assert_int_equal(seen.rx_replay, 3);
	free(worker);
}

static void check_nothing_seen(const struct worker *worker, uint32_t index, uint32_t generation)
{
	const struct worker_peer none = {.generation = generation};
	struct worker_peer seen = worker_look(worker, index, generation);

	assert_memory_equal(&seen, &none, sizeof(none));
}

static void a_new_tenant_finds_figures_at_zero(void **state)
{
	struct worker *worker = worker_new();
	const instant now = {500};

	worker_sealed(worker, now, 1, 4);
	worker_opened(worker, now, 1, 4, 3, false);
	worker_count_sent(worker, 1, 4, 1);
	worker_count_received(worker, 1, 4, 1);
	worker_count_replay(worker, 1, 4);
	assert_true(worker_news(worker, now, 1));
	check_nothing_seen(worker, 1, 5);
	check_nothing_seen(worker, 0, 1);
	worker_sealed(worker, (instant){0}, 1, 5);
	assert_true(worker_news(worker, now, 1)); /* and its first frame is news */
	check_nothing_seen(worker, 1, 5);
	check_nothing_seen(worker, 1, 4);
	free(worker);
}

/* The control side hears of a destination every 250 ms at most, but of a new key at once. */
static void news_comes_now_and_then(void **state)
{
	struct worker *worker = worker_new();
	uint32_t told = 0;

	for (int64_t us = 5000; us < 2005000; us += 1000) {
		worker_opened(worker, (instant){us}, 2, 1, 7, false);
		told += worker_news(worker, (instant){us}, 2);
	}
	assert_int_equal(told, 8);
	for (uint64_t serial = 8; serial < 12; serial++) {
		worker_opened(worker, (instant){2005000}, 2, 1, serial, false);
		assert_true(worker_news(worker, (instant){2005000}, 2));
		worker_opened(worker, (instant){2005001}, 2, 1, serial, false);
		assert_false(worker_news(worker, (instant){2005001}, 2));
	}
	assert_true(worker_news(worker, (instant){2005001}, 3)); /* another destination */
	free(worker);
}

/* So it is with next hops, whose numbers mean something else in every FIB. */
static void hops_are_told_now_and_then(void **state)
{
	struct worker *worker = worker_new();

	for (uint32_t round = 0; round < 3; round++) {
		const instant now = {5000 + 250000 * (int64_t)round};
		const instant later = {now.us + 249999};
		for (uint32_t hop = 0; hop < WORKER_HOPS; hop++)
			assert_true(worker_hop_used(worker, now, 4, hop));
		for (uint32_t hop = 0; hop < WORKER_HOPS; hop++)
			assert_false(worker_hop_used(worker, later, 4, hop));
	}
	for (uint64_t serial = 5; serial < 9; serial++) {
		assert_true(worker_hop_used(worker, (instant){505000}, serial, 70));
		assert_true(worker_hop_used(worker, (instant){505000}, serial, 6));
		assert_false(worker_hop_used(worker, (instant){505000}, serial, 70));
	}
	free(worker);
}

/* Who goes on after a process uses no counter that it may have used; however often that happens no
 * lane repeats itself, and that one became worn by it is told. */
static void counters_jump_when_another_process_goes_on(void **state)
{
	void *ring = calloc(1, keyring_size(PEERS));
	uint8_t *memory = calloc(1, worker_size(PEERS, SET));
	struct destination to = {.seal.serial = 7, .generation = 3};
	uint32_t counter = 0;

	assert_true(ring != NULL && memory != NULL);
	struct worker *worker = worker_init(memory, keyring_init(ring, PEERS), PEERS, SET);
	for (uint32_t lane = 1; lane < WIRE_LANES; lane++)
		assert_true(worker_counter(worker, 2, (uint8_t)lane, &to, &counter));
	worker_sealed(worker, (instant){5}, 2, 3);
	for (uint32_t i = 1; i <= WIRE_REKEY_FRAMES / COUNTER_JUMP; i++) {
		assert_int_equal(worker_look(worker, 2, 3).worn_serial, 0);
		worker_resume(worker, i % 2);
		worker_resume_peer(worker, 2, i % 2);
		assert_true(worker_counter(worker, 2, 4, &to, &counter));
		assert_int_equal(counter, i * (COUNTER_JUMP + 1));
	}
	assert_int_equal(worker_look(worker, 2, 3).worn_serial, 7);
	for (uint32_t i = 0; i < UINT32_MAX / COUNTER_JUMP; i++)
		worker_resume_peer(worker, 2, false);
	for (uint32_t lane = 1; lane < WIRE_LANES; lane++)
		assert_false(worker_counter(worker, 2, (uint8_t)lane, &to, &counter));
	free(memory);
	free(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_owns_any_set_of_lanes),
		cmocka_unit_test(each_lane_counts_for_itself),
		cmocka_unit_test(a_new_key_counts_from_zero),
		cmocka_unit_test(a_lane_ends_before_its_counter_repeats),
		cmocka_unit_test(a_worn_lane_is_told),
		cmocka_unit_test(windows_belong_to_a_key_and_a_lane),
		cmocka_unit_test(figures_are_seen),
		cmocka_unit_test(a_new_tenant_finds_figures_at_zero),
		cmocka_unit_test(news_comes_now_and_then),
		cmocka_unit_test(hops_are_told_now_and_then),
		cmocka_unit_test(counters_jump_when_another_process_goes_on),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/worker", tests, NULL, NULL);
}
