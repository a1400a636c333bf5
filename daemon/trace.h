/* Traces that are asked for at the control socket: what a call wants, and the reply when the trace
 * has ended. */
#ifndef DAEMON_TRACE_H
#define DAEMON_TRACE_H

#include "daemon/mesh.h"
#include "daemon/varlink.h"

/* What is to be traced. */
struct trace_wish {
	bool wanted;
	uint8_t lane;
	struct address to;
};

/* The lane that a call names; without one that of an echo request to the address, which ping sends.
 * False if it names what is no lane. */
MUST_USE bool trace_lane(const struct mesh *mesh, const struct varlink_call *call,
			 const struct address *to, uint8_t *lane);

/* How the trace of a number went: a new object with "schema":1, or NULL for want of memory. */
json_t *trace_view(const struct mesh *mesh, uint32_t number);

#endif
