/* Building and publishing the snapshot of sessions from what the control side knows. */
#ifndef NODE_PUBLISH_H
#define NODE_PUBLISH_H

#include "node/value.h"

/* Builds a snapshot of the peers and their keys, publishes it and has the workers follow. O(peers).
 */
void publish(struct node *node);

#endif
