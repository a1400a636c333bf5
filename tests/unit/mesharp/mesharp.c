/* The table as one value: what it refuses, whom it displaces, what it yields and in which order,
 * and its views. Random events are in invariants.c, two values joined in adjacency.c. */
#include "mesharp/mesharp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
	LINKS = 3,
	PER_LINK = 256,
	INSTANCE = 77,
};

static const struct address own = {{0xbe, 0xef, 0x80}};
static const struct lladdr own_lladdr = {{2, 0xff, 0, 0, 0, 1}};

/* A value and its clock. */
struct table {
	struct mesharp *mesharp;
	instant now;
	uint32_t deeds[MESHARP_CHANGED + 1]; /* counted while draining */
	struct mesharp_action last[MESHARP_CHANGED + 1];
};

static struct lladdr lladdr_of(uint32_t number)
{
	return (struct lladdr){{2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number}};
}

/* Addresses under 0x8000 are lower than ours. */
static struct address address_of(uint32_t number)
{
	return (struct address){{0xbe, 0xef, (uint8_t)(number >> 8), (uint8_t)number}};
}

static void link_set(struct table *table, uint32_t link, bool running, uint32_t cost)
{
	const struct mesharp_link facts = {.running = running, .cost = cost, .lladdr = own_lladdr};

	mesharp_link(table->mesharp, table->now, link, &facts);
}

static struct table table_new(uint32_t neighbours)
{
	struct rng rng = {{1}};
	void *memory = calloc(1, mesharp_size(LINKS, neighbours));
	struct table table = {.now = {duration_s(50).us}};

	assert_non_null(memory);
	table.mesharp = mesharp_init(memory, LINKS, neighbours, &own, INSTANCE, &rng);
	for (uint32_t link = 0; link < LINKS; link++)
		link_set(&table, link, true, 0);
	return table;
}

/* Takes all that is due and counts it. */
static void drain(struct table *table)
{
	struct mesharp_action action;
	uint32_t count = 0;

	memset(table->deeds, 0, sizeof(table->deeds));
	while (mesharp_next(table->mesharp, table->now, &action)) {
		table->deeds[action.deed]++;
		table->last[action.deed] = action;
		assert_true(count++ < 10000);
	}
	assert_true(mesharp_deadline(table->mesharp).us > table->now.us);
}

static void pass(struct table *table, duration time)
{
	table->now = instant_after(table->now, time);
	drain(table);
}

static enum drop heard_instance(struct table *table, uint32_t link, uint32_t lladdr, uint32_t node,
				bool session, uint32_t instance)
{
	const struct hello hello = {.instance = instance};
	struct address address = address_of(node);

	return mesharp_heard(table->mesharp, table->now, link, lladdr_of(lladdr), &address, &hello,
			     session);
}

static enum drop heard(struct table *table, uint32_t link, uint32_t node, bool session)
{
	return heard_instance(table, link, node, node, session, 1);
}

static enum drop probed(struct table *table, uint32_t link, uint32_t node, struct probe probe)
{
	struct address address = address_of(node);

	probe.lladdr = lladdr_of(node);
	return mesharp_probe(table->mesharp, table->now, link, lladdr_of(node), &address, &probe);
}

static enum neighbour_state state_of(const struct table *table, uint32_t node)
{
	struct address address = address_of(node);

	return mesharp_hope(table->mesharp, &address);
}

/* Brings a neighbour to FULL: its HELLO, our probe, its answer. */
static void make_full_at(struct table *table, uint32_t link, uint32_t lladdr, uint32_t node)
{
	struct probe answer = {
		.sequence = 1, .instance = 1, .heard = 1, .lladdr = lladdr_of(lladdr)};
	struct address address = address_of(node);

	assert_int_equal(heard_instance(table, link, lladdr, node, true, 1), DROP_NONE);
	drain(table);
	assert_true(table->deeds[MESHARP_PROBE] >= 1);
	answer.echo = table->last[MESHARP_PROBE].probe.sequence;
	assert_int_equal(mesharp_probe(table->mesharp, table->now, link, lladdr_of(lladdr),
				       &address, &answer),
			 DROP_NONE);
	drain(table);
	mesharp_level(table->mesharp, table->now, &address);
	drain(table);
	assert_int_equal(state_of(table, node), NEIGHBOUR_FULL);
}

static void make_full(struct table *table, uint32_t link, uint32_t node)
{
	make_full_at(table, link, node, node);
}

static void test_nothing_is_due_before_a_link_is_up(void **state)
{
	struct rng rng = {{1}};
	void *memory = calloc(1, mesharp_size(LINKS, 10));
	struct mesharp *mesharp = mesharp_init(memory, LINKS, 10, &own, INSTANCE, &rng);
	struct mesharp_action action;

	assert_true(instant_is_never(mesharp_deadline(mesharp)));
	assert_false(mesharp_next(mesharp, (instant){duration_s(99).us}, &action));
	assert_int_equal(mesharp_count(mesharp), 0);
	free(memory);
}

static void test_a_fresh_value_has_touched_little_of_its_memory(void **state)
{
	struct rng rng = {{1}};
	size_t size = mesharp_size(64, 1024);
	uint8_t *memory = calloc(1, size);
	size_t touched = 0;

	assert_non_null(memory);
	(void)mesharp_init(memory, 64, 1024, &own, INSTANCE, &rng);
	for (size_t i = 0; i < size; i++)
		touched += memory[i] != 0;
	assert_in_range(touched, 1, 512);
	free(memory);
}

static void test_the_first_hello_of_a_link_comes_soon(void **state)
{
	struct table table = table_new(10);

	pass(&table, duration_ms(20));
	assert_int_equal(table.deeds[MESHARP_HELLO], LINKS);
	/* Told the same once more, a link does not begin anew; with another cost neither. */
	link_set(&table, 1, true, 0);
	link_set(&table, 1, true, 5);
	pass(&table, duration_ms(20));
	assert_int_equal(table.deeds[MESHARP_HELLO], 0);
	link_set(&table, 1, false, 0);
	link_set(&table, 1, true, 0);
	pass(&table, duration_ms(20));
	assert_int_equal(table.deeds[MESHARP_HELLO], 1);
	assert_int_equal(table.last[MESHARP_HELLO].link, 1);
	free(table.mesharp);
}

static void test_on_radio_the_first_hello_may_take_longer(void **state)
{
	const struct mesharp_link down = {0};
	const struct mesharp_link radio = {.running = true, .radio = true};
	struct table table = table_new(10);
	int64_t longest_us = 0;

	for (uint32_t link = 0; link < LINKS; link++)
		mesharp_link(table.mesharp, table.now, link, &down);
	for (int i = 0; i < 300; i++) {
		int64_t wait_us;

		mesharp_link(table.mesharp, table.now, 0, &radio);
		wait_us = mesharp_deadline(table.mesharp).us - table.now.us;
		longest_us = wait_us > longest_us ? wait_us : longest_us;
		mesharp_link(table.mesharp, table.now, 0, &down);
	}
	assert_in_range(longest_us, 95000, 100000);
	free(table.mesharp);
}

static void test_a_link_that_went_down_is_silent_and_empty(void **state)
{
	struct table table = table_new(10);

	make_full(&table, 0, 1);
	make_full(&table, 1, 2);
	link_set(&table, 0, false, 0);
	drain(&table);
	assert_int_equal(table.deeds[MESHARP_CHANGED], 1);
	assert_int_equal(table.last[MESHARP_CHANGED].before, NEIGHBOUR_FULL);
	assert_int_equal(table.last[MESHARP_CHANGED].after, NEIGHBOUR_NONE);
	assert_int_equal(mesharp_count(table.mesharp), 1);
	assert_int_equal(state_of(&table, 1), NEIGHBOUR_NONE);
	assert_int_equal(state_of(&table, 2), NEIGHBOUR_FULL);
	assert_int_equal(heard(&table, 0, 1, false), DROP_LINK_DOWN);
	assert_int_equal(probed(&table, 0, 1, (struct probe){.sequence = 9}), DROP_LINK_DOWN);
	for (uint32_t link = 0; link < LINKS; link++)
		link_set(&table, link, false, 0);
	drain(&table);
	assert_true(instant_is_never(mesharp_deadline(table.mesharp)));
	free(table.mesharp);
}

static void test_another_link_address_of_ours_ends_all_adjacencies(void **state)
{
	struct mesharp_link facts = {.running = true, .lladdr = lladdr_of(4000)};
	struct table table = table_new(10);

	make_full(&table, 0, 1);
	mesharp_link(table.mesharp, table.now, 0, &facts);
	pass(&table, duration_ms(20));
	assert_int_equal(mesharp_count(table.mesharp), 0);
	assert_true(table.deeds[MESHARP_HELLO] >= 1);
	free(table.mesharp);
}

static void test_hellos_of_one_entry_are_limited(void **state)
{
	struct table table = table_new(10);
	uint32_t taken = 0;

	assert_int_equal(heard(&table, 0, 1, false), DROP_NONE);
	while (heard(&table, 0, 1, false) == DROP_NONE)
		taken++;
	assert_int_equal(taken, 20);
	assert_int_equal(heard(&table, 0, 1, false), DROP_RATE_HELLO);
	assert_int_equal(heard(&table, 0, 2, false), DROP_NONE);
	pass(&table, duration_ms(200));
	assert_int_equal(heard(&table, 0, 1, false), DROP_NONE);
	free(table.mesharp);
}

static void test_entries_made_by_hellos_are_limited(void **state)
{
	struct table table = table_new(1024);
	struct address address = address_of(5000);
	uint32_t made = 0;

	while (heard_instance(&table, 0, made, 1, false, 1) == DROP_NONE) {
		drain(&table);
		made++;
	}
	assert_int_equal(made, 256);
	assert_int_equal(heard(&table, 0, 999, false), DROP_RATE_HELLO);
	assert_int_equal(heard(&table, 1, 999, false), DROP_NONE); /* each link by itself */
	assert_int_equal(
		mesharp_greeted(table.mesharp, table.now, 0, lladdr_of(5000), &address, false),
		DROP_NONE); /* who has authenticated is no stranger */
	free(table.mesharp);
}

static void test_probes_are_refused_by_name(void **state)
{
	struct probe probe = {.sequence = 5, .instance = 1};
	struct address address = address_of(1);
	struct table table = table_new(10);

	assert_int_equal(probed(&table, 0, 1, probe), DROP_NEIGHBOUR_UNKNOWN);
	probe.asks = true;
	probe.lladdr = lladdr_of(2);
	assert_int_equal(mesharp_probe(table.mesharp, table.now, 0, lladdr_of(1), &address, &probe),
			 DROP_SOURCE_SPOOFED);
	assert_int_equal(mesharp_count(table.mesharp), 0);
	assert_int_equal(probed(&table, 0, 1, probe), DROP_NONE); /* one that asks makes an entry */
	assert_int_equal(probed(&table, 0, 1, probe), DROP_REPLAY);
	drain(&table);
	assert_int_equal(table.deeds[MESHARP_PROBE], 2); /* our answer, and our question */
	assert_int_equal(state_of(&table, 1), NEIGHBOUR_ONEWAY);
	free(table.mesharp);
}

static void test_a_newcomer_displaces_who_is_longest_unproven(void **state)
{
	struct table table = table_new(1024);

	make_full(&table, 0, 0);
	for (uint32_t i = 1; i < PER_LINK; i++)
		assert_int_equal(heard(&table, 0, i, false), DROP_NONE);
	drain(&table);
	pass(&table, duration_s(1));
	assert_int_equal(heard(&table, 0, 1000, false), DROP_NONE);
	drain(&table);
	assert_int_equal(mesharp_count(table.mesharp), PER_LINK);
	assert_int_equal(state_of(&table, 0), NEIGHBOUR_FULL);
	assert_int_not_equal(state_of(&table, 1000), NEIGHBOUR_NONE);
	assert_int_equal(table.deeds[MESHARP_CHANGED], 2);
	assert_int_equal(heard(&table, 1, 1001, false), DROP_NONE); /* another link has room */
	assert_int_equal(mesharp_count(table.mesharp), PER_LINK + 1);
	free(table.mesharp);
}

static void test_who_has_authenticated_is_displaced_last(void **state)
{
	const struct probe asks = {.asks = true, .sequence = 1, .instance = 1};
	struct address greeted = address_of(0);
	struct table table = table_new(4);

	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(heard(&table, 0, i, i > 2), DROP_NONE);
	assert_int_equal(
		mesharp_greeted(table.mesharp, table.now, 0, lladdr_of(0), &greeted, false),
		DROP_NONE);
	assert_int_equal(probed(&table, 0, 1, asks), DROP_NONE);
	/* HEARD 2 and 0, then of those in ONEWAY 3 and 1. */
	for (uint32_t i = 0; i < 4; i++) {
		static const uint32_t order[] = {2, 0, 3, 1};

		assert_int_not_equal(state_of(&table, order[i]), NEIGHBOUR_NONE);
		make_full(&table, 0, 10 + i);
		assert_int_equal(state_of(&table, order[i]), NEIGHBOUR_NONE);
	}
	free(table.mesharp);
}

static void test_full_neighbours_are_never_displaced(void **state)
{
	struct address address = address_of(9);
	struct table table = table_new(4);

	for (uint32_t i = 0; i < 4; i++)
		make_full(&table, i % LINKS, i);
	assert_int_equal(heard(&table, 0, 9, false), DROP_NEIGHBOURS_FULL);
	assert_int_equal(mesharp_greeted(table.mesharp, table.now, 0, lladdr_of(9), &address, true),
			 DROP_NEIGHBOURS_FULL);
	assert_int_equal(probed(&table, 0, 9, (struct probe){.asks = true, .sequence = 1}),
			 DROP_NEIGHBOURS_FULL);
	assert_int_equal(mesharp_count(table.mesharp), 4);
	drain(&table);
	assert_int_equal(table.deeds[MESHARP_CHANGED], 0);
	free(table.mesharp);
}

static void test_initiations_to_strangers_are_limited(void **state)
{
	struct table table = table_new(1024);
	uint32_t sent = 0;

	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(heard(&table, i % LINKS, i, false), DROP_NONE);
	for (uint32_t ms = 0; ms < 10000; ms++) {
		pass(&table, duration_ms(1));
		sent += table.deeds[MESHARP_INITIATE];
		assert_true(sent <= 16 + 5 * ms / 1000 + 1);
	}
	assert_in_range(sent, 16 + 47, 16 + 50); /* the first after 300 ms */
	free(table.mesharp);
}

static void test_a_session_concerns_all_entries_of_its_node(void **state)
{
	struct address address = address_of(1);
	struct table table = table_new(10);
	struct mesharp_entry entry;
	uint32_t cursor = 0;

	for (uint32_t link = 0; link < LINKS; link++)
		assert_int_equal(heard(&table, link, 1, false), DROP_NONE);
	assert_int_equal(heard(&table, 0, 2, false), DROP_NONE);
	drain(&table);
	mesharp_session(table.mesharp, table.now, &address, true);
	drain(&table);
	assert_int_equal(table.deeds[MESHARP_CHANGED], LINKS);
	assert_int_equal(table.deeds[MESHARP_PROBE], LINKS);
	while (mesharp_entries(table.mesharp, &cursor, &entry))
		assert_int_equal(entry.state, address_equal(&entry.address, &address)
						      ? NEIGHBOUR_ONEWAY
						      : NEIGHBOUR_HEARD);
	mesharp_session(table.mesharp, table.now, &address, false);
	drain(&table);
	assert_int_equal(state_of(&table, 1), NEIGHBOUR_HEARD);
	free(table.mesharp);
}

static void test_a_change_comes_before_what_follows_from_it(void **state)
{
	struct mesharp_action action;
	struct table table = table_new(10);

	assert_int_equal(heard(&table, 2, 1, false), DROP_NONE);
	pass(&table, duration_us(0));
	table.now = instant_after(table.now, duration_ms(330));
	while (mesharp_next(table.mesharp, table.now, &action) && action.deed == MESHARP_HELLO)
		;
	assert_int_equal(action.deed, MESHARP_CHANGED);
	assert_int_equal(action.after, NEIGHBOUR_HANDSHAKE);
	assert_true(mesharp_next(table.mesharp, table.now, &action));
	assert_int_equal(action.deed, MESHARP_INITIATE);
	assert_int_equal(action.link, 2);
	assert_memory_equal(action.to.bytes, lladdr_of(1).bytes, LLADDR);
	assert_memory_equal(action.address.bytes, address_of(1).bytes, ADDRESS);
	free(table.mesharp);
}

static void test_a_probe_says_where_it_leaves_from(void **state)
{
	struct table table = table_new(10);
	const struct mesharp_action *action = &table.last[MESHARP_PROBE];

	pass(&table, duration_ms(2500));
	assert_int_equal(heard(&table, 2, 1, true), DROP_NONE);
	drain(&table);
	assert_int_equal(action->link, 2);
	assert_true(action->probe.asks);
	assert_int_equal(action->probe.instance, INSTANCE);
	assert_int_equal(action->probe.interface, 3);
	assert_memory_equal(action->probe.lladdr.bytes, own_lladdr.bytes, LLADDR);
	assert_int_equal(action->probe.sequence,
			 1 + 16 * 2); /* two whole seconds after the start */
	free(table.mesharp);
}

static void test_the_best_way_is_the_cheapest_then_the_one_in_use(void **state)
{
	struct address address = address_of(1);
	struct mesharp_entry best = {.metric_us = 1};
	struct table table = table_new(10);

	link_set(&table, 0, true, 50);
	assert_false(mesharp_best(table.mesharp, &address, &best));
	assert_int_equal(best.metric_us, 1);
	make_full(&table, 0, 1);
	assert_true(mesharp_best(table.mesharp, &address, &best));
	assert_int_equal(best.link, 0);
	assert_int_equal(best.metric_us, 60);
	make_full(&table, 2, 1);
	assert_true(mesharp_best(table.mesharp, &address, &best));
	assert_int_equal(best.link, 2);
	assert_int_equal(best.metric_us, 10);
	make_full(&table, 1, 1); /* as cheap, and lower */
	assert_true(mesharp_best(table.mesharp, &address, &best));
	assert_int_equal(best.link, 2);
	link_set(&table, 2, true, 4); /* 10 : 14 is more than a quarter */
	assert_true(mesharp_best(table.mesharp, &address, &best));
	assert_int_equal(best.link, 1);
	link_set(&table, 1, true, 100);
	assert_true(mesharp_best(table.mesharp, &address, &best));
	assert_int_equal(best.link, 2);
	link_set(&table, 2, false, 0);
	assert_true(mesharp_best(table.mesharp, &address, &best));
	assert_int_equal(best.link, 0);
	free(table.mesharp);
}

/* Takes all that is due, probes that ask being answered at once; the HELLOs sent. */
static uint32_t drain_answering(struct table *table, uint32_t sequence)
{
	struct mesharp_action action;
	uint32_t hellos = 0;

	while (mesharp_next(table->mesharp, table->now, &action)) {
		struct probe answer = {.sequence = sequence,
				       .instance = 1,
				       .echo = action.probe.sequence,
				       .heard = 1,
				       .lladdr = action.to};
		hellos += action.deed == MESHARP_HELLO;
		if (action.deed == MESHARP_PROBE && action.probe.asks)
			assert_int_equal(mesharp_probe(table->mesharp, table->now, action.link,
						       action.to, &action.address, &answer),
					 DROP_NONE);
	}
	return hellos;
}

static void test_a_crowd_silences_hellos_and_news_resets_them(void **state)
{
	struct table table = table_new(1024);
	uint32_t sent = 0;

	/* 20 s, with so many HELLOs of 8 proven neighbours that ours are not missed. */
	for (uint32_t i = 0; i < 8; i++)
		make_full(&table, 0, i);
	for (uint32_t link = 1; link < LINKS; link++)
		link_set(&table, link, false, 0);
	for (uint32_t ms = 0; ms < 20000; ms += 20) {
		for (uint32_t i = 0; i < 8 && ms % 400 == 0; i++)
			assert_int_equal(heard(&table, 0, i, true), DROP_NONE);
		table.now = instant_after(table.now, duration_ms(20));
		uint32_t hellos = drain_answering(&table, 2 + ms / 20);
		sent += ms > 1000 ? hellos : 0;
	}
	assert_int_equal(sent, 0);
	assert_int_equal(heard(&table, 0, 99, false), DROP_NONE);
	pass(&table, duration_ms(250));
	assert_int_equal(table.deeds[MESHARP_HELLO], 1);
	free(table.mesharp);
}

/* HELLOs cost nothing to send in anybody's name: without a proven crowd behind them they count for
 * nothing. */
static void test_strangers_do_not_silence_hellos(void **state)
{
	struct table table = table_new(1024);
	uint32_t sent = 0;

	for (uint32_t i = 0; i < 7; i++)
		make_full(&table, 0, i);
	for (uint32_t link = 1; link < LINKS; link++)
		link_set(&table, link, false, 0);
	for (uint32_t ms = 0; ms < 20000; ms += 20) {
		for (uint32_t i = 0; i < 40 && ms % 400 == 0; i++)
			assert_int_equal(heard(&table, 0, i, i % 2), DROP_NONE);
		pass(&table, duration_ms(20));
		sent += table.deeds[MESHARP_HELLO];
	}
	assert_in_range(sent, 6, 12);
	free(table.mesharp);
}

static void test_a_copy_elsewhere_goes_on_the_same(void **state)
{
	size_t size = mesharp_size(LINKS, 50);
	struct table table = table_new(50);
	struct table copy = table;

	make_full(&table, 0, 1);
	assert_int_equal(heard(&table, 1, 2, false), DROP_NONE);
	copy = table;
	copy.mesharp = malloc(size);
	memcpy(copy.mesharp, table.mesharp, size);
	for (int i = 0; i < 500; i++) {
		pass(&table, duration_ms(100));
		pass(&copy, duration_ms(100));
		assert_memory_equal(table.deeds, copy.deeds, sizeof(table.deeds));
	}
	assert_memory_equal(copy.mesharp, table.mesharp, size);
	free(table.mesharp);
	free(copy.mesharp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_due_before_a_link_is_up),
		cmocka_unit_test(test_a_fresh_value_has_touched_little_of_its_memory),
		cmocka_unit_test(test_the_first_hello_of_a_link_comes_soon),
		cmocka_unit_test(test_on_radio_the_first_hello_may_take_longer),
		cmocka_unit_test(test_a_link_that_went_down_is_silent_and_empty),
		cmocka_unit_test(test_another_link_address_of_ours_ends_all_adjacencies),
		cmocka_unit_test(test_hellos_of_one_entry_are_limited),
		cmocka_unit_test(test_entries_made_by_hellos_are_limited),
		cmocka_unit_test(test_probes_are_refused_by_name),
		cmocka_unit_test(test_a_newcomer_displaces_who_is_longest_unproven),
		cmocka_unit_test(test_who_has_authenticated_is_displaced_last),
		cmocka_unit_test(test_full_neighbours_are_never_displaced),
		cmocka_unit_test(test_initiations_to_strangers_are_limited),
		cmocka_unit_test(test_a_session_concerns_all_entries_of_its_node),
		cmocka_unit_test(test_a_change_comes_before_what_follows_from_it),
		cmocka_unit_test(test_a_probe_says_where_it_leaves_from),
		cmocka_unit_test(test_the_best_way_is_the_cheapest_then_the_one_in_use),
		cmocka_unit_test(test_a_crowd_silences_hellos_and_news_resets_them),
		cmocka_unit_test(test_strangers_do_not_silence_hellos),
		cmocka_unit_test(test_a_copy_elsewhere_goes_on_the_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/mesharp", tests, NULL, NULL);
}
