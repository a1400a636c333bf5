/* What nodes say to each other under seal on lane 0, in and out; and what
 * the control side does when a key has opened or sealed something. docs/protocol/meshp.md, sections
 * 4 and 5. */
#ifndef NODE_SEALED_H
#define NODE_SEALED_H

#include "node/value.h"
#include "node/verdict.h"

/* Seals a message (its next header not included; NULL and 0: an empty frame, which alone but for
 * TRACE and TRACED may go to who is no neighbour) for the peer and appends it. Nothing is sent
 * without a usable key. */
void sealed_send(struct node *node, instant now, uint32_t index, const struct way *way,
		 struct span message, struct outbox *outbox);

/* The same, by the best way to it that is known now. */
void sealed_tell(struct node *node, instant now, uint32_t index, struct span message,
		 struct outbox *outbox);

/* Takes a message that was opened, which came in that way. */
MUST_USE enum drop sealed_receive(struct node *node, instant now, uint32_t index,
				  const struct way *way, struct span message,
				  struct outbox *outbox);

/* Looks at what the workers noted of a peer and tells its session; sets its timer. */
void sealed_news(struct node *node, instant now, uint32_t index, struct outbox *outbox);

/* The session of the peer gained confirmed keys: neighbours, snapshot and people are told. */
void sealed_confirmed(struct node *node, instant now, uint32_t index, struct outbox *outbox);

/* Begins a handshake with the peer, or a new one beside the session there is, and sends it that
 * way.
 */
void sealed_initiate(struct node *node, instant now, uint32_t index, const struct way *way,
		     struct outbox *outbox);

/* A session with the peer is wanted, to seal packets for it: begins a handshake unless one is under
 * way, or it is a neighbour's and MESHARP's to begin. */
void sealed_want(struct node *node, instant now, uint32_t index, struct outbox *outbox);

/* The age at which keys are replaced has changed: sets every peer's timer anew. */
void sealed_rekey(struct node *node);

/* Does what the peer's session finds due at now, and sets its timer. */
void sealed_time(struct node *node, instant now, uint32_t index, struct outbox *outbox);

#endif
