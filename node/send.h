/* A packet on its way out: from the host to a sealed frame on a link. */
#ifndef NODE_SEND_H
#define NODE_SEND_H

#include "base/time.h"
#include "node/outbox.h"
#include "node/tables.h"
#include "node/verdict.h"
#include "node/worker.h"

/* Carries one IPv6 packet of the host: appends the frame, or the packet itself if it is for us, or
 * says what is to be done instead. Touches the worker and the outbox, nothing else. */
MUST_USE struct verdict send_packet(const struct tables *tables, struct worker *worker, instant now,
				    const uint8_t *bytes, size_t size, struct outbox *outbox);

/* True if packets to that address of the mesh would have to wait. */
bool send_waits(const struct tables *tables, const struct address *address);

#endif
