/* The reading is rounded down and the moment up, so that a moment reads as what was asked for, and
 * the microsecond before it does not. Both hold for clocks within months of their last jump. */
#include "sim/clock.h"

static int64_t rate_of(const struct clock *clock)
{
	return CLOCK_MILLION + clock->drift_ppm;
}

instant clock_read(const struct clock *clock, instant world)
{
	int64_t gone = instant_since(world, clock->world).us;

	return (instant){clock->own.us + gone * rate_of(clock) / CLOCK_MILLION};
}

instant clock_when(const struct clock *clock, instant own)
{
	int64_t left = instant_since(own, clock->own).us, rate = rate_of(clock);

	if (instant_is_never(own))
		return own;
	return instant_after(clock->world, duration_us((left * CLOCK_MILLION + rate - 1) / rate));
}

void clock_jump(struct clock *clock, instant world, duration by)
{
	clock->own = instant_after(clock_read(clock, world), by);
	clock->world = world;
}
