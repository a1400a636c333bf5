/* Hints that a destination is on the link itself: given by a relay, taken by who sends through it.
 * docs/protocol/mesharp.md, section 5. */
#ifndef NODE_HINT_H
#define NODE_HINT_H

#include "node/relay.h"
#include "node/value.h"

/* A frame was passed on by the link it came in on, to the hop of that number, whom it is for: tells
 * the neighbour it came from, once in a second for each destination. */
void hint_give(struct node *node, instant now, uint32_t link, struct lladdr from, uint32_t hop,
	       struct outbox *outbox);

/* Takes a hint of a neighbour that was opened, which came in that way. Refusals: MALFORMED,
 * NEIGHBOUR_UNKNOWN, HINT, PEERS_FULL, and those of mesharp_hint. */
MUST_USE enum drop hint_take(struct node *node, instant now, const struct way *way,
			     const struct address *from, struct span message);

#endif
