/* A node that goes on from what was saved of it, at another address, while the memory it had is
 * spoilt. Nobody may notice: a run with such restarts has the hash of the one without. */
#ifndef SIM_RESUME_H
#define SIM_RESUME_H

#include "sim/world.h"

/* Puts so many restarts of random nodes at random instants among the events, from a stream of their
 * own. A node that does not run at its instant is left alone. */
void resume_scatter(struct world *world, uint32_t count);

/* Saves and restores a node, if it runs. */
void resume_node(struct world *world, uint32_t node);

#endif
