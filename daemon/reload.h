/* Reading the configuration again while running (SIGHUP). */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "daemon/mesh.h"

/* Reads the source again. A faulty configuration changes nothing. Of a good one the [Link] sections
 * take effect, by finding the links anew where they differ; that anything else differs is said, for
 * it waits for the next start. running is what the mesh runs with. */
void reload(struct mesh *mesh, struct config *running, const struct config_source *source);

#endif
