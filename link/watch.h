/* Which interfaces are links, and what happens to them. An interface is a link if its name matches
 * a pattern and is not excluded, if its frames are Ethernet's, and if no other interface owns its
 * frames, as a bridge owns those of its ports. The watch remembers every link in a slot, compares
 * what the kernel says with it, and yields the differences when asked; nothing is called back. */
#ifndef LINK_WATCH_H
#define LINK_WATCH_H

#include "base/require.h"
#include "link/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WATCH_LINKS = 64 }; /* links at once; one more is refused, by name */

struct watch;
struct intf_handle; /* libdumbnet's intf_t */

/* What the watch works with. All of it stays the caller's and outlives the watch. */
struct watch_sources {
	int requests;			/* NETLINK_ROUTE socket that nobody else reads */
	int events;			/* another; joined to RTNLGRP_LINK and RTNLGRP_TC */
	int radio;			/* NETLINK_GENERIC socket that nobody else reads, or -1 */
	struct intf_handle *interfaces; /* from intf_open; NULL: rtnetlink alone is asked */
	const char *const *patterns;	/* shell patterns (fnmatch) of link names */
	size_t patterns_count;		/* none: no links */
	const char *const *excluded;	/* names that are never links: tun0, lo2 */
	size_t excluded_count;
	/* WATCH_LINKS slots as a watch before this one knew them, ifindex 0 for a free one: only
	 * what differs from them is told. NULL: none is known. */
	const struct link_facts *known;
};

enum link_change_kind {
	LINK_NEW,     /* the slot was free and now holds a link */
	LINK_CHANGED, /* name, lladdr, MTU, running, radio, watched, shaped or rate differ */
	LINK_GONE, /* deleted, renamed out of the patterns, or owned by another; facts: the last */
	LINK_REFUSED, /* all slots are taken; the slot means nothing */
};

struct link_change {
	enum link_change_kind kind;
	bool there;    /* GONE: the interface still exists */
	uint32_t slot; /* 0 … WATCH_LINKS - 1, the same while the interface stays a link */
	struct link_facts facts;
};

/* Starts watching; the links there are wait as LINK_NEW for watch_next, but for known ones. The
 * sources' arrays are borrowed, known only for this call. 0 or -errno, with one line for people in
 * why. */
MUST_USE int watch_open(struct watch **watch, const struct watch_sources *sources, char *why,
			size_t size);

/* Releases the watch; its sources stay open. NULL is fine. */
void watch_close(struct watch *watch);

/* Takes in all that waits on the events socket: call when it is readable. 0, or -errno if the
 * kernel could not be asked; what was missed is then asked for at the next call. */
MUST_USE int watch_read(struct watch *watch);

/* Other patterns, borrowed like the first, say from now on which interfaces are links: those that
 * are no more wait as LINK_GONE for watch_next, others as LINK_NEW, and nothing happens to the
 * rest. 0 or -errno as above. */
MUST_USE int watch_patterns(struct watch *watch, const char *const *patterns, size_t count);

/* Looks at all radio links again: no event tells of their rates. Call now and then. 0 or -errno. */
MUST_USE int watch_radios(struct watch *watch);

/* The next change not yet told, if any. Several changes of a link become one: a link that came and
 * went between two calls is never told. Call until false after watch_open and each watch_read. A
 * refused interface is told again at each change of its own, and becomes a link when a slot frees.
 */
MUST_USE bool watch_next(struct watch *watch, struct link_change *change);

#endif
