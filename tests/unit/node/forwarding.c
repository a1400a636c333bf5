/* The snapshot: who is found by what, ids that two nodes share, and keys that are gone once it is
 * cleared. */
#include "node/forwarding.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CAPACITY = 50 };

static const struct address OWN = {{0xbe, 0xef, 1}};

static struct forwarding *forwarding_new(void)
{
	static const uint8_t secret[16] = {3};
	void *memory = calloc(1, forwarding_size(CAPACITY));

	assert_non_null(memory);
	return forwarding_init(memory, CAPACITY, &OWN, secret);
}

static struct destination destination_drawn(struct rng *rng)
{
	struct destination made = {.address = {{0xbe, 0xef}}, .generation = rng_u32(rng)};

	rng_fill(rng, made.address.bytes + 2, ADDRESS_HASH);
	memset(made.seal.key, 0x5a, sizeof(made.seal.key));
	memset(made.open[2].key, 0x5a, sizeof(made.open[2].key));
	return made;
}

static void all_are_found_by_address_and_id(void **state)
{
	struct forwarding *forwarding = forwarding_new();
	struct destination made[CAPACITY];
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){1});
	for (uint32_t round = 0; round < 3; round++) {
		forwarding_clear(forwarding, 1);
		for (uint32_t i = 0; i < CAPACITY; i++) {
			made[i] = destination_drawn(&rng);
			struct node_id id = address_id(&made[i].address);
			assert_int_equal(forwarding_by_id(forwarding, &id), UINT32_MAX);
			forwarding_put(forwarding, i, &made[i]);
		}
		for (uint32_t i = 0; i < CAPACITY; i++) {
			struct node_id id = address_id(&made[i].address);
			assert_int_equal(forwarding_by_address(forwarding, &made[i].address), i);
			assert_int_equal(forwarding_by_id(forwarding, &id), i);
			assert_int_equal(forwarding_at(forwarding, i)->generation,
					 made[i].generation);
			assert_false(forwarding_at(forwarding, i)->id_conflict);
		}
	}
	assert_true(address_equal(forwarding_own(forwarding), &OWN));
	free(forwarding);
}

static void one_id_of_two_is_marked_at_both(void **state)
{
	struct forwarding *forwarding = forwarding_new();
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){2});
	struct destination first = destination_drawn(&rng), second = first;
	struct destination alone = destination_drawn(&rng);
	struct node_id id = address_id(&first.address);
	second.address.bytes[ADDRESS - 1] ^= 1;
	forwarding_put(forwarding, 4, &first);
	forwarding_put(forwarding, 9, &alone);
	forwarding_put(forwarding, 7, &second);
	assert_true(forwarding_at(forwarding, 4)->id_conflict);
	assert_true(forwarding_at(forwarding, 7)->id_conflict);
	assert_false(forwarding_at(forwarding, 9)->id_conflict);
	assert_int_equal(forwarding_by_id(forwarding, &id), 4);
	assert_int_equal(forwarding_by_address(forwarding, &second.address), 7);
	free(forwarding);
}

static void clearing_leaves_no_key(void **state)
{
	static const uint8_t key[AEAD_KEY] = {0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a};
	struct forwarding *forwarding = forwarding_new();
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){3});
	struct destination made = destination_drawn(&rng);
	forwarding_put(forwarding, CAPACITY - 1, &made);
	assert_non_null(memmem(forwarding, forwarding_size(CAPACITY), key, 8));
	forwarding_clear(forwarding, 8);
	assert_int_equal(forwarding_serial(forwarding), 8);
	assert_null(memmem(forwarding, forwarding_size(CAPACITY), key, 8));
	assert_int_equal(forwarding_by_address(forwarding, &made.address), UINT32_MAX);
	free(forwarding);
}

static void keys_of_a_session_go_each_their_way(void **state)
{
	struct session_keys keys = {.serial = 5, .keys = {.suite = SUITE_AES_256_GCM, .epoch = 9}};

	memset(keys.keys.send, 1, AEAD_KEY);
	memset(keys.keys.receive, 2, AEAD_KEY);
	struct forwarding_key seal = forwarding_seal_key(&keys), open = forwarding_open_key(&keys);
	assert_memory_equal(seal.key, keys.keys.send, AEAD_KEY);
	assert_memory_equal(open.key, keys.keys.receive, AEAD_KEY);
	assert_int_equal(seal.serial, 5);
	assert_int_equal(open.suite, SUITE_AES_256_GCM);
	assert_true(open.parity);
	keys.serial = 0;
	seal = forwarding_seal_key(&keys);
	assert_int_equal(seal.serial, 0);
	assert_int_equal(seal.key[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_found_by_address_and_id),
		cmocka_unit_test(one_id_of_two_is_marked_at_both),
		cmocka_unit_test(clearing_leaves_no_key),
		cmocka_unit_test(keys_of_a_session_go_each_their_way),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/forwarding", tests, NULL, NULL);
}
