/* Packets that wait for a handshake: a few for each destination, so many in all, each for so long.
 * The queues live with the peers; the slots are shared. */
#ifndef NODE_STAGING_H
#define NODE_STAGING_H

#include "base/bytes.h"
#include "base/time.h"
#include "meshp/drop.h"

struct staging;

/* One destination's packets, oldest first. A zeroed one is empty. */
struct staging_queue {
	uint32_t head, tail; /* slot number plus one; 0: none */
	uint32_t count;
};

/* A packet in its slot; the bytes stay until the next staging_put. */
struct staged {
	struct span packet;
	uint32_t owner;
	instant arrived;
};

size_t staging_size(uint32_t capacity);

/* Makes an empty one in zero-filled memory of staging_size bytes, aligned to 8. */
struct staging *staging_init(void *memory, uint32_t capacity);

/* Puts a packet of at most PACKET_MAX bytes at the end of a queue, whose owner's number is kept
 * with it. DROP_STAGED_FULL: one packet was lost, the queue's oldest if the queue is full, this one
 * if all slots are taken. */
enum drop staging_put(struct staging *staging, struct staging_queue *queue, uint32_t owner,
		      instant now, struct span packet);

/* Takes the oldest packet of a queue; false if it is empty. */
MUST_USE bool staging_take(struct staging *staging, struct staging_queue *queue,
			   struct staged *staged);

/* The oldest packet of a queue, which stays there; false if it is empty. */
MUST_USE bool staging_first(const struct staging *staging, const struct staging_queue *queue,
			    struct staged *staged);

/* Moves the oldest packet of a queue that is not empty to another, in among those that arrived
 * before and after it. DROP_STAGED_FULL: the other queue was full and lost its oldest. */
enum drop staging_move(struct staging *staging, struct staging_queue *from,
		       struct staging_queue *to, uint32_t owner);

/* The packet that has waited longest of all; false if none waits. */
MUST_USE bool staging_oldest(const struct staging *staging, struct staged *staged);

uint32_t staging_count(const struct staging *staging);

#endif
