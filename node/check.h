/* What always holds inside a node between two events, as one function: for simulators, tests and
 * fuzzers, which call it after every event. */
#ifndef NODE_CHECK_H
#define NODE_CHECK_H

#include "node/node.h"

/* REQUIREs that the node is consistent in itself: its tables within bounds and in step with each
 * other, its queues adding up, its keys and its snapshots telling the same. O(nodes + peers +
 * neighbours). */
void node_check(const struct node *node);

/* The same after an event that told nothing of a link, but the FIB is looked at only if it is not
 * the one that *seen stands for, which is NODE_CHECK_ALL at first. O(peers + neighbours) then. */
#define NODE_CHECK_ALL UINT32_MAX
void node_check_new(const struct node *node, uint32_t *seen);

#endif
