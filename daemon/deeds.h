/* What can be asked at the control socket that changes something. It is root's alone, whoever may
 * read: who calls is known by SO_PEERCRED. */
#ifndef DAEMON_DEEDS_H
#define DAEMON_DEEDS_H

#include "daemon/reload.h"
#include "daemon/varlink.h"

#include <sys/types.h>

/* What deeds are done to; the caller's. */
struct deeds {
	struct reload reload;
};

/* True if a method is one of these. */
MUST_USE bool deeds_hold(const char *method);

/* Does what a call of such a method asks for, if it is of root. The reply, an error as well; NULL
 * for want of memory. */
json_t *deeds_answer(struct deeds *deeds, const struct varlink_call *call, uid_t caller);

#endif
