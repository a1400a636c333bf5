/* Key agreement: X25519 (RFC 7748). */
#ifndef CRYPTO_AGREE_H
#define CRYPTO_AGREE_H

#include "base/require.h"

#include <stdbool.h>
#include <stdint.h>

enum { AGREE_KEY = 32 };

/* A key pair; secret. The owner wipes it. */
struct agree_pair {
	uint8_t public_key[AGREE_KEY];
	uint8_t secret_key[AGREE_KEY];
};

/* The pair whose secret half is the 32 given bytes. */
void agree_pair_of(struct agree_pair *pair, const uint8_t secret_key[AGREE_KEY]);

/* The shared secret of our secret and their public key. False if it would be all zero, which is how
 * a public key of low order shows (RFC 7748 section 6.1). */
MUST_USE bool agree(uint8_t shared[AGREE_KEY], const uint8_t secret_key[AGREE_KEY],
		    const uint8_t public_key[AGREE_KEY]);

#endif
