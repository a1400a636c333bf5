/* Shares are kept in parts of 10^9, so that a product of two fits 64 bits. A record of what arrived
 * is a word of 32 bits; how many of them say anything is told by the highest that is set, for what
 * lies before it may be from before the record began. Round-trip time as in RFC 6298; its floor as
 * the base delay of RFC 6817: the least of this stretch of time and the one before. */
#include "mesharp/quality.h"

enum {
	WHOLE = 1000000000,	/* a share of 1 */
	PART_OF_MILLION = 1000, /* WHOLE / 10^6 */
	RECORD = 32,		/* probes a record holds */
	KNOWN_LEAST = 8,	/* with fewer, loss counts as none */
	PATIENCE_LEAST = 3,	/* K without loss */
	FALSE_ALARM = 100000,	/* 10^−4 of WHOLE */
	WAIT_LEAST_MS = 75,	/* for an answer */
	WAIT_SPARE_MS = 20,	/* over twice the round-trip time */
	RTT_MOST_S = 60,	/* what is over counts as that */
	RTT_FREE_US = 1000,	/* costs nothing in the metric */
	FLOOR_STRETCH_S = 300,	/* of two the least is the floor */
	METRIC_FIXED_US = 10,
	METRIC_BITS = 8192, /* whose time to transmit counts */
};

/* What arrived of the probes a record knows of. Never 0: there is one that arrived, or none. */
static uint64_t share(uint32_t record)
{
	uint32_t known = 0;
	uint32_t arrived = 0;

	for (uint32_t n = 0; n < RECORD; n++) {
		if ((record >> n & 1) == 0)
			continue;
		known = n + 1;
		arrived++;
	}
	return known < KNOWN_LEAST ? WHOLE : (uint64_t)WHOLE * arrived / known;
}

/* df·dr: the chance that a probe is answered. */
static uint64_t share_both(const struct quality *quality)
{
	return share(quality->told) * share(quality->heard) / WHOLE;
}

bool quality_received(struct quality *quality, uint32_t sequence)
{
	bool later = sequence > quality->last;
	uint32_t step = later ? sequence - quality->last : quality->last - sequence;

	if (!later && step <= QUALITY_PATIENCE_MOST)
		return false;
	/* So many in a row no live adjacency misses: the other end made a new entry in between, or
	 * somebody passed on to us what it sent to another link address. */
	quality->heard = (step <= QUALITY_PATIENCE_MOST ? quality->heard << step : 0) | 1;
	quality->last = sequence;
	return true;
}

void quality_told(struct quality *quality, uint32_t heard)
{
	quality->told = heard;
}

/* The floor never rises within a stretch: what is over it may be queues that our own packets fill.
 */
static void floor_measured(struct quality *quality, instant now, uint32_t sample)
{
	int64_t elapsed_us = instant_since(now, quality->stretch).us;
	int64_t stretch_us = duration_s(FLOOR_STRETCH_S).us;

	if (quality->floor_us == 0 || elapsed_us >= stretch_us) {
		/* A stretch without a measurement leaves nothing of the one before it. */
		quality->floor_us = elapsed_us < 2 * stretch_us ? quality->least_us : 0;
		quality->least_us = sample;
		quality->stretch = now;
	}
	if (sample < quality->least_us)
		quality->least_us = sample;
	if (quality->floor_us == 0 || sample < quality->floor_us)
		quality->floor_us = sample;
}

void quality_measured(struct quality *quality, instant now, duration rtt)
{
	int64_t us = rtt.us < duration_s(RTT_MOST_S).us ? rtt.us : duration_s(RTT_MOST_S).us;
	uint32_t sample = us > 0 ? (uint32_t)us : 1;
	uint32_t old = quality->srtt_eighths;

	quality->srtt_eighths = old == 0 ? 8 * sample : old - old / 8 + sample;
	floor_measured(quality, now, sample);
}

void quality_forget(struct quality *quality)
{
	quality->heard = quality->last == 0 ? 0 : 1;
	quality->told = 0;
}

void quality_restart(struct quality *quality)
{
	quality->last = 0;
	quality->heard = 0;
}

uint32_t quality_rtt_us(const struct quality *quality)
{
	return quality->srtt_eighths / 8;
}

uint32_t quality_loss_ppm(const struct quality *quality)
{
	uint64_t there = share(quality->told);
	uint64_t here = share(quality->heard);

	return (uint32_t)((WHOLE - (there < here ? there : here)) / PART_OF_MILLION);
}

duration quality_wait(const struct quality *quality)
{
	int64_t us = 2 * (int64_t)quality_rtt_us(quality) + duration_ms(WAIT_SPARE_MS).us;

	return us > duration_ms(WAIT_LEAST_MS).us ? duration_us(us) : duration_ms(WAIT_LEAST_MS);
}

uint32_t quality_patience(const struct quality *quality)
{
	uint64_t miss = WHOLE - share_both(quality);
	uint64_t all_missed = WHOLE;
	uint32_t probes = 0;

	while (probes < QUALITY_PATIENCE_MOST &&
	       (probes < PATIENCE_LEAST || all_missed >= FALSE_ALARM)) {
		all_missed = all_missed * miss / WHOLE;
		probes++;
	}
	return probes;
}

uint8_t quality_share(const struct quality *quality)
{
	uint64_t share = share_both(quality) * UINT8_MAX / WHOLE;

	return share > 0 ? (uint8_t)share : 1;
}

static uint32_t metric_part(uint64_t us)
{
	return us < QUALITY_METRIC_MOST_US ? (uint32_t)us : QUALITY_METRIC_MOST_US;
}

struct metric quality_metric(const struct quality *quality, uint64_t rate_bps, uint32_t cost_us)
{
	uint32_t rtt_us = quality->floor_us;
	uint64_t slow_us = rtt_us > RTT_FREE_US ? (rtt_us - RTT_FREE_US) / 2 : 0;
	uint64_t transmit_us = rate_bps > 0 ? METRIC_BITS * duration_s(1).us / rate_bps : 0;
	uint64_t once_us = METRIC_FIXED_US + (uint64_t)metric_part(transmit_us);
	uint64_t lossy_us = once_us * WHOLE / share_both(quality);

	return (struct metric){
		.fixed_us = METRIC_FIXED_US,
		.transmit_us = metric_part(transmit_us),
		.loss_us = metric_part(lossy_us - once_us),
		.rtt_us = metric_part(slow_us),
		.operator_us = metric_part(cost_us),
		.total_us = metric_part(lossy_us + slow_us + cost_us),
	};
}

uint32_t quality_metric_us(const struct quality *quality, uint64_t rate_bps, uint32_t cost_us)
{
	return quality_metric(quality, rate_bps, cost_us).total_us;
}
