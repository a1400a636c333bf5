/* What can be asked at the control socket: the methods of io.meshpd and org.varlink.service. */
#ifndef DAEMON_METHODS_H
#define DAEMON_METHODS_H

#include "daemon/mesh.h"
#include "daemon/varlink.h"

/* The reply to a call, an error as well; never NULL but for want of memory. */
json_t *methods_answer(const struct mesh *mesh, const struct varlink_call *call);

/* The reply to what is not a call. */
json_t *methods_malformed(const char *reason);

#endif
