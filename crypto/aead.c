/* The cipher suites over libsodium, unless the key is another provider's. Of ChaCha20-Poly1305
 * there is nothing to expand: the key is kept as it is. Who calls owns keys and buffers; nothing is
 * kept here. RFC 8439 and NIST SP 800-38D. */
#include "crypto/aead.h"

#include <sodium.h>
#include <string.h>

_Static_assert(AEAD_TAG == crypto_aead_chacha20poly1305_ietf_ABYTES &&
		       AEAD_TAG == crypto_aead_aes256gcm_ABYTES,
	       "both suites add a tag of the same size");
_Static_assert(sizeof(crypto_aead_aes256gcm_state) <= AEAD_EXPANDED &&
		       alignof(crypto_aead_aes256gcm_state) <= alignof(struct aead_key),
	       "an expanded key fits");
_Static_assert(sizeof(struct aead_key) == 1024, "keys stay aligned in an array");

uint8_t aead_suites(void)
{
	uint8_t suites = SUITE_BIT(SUITE_CHACHA20_POLY1305);

	if (crypto_aead_aes256gcm_is_available())
		suites |= SUITE_BIT(SUITE_AES_256_GCM);
	return suites;
}

void aead_prepare(const struct aead_provider *provider, enum suite suite,
		  const uint8_t bytes[AEAD_KEY], struct aead_key *key)
{
	bool provided = provider && (provider->suites & SUITE_BIT(suite));

	key->provider = provided ? provider : NULL;
	key->suite = (uint8_t)suite;
	if (provided) {
		provider->prepare(provider, bytes, key);
		return;
	}
	switch (suite) {
	case SUITE_CHACHA20_POLY1305:
		memcpy(key->expanded, bytes, AEAD_KEY);
		return;
	case SUITE_AES_256_GCM:
		REQUIRE(crypto_aead_aes256gcm_is_available());
		crypto_aead_aes256gcm_beforenm((crypto_aead_aes256gcm_state *)key->expanded, bytes);
		return;
	}
	abort();
}

static const crypto_aead_aes256gcm_state *aes_state(const struct aead_key *key)
{
	return (const crypto_aead_aes256gcm_state *)key->expanded;
}

void aead_seal(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE], struct span associated,
	       const uint8_t *plain, size_t size, uint8_t *out)
{
	if (key->provider) {
		key->provider->seal(key, nonce, associated, plain, size, out);
		return;
	}
	switch ((enum suite)key->suite) {
	case SUITE_CHACHA20_POLY1305:
		crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain, size, associated.bytes,
							  associated.size, NULL, nonce,
							  key->expanded);
		return;
	case SUITE_AES_256_GCM:
		crypto_aead_aes256gcm_encrypt_afternm(out, NULL, plain, size, associated.bytes,
						      associated.size, NULL, nonce, aes_state(key));
		return;
	}
	abort();
}

bool aead_open(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE], struct span associated,
	       const uint8_t *sealed, size_t size, uint8_t *out)
{
	REQUIRE(size >= AEAD_TAG);
	if (key->provider)
		return key->provider->open(key, nonce, associated, sealed, size, out);
	switch ((enum suite)key->suite) {
	case SUITE_CHACHA20_POLY1305:
		return crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed, size,
								 associated.bytes, associated.size,
								 nonce, key->expanded) == 0;
	case SUITE_AES_256_GCM:
		return crypto_aead_aes256gcm_decrypt_afternm(out, NULL, NULL, sealed, size,
							     associated.bytes, associated.size,
							     nonce, aes_state(key)) == 0;
	}
	abort();
}
