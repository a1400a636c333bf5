/* One deadline for each of a fixed set of ids, and the earliest of them in constant time: a binary
 * heap with the heap position of every id beside it. The block holds no pointer, so it may be
 * copied, saved and mapped elsewhere. Equal deadlines come out lowest id first, so that a run is
 * repeatable. */
#ifndef BASE_TIMERS_H
#define BASE_TIMERS_H

#include "base/require.h"
#include "base/time.h"

#include <stddef.h>
#include <stdint.h>

struct timers;

/* Bytes of memory that timers for ids 0 … capacity − 1 need. */
size_t timers_size(uint32_t capacity);

/* Makes timers with none set in zero-filled memory of timers_size(capacity) bytes, aligned to 8.
 * Touches only the head of it. The result is the memory itself. */
struct timers *timers_init(void *memory, uint32_t capacity);

/* Sets the deadline of id, replacing the one it had; INSTANT_NEVER clears it. O(log set). */
void timers_set(struct timers *timers, uint32_t id, instant when);

/* The deadline of id, INSTANT_NEVER if it is not set. */
instant timers_get(const struct timers *timers, uint32_t id);

/* The earliest deadline of all, INSTANT_NEVER if none is set. */
instant timers_next(const struct timers *timers);

/* If a deadline has been reached, clears the earliest, stores its id and says true. */
MUST_USE bool timers_due(struct timers *timers, instant now, uint32_t *id);

#endif
