/* The control socket's listening end: made at start, or handed in by the service manager. */
#ifndef DAEMON_LISTENER_H
#define DAEMON_LISTENER_H

#include "daemon/privileges.h"
#include "daemon/store.h"

#include <stdbool.h>

struct listener {
	int fd;		  /* non-blocking; -1 if not open */
	const char *path; /* the caller's */
	bool made;	  /* by us, so we remove it */
};

/* Makes the socket at path, mode 0660 for the account's control group, and its directory if there
 * is none; or takes over the one the service manager handed in as io.meshpd. Needs the rights of
 * start. 0 or -errno: -EADDRINUSE if a live daemon answers there. */
MUST_USE int listener_open(struct listener *listener, struct store *store, const char *path,
			   const struct account *account, struct failure *failure);

/* Closes it, and removes what was made. */
void listener_close(struct listener *listener);

#endif
