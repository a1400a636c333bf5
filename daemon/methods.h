/* What can be asked at the control socket: the methods of io.meshpd and org.varlink.service. */
#ifndef DAEMON_METHODS_H
#define DAEMON_METHODS_H

#include "daemon/mesh.h"
#include "daemon/trace.h"
#include "daemon/varlink.h"

/* The reply to a call, an error as well; never NULL but for want of memory, or if later is wanted:
 * a trace, whose end is the reply. */
json_t *methods_answer(const struct mesh *mesh, const struct varlink_call *call,
		       struct trace_wish *later);

/* The reply to who wants a trace while there are as many as may be. */
json_t *methods_busy(void);

/* The reply to what is not a call. */
json_t *methods_malformed(const char *reason);

#endif
