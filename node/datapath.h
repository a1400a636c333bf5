/* The door for workers: the threads that own lanes 1 … 7 where limits.workers is not 0. They read
 * the published snapshots and write their own block, never anything of the control side, so a batch
 * of packets runs beside whatever the control side does. What the per-packet functions leave to be
 * done goes to the control side as a handover (node/handover.h), through the worker's own outbox.
 * One worker never shares its datapath; none allocates, none waits. */
#ifndef NODE_DATAPATH_H
#define NODE_DATAPATH_H

#include "base/bytes.h"
#include "node/node.h"
#include "node/tables.h"

struct worker;

/* A worker during a batch of packets. */
struct datapath {
	struct node *node; /* for its slots and its own block alone */
	uint32_t number;
	struct worker *worker;
	struct tables tables; /* what was published when the batch began */
};

/* Begins a batch of worker number 0 … limits.workers − 1: from here to datapath_end nothing it
 * reads changes. */
struct datapath datapath_begin(struct node *node, uint32_t number);
void datapath_end(struct datapath *datapath);

/* The host sent a packet; partial: its TCP or UDP checksum holds nothing yet and is left to the
 * receiver. If it is small it may stay with the worker until others fill its frame: datapath_flush
 * is due at the end of the batch. */
void datapath_packet(struct datapath *datapath, instant now, struct span packet, bool partial,
		     struct outbox *outbox);

/* What stayed with the worker is sent; the outbox must have as much to spare as the last packet
 * found. Due before a batch ends in which there was datapath_packet or datapath_handover. */
void datapath_flush(struct datapath *datapath, instant now, struct outbox *outbox);

/* A frame came in, as node_frame has it. */
void datapath_frame(struct datapath *datapath, instant now, uint32_t link, struct lladdr from,
		    bool group, const uint8_t *bytes, size_t size, struct outbox *outbox);

/* The control side handed something over. */
void datapath_handover(struct datapath *datapath, instant now, const struct handover *handover,
		       const uint8_t *bytes, size_t size, struct outbox *outbox);

#endif
