/* The system calls the daemon may still make when it runs: those its work takes, at most 40, and of
 * some of these the few uses it has for them. All others are refused with EPERM. seccomp(2). */
#ifndef DAEMON_FILTER_H
#define DAEMON_FILTER_H

#include "base/require.h"
#include "daemon/failure.h"

#include <stdbool.h>

/* Puts all threads of the process under the filter, for good. bypass: maps of BPF may be read and
 * written. To be called when everything is started: no thread can be made afterwards. 0 or -errno.
 */
MUST_USE int filter_install(bool bypass, struct failure *failure);

/* The same for the warden that the daemon forked: what its verbs take, likewise at most 40. */
MUST_USE int filter_install_warden(struct failure *failure);

#endif
