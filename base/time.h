/* Instants and durations as two types, so that one is never taken for the other. Both count
 * microseconds in 64 bits. No code below the daemon reads a clock: the instant is handed in with
 * every event, and only its order and its differences mean anything. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* A point in time, microseconds since an origin the driver chose. */
typedef struct {
	int64_t us;
} instant;

/* A length of time, microseconds; never negative in an interface. */
typedef struct {
	int64_t us;
} duration;

/* Later than every event: the deadline of a timer that is not set. */
#define INSTANT_NEVER ((instant){INT64_MAX})

static inline duration duration_us(int64_t us)
{
	return (duration){us};
}

static inline duration duration_ms(int64_t ms)
{
	return (duration){ms * 1000};
}

static inline duration duration_s(int64_t s)
{
	return (duration){s * 1000000};
}

static inline bool instant_is_never(instant when)
{
	return when.us == INT64_MAX;
}

/* The instant `by` after `when`; never stays never. */
static inline instant instant_after(instant when, duration by)
{
	return instant_is_never(when) ? when : (instant){when.us + by.us};
}

/* How long `then` lies before `now`; zero if it does not. */
static inline duration instant_since(instant now, instant then)
{
	return (duration){now.us > then.us ? now.us - then.us : 0};
}

/* True if `when` has come: it is not after `now`. */
static inline bool instant_reached(instant now, instant when)
{
	return when.us <= now.us;
}

static inline instant instant_earlier(instant a, instant b)
{
	return a.us <= b.us ? a : b;
}

#endif
