/* HELLOs, in and out. docs/protocol/mesharp.md, section 1. */
#ifndef NODE_GREET_H
#define NODE_GREET_H

#include "node/value.h"

/* Appends a HELLO to the group on a link. */
void greet(struct node *node, uint32_t link, struct outbox *outbox);

/* Takes a HELLO frame that came from a link address. */
MUST_USE enum drop greet_receive(struct node *node, instant now, uint32_t link, struct lladdr from,
				 const uint8_t *frame, size_t size, struct outbox *outbox);

#endif
