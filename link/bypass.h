/* The relay in the kernel as the daemon sees it: a program that is put before links, a table it
 * goes by, and what it has done. The table is built aside and then takes the place of the one
 * before it in one step. Nothing outlives the process: the kernel takes the program off the links
 * when it ends, however it ends. docs/bypass.md. */
#ifndef LINK_BYPASS_H
#define LINK_BYPASS_H

#include "base/require.h"
#include "link/bypass_maps.h"
#include "link/link.h"

#include <stdbool.h>
#include <stddef.h>

struct bypass;

enum bypass_mode {
	BYPASS_OFF,
	BYPASS_NATIVE,	/* in the driver */
	BYPASS_GENERIC, /* before the network stack: any interface, slower */
};

/* Loads the program, which takes CAP_BPF and CAP_NET_ADMIN; all else here but bypass_link takes no
 * right. generic is a NETLINK_GENERIC socket that nobody else reads; it stays the caller's. 0 or
 * -errno, with one line for people in why: -EOPNOTSUPP if meshpd was built without it. */
MUST_USE int bypass_open(struct bypass **bypass, int generic, char *why, size_t size);

enum { BYPASS_PARTS = 7 };

/* The descriptors of what was loaded, for another process to go on with: they stay the bypass's. */
void bypass_parts(const struct bypass *bypass, int parts[BYPASS_PARTS]);

/* The same as bypass_open with what another process has loaded and not used, which needs no right.
 * The descriptors are taken over, whatever becomes of it. 0 or -errno. */
MUST_USE int bypass_adopt(struct bypass **bypass, int generic, const int parts[BYPASS_PARTS]);

/* Takes the program off every link and forgets it. NULL is fine. */
void bypass_close(struct bypass *bypass);

/* Says who we are and which frames are ours. Due before anything is attached. 0 or -errno. */
MUST_USE int bypass_self(struct bypass *bypass, const uint8_t id[BYPASS_ID], uint16_t ethertype);

/* Puts a program before an interface, in its driver or before the stack, for as long as the
 * descriptor is open that it returns. Or -errno: -EBUSY if another program is there. This takes
 * CAP_NET_ADMIN, or being in the interface's network namespace on some kernels. */
MUST_USE int bypass_link(int program, uint32_t ifindex, bool native);

/* Puts the program before an interface, which is the link of that number from now on, and takes it
 * off the one that was: in the driver if that can be, else before the stack. link_by(owner, …) does
 * it as bypass_link would. 0 or -errno: -EBUSY if another program is there. */
MUST_USE int bypass_attach(struct bypass *bypass, uint32_t link, uint32_t ifindex,
			   int (*link_by)(void *owner, int program, uint32_t ifindex, bool native),
			   void *owner);

/* Takes it off; nothing happens where it is not. */
void bypass_detach(struct bypass *bypass, uint32_t link);

/* Where the program is; BYPASS_OFF where it is not. */
enum bypass_mode bypass_mode(const struct bypass *bypass, uint32_t link);

/* Begins a new table. */
void bypass_begin(struct bypass *bypass);

/* Adds to it. Hops are numbered as they come, from 0; takes and used are not the caller's to fill.
 * link is the way's link number. What there is no room for is left out, and so left to the daemon.
 */
void bypass_add_hop(struct bypass *bypass, const struct bypass_hop *hop);
void bypass_add_way(struct bypass *bypass, uint32_t ifindex, const uint8_t from[LINK_LLADDR],
		    const struct bypass_way *way);
void bypass_add_node(struct bypass *bypass, const uint8_t id[BYPASS_ID],
		     const struct bypass_node *node);

/* Puts the new table in the place of the old one, if it is another. 0 or -errno: then the kernel's
 * is of no use any more, and bypass_close is due. */
MUST_USE int bypass_commit(struct bypass *bypass);

/* Asks again which interfaces take frames from drivers. True if that differs from what the table
 * says: a new one is due. */
MUST_USE bool bypass_stale(struct bypass *bypass);

/* The next hop at or after *cursor that a frame went to since it was asked last; false after the
 * last. Start with 0. */
MUST_USE bool bypass_used(struct bypass *bypass, uint32_t *cursor, struct bypass_hop *hop);

/* What was done with the frames of a link, since its number was first used. */
void bypass_count(struct bypass *bypass, uint32_t link, struct bypass_counters *counters);

#endif
