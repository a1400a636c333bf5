/* Upkeep of what the mesh has on the host: tun0, lo2, their addresses and routes, which come by the
 * warden. Somebody may delete them, set them down or change them; the kernel's events tell, and all
 * of it is made again: at once, and where that does not last, after pauses that double up to a
 * minute. */
#ifndef DAEMON_UPKEEP_H
#define DAEMON_UPKEEP_H

#include "daemon/mesh.h"

/* Brings lo2 to the mesh's host, and listens from then on. 0 or -errno. */
MUST_USE int upkeep_open(struct mesh *mesh, struct failure *failure);

/* Brings tun0 to the mesh's host, whose packet size has changed. 0 or -errno. */
MUST_USE int upkeep_follow(struct mesh *mesh, struct failure *failure);

/* tun0 said that it is gone: it is made again soon. */
void upkeep_miss(struct mesh *mesh);

/* Takes tun0 its address and route. */
void upkeep_close(struct mesh *mesh);

#endif
