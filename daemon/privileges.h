/* Who the daemon is after start and what it may still do: nothing. Everything that needs the rights
 * of root is opened before. What needs one later, as tun0's packet size, address and route follow
 * the links for as long as the daemon runs, is done by the warden, which keeps CAP_NET_ADMIN. */
#ifndef DAEMON_PRIVILEGES_H
#define DAEMON_PRIVILEGES_H

#include "base/require.h"
#include "daemon/failure.h"

#include <sys/types.h>

/* The user the daemon runs as. */
struct account {
	char name[64];
	uid_t uid;
	gid_t gid;
	gid_t control_group; /* whose members may ask at the control socket */
};

/* Finds a user; empty is the one we are. 0, or -ENOENT if there is no such user. */
MUST_USE int account_find(const char *user, struct account *account, struct failure *failure);

/* Makes a directory that belongs to the account, if it is not there; one that is stays as it is. 0
 * or -errno. */
MUST_USE int account_directory(const struct account *account, const char *path, mode_t mode,
			       struct failure *failure);

/* Becomes the account for good: no other groups, no right, none to be gained by executing a
 * program, no core dumps. 0 or -errno. */
MUST_USE int privileges_drop(const struct account *account, struct failure *failure);

/* The same but for CAP_NET_ADMIN, which stays if it was there. */
MUST_USE int privileges_keep_network(const struct account *account, struct failure *failure);

#endif
