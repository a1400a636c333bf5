/* The facts of one interface, read from what the kernel said about it. Private to link/. */
#ifndef LINK_FACTS_H
#define LINK_FACTS_H

#include "base/require.h"
#include "link/link.h"

#include <netlink/route/link.h>

#include <stdbool.h>

/* Reads the facts of an interface out of the answer to RTM_GETLINK, and of sysfs. False, and no
 * facts, if its frames are not Ethernet's or belong to another interface. */
MUST_USE bool facts_read(struct rtnl_link *link, struct link_facts *facts);

/* Lets a radio link keep the rate it was last told with while the new one is within a quarter of
 * it: such rates change all the time, and every change is told to the whole zone. */
void facts_steady(struct link_facts *facts, const struct link_facts *last);

/* True if nothing differs that a caller can see. */
MUST_USE bool facts_equal(const struct link_facts *a, const struct link_facts *b);

#endif
