/* Frames received by recvmmsg, a batch at once, each copied into a slot: what any socket can do,
 * and all that a quiet link needs. Private to link/. */
#ifndef LINK_INLET_H
#define LINK_INLET_H

#include "base/require.h"
#include "link/arrival.h"

struct inlet;

/* Makes the slots around a socket, which stays the caller's. 0 or -ENOMEM. */
MUST_USE int inlet_open(struct inlet **inlet, int fd);

/* Releases the slots. NULL is fine. */
void inlet_close(struct inlet *inlet);

/* Receives the next batch over the last one. The number of its frames, or -errno. */
MUST_USE int inlet_receive(struct inlet *inlet);

/* The next frame of the batch, good until the next inlet_receive. False if there is none. */
MUST_USE bool inlet_next(struct inlet *inlet, struct arrival *arrival);

/* True if batches have been large for a while. */
MUST_USE bool inlet_busy(const struct inlet *inlet);

/* Lets nothing more into the socket, for good: what waits there can still be received. */
void inlet_end(struct inlet *inlet);

#endif
