/* How fast the fragments of one origin may change: RATE_ORIGIN, and once that ran dry one in 5 s
 * until it is quiet. Inside of route/. docs/protocol/route.md, section 2. */
#ifndef ROUTE_PACE_H
#define ROUTE_PACE_H

#include "base/require.h"
#include "base/time.h"

/* A zeroed one is unspent. Instants are not negative. */
struct pace {
	instant rested; /* when all that was spent will have come back */
};

/* True if another fragment is not too fast. Changes nothing, for what comes may be forged. */
MUST_USE bool pace_admits(const struct pace *pace, instant now);

/* A fragment that was admitted is good: it counts. */
void pace_spend(struct pace *pace, instant now);

#endif
