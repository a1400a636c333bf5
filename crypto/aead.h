/* Authenticated encryption behind one seam. A suite is a number on the wire; which suites this
 * machine can do is asked once by the driver and handed to the node. A key is prepared once and
 * then seals and opens many times: its expanded form belongs to whoever prepared it, libsodium or a
 * provider the driver handed down. Bytes on the wire do not depend on who that is.
 * ChaCha20-Poly1305 is RFC 8439, AES-256-GCM is NIST SP 800-38D. */
#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H

#include "base/require.h"
#include "base/bytes.h"

#include <stdalign.h>

enum {
	AEAD_KEY = 32,
	AEAD_NONCE = 12,
	AEAD_TAG = 16,
	AEAD_EXPANDED = 1008, /* what the largest provider makes of a key, bytes */
};

enum suite {
	SUITE_CHACHA20_POLY1305 = 0,
	SUITE_AES_256_GCM = 1,
};

enum { SUITE_COUNT = 2 };

/* The bit that stands for a suite in a set of suites. */
#define SUITE_BIT(suite) ((uint8_t)(1U << (suite)))

/* A key made ready; secret, its owner wipes it. Good in this process only, for it may say where a
 * provider lies. Of 1,024 bytes, so that an array of them keeps the alignment of its start. */
struct aead_key {
	alignas(16) uint8_t expanded[AEAD_EXPANDED]; /* the provider's own */
	const struct aead_provider *provider;	     /* NULL: libsodium */
	uint8_t suite;				     /* enum suite */
};

/* Who does some suites in libsodium's place: functions as below, for keys it prepared. */
struct aead_provider {
	const char *name, *version; /* for people */
	uint8_t suites;		    /* the set it does; libsodium does the others */
	void *engine;		    /* its own, not changed by sealing and opening */
	void (*prepare)(const struct aead_provider *provider, const uint8_t bytes[AEAD_KEY],
			struct aead_key *key);
	void (*seal)(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE],
		     struct span associated, const uint8_t *plain, size_t size, uint8_t *out);
	bool (*open)(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE],
		     struct span associated, const uint8_t *sealed, size_t size, uint8_t *out);
};

/* The suites this machine can do, as a set; ChaCha20-Poly1305 is always in it. */
uint8_t aead_suites(void);

/* Makes a key ready for a suite, one of aead_suites(). provider may be NULL; else it is lent for as
 * long as the key is used. Writes no more of *key than the suite needs. */
void aead_prepare(const struct aead_provider *provider, enum suite suite,
		  const uint8_t bytes[AEAD_KEY], struct aead_key *key);

/* Seals size bytes of plain into size + AEAD_TAG bytes at out, tag last. out may be plain. A nonce
 * must never be used twice with one key. */
void aead_seal(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE], struct span associated,
	       const uint8_t *plain, size_t size, uint8_t *out);

/* Opens size (at least AEAD_TAG) bytes at sealed into size − AEAD_TAG bytes at out, which may be
 * sealed. False, and out untouched or zeroed, if the tag does not match: what was opened in place
 * is then lost. */
MUST_USE bool aead_open(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE],
			struct span associated, const uint8_t *sealed, size_t size, uint8_t *out);

#endif
