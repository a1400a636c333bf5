/* One function a shape. The butterfly is the network of the fast Fourier transform: 2^k rows, k + 1
 * columns; from column c a wire goes straight on and one to the row that differs in bit c. */
#include "sim/pattern.h"

#include "sim/memory.h"
#include "sim/stream.h"

#include <string.h>

enum {
	WIRES_EXTRA = 2, /* at most so many wires beside the first, for each node */
};

static const char *const names[] = {
	[PATTERN_LINE] = "line",   [PATTERN_RING] = "ring",   [PATTERN_GRID4] = "grid4",
	[PATTERN_GRID8] = "grid8", [PATTERN_TREE] = "tree",   [PATTERN_LAN] = "lan",
	[PATTERN_DISC] = "disc",   [PATTERN_WIRES] = "wires", [PATTERN_BUTTERFLY] = "butterfly",
};

enum pattern_kind pattern_named(const char *name)
{
	for (uint32_t i = PATTERN_LINE; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return (enum pattern_kind)i;
	return PATTERN_NONE;
}

uint32_t pattern_figures(enum pattern_kind kind)
{
	switch (kind) {
	case PATTERN_NONE:
	case PATTERN_EDGES:
		return 0;
	case PATTERN_LINE:
	case PATTERN_RING:
	case PATTERN_LAN:
	case PATTERN_BUTTERFLY:
		return 1;
	case PATTERN_GRID4:
	case PATTERN_GRID8:
	case PATTERN_TREE:
	case PATTERN_DISC:
	case PATTERN_WIRES:
		return 2;
	}
	return 0;
}

static bool within(uint64_t nodes)
{
	return nodes >= 2 && nodes <= PATTERN_NODES;
}

bool pattern_possible(const struct pattern *pattern)
{
	switch (pattern->kind) {
	case PATTERN_NONE:
	case PATTERN_EDGES:
		return false;
	case PATTERN_LINE:
	case PATTERN_LAN:
		return within(pattern->a);
	case PATTERN_RING:
		return within(pattern->a) && pattern->a > 2;
	case PATTERN_BUTTERFLY:
		return pattern->a >= 1 && pattern->a <= PATTERN_DIMENSION;
	case PATTERN_GRID4:
	case PATTERN_GRID8:
		return within((uint64_t)pattern->a * pattern->b);
	case PATTERN_TREE:
	case PATTERN_DISC:
	case PATTERN_WIRES:
		return within(pattern->a) && pattern->b >= 1 && pattern->b < pattern->a;
	}
	return false;
}

static void line_make(uint32_t nodes, struct topology *topology)
{
	topology->nodes = nodes;
	for (uint32_t i = 0; i + 1 < nodes; i++)
		topology_edge(topology, i, i + 1);
}

static void grid_make(uint32_t width, uint32_t height, bool diagonals, struct topology *topology)
{
	topology->nodes = width * height;
	for (uint32_t i = 0; i < topology->nodes; i++) {
		bool right = i % width + 1 < width, left = i % width > 0;
		bool down = i / width + 1 < height;
		if (right)
			topology_edge(topology, i, i + 1);
		if (down)
			topology_edge(topology, i, i + width);
		if (diagonals && down && right)
			topology_edge(topology, i, i + width + 1);
		if (diagonals && down && left)
			topology_edge(topology, i, i + width - 1);
	}
}

static void tree_make(uint32_t nodes, uint32_t children, struct topology *topology)
{
	topology->nodes = nodes;
	for (uint32_t i = 1; i < nodes; i++)
		topology_edge(topology, (i - 1) / children, i);
}

static void butterfly_make(uint32_t dimension, struct topology *topology)
{
	uint32_t rows = 1U << dimension;

	topology->nodes = (dimension + 1) * rows;
	for (uint32_t column = 0; column < dimension; column++) {
		for (uint32_t row = 0; row < rows; row++) {
			uint32_t here = column * rows + row;
			topology_edge(topology, here, here + rows);
			topology_edge(topology, here, (column + 1) * rows + (row ^ 1U << column));
		}
	}
}

/* Lets a port hear those of its wire that were attached before it. */
static void pair_earlier(struct topology *topology, uint32_t port)
{
	for (uint32_t other = 0; other < port; other++)
		if (topology->ports[other].wire == topology->ports[port].wire)
			topology_pair(topology, other, port);
}

static void lan_make(uint32_t nodes, struct topology *topology)
{
	uint32_t wire = topology_wire(topology);

	topology->nodes = nodes;
	for (uint32_t i = 0; i < nodes; i++)
		pair_earlier(topology, topology_attach(topology, wire, i));
}

/* Unit disc: the range is such that a node far from the edges has so many neighbours on average. */
static void disc_make(uint32_t nodes, uint32_t degree, struct rng *stream,
		      struct topology *topology)
{
	uint32_t wire = topology_wire(topology);

	topology->nodes = nodes;
	topology->radio = true;
	topology->places = memory_zeroed(nodes, sizeof(*topology->places));
	/* π · range² / side² · nodes = degree, with 355/113 for π */
	topology->reach = (int64_t)degree * TOPOLOGY_SIDE * TOPOLOGY_SIDE / nodes * 113 / 355;
	for (uint32_t i = 0; i < nodes; i++) {
		topology->places[i].x = (int32_t)rng_below(stream, TOPOLOGY_SIDE);
		topology->places[i].y = (int32_t)rng_below(stream, TOPOLOGY_SIDE);
		topology_attach(topology, wire, i);
		for (uint32_t j = 0; j < i; j++)
			if (topology_near(topology, i, j))
				topology_pair(topology, j, i);
	}
}

/* True if the node is attached to the wire already. */
static bool attached(const struct topology *topology, uint32_t wire, uint32_t node)
{
	for (size_t i = 0; i < topology->port_count; i++)
		if (topology->ports[i].wire == wire && topology->ports[i].node == node)
			return true;
	return false;
}

/* Nodes 0, 1, 2 … each sit on wires i and i + 1, which connects all wires; the others on one to
 * three at random. */
static void wires_make(uint32_t nodes, uint32_t wires, struct rng *stream,
		       struct topology *topology)
{
	topology->nodes = nodes;
	for (uint32_t i = 0; i < wires; i++)
		topology_wire(topology);
	for (uint32_t i = 0; i < nodes; i++) {
		bool joins = i + 1 < wires;
		uint32_t wire = joins ? i : rng_below(stream, wires);
		pair_earlier(topology, topology_attach(topology, wire, i));
		if (joins)
			pair_earlier(topology, topology_attach(topology, i + 1, i));
		for (uint32_t more = rng_below(stream, WIRES_EXTRA + 1); !joins && more > 0;
		     more--) {
			wire = rng_below(stream, wires);
			if (!attached(topology, wire, i))
				pair_earlier(topology, topology_attach(topology, wire, i));
		}
	}
}

void pattern_make(const struct pattern *pattern, uint64_t seed, struct topology *topology)
{
	struct rng stream;

	stream_begin(&stream, seed, "topology", 0);
	switch (pattern->kind) {
	case PATTERN_NONE:
	case PATTERN_EDGES:
		return;
	case PATTERN_LINE:
		line_make(pattern->a, topology);
		break;
	case PATTERN_RING:
		line_make(pattern->a, topology);
		topology_edge(topology, pattern->a - 1, 0);
		break;
	case PATTERN_GRID4:
	case PATTERN_GRID8:
		grid_make(pattern->a, pattern->b, pattern->kind == PATTERN_GRID8, topology);
		break;
	case PATTERN_TREE:
		tree_make(pattern->a, pattern->b, topology);
		break;
	case PATTERN_LAN:
		lan_make(pattern->a, topology);
		break;
	case PATTERN_DISC:
		disc_make(pattern->a, pattern->b, &stream, topology);
		break;
	case PATTERN_WIRES:
		wires_make(pattern->a, pattern->b, &stream, topology);
		break;
	case PATTERN_BUTTERFLY:
		butterfly_make(pattern->a, topology);
		break;
	}
	topology_finish(topology);
}
