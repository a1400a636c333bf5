/* What nodes say to each other under seal on lane 0: empty frames and probes, in and out; and what
 * the control side does when a key has opened or sealed something. docs/protocol/meshp.md, sections
 * 4 and 5. */
#ifndef NODE_SEALED_H
#define NODE_SEALED_H

#include "node/value.h"
#include "node/verdict.h"

/* Seals a message (its next header not included; NULL and 0: an empty frame) for the peer and
 * appends it, to a link address on a link. Nothing is sent without a usable key. */
void sealed_send(struct node *node, instant now, uint32_t index, uint32_t link, struct lladdr to,
		 struct span message, struct outbox *outbox);

/* Takes a message that was opened. */
MUST_USE enum drop sealed_receive(struct node *node, instant now, uint32_t index, uint32_t link,
				  struct lladdr from, struct span message);

/* Looks at what the workers noted of a peer and tells its session; sets its timer. */
void sealed_news(struct node *node, instant now, uint32_t index, struct outbox *outbox);

/* The session of the peer gained confirmed keys: neighbours, snapshot and people are told. */
void sealed_confirmed(struct node *node, instant now, uint32_t index, struct outbox *outbox);

/* Does what the peer's session finds due at now, and sets its timer. */
void sealed_time(struct node *node, instant now, uint32_t index, struct outbox *outbox);

#endif
