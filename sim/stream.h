/* Separate streams of random numbers that all grow from the one seed of a run, so that a draw more
 * in one place leaves the others as they were. */
#ifndef SIM_STREAM_H
#define SIM_STREAM_H

#include "base/rng.h"

#include <stdbool.h>

/* Begins the stream of that name, and number where there is one for each of many, under a seed. */
void stream_begin(struct rng *stream, uint64_t seed, const char *name, uint64_t number);

/* True with a probability of so many millionths. Draws only if it is neither 0 nor certain. */
bool stream_chance(struct rng *stream, uint32_t ppm);

#endif
