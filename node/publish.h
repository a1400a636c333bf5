/* Building and publishing the snapshot of sessions from what the control side knows. */
#ifndef NODE_PUBLISH_H
#define NODE_PUBLISH_H

#include "node/value.h"

/* Builds a snapshot of the peers and their keys, publishes it and has the workers follow. O(peers).
 */
void publish(struct node *node);

/* Wipes the keys in snapshots of the past, but for those a worker still holds, which are left for
 * the next time. */
void publish_forget(struct node *node);

#endif
