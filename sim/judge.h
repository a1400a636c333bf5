/* Expectations: what is done for them beforehand, and whether they were met. */
#ifndef SIM_JUDGE_H
#define SIM_JUDGE_H

#include "sim/world.h"

enum { JUDGE_PINGS = 5 }; /* times a node is asked before its time is over */

/* Puts every expectation among the events. */
void judge_begin(struct world *world);

/* Gets ready: pings for the round-th time, or notes a count. */
void judge_prepare(struct world *world, uint32_t number, uint32_t round);

/* Looks whether an expectation is met now. */
void judge(struct world *world, uint32_t number);

#endif
