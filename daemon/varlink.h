/* Messages of the Varlink wire format (varlink.org): one JSON object each, ended by a NUL byte.
 * Calls come from clients who may send anything; size and depth are bounded before JSON is read. */
#ifndef DAEMON_VARLINK_H
#define DAEMON_VARLINK_H

#include "base/require.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	VARLINK_CALL = 64 * 1024, /* longest call, bytes, with its NUL */
	VARLINK_DEPTH = 16,	  /* deepest nesting of a call */
};

struct varlink_call {
	json_t *message; /* owns the rest; varlink_forget releases it */
	const char *method;
	const json_t *parameters; /* an object, or NULL */
	bool more;		  /* several replies are fine */
	bool oneway;		  /* no reply is wanted */
};

/* Reads a call of size bytes, without its NUL. False if it is not one; nothing is due then. */
MUST_USE bool varlink_read(struct varlink_call *call, const char *text, size_t size);

void varlink_forget(struct varlink_call *call);

/* The name of a parameter that a method does not have; names are those it has, NULL after the last.
 * NULL if there is none. */
const char *varlink_stray(const struct varlink_call *call, const char *const *names);

/* A reply with these parameters, which it takes over, one that others follow, or one that says an
 * error occurred. A new object, or NULL for want of memory. */
json_t *varlink_reply(json_t *parameters);
json_t *varlink_continues(json_t *parameters);
json_t *varlink_error(const char *error, json_t *parameters);

/* The error that a parameter is not what it has to be. */
json_t *varlink_invalid(const char *parameter);

/* The bytes of a message with its NUL, counted in size; the caller's to free. NULL for want of
 * memory. Takes the message over. */
char *varlink_text(json_t *message, size_t *size);

#endif
