/* tun0's place in the host's routing while the daemon runs: the own address, the route
 * `beef::/16 dev tun0 src OWN`, and an address label of its own for beef::/16, so that the kernel
 * gives mesh destinations our source and no public or temporary one (RFC 6724, rule 6). The address
 * lies on tun0 as well as on lo2, for multicast needs a source on the interface it leaves by. */
#ifndef TUN_ADDRESSING_H
#define TUN_ADDRESSING_H

#include "base/require.h"
#include "tun/host.h"

#include <stddef.h>

/* Gives an attached tun its MTU, queue length, address and route, and sets the label. Doing it
 * again changes only what differs: this is also how a new MTU is set. rtnetlink is a NETLINK_ROUTE
 * socket and stays the caller's; the calling thread is in its network namespace, for /proc/sys. 0
 * or -errno, with one line for people in why; what was done before the failure stays until
 * addressing_down or the last descriptor of tun is closed. */
MUST_USE int addressing_up(int rtnetlink, const struct host *host, char *why, size_t size);

/* Gives a tun that somebody renamed its name back. 0 or -errno, with one line for people in why. */
MUST_USE int addressing_rename(int rtnetlink, const char *from, const char *to, char *why,
			       size_t size);

/* Takes route and address away and sets tun down: packets for the mesh are refused from then on.
 * Closing the last descriptor of tun does the same without any right, unless the device was there
 * before the daemon. The label stays, for it is true whether or not a mesh is there, as do lo2 and
 * the unreachable route. 0, also where nothing was left to do, or -errno. */
MUST_USE int addressing_down(int rtnetlink, const struct host *host);

#endif
