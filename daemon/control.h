/* The control socket. Clients are strangers to the daemon's work: each has bounded buffers and
 * gets one call answered a turn of the loop; who is slow, oversized or malformed is cut off. */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "daemon/deeds.h"

enum { CONTROL_CLIENTS = 16 }; /* at once; one more takes the place of the one idle longest */

struct control;

/* Starts answering about a mesh in its loop, and doing what root asks for. Listener, mesh and deeds
 * stay the caller's. 0 or -errno. */
MUST_USE int control_open(struct control **control, int listener, struct mesh *mesh,
			  struct deeds *deeds);

/* Cuts all clients off. NULL is fine. */
void control_close(struct control *control);

#endif
