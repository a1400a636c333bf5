/* One question to the daemon's control socket, in the Varlink wire format, and its answer. */
#ifndef TOOLS_CLIENT_H
#define TOOLS_CLIENT_H

#include "base/require.h"

#include <jansson.h>
#include <stdbool.h>

#define CONTROL_SOCKET "/run/meshpd/io.meshpd"

/* The exit status of meshctl and meshtraceroute, part of their interface. */
enum verdict {
	VERDICT_YES = 0,
	VERDICT_NO = 1, /* a negative answer */
	VERDICT_USAGE = 2,
	VERDICT_ABSENT = 3, /* the daemon is not running */
	VERDICT_DENIED = 4, /* not permitted */
	VERDICT_TIMEOUT = 5,
};

/* Calls a method at a socket and waits up to 5 s. parameters are an object, which it takes over, or
 * NULL. On VERDICT_YES answer is the reply's parameters, the caller's to release; else a line has
 * been written to stderr. */
MUST_USE enum verdict client_call(const char *socket, const char *method, json_t *parameters,
				  json_t **answer);

#endif
