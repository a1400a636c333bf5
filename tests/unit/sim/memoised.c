/* Memoised answers are the real functions' own, asked once or often, and a memory of good
 * signatures makes none of a forged one. This program is linked as meshsim is: its calls go to the
 * memory first. */
#include "sim/memoised/memo.h"

#include "crypto/agree.h"
#include "crypto/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

bool __real_agree(uint8_t shared[AGREE_KEY], const uint8_t secret_key[AGREE_KEY],
		  const uint8_t public_key[AGREE_KEY]);

enum { MESSAGE = 30, PAIRS = 4 };

struct letter {
	uint8_t public_key[IDENTITY_PUBLIC], network_id[NETWORK_ID], type, message[MESSAGE],
		signature[SIGNATURE];
};

static bool letter_verifies(const struct letter *letter, const char *context, size_t size)
{
	struct purpose purpose = {context, letter->network_id, letter->type};

	return identity_verify(letter->public_key, purpose, letter->message, size,
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

static void no_forged_signature_becomes_good(void **state)
{
	struct letter letter = letter_signed();
	uint8_t *bytes = (uint8_t *)&letter;

	for (size_t byte = 0; byte < sizeof(letter); byte++) {
		assert_true(letter_verifies(&letter, "context", MESSAGE));
		bytes[byte] ^= 1;
		assert_false(letter_verifies(&letter, "context", MESSAGE));
		assert_false(letter_verifies(&letter, "context", MESSAGE));
		bytes[byte] ^= 1;
	}
	assert_false(letter_verifies(&letter, "contexts", MESSAGE));
	assert_false(letter_verifies(&letter, "context", MESSAGE - 1));
	assert_true(letter_verifies(&letter, "context", MESSAGE));
}

/* Context and message do not run into each other. */
static void a_moved_border_is_another_question(void **state)
{
	struct letter letter = {.network_id = {1}, .type = 2, .message = "\0ab"};
	struct letter moved = {.network_id = {1}, .type = 2, .message = "ab"};
	const struct purpose purpose = {"c", letter.network_id, letter.type};
	const uint8_t seed[IDENTITY_SEED] = {9};
	struct identity identity;

	identity_of(&identity, seed);
	identity_sign(&identity, purpose, letter.message, 3, letter.signature);
	memcpy(letter.public_key, identity.public_key, IDENTITY_PUBLIC);
	memcpy(moved.public_key, letter.public_key, IDENTITY_PUBLIC);
	memcpy(moved.signature, letter.signature, SIGNATURE);
	assert_true(letter_verifies(&letter, "c", 3));
	assert_false(letter_verifies(&moved, "c", 2));
}

static void agreements_are_the_real_ones(void **state)
{
	struct agree_pair pairs[PAIRS];
	uint8_t shared[AGREE_KEY], real[AGREE_KEY];

	for (uint8_t i = 0; i < PAIRS; i++)
		agree_pair_of(&pairs[i], (const uint8_t[AGREE_KEY]){i + 1});
	for (uint32_t i = 0; i < 2 * PAIRS * PAIRS; i++) {
		const struct agree_pair *ours = &pairs[i % PAIRS];
		const struct agree_pair *theirs = &pairs[i / PAIRS % PAIRS];
		assert_true(agree(shared, ours->secret_key, theirs->public_key));
		assert_true(__real_agree(real, ours->secret_key, theirs->public_key));
		assert_memory_equal(shared, real, AGREE_KEY);
	}
}

static void keys_from_elsewhere_are_computed_with(void **state)
{
	const uint8_t foreign[AGREE_KEY] = {9}, low_order[AGREE_KEY] = {1};
	const uint8_t secret_key[AGREE_KEY] = {77};
	uint8_t shared[AGREE_KEY], real[AGREE_KEY];
	struct agree_pair pair;

	assert_true(agree(shared, secret_key, foreign));
	agree_pair_of(&pair, secret_key);
	assert_memory_equal(shared, pair.public_key, AGREE_KEY);
	assert_true(agree(shared, secret_key, foreign));
	assert_true(__real_agree(real, secret_key, foreign));
	assert_memory_equal(shared, real, AGREE_KEY);
	assert_false(agree(shared, secret_key, low_order));
	assert_false(agree(shared, secret_key, low_order));
}

static void a_memory_is_bounded_and_never_mistaken(void **state)
{
	struct memo *memo = calloc(1, sizeof(*memo));
	uint8_t question[HASH_256], answer[MEMO_ANSWER];
	uint32_t known = 0;

	assert_non_null(memo);
	for (uint32_t i = 0; i < 2 * MEMO_PLACES; i++) {
		memo_question(question, "kind", &(struct span){(const uint8_t *)&i, 4}, 1);
		assert_null(memo_find(memo, question));
		memo_put(memo, question, &i, 4);
		assert_non_null(memo_find(memo, question));
	}
	for (uint32_t i = 0; i < 2 * MEMO_PLACES; i++) {
		memset(answer, 0, sizeof(answer));
		memcpy(answer, &i, 4);
		memo_question(question, "other kind", &(struct span){answer, 4}, 1);
		assert_null(memo_find(memo, question));
		memo_question(question, "kind", &(struct span){answer, 4}, 1);
		if (memo_find(memo, question) == NULL)
			continue;
		known++;
		assert_memory_equal(memo_find(memo, question), answer, MEMO_ANSWER);
	}
	assert_in_range(known, MEMO_PLACES / 2, MEMO_PLACES);
	free(memo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_forged_signature_becomes_good),
		cmocka_unit_test(a_moved_border_is_another_question),
		cmocka_unit_test(agreements_are_the_real_ones),
		cmocka_unit_test(keys_from_elsewhere_are_computed_with),
		cmocka_unit_test(a_memory_is_bounded_and_never_mistaken),
	};

	if (sodium_init() < 0)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/memoised", tests, NULL, NULL);
}
