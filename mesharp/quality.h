/* How good the way to a neighbour is: round-trip time, what arrives each way, and what follows from
 * both: patience and metric. Integers only. docs/protocol/mesharp.md, section 3. */
#ifndef MESHARP_QUALITY_H
#define MESHARP_QUALITY_H

#include "base/require.h"
#include "base/time.h"
#include "mesharp/metric.h"

#include <stdbool.h>
#include <stdint.h>

enum { QUALITY_PATIENCE_MOST = 12 };

/* Zeroed, nothing is known. */
struct quality {
	uint32_t last;	       /* sequence received last, 0 if none */
	uint32_t heard;	       /* bit n: probe (last − n) was received */
	uint32_t told;	       /* the same of our own probes, as the other end says */
	uint32_t srtt_eighths; /* smoothed round-trip time, µs / 8; 0 while unknown */
	uint32_t floor_us; /* least round-trip time of the last 5 to 10 minutes; 0 while unknown */
	uint32_t least_us; /* the same since `stretch` */
	instant stretch;   /* when the present 5 minutes began */
};

/* A probe with that sequence came. False, and nothing changes, if it is the last one or up to
 * QUALITY_PATIENCE_MOST below it; further off, above or below, it begins the record anew. */
MUST_USE bool quality_received(struct quality *quality, uint32_t sequence);

/* What the other end has heard of our own probes. */
void quality_told(struct quality *quality, uint32_t heard);

/* A round-trip time was measured now. */
void quality_measured(struct quality *quality, instant now, duration rtt);

/* After an outage: what arrived before it says nothing any more. Sequences stay. */
void quality_forget(struct quality *quality);

/* The other end began its sequences anew. */
void quality_restart(struct quality *quality);

/* Smoothed round-trip time, µs; 0 while unknown. */
uint32_t quality_rtt_us(const struct quality *quality);

/* Loss of the worse direction, millionths. */
uint32_t quality_loss_ppm(const struct quality *quality);

/* How long to wait for an answer: max(75 ms, 2·srtt + 20 ms). */
duration quality_wait(const struct quality *quality);

/* K, the probes in a row that may go unanswered: 3 … QUALITY_PATIENCE_MOST. */
uint32_t quality_patience(const struct quality *quality);

/* df·dr in 255ths, rounded down, at least 1. */
uint8_t quality_share(const struct quality *quality);

enum { QUALITY_METRIC_MOST_US = 0xffffff };

/* The metric over a link of that rate (0: unknown) and operator's cost, µs, by part; its total is
 * 10 … QUALITY_METRIC_MOST_US. docs/protocol/route.md, section 4. */
struct metric quality_metric(const struct quality *quality, uint64_t rate_bps, uint32_t cost_us);

/* Its total, µs. */
uint32_t quality_metric_us(const struct quality *quality, uint64_t rate_bps, uint32_t cost_us);

#endif
