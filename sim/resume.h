/* A node that goes on from what was saved of it, at another address, while the memory it had is
 * spoilt: nobody may notice, a run with such restarts has the hash of the one without. Or one that
 * is adopted where it lies: nothing may be lost. */
#ifndef SIM_RESUME_H
#define SIM_RESUME_H

#include "sim/world.h"

/* How a node goes on. */
enum resume {
	RESUME_SAVED,	/* elsewhere, from what was saved of it: exactly as it was */
	RESUME_ADOPTED, /* where it lies, adopted: counters jump, keys are prepared anew */
};

/* Puts so many restarts of random nodes at random instants among the events, from a stream of their
 * own. A node that does not run at its instant is left alone. */
void resume_scatter(struct world *world, enum resume how, uint32_t count);

/* The process of a node is gone and another goes on with it, if it runs. */
void resume_node(struct world *world, enum resume how, uint32_t node);

#endif
