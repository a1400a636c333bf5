/* When paths are computed: at once after a quiet time, soon while it is young that the graph
 * changes, seldom when it goes on, and always at once for an adjacency of our own and for
 * nodes and links that are gone. docs/protocol/route.md, section 5; the shape is RFC 8405's. Inside
 * of route/. */
#ifndef ROUTE_SCHEDULE_H
#define ROUTE_SCHEDULE_H

#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

struct schedule {
	instant due;	 /* of the next computation, NEVER without a change */
	instant changed; /* last change */
	instant begun;	 /* the first change since a quiet time */
	bool computed;	 /* since then */
};

void schedule_init(struct schedule *schedule);

/* The graph changed; at_once: by an adjacency of ours, or by what is gone. */
void schedule_change(struct schedule *schedule, instant now, bool at_once);

/* Paths were computed. */
void schedule_done(struct schedule *schedule);

#endif
