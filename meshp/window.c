/* The replay window: a ring of 64-bit blocks, one more than the window needs, so that a block is
 * cleared whole when the window first reaches into it. The owner is whoever owns the lane. A
 * counter that was accepted, or that lies too far back, is never fresh again. RFC 6479. */
#include "meshp/window.h"

#include <string.h>

enum {
	BLOCK_BITS = 64,
	BLOCKS = WIRE_WINDOW / BLOCK_BITS + 1,
};

bool window_fresh(const struct window *window, uint32_t counter)
{
	uint32_t block = counter / BLOCK_BITS % BLOCKS;

	if (counter >= window->next)
		return true;
	if ((uint64_t)counter + WIRE_WINDOW < window->next)
		return false;
	return !(window->seen[block] >> counter % BLOCK_BITS & 1);
}

void window_accept(struct window *window, uint32_t counter)
{
	/* The first block the window never reached into. */
	uint64_t first = (window->next + BLOCK_BITS - 1) / BLOCK_BITS;
	uint64_t last = counter / BLOCK_BITS;

	if (first + BLOCKS <= last)
		first = last - BLOCKS + 1;
	for (uint64_t block = first; block <= last; block++)
		window->seen[block % BLOCKS] = 0;
	if (counter >= window->next)
		window->next = (uint64_t)counter + 1;
	window->seen[last % BLOCKS] |= (uint64_t)1 << counter % BLOCK_BITS;
}

void window_close(struct window *window)
{
	memset(window->seen, 0xff, sizeof(window->seen));
	/* What follows in a block that the window has reached into was not opened. */
	if (window->next % BLOCK_BITS != 0)
		window->seen[window->next / BLOCK_BITS % BLOCKS] =
			((uint64_t)1 << window->next % BLOCK_BITS) - 1;
}
