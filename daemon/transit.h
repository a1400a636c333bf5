/* The relay in the kernel (link/bypass.h) at the node's service: it goes by the node's FIB, and
 * the node hears what it did. Where it is not to be had, or fails, the node relays all frames
 * itself, as it does those that the kernel leaves to it. docs/bypass.md. */
#ifndef DAEMON_TRANSIT_H
#define DAEMON_TRANSIT_H

#include "daemon/mesh.h"

/* Loads it if a [Link] section wants it, which takes rights that are given up later. NULL, and said
 * in the log, if it is not to be had; NULL if nobody wants it. The caller's to close. */
struct bypass *transit_load(const struct config *config, const struct opened *opened,
			    struct log *log);

/* The one that was loaded by meshpd-warden --prepare, which says why if it could not be. As above.
 */
struct bypass *transit_inherit(struct store *store, const struct opened *opened);

/* Readies what was loaded, if it was, for the links that will come. */
void transit_open(struct mesh *mesh);

/* Has the frames of a link relayed in the kernel, and says so. Nothing happens where that is not to
 * be had. */
void transit_link(struct mesh *mesh, uint32_t slot);

/* True if the configuration as it is now wants it, and it was not loaded. */
bool transit_missing(const struct mesh *mesh);

/* A link goes, or its frames are to be relayed in the kernel no more. */
void transit_leave(struct mesh *mesh, uint32_t slot);

/* Has the kernel go by the FIB that is published now. */
void transit_follow(struct mesh *mesh);

/* Where the frames of a link are relayed in the kernel, and what was done with them. */
enum bypass_mode transit_mode(const struct mesh *mesh, uint32_t slot);
void transit_count(const struct mesh *mesh, uint32_t slot, struct bypass_counters *counters);

#endif
