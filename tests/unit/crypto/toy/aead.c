/* The toy AEAD opens what it sealed, in place and apart, hides the text, and refuses whatever was
 * changed: key, nonce, suite, associated data or a bit of the sealed text. */
#include "crypto/aead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT = 150 };

static const enum suite SUITE = SUITE_CHACHA20_POLY1305;

struct letter {
	uint8_t key[AEAD_KEY], nonce[AEAD_NONCE], with[20], sealed[TEXT + AEAD_TAG];
};

static struct aead_key key_of(uint8_t number)
{
	struct aead_key key;

	aead_prepare(NULL, SUITE, (const uint8_t[AEAD_KEY]){number}, &key);
	return key;
}

static bool letter_opens(const struct letter *letter, enum suite suite, uint8_t plain[TEXT])
{
	struct aead_key key;

	aead_prepare(NULL, suite, letter->key, &key);
	return aead_open(&key, letter->nonce, (struct span){letter->with, sizeof(letter->with)},
			 letter->sealed, sizeof(letter->sealed), plain);
}

static struct letter letter_of(const uint8_t plain[TEXT])
{
	struct letter letter = {.key = {1}, .nonce = {2}, .with = {3}};
	const struct aead_key key = key_of(1);

	aead_seal(&key, letter.nonce, (struct span){letter.with, sizeof(letter.with)}, plain, TEXT,
		  letter.sealed);
	return letter;
}

static void every_suite_opens_what_it_sealed(void **state)
{
	const uint8_t nonce[AEAD_NONCE] = {8};
	struct aead_key key;
	const struct span with = {(const uint8_t *)"header", 6};
	uint8_t plain[TEXT], buffer[TEXT + AEAD_TAG], apart[TEXT + AEAD_TAG];

	memset(plain, 0x5a, sizeof(plain));
	for (enum suite suite = SUITE_CHACHA20_POLY1305; suite <= SUITE_AES_256_GCM; suite++) {
		assert_true(aead_suites() & SUITE_BIT(suite));
		aead_prepare(NULL, suite, (const uint8_t[AEAD_KEY]){7}, &key);
		for (size_t size = 0; size <= TEXT; size++) {
			memcpy(buffer, plain, size);
			aead_seal(&key, nonce, with, plain, size, apart);
			aead_seal(&key, nonce, with, buffer, size, buffer);
			assert_memory_equal(buffer, apart, size + AEAD_TAG);
			assert_true(aead_open(&key, nonce, with, buffer, size + AEAD_TAG, buffer));
			assert_memory_equal(buffer, plain, size);
		}
	}
}

static void text_is_hidden_by_key_and_nonce(void **state)
{
	const uint8_t plain[TEXT] = {0};
	struct aead_key key = key_of(0);
	uint8_t nonce[AEAD_NONCE] = {0};
	uint8_t one[TEXT + AEAD_TAG], other[TEXT + AEAD_TAG];

	aead_seal(&key, nonce, (struct span){0}, plain, TEXT, one);
	assert_memory_not_equal(one, plain, 8);
	nonce[11] = 1;
	aead_seal(&key, nonce, (struct span){0}, plain, TEXT, other);
	assert_memory_not_equal(one, other, 8);
	nonce[11] = 0;
	key = key_of(1);
	aead_seal(&key, nonce, (struct span){0}, plain, TEXT, other);
	assert_memory_not_equal(one, other, 8);
}

static void every_changed_bit_is_refused(void **state)
{
	uint8_t plain[TEXT], opened[TEXT];

	memset(plain, 0x11, sizeof(plain));
	struct letter letter = letter_of(plain);
	uint8_t *bytes = (uint8_t *)&letter;
	for (size_t bit = 0; bit < 8 * sizeof(letter); bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(letter_opens(&letter, SUITE, opened));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_false(letter_opens(&letter, SUITE_AES_256_GCM, opened));
	assert_true(letter_opens(&letter, SUITE, opened));
	assert_memory_equal(opened, plain, TEXT);
}

/* Associated data and sealed text do not run into each other. */
static void a_moved_border_is_refused(void **state)
{
	const struct aead_key key = key_of(1);
	const uint8_t nonce[AEAD_NONCE] = {2};
	uint8_t whole[8 + 4 + AEAD_TAG] = "headerXY", opened[8];

	aead_seal(&key, nonce, (struct span){whole, 8}, (const uint8_t *)"text", 4, whole + 8);
	assert_false(aead_open(&key, nonce, (struct span){whole, 6}, whole + 6, sizeof(whole) - 6,
			       opened));
	assert_true(aead_open(&key, nonce, (struct span){whole, 8}, whole + 8, sizeof(whole) - 8,
			      opened));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_suite_opens_what_it_sealed),
		cmocka_unit_test(text_is_hidden_by_key_and_nonce),
		cmocka_unit_test(every_changed_bit_is_refused),
		cmocka_unit_test(a_moved_border_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("crypto/toy/aead", tests, NULL, NULL);
}
