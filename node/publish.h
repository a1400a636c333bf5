/* Building and publishing the forwarding snapshot from what the control side knows. */
#ifndef NODE_PUBLISH_H
#define NODE_PUBLISH_H

#include "node/value.h"

/* Builds a snapshot of the peers, their keys and the best way to each, and publishes it. O(peers).
 */
void publish(struct node *node);

#endif
