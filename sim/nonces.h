/* Which counters were used under which key and lane. A sealing owner counts upwards, so the last
 * one of each key and lane is all there is to remember: one that is not above it was used before or
 * could have been. */
#ifndef SIM_NONCES_H
#define SIM_NONCES_H

#include "base/require.h"
#include "base/table.h"
#include "crypto/aead.h"

/* A zeroed one remembers nothing. */
struct nonces {
	struct nonce_use *uses;
	size_t count, room;
	struct table *table; /* use by key and lane; NULL while there is none */
	uint32_t capacity;
};

/* Notes that a counter was used; false if it is not greater than the last of that key and lane. */
MUST_USE bool nonces_use(struct nonces *nonces, const uint8_t key[AEAD_KEY], uint8_t lane,
			 uint32_t counter);

void nonces_free(struct nonces *nonces);

#endif
