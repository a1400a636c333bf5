/* Which counters were used under which key and lane. A sealing owner counts upwards, so the last
 * one of each key and lane is all there is to remember: one that is not above it was used before or
 * could have been. */
#ifndef SIM_NONCES_H
#define SIM_NONCES_H

#include "crypto/aead.h"
#include "sim/index.h"

/* A zeroed one remembers nothing. */
struct nonces {
	struct index index; /* of keys and lanes */
	uint64_t *next;	    /* by number: the last counter used, plus one */
	size_t room;
};

/* The name that a key and a lane have in an index: the key but for its last byte, and the lane. */
void nonces_name(const uint8_t key[AEAD_KEY], uint8_t lane, uint8_t name[INDEX_NAME]);

/* Notes that a counter was used; false if it is not greater than the last of that key and lane. */
MUST_USE bool nonces_use(struct nonces *nonces, const uint8_t key[AEAD_KEY], uint8_t lane,
			 uint32_t counter);

void nonces_free(struct nonces *nonces);

#endif
