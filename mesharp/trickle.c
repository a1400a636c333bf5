/* Trickle (RFC 6206) with Imin 250 ms, Imax 64 s and k 6. Each interval has two moments, the
 * message's and its end, and what is due next is always the earlier one not yet passed. */
#include "mesharp/trickle.h"

#include "mesharp/admission.h"

enum {
	INTERVAL_LEAST_MS = 250,
	INTERVAL_MOST_MS = 64000,
	ENOUGH = 6, /* HELLOs heard in an interval that make our own needless */
};

static void begin_interval(struct trickle *trickle, instant now, duration interval, struct rng *rng)
{
	duration half = duration_us(interval.us / 2);

	trickle->interval = interval;
	trickle->spoken = false;
	trickle->heard = 0;
	trickle->speaks = instant_after(now, rng_between(rng, half, interval));
	trickle->ends = instant_after(now, interval);
}

void trickle_start(struct trickle *trickle, instant now, duration first, struct rng *rng)
{
	trickle->running = true;
	trickle->spoken = false;
	trickle->heard = 0;
	trickle->interval = duration_us(0);
	trickle->speaks = instant_after(now, rng_between(rng, duration_us(0), first));
	trickle->ends = trickle->speaks;
}

void trickle_stop(struct trickle *trickle)
{
	trickle->running = false;
}

void trickle_hear(struct trickle *trickle)
{
	trickle->heard++;
}

void trickle_reset(struct trickle *trickle, instant now, struct rng *rng)
{
	if (!trickle->running || trickle->interval.us <= duration_ms(INTERVAL_LEAST_MS).us)
		return;
	if (admission_reset(&trickle->resets, now))
		begin_interval(trickle, now, duration_ms(INTERVAL_LEAST_MS), rng);
}

instant trickle_deadline(const struct trickle *trickle)
{
	if (!trickle->running)
		return INSTANT_NEVER;
	return trickle->spoken ? trickle->ends : trickle->speaks;
}

static duration interval_after(duration interval)
{
	if (interval.us == 0)
		return duration_ms(INTERVAL_LEAST_MS);
	if (2 * interval.us > duration_ms(INTERVAL_MOST_MS).us)
		return duration_ms(INTERVAL_MOST_MS);
	return duration_us(2 * interval.us);
}

bool trickle_due(struct trickle *trickle, instant now, bool crowded, struct rng *rng)
{
	if (trickle->spoken) {
		begin_interval(trickle, now, interval_after(trickle->interval), rng);
		return false;
	}
	trickle->spoken = true;
	return !(crowded && trickle->heard >= ENOUGH);
}
