/* Ed25519 keys against RFC 8032; signatures checked apart over the bytes they have to cover; and
 * that a signature made for one purpose never passes for another. */
#include "crypto/identity.h"
#include "tests/vectors/hex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct vector {
	const char *seed;
	const char *public_key;
	const char *message;
	const char *signature;
};

/* RFC 8032, section 7.1, tests 1 to 3. */
static const struct vector vectors[] = {
	{
		"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
		"",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
		"5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
	},
	{
		"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
		"72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
	},
	{
		"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
		"af82",
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
		"18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
	},
};

static const uint8_t network[NETWORK_ID] = {1, 2, 3, 4, 5, 6, 7, 8};
static const struct purpose purpose = {"meshp test 1", network, 7};

static struct identity identity_new(void)
{
	const uint8_t seed[IDENTITY_SEED] = {42};
	struct identity identity;

	identity_of(&identity, seed);
	return identity;
}

static void test_rfc_8032(void **state)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct hex seed = hex_of(vectors[i].seed);
		struct hex public_key = hex_of(vectors[i].public_key);
		struct hex message = hex_of(vectors[i].message);
		struct hex expected = hex_of(vectors[i].signature);
		struct identity identity;
		uint8_t signature[SIGNATURE];

		identity_of(&identity, seed.bytes);
		assert_memory_equal(identity.public_key, public_key.bytes, IDENTITY_PUBLIC);
		crypto_sign_ed25519_detached(signature, NULL, message.bytes, message.size,
					     identity.secret_key);
		assert_memory_equal(signature, expected.bytes, SIGNATURE);
	}
}

/* Context with its NUL, network id, type, message: written out here byte by byte. */
static void test_signature_covers_its_purpose(void **state)
{
	static const uint8_t covered[] = "meshp test 1\0\1\2\3\4\5\6\7\x08\7hello";
	struct identity identity = identity_new();
	uint8_t expected[SIGNATURE];
	uint8_t signature[SIGNATURE];

	identity_sign(&identity, purpose, "hello", 5, signature);
	crypto_sign_ed25519_detached(expected, NULL, covered, sizeof(covered) - 1,
				     identity.secret_key);
	assert_memory_equal(signature, expected, SIGNATURE);
	assert_true(identity_verify(identity.public_key, purpose, "hello", 5, signature));
}

static void test_other_purpose_is_refused(void **state)
{
	static const uint8_t other_network[NETWORK_ID] = {1, 2, 3, 4, 5, 6, 7, 9};
	static const struct purpose others[] = {
		{"meshp test 2", network, 7},
		{"meshp test", network, 7},
		{"meshp test 1", other_network, 7},
		{"meshp test 1", network, 8},
		{"", network, 7},
	};
	struct identity identity = identity_new();
	uint8_t signature[SIGNATURE];

	identity_sign(&identity, purpose, "hello", 5, signature);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(
			identity_verify(identity.public_key, others[i], "hello", 5, signature));
}

static void test_every_bit_of_signature_and_key_counts(void **state)
{
	struct identity identity = identity_new();
	uint8_t signature[SIGNATURE];

	identity_sign(&identity, purpose, "hello", 5, signature);
	for (size_t bit = 0; bit < 8 * SIGNATURE; bit++) {
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(identity_verify(identity.public_key, purpose, "hello", 5, signature));
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * IDENTITY_PUBLIC; bit++) {
		identity.public_key[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(identity_verify(identity.public_key, purpose, "hello", 5, signature));
		identity.public_key[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_true(identity_verify(identity.public_key, purpose, "hello", 5, signature));
}

static void test_other_message_is_refused(void **state)
{
	struct identity identity = identity_new();
	uint8_t signature[SIGNATURE];

	identity_sign(&identity, purpose, "hello", 5, signature);
	assert_false(identity_verify(identity.public_key, purpose, "hellp", 5, signature));
	assert_false(identity_verify(identity.public_key, purpose, "hello", 4, signature));
	assert_false(identity_verify(identity.public_key, purpose, "hello", 6, signature));
	assert_false(identity_verify(identity.public_key, purpose, NULL, 0, signature));
}

/* The group order added to the second half gives the same point equation; RFC 8032 section 5.1.7
 * asks for it to be refused, so that a signature has one spelling. */
static void test_second_spelling_is_refused(void **state)
{
	struct hex order =
		hex_of("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
	struct identity identity = identity_new();
	uint8_t signature[SIGNATURE];

	identity_sign(&identity, purpose, "hello", 5, signature);
	sodium_add(signature + 32, order.bytes, order.size);
	assert_false(identity_verify(identity.public_key, purpose, "hello", 5, signature));
}

static void test_longest_message(void **state)
{
	struct identity identity = identity_new();
	uint8_t message[SIGNED_MESSAGE + 1] = {0};
	uint8_t signature[SIGNATURE];

	identity_sign(&identity, purpose, message, SIGNED_MESSAGE, signature);
	assert_true(
		identity_verify(identity.public_key, purpose, message, SIGNED_MESSAGE, signature));
	assert_false(identity_verify(identity.public_key, purpose, message, SIGNED_MESSAGE + 1,
				     signature));
	assert_false(identity_verify(identity.public_key, purpose, message, SIZE_MAX, signature));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc_8032),
		cmocka_unit_test(test_signature_covers_its_purpose),
		cmocka_unit_test(test_other_purpose_is_refused),
		cmocka_unit_test(test_every_bit_of_signature_and_key_counts),
		cmocka_unit_test(test_other_message_is_refused),
		cmocka_unit_test(test_second_spelling_is_refused),
		cmocka_unit_test(test_longest_message),
	};

	if (sodium_init() < 0)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("crypto/identity", tests, NULL, NULL);
}
