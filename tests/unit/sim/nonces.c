/* A counter is new under its key and lane if it is above all before, however many keys there are.
 */
#include "sim/nonces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { KEYS = 5000 };

static void a_counter_is_used_once(void **state)
{
	struct nonces nonces = {0};
	const uint8_t key[AEAD_KEY] = {1}, other[AEAD_KEY] = {2};

	assert_true(nonces_use(&nonces, key, 0, 0));
	assert_false(nonces_use(&nonces, key, 0, 0));
	assert_true(nonces_use(&nonces, key, 1, 0));
	assert_true(nonces_use(&nonces, other, 0, 0));
	assert_true(nonces_use(&nonces, key, 0, 7));
	assert_false(nonces_use(&nonces, key, 0, 6));
	assert_false(nonces_use(&nonces, key, 0, 7));
	assert_true(nonces_use(&nonces, key, 0, 8));
	nonces_free(&nonces);
}

static void no_key_is_forgotten(void **state)
{
	struct nonces nonces = {0};
	uint8_t key[AEAD_KEY] = {0};

	for (uint32_t i = 0; i < KEYS; i++) {
		memcpy(key, &i, sizeof(i));
		assert_true(nonces_use(&nonces, key, 3, i));
	}
	for (uint32_t i = 0; i < KEYS; i++) {
		memcpy(key, &i, sizeof(i));
		assert_false(nonces_use(&nonces, key, 3, i));
	}
	nonces_free(&nonces);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_counter_is_used_once),
		cmocka_unit_test(no_key_is_forgotten),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/nonces", tests, NULL, NULL);
}
