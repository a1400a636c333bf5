/* The ways packets take from node to node, walked hop by hop by what each node would do with a
 * frame of a lane. */
#ifndef SIM_WAYS_H
#define SIM_WAYS_H

#include "sim/world.h"

/* Gets the pairs of expectation `number` ready. */
void ways_begin(struct world *world, uint32_t number);

/* Counts the lanes of all pairs that the nodes' records connect, and those whose way is right: it
 * comes to its end, its cost is the least there is, by the fewest links; what fits by its beginning
 * fits all the way; and the way back is the same. */
void ways_judge(struct world *world, uint32_t number);

#endif
