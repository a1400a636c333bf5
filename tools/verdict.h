/* How a question to the mesh ended: the exit status of meshctl and meshtraceroute, part of their
 * interface. */
#ifndef TOOLS_VERDICT_H
#define TOOLS_VERDICT_H

#include <stdbool.h>

enum verdict {
	VERDICT_YES = 0,
	VERDICT_NO = 1, /* a negative answer */
	VERDICT_USAGE = 2,
	VERDICT_ABSENT = 3, /* the daemon is not running */
	VERDICT_DENIED = 4, /* not permitted */
	VERDICT_TIMEOUT = 5,
	VERDICTS
};

/* What it means, as a sentence for people. */
const char *verdict_meaning(enum verdict verdict);

/* True if asking again may be answered otherwise: yes, no, or not in time. */
bool verdict_may_change(enum verdict verdict);

#endif
