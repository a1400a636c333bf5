/* Handshake frames, in and out: INITIATION, RESPONSE, COOKIE. docs/protocol/meshp.md, sections 5
 * and 6. */
#ifndef NODE_HANDSHAKES_H
#define NODE_HANDSHAKES_H

#include "node/value.h"

/* Appends an INITIATION to the peer, to where its `link` and `to` say. */
void handshakes_ask(struct node *node, instant now, uint32_t index, struct outbox *outbox);

/* Each takes one frame that came from a link address. */
MUST_USE enum drop handshakes_initiation(struct node *node, instant now, uint32_t link,
					 struct lladdr from, const uint8_t *frame, size_t size,
					 struct outbox *outbox);
MUST_USE enum drop handshakes_response(struct node *node, instant now, uint32_t link,
				       struct lladdr from, const uint8_t *frame, size_t size,
				       struct outbox *outbox);
MUST_USE enum drop handshakes_cookie(struct node *node, instant now, const uint8_t *frame,
				     size_t size);

#endif
