/* The one line a failed start leaves for people: what is wrong and what to do about it. Functions
 * that can fail at start take one and write it on failure only. */
#ifndef DAEMON_FAILURE_H
#define DAEMON_FAILURE_H

#include "daemon/message.h"

struct failure {
	enum message_kind kind; /* MESSAGE_FAILED, unless whoever failed knows better */
	char text[512];
};

/* Writes the line, a printf. Returns status, so that saying and returning is one statement. */
int failure_say(struct failure *failure, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
