/* Shapes by name: what a scenario's topology line says, and the topology that comes of it. */
#ifndef SIM_PATTERN_H
#define SIM_PATTERN_H

#include "sim/topology.h"

enum pattern_kind {
	PATTERN_NONE,
	PATTERN_LINE,	   /* n */
	PATTERN_RING,	   /* n */
	PATTERN_GRID4,	   /* width, height */
	PATTERN_GRID8,	   /* width, height: diagonals too */
	PATTERN_TREE,	   /* n, children of each */
	PATTERN_LAN,	   /* n on one switch */
	PATTERN_DISC,	   /* n on one radio channel at random places, neighbours on average */
	PATTERN_WIRES,	   /* n on so many switches at random, all together connected */
	PATTERN_BUTTERFLY, /* the dimension k: (k + 1) · 2^k nodes */
	PATTERN_EDGES,	   /* made from a file */
};

/* Largest figures a pattern takes. */
enum {
	PATTERN_NODES = 100000,
	PATTERN_DIMENSION = 12,
};

struct pattern {
	enum pattern_kind kind;
	uint32_t a, b; /* as above; b is 0 where there is none */
};

/* How many figures a pattern has after its name: 1 or 2. */
uint32_t pattern_figures(enum pattern_kind kind);

/* The pattern of that name, or PATTERN_NONE. */
enum pattern_kind pattern_named(const char *name);

/* True if the figures make sense: at least two nodes, at most PATTERN_NODES. */
MUST_USE bool pattern_possible(const struct pattern *pattern);

/* Makes the topology; what is random in it grows from the seed. EDGES makes none. */
void pattern_make(const struct pattern *pattern, uint64_t seed, struct topology *topology);

#endif
