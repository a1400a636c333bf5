/* Faults, starts, packets and liars: what a scenario says shall happen, carried out. */
#ifndef SIM_ORDERS_H
#define SIM_ORDERS_H

#include "sim/world.h"

/* Copies the scenario's orders, draws those of its chaos, and puts all among the events. */
void orders_begin(struct world *world);

/* Puts another one among the events, to be carried out at its time, which is not past. */
void orders_add(struct world *world, const struct order *order);

/* Carries an order out, for the round-th time. */
void orders_carry(struct world *world, uint32_t number, uint32_t round);

#endif
