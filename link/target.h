/* Which interfaces take frames that an XDP program in another interface's driver hands on: those
 * whose driver says so (XDP feature "ndo-xmit"). What others are given is lost without a trace. The
 * kernel says it since 6.3, by its generic netlink family "netdev". Private to link/. */
#ifndef LINK_TARGET_H
#define LINK_TARGET_H

#include "base/require.h"

#include <stdbool.h>
#include <stdint.h>

struct target;

/* Readies the question on a NETLINK_GENERIC socket, which stays the caller's. 0 or -errno: -ENOENT
 * if this kernel does not know. */
MUST_USE int target_open(struct target **target, int fd);

/* Releases it. NULL is fine. */
void target_close(struct target *target);

/* True if the interface takes such frames now. What cannot be found out is no. */
MUST_USE bool target_takes(struct target *target, uint32_t ifindex);

#endif
