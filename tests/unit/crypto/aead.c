/* Both cipher suites as libsodium does them. Where the processor has no AES instructions the tests
 * of that suite are skipped. */
#include "suite.h"

#include <sodium.h>

static void test_suites(void **state)
{
	uint8_t known = SUITE_BIT(SUITE_CHACHA20_POLY1305) | SUITE_BIT(SUITE_AES_256_GCM);

	assert_true(aead_suites() & SUITE_BIT(SUITE_CHACHA20_POLY1305));
	assert_int_equal(aead_suites() & ~known, 0);
}

/* A suite that a provider does not do is libsodium's. */
static void test_a_provider_does_its_own_suites_only(void **state)
{
	const struct aead_provider nobody = {.name = "nobody"};

	suite_check_vectors(&nobody, SUITE_CHACHA20_POLY1305);
	suite_require(SUITE_AES_256_GCM);
	suite_check_vectors(&nobody, SUITE_AES_256_GCM);
}

static void test_chacha_vectors(void **state)
{
	suite_check_vectors(NULL, SUITE_CHACHA20_POLY1305);
}

static void test_chacha_in_place(void **state)
{
	suite_check_in_place(NULL, SUITE_CHACHA20_POLY1305);
}

static void test_chacha_every_bit_counts(void **state)
{
	suite_check_every_bit(NULL, SUITE_CHACHA20_POLY1305);
}

static void test_aes_vectors(void **state)
{
	suite_require(SUITE_AES_256_GCM);
	suite_check_vectors(NULL, SUITE_AES_256_GCM);
}

static void test_aes_in_place(void **state)
{
	suite_require(SUITE_AES_256_GCM);
	suite_check_in_place(NULL, SUITE_AES_256_GCM);
}

static void test_aes_every_bit_counts(void **state)
{
	suite_require(SUITE_AES_256_GCM);
	suite_check_every_bit(NULL, SUITE_AES_256_GCM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suites),
		cmocka_unit_test(test_a_provider_does_its_own_suites_only),
		cmocka_unit_test(test_chacha_vectors),
		cmocka_unit_test(test_chacha_in_place),
		cmocka_unit_test(test_chacha_every_bit_counts),
		cmocka_unit_test(test_aes_vectors),
		cmocka_unit_test(test_aes_in_place),
		cmocka_unit_test(test_aes_every_bit_counts),
	};

	if (sodium_init() < 0)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("crypto/aead", tests, NULL, NULL);
}
