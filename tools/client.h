/* One question to the daemon's control socket, in the Varlink wire format, and its answer. */
#ifndef TOOLS_CLIENT_H
#define TOOLS_CLIENT_H

#include "tools/verdict.h"

#include "base/require.h"

#include <jansson.h>
#include <stdbool.h>

#define CONTROL_SOCKET "/run/meshpd/io.meshpd"

/* Calls a method at a socket and waits up to 7 s. parameters are an object, which it takes over, or
 * NULL. On VERDICT_YES answer is the reply's parameters, the caller's to release; else a line has
 * been written to stderr. */
MUST_USE enum verdict client_call(const char *socket, const char *method, json_t *parameters,
				  json_t **answer);

/* The same without parameters, and without a word: what failed is in the verdict alone; NO if the
 * answer is an error or none that can be read. answer is NULL unless it is YES. */
MUST_USE enum verdict client_ask(const char *socket, const char *method, json_t **answer);

/* Calls a method that answers again and again, and hands each reply's parameters to take, until
 * that returns false, which is VERDICT_NO, or the daemon ends: VERDICT_ABSENT. */
MUST_USE enum verdict client_follow(const char *socket, const char *method,
				    bool (*take)(void *owner, const json_t *answer), void *owner);

/* The same, sending a descriptor along, -1: none. On VERDICT_YES the connection stays, the caller's
 * to close, for what was asked lasts as long; NULL: it is closed. */
MUST_USE enum verdict client_keep(const char *socket, const char *method, json_t *parameters,
				  int given, int *connection, json_t **answer);

#endif
