/* A data frame on its way in: from a link to the host, or to the control side. */
#ifndef NODE_RECEIVE_H
#define NODE_RECEIVE_H

#include "base/time.h"
#include "meshp/header.h"
#include "node/forwarding.h"
#include "node/outbox.h"
#include "node/verdict.h"
#include "node/worker.h"

/* Most bytes a control message of lane 0 may have, its next header included. */
enum { RECEIVE_SEALED = 1280 };

/* Opens a data frame whose header was read, sealed being the rest of it, and hands the packet,
 * or those of a bundle in their order, to the host. The worker must own the frame's lane. Touches
 * the worker and the outbox, nothing else.
 */
MUST_USE struct verdict receive_packet(const struct forwarding *forwarding, struct worker *worker,
				       instant now, const struct data_header *header,
				       struct span sealed, struct outbox *outbox);

/* The same for lane 0, where only an empty message, TRACE and TRACED may have been relayed: on
 * VERDICT_SEALED the message, without its next header, is in message, which has room for
 * RECEIVE_SEALED bytes, and its size in *size. eye is shown what was opened; NULL: nobody. */
MUST_USE struct verdict receive_sealed(const struct forwarding *forwarding, struct worker *worker,
				       instant now, const struct data_header *header,
				       struct span sealed, uint8_t *message, size_t *size,
				       struct eye *eye);

#endif
