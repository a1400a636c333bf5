/* X25519 against RFC 7748, and the public keys that have to be refused. */
#include "crypto/agree.h"
#include "tests/vectors/hex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void check_agree(const char *secret_key, const char *public_key, const char *expected)
{
	struct hex secret = hex_of(secret_key);
	struct hex public = hex_of(public_key);
	struct hex answer = hex_of(expected);
	uint8_t shared[AGREE_KEY];

	assert_true(agree(shared, secret.bytes, public.bytes));
	assert_memory_equal(shared, answer.bytes, AGREE_KEY);
}

/* RFC 7748, section 5.2, both vectors. */
static void test_rfc_7748_single(void **state)
{
	check_agree("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
		    "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
		    "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
	check_agree("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
		    "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
		    "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

/* RFC 7748, section 5.2: after one and after a thousand rounds. */
static void test_rfc_7748_iterated(void **state)
{
	struct hex once =
		hex_of("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
	struct hex thousand =
		hex_of("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
	uint8_t k[AGREE_KEY] = {9};
	uint8_t u[AGREE_KEY] = {9};
	uint8_t shared[AGREE_KEY];

	for (int round = 1; round <= 1000; round++) {
		assert_true(agree(shared, k, u));
		memcpy(u, k, AGREE_KEY);
		memcpy(k, shared, AGREE_KEY);
		if (round == 1)
			assert_memory_equal(k, once.bytes, AGREE_KEY);
	}
	assert_memory_equal(k, thousand.bytes, AGREE_KEY);
}

/* RFC 7748, section 6.1. */
static void test_rfc_7748_exchange(void **state)
{
	struct hex a = hex_of("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
	struct hex b = hex_of("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
	struct hex a_public =
		hex_of("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
	struct hex b_public =
		hex_of("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
	struct hex answer =
		hex_of("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
	struct agree_pair alice;
	struct agree_pair bob;
	uint8_t shared[AGREE_KEY];

	agree_pair_of(&alice, a.bytes);
	agree_pair_of(&bob, b.bytes);
	assert_memory_equal(alice.secret_key, a.bytes, AGREE_KEY);
	assert_memory_equal(alice.public_key, a_public.bytes, AGREE_KEY);
	assert_memory_equal(bob.public_key, b_public.bytes, AGREE_KEY);
	assert_true(agree(shared, alice.secret_key, bob.public_key));
	assert_memory_equal(shared, answer.bytes, AGREE_KEY);
	assert_true(agree(shared, bob.secret_key, alice.public_key));
	assert_memory_equal(shared, answer.bytes, AGREE_KEY);
}

/* The points of low order on the curve and its twist, and their spellings not reduced modulo
 * p = 2^255 − 19: zero, one, the two of order 8, p − 1, p and p + 1. */
static void test_low_order_is_refused(void **state)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	const uint8_t secret[AGREE_KEY] = {1, 2, 3};
	uint8_t shared[AGREE_KEY];

	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		struct hex point = hex_of(points[i]);

		assert_false(agree(shared, secret, point.bytes));
		/* The highest bit is ignored, as section 5 of the RFC asks. */
		point.bytes[AGREE_KEY - 1] |= 0x80;
		assert_false(agree(shared, secret, point.bytes));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc_7748_single),
		cmocka_unit_test(test_rfc_7748_iterated),
		cmocka_unit_test(test_rfc_7748_exchange),
		cmocka_unit_test(test_low_order_is_refused),
	};

	if (sodium_init() < 0)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("crypto/agree", tests, NULL, NULL);
}
