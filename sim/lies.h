/* Liars: somebody on a wire who has no keys, sees every frame that passes and sends what it likes
 * under any link address. */
#ifndef SIM_LIES_H
#define SIM_LIES_H

#include "sim/world.h"

/* Sends one frame as the order (REPLAY, MUTATE or FORGE) says, to a port on one of the wires
 * selected. Nothing happens if no frame passed that wire yet. */
void lies_tell(struct world *world, const struct order *order);

#endif
