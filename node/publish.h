/* Building and publishing the snapshot of sessions from what the control side knows. */
#ifndef NODE_PUBLISH_H
#define NODE_PUBLISH_H

#include "node/value.h"

/* Builds a snapshot of the peers and their keys and publishes it. O(peers).
 */
void publish(struct node *node);

#endif
