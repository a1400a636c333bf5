/* Whether what the mesh has on the host is still there, told by the kernel's own events: tun0, lo2,
 * their addresses and routes may be taken away by anybody with the right to. What is said here is
 * that something may be wrong; to say again what should be, as loopback_up and addressing_up do,
 * finds out and mends it. */
#ifndef TUN_PRESENCE_H
#define TUN_PRESENCE_H

#include "base/require.h"
#include "tun/host.h"

#include <linux/netlink.h>

#include <stdbool.h>

/* Readies a NETLINK_ROUTE socket that nobody else reads and that does not block. 0 or -errno. */
MUST_USE int presence_open(int events);

/* Reads all that waits. True if any of it, or what was lost, may be a loss for the host. */
bool presence_lost(int events, const struct host *host);

/* True if a message tells that something host says is not so any more. host.mtu is 0 while tun0 has
 * not been given any address yet. */
MUST_USE bool presence_concerns(const struct nlmsghdr *message, const struct host *host);

#endif
