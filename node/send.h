/* A packet on its way out: from the host to a sealed frame on a link. */
#ifndef NODE_SEND_H
#define NODE_SEND_H

#include "base/time.h"
#include "base/bytes.h"
#include "node/outbox.h"
#include "node/tables.h"
#include "node/verdict.h"
#include "node/worker.h"

/* Carries one IPv6 packet of the host, whose TCP or UDP checksum, if partial, is left to its
 * receiver: appends the frame, or the packet itself if it is for us, or
 * says what is to be done instead. A small packet may stay with the worker to share a frame with
 * those of its lane that come next: send_flush is due. The worker owns the packet's lane,
 * packet_lane. Touches the worker and the outbox, nothing else. */
MUST_USE struct verdict send_packet(const struct tables *tables, struct worker *worker, instant now,
				    struct span bytes, bool partial, struct outbox *outbox);

/* Seals what the worker gathered with these tables, a frame a lane; what cannot be sealed is
 * counted in the worker. */
void send_flush(const struct tables *tables, struct worker *worker, instant now,
		struct outbox *outbox);

/* What send_packet would say, but nothing is sent; if that is DONE, on which lane it would be. */
MUST_USE struct verdict send_look(const struct tables *tables, struct span bytes, uint8_t *lane);

/* True if packets to that address of the mesh would have to wait. */
bool send_waits(const struct tables *tables, const struct address *address);

#endif
