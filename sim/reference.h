/* What a replay window ought to say, found in the plainest way: of each opening key and lane the
 * greatest counter taken and, for each of the WIRE_WINDOW counters up to it, whether it was taken
 * (RFC 4303, section 3.4.3). Shares nothing with meshp/window. */
#ifndef SIM_REFERENCE_H
#define SIM_REFERENCE_H

#include "crypto/aead.h"
#include "meshp/wire.h"
#include "sim/index.h"

/* What was taken under one key and lane. */
struct taken {
	uint64_t next;			 /* greatest counter taken, plus one */
	uint64_t bits[WIRE_WINDOW / 64]; /* one for each of the WIRE_WINDOW counters before it */
};

/* A zeroed one has taken nothing. */
struct reference {
	struct index index; /* of keys and lanes */
	struct taken *taken;
	size_t room;
};

/* True if a frame with that counter has to be opened; else it must be refused as replayed. */
MUST_USE bool reference_fresh(struct reference *reference, const uint8_t key[AEAD_KEY],
			      uint8_t lane, uint32_t counter);

/* Notes that a frame with a fresh counter was opened. */
void reference_take(struct reference *reference, const uint8_t key[AEAD_KEY], uint8_t lane,
		    uint32_t counter);

void reference_free(struct reference *reference);

#endif
