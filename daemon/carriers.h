/* The carriers of a mesh, as its control loop deals with them: started, told of links, given what
 * the node hands over to them, listened to, stopped. */
#ifndef DAEMON_CARRIERS_H
#define DAEMON_CARRIERS_H

#include "daemon/mesh.h"

/* Makes as many as the opener opened sockets for. ready(mesh) is called when one may have
 * something for the node. 0 or -errno; carriers_stop is due in either case. */
MUST_USE int carriers_open(struct mesh *mesh, void (*ready)(void *mesh), struct failure *failure);

/* Starts their threads. 0 or -errno. */
MUST_USE int carriers_start(struct mesh *mesh, struct failure *failure);

/* Tells them the links as they are in the mesh's table. */
void carriers_follow(struct mesh *mesh);

/* Gives each an eye, one after another, to show what it carries; NULL: nobody looks any more. */
void carriers_eye(struct mesh *mesh, struct eye *eyes);

/* True if each goes by what it was told last, of links and of its eye. */
bool carriers_settled(const struct mesh *mesh);

/* Wakes them if the node has published other keys since they were woken last. */
void carriers_renew(struct mesh *mesh);

/* Gives a handover to whom it is for; one that is too busy is counted. */
void carriers_give(struct mesh *mesh, const struct handover *handover, struct span bytes);

/* Calls take(mesh, …) for what they handed over, so much at once that others get their turn; ready
 * is called again for the rest. */
void carriers_listen(struct mesh *mesh,
		     void (*take)(struct mesh *mesh, const struct handover *handover,
				  struct span bytes));

/* True if one of them finds that the TUN device is gone; carriers_resume says that it is back. */
bool carriers_miss(const struct mesh *mesh);
void carriers_resume(struct mesh *mesh);

/* Ends them: from here on the node is the control loop's alone. */
void carriers_stop(struct mesh *mesh);

/* By what most frames leave over the link in that slot, as ethernet_way has it. */
const char *carriers_way(const struct mesh *mesh, uint32_t slot);

/* Adds what they counted. */
void carriers_count(const struct mesh *mesh, struct carrier_counters *sum);

#endif
