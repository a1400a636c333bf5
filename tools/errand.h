/* The options of meshtraceroute, for it and for its man page. */
#ifndef TOOLS_ERRAND_H
#define TOOLS_ERRAND_H

#include "config/flags.h"

/* Their places in errand_flags. */
enum errand_choice {
	ERRAND_SOCKET,
	ERRAND_JSON,
	ERRAND_LIVE,
	ERRAND_COUNT,
	ERRAND_LANE,
	ERRAND_ALL_LANES,
	ERRAND_HELP,
	ERRAND_VERSION,
	ERRANDS
};

extern const struct flag errand_flags[ERRANDS];

#endif
