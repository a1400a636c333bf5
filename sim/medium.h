/* What happens to a frame between a port and those that hear it. */
#ifndef SIM_MEDIUM_H
#define SIM_MEDIUM_H

#include "sim/world.h"

/* Sends a frame of a node out of a port, to a link address or the group. */
void medium_send(struct world *world, uint32_t port, struct lladdr to, bool relayed,
		 const uint8_t *bytes, size_t size);

/* Puts a liar's frame on the way to a port, as if it came from a link address. */
void medium_inject(struct world *world, uint32_t port, struct lladdr from, struct lladdr to,
		   const uint8_t *bytes, size_t size);

/* A frame arrives at a port: takes over the reference. */
void medium_arrive(struct world *world, uint32_t port, struct frame *frame);

/* Gives up one reference. */
void medium_release(struct frame *frame);

/* Keeps what passes wires from now on for liars. */
void medium_tap(struct world *world);
void medium_untap(struct world *world);

#endif
