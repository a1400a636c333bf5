/* Frames queued to be sent by one sendmmsg over a packet socket, whatever their links. A payload
 * lies in the batch's own room or, lent, where its owner has it. Private to link/. */
#ifndef LINK_BATCH_H
#define LINK_BATCH_H

#include "base/require.h"
#include "link/ethernet.h"

struct batch;

/* Makes an empty batch around a packet socket, which stays the caller's. 0 or -ENOMEM. */
MUST_USE int batch_open(struct batch **batch, int fd);

/* Releases the batch; queued frames are lost. NULL is fine. */
void batch_close(struct batch *batch);

/* Room for a frame of ETHERNET_PAYLOAD_MAX bytes; the caller's until batch_keep or batch_flush.
 * NULL if the batch is to be flushed first. */
MUST_USE uint8_t *batch_room(struct batch *batch);

/* Keeps the first size bytes of the room at least until batch_flush: the next room lies behind. */
void batch_keep(struct batch *batch, size_t size);

/* Queues a frame whose payload is where it is until batch_flush. False, and nothing queued, if the
 * batch is to be flushed first. */
MUST_USE bool batch_add(struct batch *batch, uint32_t ifindex,
			const uint8_t header[ETHERNET_HEADER], const uint8_t *bytes, size_t size);

/* Hands all frames to the kernel, counting what becomes of each. The batch is empty afterwards. */
void batch_flush(struct batch *batch, struct ethernet_counters *counters);

#endif
