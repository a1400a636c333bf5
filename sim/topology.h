/* The shape of a mesh: nodes, wires, where nodes are attached to wires, and who hears whom. A wire
 * of two ports is a point-to-point wire, one whose ports all hear each other a switch, one where
 * some do a radio channel. Nothing here knows a node's inside. */
#ifndef SIM_TOPOLOGY_H
#define SIM_TOPOLOGY_H

#include "base/require.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOPOLOGY_NONE UINT32_MAX

/* Where a node is attached to a wire. After topology_finish ports are in the order of (node, link)
 * and arcs in the order of (from, to). */
struct topology_port {
	uint32_t node, link, wire;
	uint32_t first, count; /* the arcs that leave here */
};

/* What is sent at one port can be heard at another. */
struct topology_arc {
	uint32_t from, to; /* ports */
};

/* Where a node of a disc is: in a square of this side. */
enum { TOPOLOGY_SIDE = 1 << 15 };

struct topology_place {
	int32_t x, y;
};

/* A zeroed one is empty. */
struct topology {
	uint32_t nodes, wires;
	bool radio;		       /* wires are radio channels */
	struct topology_place *places; /* by node, of a disc; else NULL */
	int64_t reach;		       /* the square of how far one is heard there */
	struct topology_port *ports;
	struct topology_arc *arcs;
	size_t port_count, port_room, arc_count, arc_room;
};

/* A new wire's number. */
uint32_t topology_wire(struct topology *topology);

/* Attaches a node to a wire by a new link of it; the port. */
uint32_t topology_attach(struct topology *topology, uint32_t wire, uint32_t node);

/* Lets two ports of one wire hear each other. */
void topology_pair(struct topology *topology, uint32_t a, uint32_t b);

/* True if two nodes of a disc are within range of each other. */
bool topology_near(const struct topology *topology, uint32_t a, uint32_t b);

/* Joins two nodes by a wire of their own. */
void topology_edge(struct topology *topology, uint32_t a, uint32_t b);

/* Puts ports and arcs in order. Port numbers given before do not hold any more. */
void topology_finish(struct topology *topology);

/* The port of a node's link, and the arc between two ports, or TOPOLOGY_NONE. */
uint32_t topology_port(const struct topology *topology, uint32_t node, uint32_t link);
uint32_t topology_arc(const struct topology *topology, uint32_t from, uint32_t to);

/* The most links a node has, and the most ports any node hears. */
uint32_t topology_links(const struct topology *topology);
uint32_t topology_heard(const struct topology *topology);

void topology_free(struct topology *topology);

#endif
