/* Which of a few slots holds what is published: one writer builds the next in a slot nobody reads
 * and publishes it; each reader holds what was published when it began, for as long as it likes.
 * Neither ever waits. With two slots more than readers one is always spare: a published one, and at
 * worst an older one for each reader. Hazard pointers (Michael, 2004) with numbers. */
#ifndef BASE_SLOTS_H
#define BASE_SLOTS_H

#include "base/require.h"

#include <stdbool.h>
#include <stdint.h>

enum { SLOTS_READERS = 8, SLOTS_MOST = SLOTS_READERS + 2 };

struct slots {
	uint32_t count;	    /* two more than readers, who have the numbers 0 … readers − 1 */
	uint32_t published; /* shared; the writer's */
	uint32_t held[SLOTS_READERS]; /* shared, each its reader's: one more than the slot; 0: none
				       */
};

/* Readers from 1 to SLOTS_READERS; slot 0 is published. */
struct slots slots_of(uint32_t readers);

/* What is published, for the writer or whoever knows that it stays so. */
uint32_t slots_published(const struct slots *slots);

/* The writer's: a slot that is neither published nor held; and publishing it. */
uint32_t slots_spare(const struct slots *slots);
void slots_publish(struct slots *slots, uint32_t slot);

/* The writer's: true if a slot is neither published nor held, which no slot comes to be held from.
 */
bool slots_idle(const struct slots *slots, uint32_t slot);

/* A reader's: holds what is published now and returns it; and lets go of it. */
uint32_t slots_hold(struct slots *slots, uint32_t reader);
void slots_release(struct slots *slots, uint32_t reader);

/* True if a reader holds a slot, for whoever knows that it does nothing now. */
bool slots_holds(const struct slots *slots, uint32_t reader);

#endif
