/* Toy signatures fit one key, one purpose and one message, and nothing else. */
#include "crypto/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MESSAGE = 30 };

/* All that a signature depends on. */
struct letter {
	uint8_t public_key[IDENTITY_PUBLIC], network_id[NETWORK_ID], type, message[MESSAGE],
		signature[SIGNATURE];
};

static bool letter_verifies(const struct letter *letter, const char *context)
{
	struct purpose purpose = {context, letter->network_id, letter->type};

	return identity_verify(letter->public_key, purpose, letter->message, MESSAGE,
			       letter->signature);
}

static struct letter letter_signed(void)
{
	struct letter letter = {.network_id = {1}, .type = 2, .message = {3}};
	const struct purpose purpose = {"context", letter.network_id, letter.type};
	const uint8_t seed[IDENTITY_SEED] = {9};
	struct identity identity;

	identity_of(&identity, seed);
	memcpy(letter.public_key, identity.public_key, IDENTITY_PUBLIC);
	identity_sign(&identity, purpose, letter.message, MESSAGE, letter.signature);
	return letter;
}

static void a_signature_fits_only_what_was_signed(void **state)
{
	struct letter letter = letter_signed();
	uint8_t *bytes = (uint8_t *)&letter;

	assert_true(letter_verifies(&letter, "context"));
	assert_false(letter_verifies(&letter, "contexts"));
	for (size_t bit = 0; bit < 8 * sizeof(letter); bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(letter_verifies(&letter, "context"));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void seeds_make_identities(void **state)
{
	const uint8_t one[IDENTITY_SEED] = {1}, two[IDENTITY_SEED] = {2};
	struct identity first, second, again;

	identity_of(&first, one);
	identity_of(&second, two);
	identity_of(&again, one);
	assert_memory_not_equal(first.public_key, second.public_key, IDENTITY_PUBLIC);
	assert_memory_equal(first.public_key, again.public_key, IDENTITY_PUBLIC);
	assert_memory_equal(first.secret_key, again.secret_key, IDENTITY_SECRET);
}

static void too_long_a_message_has_no_signature(void **state)
{
	const uint8_t message[SIGNED_MESSAGE + 1] = {0}, network_id[NETWORK_ID] = {0};
	const uint8_t seed[IDENTITY_SEED] = {4};
	const struct purpose purpose = {"context", network_id, 1};
	uint8_t signature[SIGNATURE];
	struct identity identity;

	identity_of(&identity, seed);
	identity_sign(&identity, purpose, message, SIGNED_MESSAGE, signature);
	assert_true(
		identity_verify(identity.public_key, purpose, message, SIGNED_MESSAGE, signature));
	assert_false(identity_verify(identity.public_key, purpose, message, SIGNED_MESSAGE + 1,
				     signature));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_fits_only_what_was_signed),
		cmocka_unit_test(seeds_make_identities),
		cmocka_unit_test(too_long_a_message_has_no_signature),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("crypto/toy/identity", tests, NULL, NULL);
}
