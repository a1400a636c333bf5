/* The stream of what happens, for who watches: every message (daemon/message.h) as JSON, and what
 * no log holds, routes and drops that are new. The last MONITOR_EVENTS are held, as text; who
 * watches has a place among them, and who is so slow that his place is no longer there is told how
 * many he missed. Nobody waits for a watcher, and while there is none nothing is done. */
#ifndef DAEMON_MONITOR_H
#define DAEMON_MONITOR_H

#include "daemon/mesh.h"

enum { MONITOR_EVENTS = 2 * 2048 }; /* a zone that is lost and found again at once fits */

struct monitor;

/* Makes the stream of a mesh, which stays the caller's; fresh(owner) is called whenever there is
 * another event. 0 or -errno. */
MUST_USE int monitor_open(struct monitor **monitor, struct mesh *mesh, void (*fresh)(void *owner),
			  void *owner);

/* NULL is fine. */
void monitor_close(struct monitor *monitor);

/* Somebody begins to watch: his place, and for him alone an event that says so, as below. */
char *monitor_join(struct monitor *monitor, uint64_t *place, size_t *size);

/* Somebody does not watch any more. */
void monitor_leave(struct monitor *monitor);

/* The event at a place, which moves past it: a Varlink reply with more to come, its NUL included in
 * size, the caller's to free. NULL if there is none yet, or for want of memory. */
char *monitor_next(struct monitor *monitor, uint64_t *place, size_t *size);

#endif
