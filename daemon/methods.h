/* What can be asked at the control socket: the methods of io.meshpd and org.varlink.service. */
#ifndef DAEMON_METHODS_H
#define DAEMON_METHODS_H

#include "daemon/mesh.h"
#include "daemon/trace.h"
#include "daemon/varlink.h"

/* A reply that comes later, or again and again. */
struct methods_later {
	struct trace_wish trace; /* whose end is the reply */
	bool monitor;		 /* what happens, from now on */
};

/* The reply to a call, an error as well; never NULL but for want of memory, or if something is
 * wanted of later. */
json_t *methods_answer(const struct mesh *mesh, const struct varlink_call *call,
		       struct methods_later *later);

/* What begins a capture; the client, not the mesh, has to be known for it. */
#define METHOD_CAPTURE "io.meshpd.Capture"

/* The reply to who wants a trace or a capture while there are as many as may be, and to who may not
 * do what it asked for. */
json_t *methods_busy(void);
json_t *methods_denied(void);

/* The reply to what is not a call. */
json_t *methods_malformed(const char *reason);

#endif
