/* Hosts in a line, each the neighbour of the next alone: what the tests of relaying stand on. */
#ifndef TESTS_UNIT_NODE_LINE_H
#define TESTS_UNIT_NODE_LINE_H

#include "mesh.h"

enum {
	LINE = 4,      /* hosts of a line */
	LINE_LAST = 3, /* the one at the other end */
};

/* Hosts 0 … LINE − 1 made to be in a line, not started: link 1 of each and link 0 of the next are
 * on a wire of their own. */
struct mesh *line_made(uint64_t seed);

/* Starts hosts 0 … LINE − 1 and waits until the ends know a path to each other and all have
 * computed theirs. Returns the mesh. */
struct mesh *line_started(struct mesh *mesh);

/* A line that is made and started. */
struct mesh *line_new(uint64_t seed);

/* Sends a packet from a to b that needs a session first, and waits until both agree on one and b
 * has it. Says how long it took them to agree. */
duration line_introduce(struct mesh *mesh, uint32_t a, uint32_t b);

/* What all hosts of a line dropped. */
uint64_t line_drops(struct mesh *mesh);

#endif
