/* Who may take part: everybody, or the nodes on a list. Part of the node; docs/protocol/meshp.md,
 * section 8. */
#ifndef NODE_MEMBERS_H
#define NODE_MEMBERS_H

#include "node/value.h"

/* Takes over a list of at most limits.route.nodes addresses, in any order; listed is false for
 * everybody. */
void members_set(struct node *node, bool listed, const struct address *list, uint32_t count);

/* True if the node may take part. */
MUST_USE bool members_hold(const struct node *node, const struct address *address);

/* True if one may that has this id. */
MUST_USE bool members_hold_id(const struct node *node, const struct node_id *id);

/* Lets go of every neighbour and peer that may not, with its keys and what waited for it. */
void members_enforce(struct node *node, instant now);

#endif
