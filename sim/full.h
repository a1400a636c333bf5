/* What the nodes found out about each other: who is whose FULL neighbour now, seen from outside. */
#ifndef SIM_FULL_H
#define SIM_FULL_H

#include "sim/world.h"

/* The arc from a node to what it has as a neighbour, or TOPOLOGY_NONE if nobody is there. */
uint32_t full_arc(const struct world *world, uint32_t node, const struct node_neighbour *neighbour);

/* Sets `full` of every arc: the node it leaves has the one it leads to as a FULL neighbour. */
void full_mark(struct world *world);

/* The nodes of a shortest way from a node to another by FULL neighbours, both included, into `way`
 * with room for as many nodes as there are; how many they are, 0 if there is no way. */
uint32_t full_way(struct world *world, uint32_t from, uint32_t to, uint32_t *way);

#endif
