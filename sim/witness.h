/* Whoever sees all that nodes put out, and has their keys: says what a frame is, and that no key
 * and nonce are used twice; that a packet a host is handed is one that was sent, and to it. */
#ifndef SIM_WITNESS_H
#define SIM_WITNESS_H

#include "sim/world.h"

/* What a frame is that the node just put out. Breaches: a form that is none, a seal under no key of
 * its own, a counter that is not new. */
enum frame_kind witness_frame(struct world *world, uint32_t node, const uint8_t *bytes,
			      size_t size);

/* Takes a packet the node hands to its host; the host answers what asks for an answer, later.
 * Breaches: a packet nobody sent, one for another, one that changed on its way or came before. */
void witness_packet(struct world *world, uint32_t node, const uint8_t *bytes, size_t size);

#endif
