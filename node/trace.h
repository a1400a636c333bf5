/* Tracing the way of a lane: asking hop after hop, and answering who asks. The traces of ours are
 * kept in the node until another takes their number. docs/protocol/route.md, section 9. */
#ifndef NODE_TRACE_H
#define NODE_TRACE_H

#include "node/value.h"

/* Begins the trace of that number; its first hop is this node. */
void trace_begin(struct node *node, instant now, uint32_t number, uint8_t lane,
		 const struct address *destination);

/* Does one thing that a trace wants done; false if there was nothing. */
bool trace_step(struct node *node, instant now, struct outbox *outbox);

/* When trace_step has something to do next. */
instant trace_deadline(const struct node *node);

/* Answers a TRACE that the peer sent. Refusals: MALFORMED, RATE_TRACE. */
MUST_USE enum drop trace_answer(struct node *node, instant now, uint32_t index, struct span message,
				struct outbox *outbox);

/* Takes a TRACED that the peer sent. Refusals: MALFORMED, TRACE_UNASKED. */
MUST_USE enum drop trace_take(struct node *node, instant now, uint32_t index, struct span message);

#endif
