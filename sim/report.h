/* What a run says: lines for people, or one JSON object. */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include "sim/world.h"

/* Prints to standard output how a run went. real_ms: how long it took. */
void report_text(const struct world *world, uint64_t real_ms);
void report_json(const struct world *world, uint64_t real_ms);

/* The same of a run whose process ended by a signal. */
void report_ended(const struct scenario *scenario, uint64_t seed, const struct progress *progress,
		  int signal, bool json);

#endif
