/* Whoever sees all that nodes put out, and has their keys: says what a frame is, and that no key
 * and nonce are used twice; that a packet a host is handed is one that was sent, and to it. */
#ifndef SIM_WITNESS_H
#define SIM_WITNESS_H

#include "sim/world.h"

/* What a frame is that the node just put out. Breaches: a form that is none, a seal under no key of
 * its own, a counter that is not new. */
enum frame_kind witness_frame(struct world *world, uint32_t node, const uint8_t *bytes,
			      size_t size);

/* What was noted of a frame before its receiver got it. */
struct arrival {
	bool sealed;   /* it opens under one of the receiver's keys, and may be opened */
	uint32_t peer; /* whose, as the receiver numbers them */
	uint8_t key[AEAD_KEY];
	uint8_t lane;
	uint32_t counter;
	uint64_t replays; /* of that peer that the receiver has counted so far */
	uint64_t full;	  /* times it had no room for a packet so far */
};

/* Notes a frame that a node is about to get. */
void witness_arrival(struct world *world, uint32_t node, const struct frame *frame, bool group,
		     struct arrival *arrival);

/* Compares what became of it with what the reference says, unless there was no room for it.
 * Breaches: a counter refused that never came, one opened again. */
void witness_verdict(struct world *world, uint32_t node, const struct arrival *arrival);

/* Looks at all timers of a node that has come to rest at `now` of its own clock. Breaches: one that
 * is due, one that is not set to what it is for. */
void witness_timers(struct world *world, uint32_t node, instant now);

/* Takes a packet the node hands to its host; the host answers what asks for an answer, later.
 * Breaches: a packet nobody sent, one for another, one that changed on its way or came before. */
void witness_packet(struct world *world, uint32_t node, const uint8_t *bytes, size_t size);

#endif
