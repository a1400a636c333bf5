/* BLAKE2b against RFC 7693 and the known answers of its authors, plain and keyed; parts against the
 * whole; short outputs. */
#include "crypto/hash.h"
#include "tests/vectors/hex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct span no_key = {NULL, 0};

/* The bytes 0, 1, 2, … as the known answers use them for keys and input. */
static void fill_counting(uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)i;
}

static void check_hash(const char *expected, struct span key, const void *bytes, size_t size)
{
	struct hex answer = hex_of(expected);
	uint8_t out[HASH_MAX];

	hash_of(out, answer.size, key, bytes, size);
	assert_memory_equal(out, answer.bytes, answer.size);
}

/* RFC 7693, appendix A. */
static void test_rfc_7693(void **state)
{
	check_hash("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
		   "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
		   no_key, "abc", 3);
}

/* The BLAKE2 authors' blake2b known answers for a key of 64 bytes (blake2-kat.json in
 * github.com/BLAKE2/BLAKE2), inputs of 0, 1 and 255 bytes. */
static void test_keyed_known_answers(void **state)
{
	uint8_t key[HASH_MAX];
	uint8_t input[255];
	const struct span key_span = {key, sizeof(key)};

	fill_counting(key, sizeof(key));
	fill_counting(input, sizeof(input));
	check_hash("10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
		   "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568",
		   key_span, NULL, 0);
	check_hash("961f6dd1e4dd30f63901690c512e78e4b45e4742ed197c3c5e45c549fd25f2e4"
		   "187b0bc9fe30492b16b0d0bc4ef9b0f34c7003fac09a5ef1532e69430234cebd",
		   key_span, input, 1);
	check_hash("142709d62e28fcccd0af97fad0f8465b971e82201dc51070faa0372aa43e9248"
		   "4be1c1e73ba10906d5d1853db6a4106e0a7bf9800d373d6dee2d46d62ef2a461",
		   key_span, input, sizeof(input));
}

/* The output size is part of the hash. Answers from Python's hashlib. */
static void test_output_sizes(void **state)
{
	check_hash("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319", no_key,
		   "abc", 3);
	check_hash("cf4ab791c62b8d2b2109c90275287816", no_key, "abc", 3);
}

/* Below 16 bytes: the first bytes of the hash of 16. */
static void test_short_output_is_the_start_of_16_bytes(void **state)
{
	struct hex answer = hex_of("cf4ab791c62b8d2b2109c90275287816");
	uint8_t out[17];

	for (size_t size = HASH_MIN; size <= 16; size++) {
		memset(out, 0xee, sizeof(out));
		hash_of(out, size, no_key, "abc", 3);
		assert_memory_equal(out, answer.bytes, size);
		assert_int_equal(out[size], 0xee);
	}
}

static void test_parts_are_the_whole(void **state)
{
	uint8_t input[200];
	uint8_t whole[HASH_512];
	uint8_t out[HASH_512];

	fill_counting(input, sizeof(input));
	hash_of(whole, HASH_512, no_key, input, sizeof(input));
	for (size_t split = 0; split <= sizeof(input); split++) {
		const struct span parts[] = {
			{input, split},
			{NULL, 0},
			{input + split, sizeof(input) - split},
		};

		hash_parts(out, HASH_512, no_key, parts, 3);
		assert_memory_equal(out, whole, HASH_512);
	}
}

static void test_key_matters(void **state)
{
	const struct span key = {(const uint8_t *)"key", 3};
	uint8_t plain[HASH_256];
	uint8_t keyed[HASH_256];

	hash_of(plain, HASH_256, no_key, "abc", 3);
	hash_of(keyed, HASH_256, key, "abc", 3);
	assert_memory_not_equal(plain, keyed, HASH_256);
}

/* A hash may be written over its own input, which mixing into a running hash does. */
static void test_output_may_be_input(void **state)
{
	uint8_t bytes[HASH_512] = {1, 2, 3};
	uint8_t expected[HASH_512];

	hash_of(expected, HASH_512, no_key, bytes, HASH_512);
	hash_of(bytes, HASH_512, no_key, bytes, HASH_512);
	assert_memory_equal(bytes, expected, HASH_512);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc_7693),
		cmocka_unit_test(test_keyed_known_answers),
		cmocka_unit_test(test_output_sizes),
		cmocka_unit_test(test_short_output_is_the_start_of_16_bytes),
		cmocka_unit_test(test_parts_are_the_whole),
		cmocka_unit_test(test_key_matters),
		cmocka_unit_test(test_output_may_be_input),
	};

	if (sodium_init() < 0)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("crypto/hash", tests, NULL, NULL);
}
