/* Shortest paths from ourselves to every connected node, one a lane, with their metric, hops and
 * MTU. Computed whole from the database; a value in fixed memory that nothing but paths_compute
 * changes. docs/protocol/route.md, sections 4 and 5. */
#ifndef ROUTE_PATHS_H
#define ROUTE_PATHS_H

#include "meshp/wire.h"
#include "route/database.h"

struct paths;
struct graph; /* inside of route/: the links that count */

/* What is known of the way to a node, by node number of the database. */
struct path {
	bool reached;		   /* else next and alternate are DATABASE_NONE */
	uint32_t metric_us;	   /* sum of the links' costs, at most UINT32_MAX */
	uint16_t hops;		   /* links */
	uint16_t mtu;		   /* least over all lanes' links, at most 1,500 */
	uint32_t next[WIRE_LANES]; /* node number of the neighbour to send to, by lane */
	uint32_t alternate;	   /* a neighbour that does not send it back to us, RFC 5286
				    * section 3.1, other than next[0]; DATABASE_NONE if none */
};

size_t paths_size(const struct route_limits *limits);

/* Makes paths that lead nowhere in zero-filled memory aligned to 16, of which only what comes into
 * use is touched. */
struct paths *paths_init(void *memory, const struct route_limits *limits);

/* Computes all from the database. Bound: O(links · log nodes) for us and for at most 16 of our
 * neighbours, and for each lane and two paths of equal length their hops. */
void paths_compute(struct paths *paths, const struct database *database);

/* Who was connected, one byte a node number, for database_connect: 0, or the nodes on the way there
 * over the fewest links, at most 255; 1 is ourselves. A node behind one that does not transit is
 * connected, but has no path. */
const uint8_t *paths_reached(const struct paths *paths);

/* The path to a node; to ourselves that of no links. */
void paths_to(const struct paths *paths, uint32_t node, struct path *path);

/* The node before the last on a lane's path to `node`; DATABASE_NONE for ourselves and what is not
 * reached. Walked repeatedly it gives the path backwards. */
uint32_t paths_before(const struct paths *paths, uint32_t lane, uint32_t node);

/* The links that count, of a node: at or after *cursor, which moves past it; start with 0. */
struct paths_link {
	uint32_t to; /* node number */
	uint32_t cost_us;
	uint16_t mtu;
	uint8_t quality, medium; /* as that node says */
};

MUST_USE bool paths_link(const struct paths *paths, uint32_t node, uint32_t *cursor,
			 struct paths_link *link);

const struct graph *paths_graph(const struct paths *paths);

#endif
