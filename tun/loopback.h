/* lo2, the interface programs bind to. It carries the own address and beef::, stands before the
 * daemon starts and stays when it stops: nothing here is ever undone. With it goes the route
 * `unreachable beef::/16` of the worst metric, so that packets for the mesh are refused at once,
 * rather than sent to the default route, while there is no mesh. */
#ifndef TUN_LOOPBACK_H
#define TUN_LOOPBACK_H

#include "base/require.h"
#include "tun/host.h"

#include <stddef.h>

/* Where the addresses went. */
struct loopback {
	char name[16]; /* host.loopback, or lo where no such interface could be made */
	char kind[16]; /* dummy, ifb, bridge or lo */
};

/* Brings the loopback to what host says; host.tun and host.mtu are not looked at. It is made as
 * dummy, else ifb, else a bridge without ports; where the kernel has none of them, or host.loopback
 * is lo, the addresses go on lo. Doing it again changes nothing; addresses of beef::/16 that are
 * not ours leave the interface. rtnetlink is a NETLINK_ROUTE socket and stays the caller's; the
 * calling thread is in its network namespace, for /proc/sys. 0 or -errno, with one line for people
 * in why: -EEXIST if an interface of another kind has the name, -EPERM without CAP_NET_ADMIN. */
MUST_USE int loopback_up(int rtnetlink, const struct host *host, struct loopback *result, char *why,
			 size_t size);

#endif
