/* What the daemon shows of itself, as JSON: the parameters of each reading method's reply, and so
 * what `meshctl --json` prints. Names are stable; INTERFACES of the project rely on them. */
#ifndef DAEMON_VIEWS_H
#define DAEMON_VIEWS_H

#include "daemon/mesh.h"

#include <jansson.h>

/* Each a new object with "schema":1, or NULL for want of memory; the caller's to release. */
json_t *view_status(const struct mesh *mesh);
json_t *view_neighbours(const struct mesh *mesh);
json_t *view_sessions(const struct mesh *mesh);
json_t *view_routes(const struct mesh *mesh);
json_t *view_exposed(const struct mesh *mesh);

/* What was refused or lost since the start, by reason; without "schema". */
json_t *view_drops(const struct mesh *mesh);

/* The same of one link, without "schema". */
json_t *view_link(const struct mesh *mesh, uint32_t slot);

/* The name of a link by its slot, "" if there is none. */
const char *view_link_name(const struct mesh *mesh, uint32_t slot);

#endif
