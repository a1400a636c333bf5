/* The toy hash keeps what callers count on: parts are one run of bytes, every byte, the key and the
 * size matter, and a short output is the beginning of one of 16 bytes. */
#include "crypto/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct span no_key = {NULL, 0};

static void parts_are_the_whole(void **state)
{
	uint8_t input[50], whole[HASH_512], out[HASH_512];

	for (size_t i = 0; i < sizeof(input); i++)
		input[i] = (uint8_t)i;
	hash_of(whole, HASH_512, no_key, input, sizeof(input));
	for (size_t split = 0; split <= sizeof(input); split++) {
		const struct span parts[] = {
			{input, split}, {NULL, 0}, {input + split, sizeof(input) - split}};
		hash_parts(out, HASH_512, no_key, parts, 3);
		assert_memory_equal(out, whole, HASH_512);
	}
}

static void every_bit_matters(void **state)
{
	uint8_t input[40] = {0}, plain[HASH_256], changed[HASH_256];

	hash_of(plain, HASH_256, no_key, input, sizeof(input));
	for (size_t bit = 0; bit < 8 * sizeof(input); bit++) {
		input[bit / 8] ^= (uint8_t)(1 << bit % 8);
		hash_of(changed, HASH_256, no_key, input, sizeof(input));
		for (size_t word = 0; word < HASH_256; word += 8)
			assert_memory_not_equal(changed + word, plain + word, 8);
		input[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void length_matters(void **state)
{
	const uint8_t zeros[40] = {0};
	uint8_t shorter[HASH_256], longer[HASH_256];

	for (size_t size = 0; size < sizeof(zeros); size++) {
		hash_of(shorter, HASH_256, no_key, zeros, size);
		hash_of(longer, HASH_256, no_key, zeros, size + 1);
		assert_memory_not_equal(shorter, longer, HASH_256);
	}
}

static void the_key_matters_and_where_it_ends(void **state)
{
	const uint8_t *text = (const uint8_t *)"abcd";
	uint8_t plain[HASH_256], keyed[HASH_256], other[HASH_256];

	hash_of(plain, HASH_256, no_key, text, 4);
	hash_of(keyed, HASH_256, (struct span){text, 1}, text + 1, 3);
	hash_of(other, HASH_256, (struct span){text, 2}, text + 2, 2);
	assert_memory_not_equal(plain, keyed, HASH_256);
	assert_memory_not_equal(keyed, other, HASH_256);
}

static void sizes_are_hashes_of_their_own_but_for_the_short_ones(void **state)
{
	uint8_t sixteen[16], longer[HASH_512], out[HASH_512];

	hash_of(sixteen, 16, no_key, "abc", 3);
	for (size_t size = HASH_MIN; size < HASH_MAX; size++) {
		memset(out, 0xee, sizeof(out));
		hash_of(out, size, no_key, "abc", 3);
		assert_int_equal(out[size], 0xee);
		if (size <= 16)
			assert_memory_equal(out, sixteen, size);
		hash_of(longer, size + 1, no_key, "abc", 3);
		if (size >= 16)
			assert_memory_not_equal(out, longer, size);
	}
}

static void output_may_be_input(void **state)
{
	uint8_t bytes[HASH_512] = {1, 2, 3}, expected[HASH_512];

	hash_of(expected, HASH_512, no_key, bytes, HASH_512);
	hash_of(bytes, HASH_512, no_key, bytes, HASH_512);
	assert_memory_equal(bytes, expected, HASH_512);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_the_whole),
		cmocka_unit_test(every_bit_matters),
		cmocka_unit_test(length_matters),
		cmocka_unit_test(the_key_matters_and_where_it_ends),
		cmocka_unit_test(sizes_are_hashes_of_their_own_but_for_the_short_ones),
		cmocka_unit_test(output_may_be_input),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("crypto/toy/hash", tests, NULL, NULL);
}
