/* The names of the states a neighbour passes through. What moves it is in mesharp/entry.c.
 * docs/protocol/mesharp.md, section 2. */
#include "mesharp/neighbour.h"

#include <stdlib.h>

const char *neighbour_state_name(enum neighbour_state state)
{
	switch (state) {
	case NEIGHBOUR_NONE:
		return "NONE";
	case NEIGHBOUR_HEARD:
		return "HEARD";
	case NEIGHBOUR_HANDSHAKE:
		return "HANDSHAKE";
	case NEIGHBOUR_ONEWAY:
		return "ONEWAY";
	case NEIGHBOUR_TWOWAY:
		return "TWOWAY";
	case NEIGHBOUR_SYNC:
		return "SYNC";
	case NEIGHBOUR_FULL:
		return "FULL";
	case NEIGHBOUR_LOST:
		return "LOST";
	case NEIGHBOUR_BLOCKED:
		return "BLOCKED";
	}
	abort();
}
