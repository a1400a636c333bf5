/* Every rate of MESHARP: how fast strangers may make this node do something. Each bucket lies with
 * whom it is for and a zeroed one is full. docs/protocol/mesharp.md. */
#ifndef MESHARP_ADMISSION_H
#define MESHARP_ADMISSION_H

#include "base/bucket.h"

/* One more HELLO from one entry: 5/s, burst 20. */
MUST_USE bool admission_hello(struct bucket *bucket, instant now);

/* One more entry on a link because of a HELLO: 50/s, burst 256. */
MUST_USE bool admission_newcomer(struct bucket *bucket, instant now);

/* One more INITIATION to anybody, on all links together: 5/s, burst 16. */
MUST_USE bool admission_initiation(struct bucket *bucket, instant now);

/* One more hint that is followed: 5/s, burst 16. */
MUST_USE bool admission_hint(struct bucket *bucket, instant now);

/* One more reset of a link's Trickle interval: one in 10 s, burst 3. */
MUST_USE bool admission_reset(struct bucket *bucket, instant now);

/* One more handshake because a HELLO makes an adjacency doubtful: one in 10 s, burst 3. */
MUST_USE bool admission_doubt(struct bucket *bucket, instant now);

#endif
