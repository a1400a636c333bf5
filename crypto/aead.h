/* Authenticated encryption behind one seam. A suite is a number on the wire; which suites this
 * machine can do is asked once by the driver and handed to the node. Bytes on the wire do not
 * depend on who provides a suite. ChaCha20-Poly1305 is RFC 8439, AES-256-GCM is NIST SP 800-38D. */
#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H

#include "base/require.h"
#include "base/bytes.h"

enum {
	AEAD_KEY = 32,
	AEAD_NONCE = 12,
	AEAD_TAG = 16,
};

enum suite {
	SUITE_CHACHA20_POLY1305 = 0,
	SUITE_AES_256_GCM = 1,
};

enum { SUITE_COUNT = 2 };

/* The bit that stands for a suite in a set of suites. */
#define SUITE_BIT(suite) ((uint8_t)(1U << (suite)))

/* The suites this machine can do, as a set; ChaCha20-Poly1305 is always in it. */
uint8_t aead_suites(void);

/* Seals size bytes of plain into size + AEAD_TAG bytes at out, tag last. out may be plain. The
 * suite must be one of aead_suites(). A nonce must never be used twice with one key. */
void aead_seal(enum suite suite, const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE],
	       struct span associated, const uint8_t *plain, size_t size, uint8_t *out);

/* Opens size (at least AEAD_TAG) bytes at sealed into size − AEAD_TAG bytes at out, which may be
 * sealed. False, and out untouched or zeroed, if the tag does not match. */
MUST_USE bool aead_open(enum suite suite, const uint8_t key[AEAD_KEY],
			const uint8_t nonce[AEAD_NONCE], struct span associated,
			const uint8_t *sealed, size_t size, uint8_t *out);

#endif
