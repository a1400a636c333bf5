/* What bounds routing: capacities the driver chooses, and every rate and time of
 * docs/protocol/route.md that does not stand on the wire. */
#ifndef ROUTE_LIMITS_H
#define ROUTE_LIMITS_H

#include "base/bucket.h"

#include <stdint.h>

/* Capacities; all at least 1. */
struct route_limits {
	uint32_t nodes;	    /* nodes of the zone, ourselves included */
	uint32_t fragments; /* fragments of all their records */
	uint32_t cells;	    /* of DATABASE_CELL bytes, for the fragments' bytes */
	uint32_t adjacent;  /* neighbours in SYNC or FULL, at most ROUTE_ADJACENT_MAX */
};

enum {
	ROUTE_ADJACENT_MAX = 1024,
	ROUTE_LIFETIME_S = 10800, /* of a fragment */
	ROUTE_FIRST_MS = 20,	  /* a new neighbour is told of after so long by one end */
	ROUTE_SECOND_MS = 100,	  /* and by the other, if it was not told of by then */
	ROUTE_CROWD_MS = 250,	  /* between two records of a node on a crowded wire */
	ROUTE_REFRESH_S = 3600,	  /* own fragments are made anew, ± 25 % */
	ROUTE_GATHER_WIRE_MS = 2, /* what goes to a neighbour waits so long for more */
	ROUTE_GATHER_RADIO_MS = 20,
	ROUTE_ACK_MS = 10, /* or ROUTE_ACK_WAITING messages */
	ROUTE_ACK_WAITING = 8,
	ROUTE_WINDOW = 16,   /* messages to one neighbour not acknowledged */
	ROUTE_RETRY_MS = 30, /* least; or 3 · srtt */
	ROUTE_TRIES = 4,
	ROUTE_COMPARE_MS = 100, /* least; or 3 · srtt */
	ROUTE_COMPARE_MOST_MS = 2000,
	ROUTE_AHEAD = 8, /* nodes more: a neighbour to load the database from */
	ROUTE_STALL_MS = 2000,
	ROUTE_MISMATCH_MS = 1000,
	ROUTE_VAIN_S = 60, /* a COMPARE without effect is not repeated so long */
	ROUTE_VAIN_MOST_S = 3600,
	ROUTE_SPF_FIRST_MS = 5,
	ROUTE_SPF_SHORT_MS = 50,
	ROUTE_SPF_LEARN_MS = 1000, /* the short delay is used so long */
	ROUTE_SPF_LONG_MS = 200,
	ROUTE_SPF_QUIET_MS = 10000,
	ROUTE_DUPLICATE_MS = 300000,
	ROUTE_BETTER_MS = 10000, /* a cost that much better must last so long */
	ROUTE_LEAVE_MS = 200,	 /* at most, between saying that one leaves and being gone */
};

/* Rates: tokens a second, burst. */
static const struct rate RATE_ORIGIN = {10, 10};      /* fragments of one origin */
static const struct rate RATE_NEW_NODES = {50, 2048}; /* new ids from one neighbour */
static const struct rate RATE_FORGED = {1, 16};	      /* not good ones from one neighbour */
static const struct rate RATE_ORIGINATE = {10, 5};    /* own record */
static const struct rate RATE_LOSSES = {5, 20}; /* paths computed at once for who leaves or parts */

#endif
