/* A node's own clock: what it reads as a function of the world's time. Clocks begin anywhere, may
 * run fast or slow, and may jump forward, as one does that counts on while a machine sleeps; none
 * goes back. */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include "base/time.h"

enum {
	CLOCK_MILLION = 1000000,
	CLOCK_DRIFT_MOST = CLOCK_MILLION / 10, /* fastest and slowest rate, millionths off */
};

struct clock {
	instant world, own; /* one moment by both */
	int32_t drift_ppm;
};

/* What the clock reads at a moment of the world, which is not before its last jump. */
instant clock_read(const struct clock *clock, instant world);

/* The first moment of the world at which the clock reads `own` or later; never stays never. */
instant clock_when(const struct clock *clock, instant own);

/* Puts the clock forward. */
void clock_jump(struct clock *clock, instant world, duration by);

#endif
