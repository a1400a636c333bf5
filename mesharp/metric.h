/* What the metric of a link consists of. docs/protocol/route.md, section 4. */
#ifndef MESHARP_METRIC_H
#define MESHARP_METRIC_H

#include <stdint.h>

/* Each part is at most that of the whole; so where the sum would be more, the parts are too. */
struct metric {
	uint32_t fixed_us;    /* of every link */
	uint32_t transmit_us; /* 8,192 bits at the link's rate; 0 if that is unknown */
	uint32_t loss_us;     /* for what both have to be sent again */
	uint32_t rtt_us;      /* half of the least round-trip time above 1 ms */
	uint32_t operator_us; /* the operator's own cost */
	uint32_t total_us;    /* their sum, at most QUALITY_METRIC_MOST_US */
};

#endif
