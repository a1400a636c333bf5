/* The cipher suites over libsodium. Who calls owns keys and buffers; nothing is kept here. RFC 8439
 * and NIST SP 800-38D. */
#include "crypto/aead.h"

#include <sodium.h>

_Static_assert(AEAD_TAG == crypto_aead_chacha20poly1305_ietf_ABYTES &&
		       AEAD_TAG == crypto_aead_aes256gcm_ABYTES,
	       "both suites add a tag of the same size");

uint8_t aead_suites(void)
{
	uint8_t suites = SUITE_BIT(SUITE_CHACHA20_POLY1305);

	if (crypto_aead_aes256gcm_is_available())
		suites |= SUITE_BIT(SUITE_AES_256_GCM);
	return suites;
}

void aead_seal(enum suite suite, const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE],
	       struct span associated, const uint8_t *plain, size_t size, uint8_t *out)
{
	switch (suite) {
	case SUITE_CHACHA20_POLY1305:
		crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain, size, associated.bytes,
							  associated.size, NULL, nonce, key);
		return;
	case SUITE_AES_256_GCM:
		REQUIRE(crypto_aead_aes256gcm_is_available());
		crypto_aead_aes256gcm_encrypt(out, NULL, plain, size, associated.bytes,
					      associated.size, NULL, nonce, key);
		return;
	}
	abort();
}

bool aead_open(enum suite suite, const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE],
	       struct span associated, const uint8_t *sealed, size_t size, uint8_t *out)
{
	REQUIRE(size >= AEAD_TAG);
	switch (suite) {
	case SUITE_CHACHA20_POLY1305:
		return crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed, size,
								 associated.bytes, associated.size,
								 nonce, key) == 0;
	case SUITE_AES_256_GCM:
		REQUIRE(crypto_aead_aes256gcm_is_available());
		return crypto_aead_aes256gcm_decrypt(out, NULL, NULL, sealed, size,
						     associated.bytes, associated.size, nonce,
						     key) == 0;
	}
	abort();
}
