/* What of the mesh may come in, as the daemon sees to it: the firewall made of configuration and
 * commands, put into the kernel before tun is up, and made again when another program has changed
 * it. */
#ifndef DAEMON_INBOUND_H
#define DAEMON_INBOUND_H

#include "base/require.h"
#include "base/time.h"
#include "daemon/exposures.h"
#include "daemon/failure.h"
#include "daemon/firewall.h"
#include "daemon/nftables.h"

#include <stdbool.h>

struct loop_source;
struct mesh;

struct inbound {
	struct exposures commanded;
	struct firewall firewall; /* what the kernel shall do */
	bool stands;		  /* it does, as far as is known */
	struct nftables_watch watch;
	struct loop_source *repair; /* when the table is made again */
	instant made;		    /* when it was made last */
	char disturber[NFTABLES_PROGRAM];
};

/* Puts the firewall into the kernel and watches it. 0 or -errno; where the kernel cannot and all
 * may come in anyway, that is said and is no failure. */
MUST_USE int inbound_open(struct mesh *mesh, struct failure *failure);

/* Brings the firewall to the configuration as it is now. 0 or -errno: then the old one stands. */
MUST_USE int inbound_follow(struct mesh *mesh, struct failure *failure);

/* Exposes ports, or no longer, until that is undone, restarts included. 0 or -errno: then nothing
 * has changed. */
MUST_USE int inbound_expose(struct mesh *mesh, const struct config_expose *expose,
			    struct failure *failure);
MUST_USE int inbound_unexpose(struct mesh *mesh, const struct config_expose *expose,
			      struct failure *failure);

/* deny, allow, or none while there is no firewall. */
const char *inbound_says(const struct mesh *mesh);

/* Takes the firewall out of the kernel. */
void inbound_close(struct mesh *mesh);

#endif
