/* libipsec-mb does what libsodium does, byte for byte. Skipped where it was not built in or the
 * processor cannot do it. */
#include "crypto/ipsec_mb/provider.h"

#include "base/rng.h"
#include "tests/unit/crypto/suite.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
	SIZE_MAX_TRIED = 2048,
	ROUNDS = 4,
};

static void it_says_what_it_is(void **state)
{
	const struct aead_provider *provider = *state;

	assert_string_equal(provider->name, "libipsec-mb");
	assert_true(strlen(provider->version) > 0);
	assert_int_equal(provider->suites & ~aead_suites(), 0);
}

static void vectors_fit(void **state)
{
	const struct aead_provider *provider = *state;

	suite_check_vectors(provider, SUITE_CHACHA20_POLY1305);
	suite_check_vectors(provider, SUITE_AES_256_GCM);
}

static void it_works_in_place(void **state)
{
	const struct aead_provider *provider = *state;

	suite_check_in_place(provider, SUITE_CHACHA20_POLY1305);
	suite_check_in_place(provider, SUITE_AES_256_GCM);
}

static void every_bit_counts(void **state)
{
	const struct aead_provider *provider = *state;

	suite_check_every_bit(provider, SUITE_CHACHA20_POLY1305);
	suite_check_every_bit(provider, SUITE_AES_256_GCM);
}

/* What one seals the other opens; what is refused is gone, in place and apart. */
struct exchange {
	struct aead_key keys[2]; /* libsodium's, libipsec-mb's */
	uint8_t nonce[AEAD_NONCE], associated[64], plain[SIZE_MAX_TRIED];
	uint8_t sealed[2][SIZE_MAX_TRIED + AEAD_TAG], opened[SIZE_MAX_TRIED + AEAD_TAG];
};

static void check_forged(struct exchange *exchange, struct span with, size_t size, uint32_t bit)
{
	static const uint8_t zeros[SIZE_MAX_TRIED];

	for (int by = 0; by < 2; by++) {
		memcpy(exchange->opened, exchange->sealed[0], size + AEAD_TAG);
		exchange->opened[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(aead_open(&exchange->keys[by], exchange->nonce, with, exchange->opened,
				       size + AEAD_TAG, exchange->opened));
		assert_memory_equal(exchange->opened, zeros, size);
	}
}

static void check_exchange(struct exchange *exchange, struct span with, size_t size)
{
	for (int by = 0; by < 2; by++)
		aead_seal(&exchange->keys[by], exchange->nonce, with, exchange->plain, size,
			  exchange->sealed[by]);
	assert_memory_equal(exchange->sealed[0], exchange->sealed[1], size + AEAD_TAG);
	for (int by = 0; by < 2; by++) {
		assert_true(aead_open(&exchange->keys[by], exchange->nonce, with,
				      exchange->sealed[1 - by], size + AEAD_TAG, exchange->opened));
		assert_memory_equal(exchange->opened, exchange->plain, size);
	}
}

static void check_suite(const struct aead_provider *provider, enum suite suite, struct rng *rng)
{
	struct exchange exchange;
	uint8_t key[AEAD_KEY];

	rng_fill(rng, key, sizeof(key));
	aead_prepare(NULL, suite, key, &exchange.keys[0]);
	aead_prepare(provider, suite, key, &exchange.keys[1]);
	rng_fill(rng, exchange.nonce, sizeof(exchange.nonce));
	rng_fill(rng, exchange.associated, sizeof(exchange.associated));
	rng_fill(rng, exchange.plain, sizeof(exchange.plain));
	for (size_t size = 0; size <= SIZE_MAX_TRIED; size++) {
		const struct span with = {exchange.associated,
					  rng_below(rng, sizeof(exchange.associated) + 1)};
		check_exchange(&exchange, with, size);
		check_forged(&exchange, with, size,
			     rng_below(rng, (uint32_t)(8 * (size + AEAD_TAG))));
	}
}

static void both_agree_at_every_size(void **state)
{
	const struct aead_provider *provider = *state;
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){3});
	for (int round = 0; round < ROUNDS; round++) {
		check_suite(provider, SUITE_CHACHA20_POLY1305, &rng);
		check_suite(provider, SUITE_AES_256_GCM, &rng);
	}
}

int main(void)
{
	struct aead_provider provider;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(it_says_what_it_is, &provider),
		cmocka_unit_test_prestate(vectors_fit, &provider),
		cmocka_unit_test_prestate(it_works_in_place, &provider),
		cmocka_unit_test_prestate(every_bit_counts, &provider),
		cmocka_unit_test_prestate(both_agree_at_every_size, &provider),
	};

	if (sodium_init() < 0)
		return 1;
	if (!ipsec_mb_start(&provider)) {
		puts("1..1\nok 1 - provider # SKIP not built in, or no AES instructions");
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	int failed = cmocka_run_group_tests_name("crypto/ipsec_mb/provider", tests, NULL, NULL);
	ipsec_mb_stop(&provider);
	return failed;
}
