/* The FIB: who is found by what, ids that two nodes share, and that it takes what it has room for
 * and no more. docs/protocol/route.md, sections 5 and 7. */
#include "node/fib.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	NODES = 60,
	HOPS = 7,
	WAYS = 20,
};

static const struct fib_limits limits = {.nodes = NODES, .hops = HOPS, .ways = WAYS};

static struct fib *fib_new(void)
{
	static const uint8_t secret[16] = {3};
	void *memory = calloc(1, fib_size(&limits));

	assert_non_null(memory);
	return fib_init(memory, &limits, secret);
}

static struct address address_drawn(struct rng *rng)
{
	struct address address = {{0xbe, 0xef}};

	rng_fill(rng, address.bytes + 2, ADDRESS_HASH);
	return address;
}

static struct lladdr lladdr_number(uint32_t number)
{
	return (struct lladdr){{0x02, 0, 0, 0, 0, (uint8_t)number}};
}

static void an_empty_one_knows_nobody(void **state)
{
	struct fib *fib = fib_new();
	const struct address address = {{0xbe, 0xef, 1}};
	struct node_id id = address_id(&address);

	assert_false(fib_synced(fib));
	assert_int_equal(fib_serial(fib), 0);
	assert_int_equal(fib_nodes(fib), 0);
	assert_int_equal(fib_hops(fib), 0);
	assert_int_equal(fib_by_address(fib, &address), FIB_NONE);
	assert_int_equal(fib_by_id(fib, &id), FIB_NONE);
	assert_int_equal(fib_hop_of(fib, &address), FIB_NONE);
	assert_int_equal(fib_way(fib, 0, lladdr_number(0)), FIB_NONE);
	free(fib);
}

/* Fills the nodes, each drawn. */
static void fill_nodes(struct fib *fib, struct rng *rng, struct fib_node made[NODES])
{
	for (uint32_t i = 0; i < NODES; i++) {
		made[i] = (struct fib_node){.address = address_drawn(rng),
					    .mtu = (uint16_t)rng_u32(rng),
					    .lost = rng_below(rng, 2)};
		for (uint32_t lane = 0; lane < WIRE_LANES; lane++)
			made[i].next[lane] = (uint16_t)rng_below(rng, HOPS);
		fib_add_node(fib, &made[i]);
	}
}

static void all_nodes_are_found_by_address_and_id(void **state)
{
	struct fib *fib = fib_new();
	struct fib_node made[NODES];
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){1});
	for (uint32_t round = 0; round < 3; round++) {
		fib_clear(fib, 5 + round, round == 1);
		assert_int_equal(fib_serial(fib), 5 + round);
		assert_int_equal(fib_synced(fib), round == 1);
		fill_nodes(fib, &rng, made);
		assert_int_equal(fib_nodes(fib), NODES);
		for (uint32_t i = 0; i < NODES; i++) {
			struct node_id id = address_id(&made[i].address);
			assert_int_equal(fib_by_address(fib, &made[i].address), i);
			assert_int_equal(fib_by_id(fib, &id), i);
			assert_memory_equal(fib_node(fib, i)->next, made[i].next,
					    sizeof(made[i].next));
			assert_int_equal(fib_node(fib, i)->mtu, made[i].mtu);
			assert_int_equal(fib_node(fib, i)->lost, made[i].lost);
			assert_false(fib_node(fib, i)->id_conflict);
		}
		/* One more finds no room, and disturbs nobody. */
		struct fib_node more = {.address = address_drawn(&rng)};
		fib_add_node(fib, &more);
		assert_int_equal(fib_nodes(fib), NODES);
		assert_int_equal(fib_by_address(fib, &more.address), FIB_NONE);
		assert_int_equal(fib_serial(fib), 5 + round);
	}
	free(fib);
}

static void one_id_of_two_is_marked_at_both(void **state)
{
	struct fib *fib = fib_new();
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){2});
	struct fib_node first = {.address = address_drawn(&rng)}, second = first, third = first;
	struct fib_node alone = {.address = address_drawn(&rng)};
	struct node_id id = address_id(&first.address);
	second.address.bytes[ADDRESS - 1] ^= 1;
	third.address.bytes[ADDRESS - 1] ^= 2;
	fib_add_node(fib, &first);
	fib_add_node(fib, &alone);
	assert_false(fib_node(fib, 0)->id_conflict);
	fib_add_node(fib, &second);
	fib_add_node(fib, &third);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(fib_node(fib, i)->id_conflict, i != 1);
	assert_int_equal(fib_by_address(fib, &first.address), 0);
	assert_int_equal(fib_by_address(fib, &second.address), 2);
	assert_true(fib_node(fib, fib_by_id(fib, &id))->id_conflict);
	fib_clear(fib, 1, true);
	assert_int_equal(fib_by_id(fib, &id), FIB_NONE);
	fib_add_node(fib, &second);
	assert_false(fib_node(fib, 0)->id_conflict);
	free(fib);
}

static void hops_are_numbered_and_found(void **state)
{
	struct fib *fib = fib_new();
	struct fib_hop made[HOPS];
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){3});
	for (uint32_t i = 0; i < HOPS; i++) {
		made[i] = (struct fib_hop){.address = address_drawn(&rng),
					   .link = i,
					   .to = lladdr_number(i),
					   .mtu = 1280 + i};
		assert_int_equal(fib_add_hop(fib, &made[i]), i);
	}
	struct fib_hop more = {.address = address_drawn(&rng)};
	assert_int_equal(fib_add_hop(fib, &more), FIB_NONE);
	assert_int_equal(fib_hop_of(fib, &more.address), FIB_NONE);
	assert_int_equal(fib_hops(fib), HOPS);
	for (uint32_t i = 0; i < HOPS; i++) {
		assert_int_equal(fib_hop_of(fib, &made[i].address), i);
		assert_int_equal(fib_hop(fib, i)->link, i);
		assert_true(lladdr_equal(&fib_hop(fib, i)->to, &made[i].to));
		assert_int_equal(fib_hop(fib, i)->mtu, 1280 + i);
	}
	free(fib);
}

/* A link address is a neighbour's on its own link alone, and several may be one neighbour's. */
static void ways_lead_to_hops(void **state)
{
	struct fib *fib = fib_new();

	for (uint32_t i = 0; i < WAYS; i++)
		fib_add_way(fib, i % 2, lladdr_number(i), i % HOPS);
	for (uint32_t i = 0; i < WAYS; i++) {
		assert_int_equal(fib_way(fib, i % 2, lladdr_number(i)), i % HOPS);
		assert_int_equal(fib_way(fib, 1 - i % 2, lladdr_number(i)), FIB_NONE);
	}
	fib_add_way(fib, 0, lladdr_number(200), 1);
	assert_int_equal(fib_way(fib, 0, lladdr_number(200)), FIB_NONE);
	fib_clear(fib, 1, true);
	assert_int_equal(fib_way(fib, 0, lladdr_number(0)), FIB_NONE);
	free(fib);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_one_knows_nobody),
		cmocka_unit_test(all_nodes_are_found_by_address_and_id),
		cmocka_unit_test(one_id_of_two_is_marked_at_both),
		cmocka_unit_test(hops_are_numbered_and_found),
		cmocka_unit_test(ways_lead_to_hops),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/fib", tests, NULL, NULL);
}
