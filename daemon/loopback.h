/* lo2 for the node whose identity is in the state directory, without any daemon. */
#ifndef DAEMON_LOOPBACK_H
#define DAEMON_LOOPBACK_H

#include "base/require.h"
#include "config/config.h"
#include "daemon/privileges.h"

/* Makes lo2 as loopback_up does, and the identity if there is none. The process becomes the account
 * for that, the identity's owner, and keeps CAP_NET_ADMIN alone. What is not as configured is said
 * on stderr behind the program's name. 0 or -errno. */
MUST_USE int loopback_make(const struct config *config, const struct account *account,
			   const char *program, struct failure *failure);

#endif
