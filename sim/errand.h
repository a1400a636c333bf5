/* A scenario taken on in a process of its own, so that a node that ends its process by a broken
 * invariant ends that and no more, and it can be said where it was. */
#ifndef SIM_ERRAND_H
#define SIM_ERRAND_H

#include "sim/command.h"
#include "sim/world.h"

struct errand {
	const struct options *options;
	const struct scenario *scenario;
	uint64_t seed;
	/* What is to be done with the world; an exit status. */
	int (*use)(struct world *world, const struct options *options);
};

/* Makes the world and lets it be used, with the captures the options ask for. The exit status. */
int errand_run(const struct errand *errand);

#endif
