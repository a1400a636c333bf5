/* Whether nodes answer each other's ping over any number of hops, wherever links that work now
 * connect them. */
#ifndef SIM_REACH_H
#define SIM_REACH_H

#include "sim/world.h"

/* Gets expectation `number` ready, and has reach_ask called when it is to begin. */
void reach_begin(struct world *world, uint32_t number);

/* Asks, for the round-th time, some of those that did not answer yet, and goes on until the
 * expectation's time. */
void reach_ask(struct world *world, uint32_t number, uint32_t round);

/* Counts the pairs that are connected now, and those of them that answered. */
void reach_judge(struct world *world, uint32_t number);

#endif
