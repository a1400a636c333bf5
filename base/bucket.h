/* A token bucket: at most `burst` at once and `rate` a second over time. A zeroed bucket is full.
 */
#ifndef BASE_BUCKET_H
#define BASE_BUCKET_H

#include "base/require.h"
#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

/* The limit: tokens a second, and tokens that may be taken at once. Both at least 1. */
struct rate {
	uint32_t per_second;
	uint32_t burst;
};

struct bucket {
	int64_t spent;	/* millionths of a token missing from a full bucket */
	instant filled; /* when spent was last brought up to date */
};

/* Takes one token if there is one. */
MUST_USE bool bucket_take(struct bucket *bucket, struct rate rate, instant now);

/* True if less than half of the burst is left: load, but not yet refusal. Changes nothing. */
bool bucket_strained(const struct bucket *bucket, struct rate rate, instant now);

#endif
