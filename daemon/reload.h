/* Reading the configuration again while running: SIGHUP, `meshctl reload`. A faulty one changes
 * nothing. Of a good one what can take effect does, and what cannot waits for the next start and is
 * told again at every reload until then. docs/architecture.md, Reload. */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "daemon/mesh.h"

#include <jansson.h>

/* What a reload works on; the caller's. */
struct reload {
	struct mesh *mesh;
	struct config *running; /* what the mesh runs with */
	struct allow *allow;	/* likewise */
	const struct config_source *source;
	uid_t owner; /* who may own the file of the network key: who the daemon runs as */
};

/* Reads, applies, and says so in the log. True if the configuration was good: then *changes is a
 * new array of what differed from what ran, `key`, `before`, `after` and `live` each; else it is
 * NULL. *report is a new string of what is wrong with it or only odd, lines `FILE:LINE: …`. Both
 * are NULL for want of memory. */
MUST_USE bool reload(struct reload *reload, json_t **changes, json_t **report);

#endif
