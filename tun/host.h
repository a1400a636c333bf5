/* What of the host belongs to the mesh: the names of its two interfaces, its address, the packet
 * size. The daemon fills one from its configuration, its identity and its links, and hands it to
 * loopback and addressing, which bring the kernel to it. */
#ifndef TUN_HOST_H
#define TUN_HOST_H

#include <stdint.h>

struct host {
	const char *tun;      /* the device packets cross between host and mesh: tun0 */
	const char *loopback; /* the interface programs bind to: lo2 */
	uint8_t address[16];  /* our own, in beef::/16 */
	uint32_t mtu;	      /* of tun, bytes, at least 1280 */
};

/* The routing protocol number on every route the mesh makes: `ip -6 route show proto 190`. */
enum { HOST_ROUTE_PROTOCOL = 190 };

#endif
