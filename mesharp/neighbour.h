/* The states a neighbour passes through. docs/protocol/mesharp.md, section 2. */
#ifndef MESHARP_NEIGHBOUR_H
#define MESHARP_NEIGHBOUR_H

enum neighbour_state {
	NEIGHBOUR_NONE,
	NEIGHBOUR_HEARD,
	NEIGHBOUR_HANDSHAKE,
	NEIGHBOUR_ONEWAY,
	NEIGHBOUR_TWOWAY,
	NEIGHBOUR_SYNC,
	NEIGHBOUR_FULL,
	NEIGHBOUR_LOST,
	NEIGHBOUR_BLOCKED,
};

/* The state's name in capitals, as the protocol's text writes it. */
const char *neighbour_state_name(enum neighbour_state state);

#endif
