/* What always holds inside a node between two events, as one function: for simulators, tests and
 * fuzzers, which call it after every event. */
#ifndef NODE_CHECK_H
#define NODE_CHECK_H

#include "node/node.h"

/* REQUIREs that the node is consistent in itself: its tables within bounds and in step with each
 * other, its queues adding up, its keys and its snapshot telling the same. O(peers +
 * neighbours). */
void node_check(const struct node *node);

#endif
