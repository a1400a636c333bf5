/* What the shell shows of a world, as lines on standard output. Nothing here changes the world but
 * the marks that full_mark sets. */
#ifndef SIM_VIEWS_H
#define SIM_VIEWS_H

#include "sim/world.h"

/* All nodes, a line each. */
void view_nodes(const struct world *world);

/* One node: its address, links, neighbours, sessions and drops. */
void view_node(const struct world *world, uint32_t node);

/* All wires with who is on them. */
void view_wires(const struct world *world);

/* The arcs a selection means: what they are like and how they stand. How many there are. */
uint32_t view_arcs(struct world *world, const struct select *select);

/* A shortest way by FULL neighbours. */
void view_way(struct world *world, uint32_t from, uint32_t to);

/* A time of the scenario, without an end of line. */
void view_time(instant time);

/* How long something takes, likewise. */
void view_duration(duration span);

#endif
