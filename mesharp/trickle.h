/* When HELLOs go out on a link: Trickle, RFC 6206. Intervals double while nothing is new, so that a
 * settled link is almost silent, and shrink when something is. docs/protocol/mesharp.md,
 * section 1. */
#ifndef MESHARP_TRICKLE_H
#define MESHARP_TRICKLE_H

#include "base/bucket.h"
#include "base/rng.h"
#include "base/time.h"

/* Zeroed, it is stopped. */
struct trickle {
	bool running;
	bool spoken;	   /* this interval's message went out or was suppressed */
	duration interval; /* the present one's length; 0 before the first message */
	instant speaks;	   /* when this interval's message is due */
	instant ends;
	uint32_t heard; /* HELLOs of proven neighbours in this interval */
	struct bucket resets;
};

/* Begins anew: a message is due within U(0, first), intervals follow. */
void trickle_start(struct trickle *trickle, instant now, duration first, struct rng *rng);

void trickle_stop(struct trickle *trickle);

/* A HELLO that may stand for ours was heard. */
void trickle_hear(struct trickle *trickle);

/* Something is new: back to the shortest interval, unless it is the present one or resets come too
 * fast. */
void trickle_reset(struct trickle *trickle, instant now, struct rng *rng);

/* When trickle_due is wanted; INSTANT_NEVER while stopped. */
instant trickle_deadline(const struct trickle *trickle);

/* trickle_deadline was reached: moves on, and says whether to send a HELLO now. crowded: so many
 * neighbours are proven that enough HELLOs of others make ours needless. */
MUST_USE bool trickle_due(struct trickle *trickle, instant now, bool crowded, struct rng *rng);

#endif
