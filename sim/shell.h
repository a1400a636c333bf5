/* A world under the user's hand: lines are read, carried out and answered, time passes as it is
 * told to. */
#ifndef SIM_SHELL_H
#define SIM_SHELL_H

#include "sim/world.h"

#include <stdio.h>

/* Reads commands from `input` until it ends, `quit` or a broken invariant; answers to standard
 * output, with a prompt if prompted. True if no invariant was broken. */
MUST_USE bool shell_run(struct world *world, FILE *input, bool prompted);

#endif
