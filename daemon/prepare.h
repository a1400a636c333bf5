/* What has to be there before the daemon starts as a service, for that has no right from its first
 * instruction: run by the service manager as root, it opens the network's descriptors and has them
 * kept for the daemon. */
#ifndef DAEMON_PREPARE_H
#define DAEMON_PREPARE_H

#include "base/require.h"
#include "config/config.h"
#include "daemon/failure.h"
#include "daemon/log.h"
#include "daemon/privileges.h"

/* Opens what the daemon needs, unless it is kept already because a daemon ran a moment ago; makes
 * the identity if there is none, and lo2. Works in the network of PID 1. 0 or -errno. */
MUST_USE int prepare(const struct config *config, const struct account *account, struct log *log,
		     struct failure *failure);

#endif
