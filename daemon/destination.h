/* How people name a node: by its address, or by the first digits of its id. */
#ifndef DAEMON_DESTINATION_H
#define DAEMON_DESTINATION_H

#include "base/require.h"
#include "node/node.h"

enum destination_found {
	DESTINATION_ONE,
	DESTINATION_NONE,      /* no node whose id begins so */
	DESTINATION_SEVERAL,   /* more than one */
	DESTINATION_MALFORMED, /* neither an address in the mesh nor 1 … 16 hexadecimal digits */
};

/* On ONE the address: as it was written, known or not, or of the only node of the zone whose id
 * begins with those digits. text may be NULL. */
MUST_USE enum destination_found destination_find(const struct node *node, const char *text,
						 struct address *address);

#endif
