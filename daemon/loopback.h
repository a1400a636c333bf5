/* lo2 for the node whose identity is in the state directory, without any daemon. */
#ifndef DAEMON_LOOPBACK_H
#define DAEMON_LOOPBACK_H

#include "base/require.h"
#include "config/config.h"
#include "daemon/failure.h"

/* Makes lo2 as loopback_up does, and the identity if there is none. rtnetlink is a NETLINK_ROUTE
 * socket and stays the caller's. To be called as the user of the identity, with CAP_NET_ADMIN. What
 * is not as configured is said on stderr behind the program's name. 0 or -errno. */
MUST_USE int loopback_make(const struct config *config, int rtnetlink, const char *program,
			   struct failure *failure);

#endif
