/* What the daemon shows of its zone and why packets go where they go, as JSON like daemon/views.h.
 */
#ifndef DAEMON_ZONE_H
#define DAEMON_ZONE_H

#include "daemon/mesh.h"

#include <jansson.h>

/* Each a new object with "schema":1, or NULL for want of memory; the caller's to release. */
json_t *zone_topology(const struct mesh *mesh);
json_t *zone_links(const struct mesh *mesh);

/* The path of each lane to an address, and every way there would be with what speaks for and
 * against it; "reached" is false if there is none. */
json_t *zone_explain(const struct mesh *mesh, const struct address *to);

#endif
