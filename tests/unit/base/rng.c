/* Random numbers: the key stream itself against RFC 8439, the same numbers from the same seed, and
 * distributions far enough from a biased one. */
#include "base/rng.h"
#include "tests/vectors/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { DRAWS = 100000 };

/* RFC 8439, appendix A.1: the blocks 0 and 1 of a key and a nonce of zeros. */
static void test_key_stream_vector(void **state)
{
	struct hex next =
		hex_of("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7");
	struct hex block =
		hex_of("9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
		       "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
	const uint8_t seed[RNG_SEED] = {0};
	uint8_t out[64];
	struct rng rng;

	rng_init(&rng, seed);
	rng_fill(&rng, out, sizeof(out));
	assert_memory_equal(out, block.bytes, block.size);
	assert_memory_equal(rng.key, next.bytes, next.size);
	rng_init(&rng, seed);
	assert_int_equal(rng_u32(&rng), 0x9f07e7be);
}

static void test_repeatable(void **state)
{
	struct rng a = {{1}};
	struct rng b = {{1}};
	uint8_t from_a[100];
	uint8_t from_b[100];

	for (size_t size = 0; size <= sizeof(from_a); size++) {
		rng_fill(&a, from_a, size);
		rng_fill(&b, from_b, size);
		assert_memory_equal(from_a, from_b, size);
	}
	assert_int_equal(rng_u32(&a), rng_u32(&b));
	assert_int_equal(rng_below(&a, 1000), rng_below(&b, 1000));
}

static void test_seed_and_request_matter(void **state)
{
	struct rng a = {{1}};
	struct rng b = {{2}};
	uint8_t first[32];
	uint8_t second[32];
	uint8_t other[32];

	rng_fill(&a, first, sizeof(first));
	rng_fill(&a, second, sizeof(second));
	rng_fill(&b, other, sizeof(other));
	assert_memory_not_equal(first, second, sizeof(first));
	assert_memory_not_equal(first, other, sizeof(first));
}

/* Even an empty request moves on, and nothing beyond the request is written. */
static void test_fill_keeps_to_its_size(void **state)
{
	struct rng rng = {{3}};
	struct rng before = rng;
	uint8_t out[3] = {0xee, 0xee, 0xee};

	rng_fill(&rng, out, 0);
	assert_int_equal(out[0], 0xee);
	assert_memory_not_equal(rng.key, before.key, RNG_SEED);
	rng_fill(&rng, out, 2);
	assert_int_equal(out[2], 0xee);
}

static void test_below_stays_below(void **state)
{
	static const uint32_t bounds[] = {1, 2, 3, 7, 1000, 0x80000001, UINT32_MAX};
	struct rng rng = {{4}};

	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		for (int draw = 0; draw < 1000; draw++)
			assert_true(rng_below(&rng, bounds[i]) < bounds[i]);
	}
}

static void test_below_is_even(void **state)
{
	struct rng rng = {{5}};
	uint32_t seen[10] = {0};

	for (int draw = 0; draw < DRAWS; draw++)
		seen[rng_below(&rng, 10)]++;
	for (int i = 0; i < 10; i++)
		assert_in_range(seen[i], DRAWS / 10 - 500, DRAWS / 10 + 500);
}

/* With a bound of 3·2^30 a plain remainder would fall into the lowest third half of the time. */
static void test_below_has_no_modulo_bias(void **state)
{
	struct rng rng = {{6}};
	uint32_t lowest = 0;

	for (int draw = 0; draw < DRAWS; draw++)
		lowest += rng_below(&rng, 3U << 30) < 1U << 30;
	assert_in_range(lowest, DRAWS / 3 - 1000, DRAWS / 3 + 1000);
}

static void test_between(void **state)
{
	const duration low = duration_ms(10);
	const duration high = duration_us(10004);
	struct rng rng = {{7}};
	uint32_t seen[4] = {0};

	for (int draw = 0; draw < 1000; draw++) {
		duration value = rng_between(&rng, low, high);

		assert_in_range(value.us, low.us, high.us - 1);
		seen[value.us - low.us]++;
	}
	for (int i = 0; i < 4; i++)
		assert_in_range(seen[i], 150, 350);
	assert_int_equal(rng_between(&rng, low, low).us, low.us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_stream_vector),
		cmocka_unit_test(test_repeatable),
		cmocka_unit_test(test_seed_and_request_matter),
		cmocka_unit_test(test_fill_keeps_to_its_size),
		cmocka_unit_test(test_below_stays_below),
		cmocka_unit_test(test_below_is_even),
		cmocka_unit_test(test_below_has_no_modulo_bias),
		cmocka_unit_test(test_between),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("base/rng", tests, NULL, NULL);
}
