/* A replay window: which of the last WIRE_WINDOW counters of one key and lane were opened. A zeroed
 * window has seen nothing. Shape: RFC 6479 (blocks that are cleared as the window moves on). */
#ifndef MESHP_WINDOW_H
#define MESHP_WINDOW_H

#include "base/require.h"
#include "meshp/wire.h"

#include <stdbool.h>
#include <stdint.h>

struct window {
	uint64_t next; /* greatest counter opened, plus one */
	uint64_t seen[WIRE_WINDOW / 64 + 1];
};

/* True if counter is new and not too old. Changes nothing: asked before opening. */
MUST_USE bool window_fresh(const struct window *window, uint32_t counter);

/* Marks a fresh counter as opened: only after the tag matched. */
void window_accept(struct window *window, uint32_t counter);

/* Nothing up to the greatest counter opened is fresh any more: whoever kept the window was stopped
 * and may have opened what it did not mark. */
void window_close(struct window *window);

#endif
