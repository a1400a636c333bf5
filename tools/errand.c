/* The table of meshtraceroute's options. */
#include "tools/errand.h"

const struct flag errand_flags[ERRANDS] = {
	[ERRAND_SOCKET] = {"socket", 'S', "SOCKET", NULL,
			   "ask at this control socket instead of /run/meshpd/io.meshpd"},
	[ERRAND_JSON] = {"json", 0, NULL, NULL,
			 "print one JSON object on one line for each round; its member schema is "
			 "1"},
	[ERRAND_LIVE] = {"live", 0, NULL, NULL,
			 "ask every second, until interrupted or for --count rounds"},
	[ERRAND_COUNT] = {"count", 'c', "COUNT", NULL, "ask COUNT times, a second apart"},
	[ERRAND_LANE] = {"lane", 0, "LANE", "0 1 2 3 4 5 6 7",
			 "the lane whose way is asked for; without it the one that ping uses"},
	[ERRAND_ALL_LANES] = {"all-lanes", 0, NULL, NULL,
			      "ask for all lanes, and print every way once with those that take "
			      "it"},
	[ERRAND_HELP] = {"help", 'h', NULL, NULL, "say how it is called"},
	[ERRAND_VERSION] = {"version", 0, NULL, NULL, "print the version"},
};
