/* The toy key agreement keeps the algebra: both ends come to the same, others to something else,
 * and the public key zero agrees with nobody. */
#include "crypto/agree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { PAIRS = 24 };

static struct agree_pair pair_number(uint8_t number)
{
	const uint8_t secret_key[AGREE_KEY] = {number, [8] = 3, [31] = (uint8_t)(number * 7)};
	struct agree_pair pair;

	agree_pair_of(&pair, secret_key);
	assert_memory_equal(pair.secret_key, secret_key, AGREE_KEY);
	return pair;
}

static void both_ends_agree(void **state)
{
	uint8_t one[AGREE_KEY], other[AGREE_KEY];

	for (uint8_t a = 0; a < PAIRS; a++) {
		for (uint8_t b = 0; b < PAIRS; b++) {
			struct agree_pair ours = pair_number(a), theirs = pair_number(b);
			assert_true(agree(one, ours.secret_key, theirs.public_key));
			assert_true(agree(other, theirs.secret_key, ours.public_key));
			assert_memory_equal(one, other, AGREE_KEY);
		}
	}
}

static void others_come_to_something_else(void **state)
{
	uint8_t shared[PAIRS][AGREE_KEY];
	struct agree_pair first = pair_number(0);

	for (uint8_t i = 0; i < PAIRS; i++) {
		struct agree_pair pair = pair_number(i);
		assert_true(agree(shared[i], first.secret_key, pair.public_key));
		assert_memory_not_equal(pair.public_key, pair.secret_key, AGREE_KEY);
		for (uint8_t j = 0; j < i; j++)
			assert_memory_not_equal(shared[i], shared[j], AGREE_KEY);
	}
}

static void zero_agrees_with_nobody(void **state)
{
	const uint8_t zero[AGREE_KEY] = {0};
	struct agree_pair pair = pair_number(5);
	uint8_t shared[AGREE_KEY];

	assert_false(agree(shared, pair.secret_key, zero));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_agree),
		cmocka_unit_test(others_come_to_something_else),
		cmocka_unit_test(zero_agrees_with_nobody),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("crypto/toy/agree", tests, NULL, NULL);
}
