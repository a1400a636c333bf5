/* The generic cell rate algorithm (ITU-T I.371) in one instant: it lies as far ahead as tokens are
 * missing. With the last token it moves so far ahead that nothing is admitted for SLOW_S, then one,
 * which moves it there again; who is quiet meanwhile comes back to the usual rate by itself. */
#include "route/pace.h"

#include "route/limits.h"

enum { SLOW_S = 5 };

static duration token(void)
{
	return duration_us(duration_s(1).us / RATE_ORIGIN.per_second);
}

/* True if nothing is left of a burst. */
static bool is_dry(const struct pace *pace, instant now)
{
	duration ahead = instant_since(pace->rested, now);

	return ahead.us > token().us * (RATE_ORIGIN.burst - 1);
}

bool pace_admits(const struct pace *pace, instant now)
{
	return !is_dry(pace, now) || instant_since(pace->rested, now).us <= duration_s(SLOW_S).us;
}

void pace_spend(struct pace *pace, instant now)
{
	if (!is_dry(pace, now)) {
		duration ahead = instant_since(pace->rested, now);

		pace->rested = instant_after(now, duration_us(ahead.us + token().us));
	}
	if (is_dry(pace, now))
		pace->rested = instant_after(now, duration_s(2 * SLOW_S));
}
