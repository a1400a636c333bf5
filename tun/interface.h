/* An interface of the host and the few things the mesh does to one: look it up, set it up for IPv6
 * without anything automatic, give it addresses. Private to tun/: lo2 and tun0 are both made here.
 */
#ifndef TUN_INTERFACE_H
#define TUN_INTERFACE_H

#include "tun/netlink.h"

#include <net/if.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interface {
	uint32_t index;
	char name[IF_NAMESIZE];
	char kind[16]; /* as `ip -d link` says; empty for hardware and lo */
	bool loopback; /* it is lo */
};

/* True if the kernel would take the name as it stands. */
MUST_USE bool interface_name_fits(const char *name);

/* Finds an interface by name. 0 or -errno: -ENODEV if there is none. */
MUST_USE int interface_find(struct netlink *netlink, const char *name, struct interface *interface);

/* Turns IPv6 on and everything automatic off: no link-local address, no router advertisements. Best
 * before the interface goes up. 0 or -errno. */
MUST_USE int interface_quiet(struct netlink *netlink, const struct interface *interface);

/* Sets the interface up or down. 0 or -errno. */
MUST_USE int interface_set_up(struct netlink *netlink, const struct interface *interface, bool up);

/* Adds an address as /128, valid at once, with no route of its own; or brings the one there to
 * that. 0 or -errno. */
MUST_USE int interface_add_address(struct netlink *netlink, const struct interface *interface,
				   const uint8_t address[16]);

/* Removes every address of beef::/16 but the count addresses of keep, and any that is no /128. 0 or
 * -errno. */
MUST_USE int interface_remove_others(struct netlink *netlink, const struct interface *interface,
				     const uint8_t (*keep)[16], size_t count);

/* Writes "WHAT NAME: reason" for a -errno into why, and returns the -errno. */
int interface_explain(int error, const char *what, const char *name, char *why, size_t size);

#endif
