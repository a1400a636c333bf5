/* What an event of a scenario causes: the difference between the run with it and the one without,
 * which by the separate random streams are the same wherever the event does not reach. */
#ifndef SIM_CAUSE_H
#define SIM_CAUSE_H

#include "sim/world.h"

/* The frames an expectation of what is CAUSED would have counted if the orders it names had not
 * been given. Runs that other world from its beginning; a breach there is one here. */
uint64_t cause_without(struct world *world, const struct expectation *expectation);

#endif
