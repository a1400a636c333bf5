/* Nodes of a disc that move: each walks straight to a place drawn at random, at a steady speed, and
 * then to the next (random waypoint; Johnson and Maltz 1996). Who hears whom is found anew at every
 * step; nobody is told. */
#ifndef SIM_MOBILITY_H
#define SIM_MOBILITY_H

#include "sim/world.h"

/* Reads what follows `move` at the beginning of a line: NODES speed N from TIME to TIME; and what
 * follows the node of an order to move: to X,Y. Failure is the line's. */
void mobility_read(struct scenario *scenario, struct line *line);
struct topology_place mobility_read_place(const struct scenario *scenario, struct line *line);

/* Gives a topology that is finished arcs between all that may come to hear each other, if any node
 * of the scenario moves. */
void mobility_widen(const struct scenario *scenario, struct topology *topology);

/* Says who is out of range at the beginning, and puts the first steps among the events. */
void mobility_begin(struct world *world);

/* A walker's round-th step. */
void mobility_step(struct world *world, uint32_t walker, uint32_t round);

/* Puts a node somewhere at once. */
void mobility_place(struct world *world, uint32_t node, struct topology_place place);

#endif
