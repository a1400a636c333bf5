/* X25519 (RFC 7748) over libsodium. Pairs and shared secrets belong to the caller. */
#include "crypto/agree.h"

#include <sodium.h>
#include <string.h>

void agree_pair_of(struct agree_pair *pair, const uint8_t secret_key[AGREE_KEY])
{
	memcpy(pair->secret_key, secret_key, AGREE_KEY);
	crypto_scalarmult_curve25519_base(pair->public_key, secret_key);
}

bool agree(uint8_t shared[AGREE_KEY], const uint8_t secret_key[AGREE_KEY],
	   const uint8_t public_key[AGREE_KEY])
{
	/* libsodium refuses the points of low order and a result of zero itself. */
	return crypto_scalarmult_curve25519(shared, secret_key, public_key) == 0;
}
