/* Random numbers for everything in a node, from one seed the driver gives: ChaCha20's key stream,
 * rekeyed after every request so that a later look at the state tells nothing of earlier output
 * (fast key erasure, Bernstein 2017). The same seed and the same requests give the same numbers,
 * which is what makes a run repeatable. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include "base/time.h"

#include <stddef.h>
#include <stdint.h>

enum { RNG_SEED = 32 };

struct rng {
	uint8_t key[RNG_SEED];
};

void rng_init(struct rng *rng, const uint8_t seed[RNG_SEED]);

/* Fills out with size random bytes. */
void rng_fill(struct rng *rng, void *out, size_t size);

uint32_t rng_u32(struct rng *rng);

/* Uniform in 0 … bound − 1, without modulo bias; bound at least 1. */
uint32_t rng_below(struct rng *rng, uint32_t bound);

/* Uniform in [low, high), both below an hour; low if they are equal. */
duration rng_between(struct rng *rng, duration low, duration high);

#endif
