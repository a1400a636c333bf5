/* The driver of one node: it hands the node what happens (links, frames, packets, time) and
 * carries out what the node wants done. All of it runs on the control thread. */
#ifndef DAEMON_MESH_H
#define DAEMON_MESH_H

#include "base/require.h"
#include "config/allow.h"
#include "config/config.h"
#include "crypto/ipsec_mb/provider.h"
#include "daemon/capture.h"
#include "daemon/carrier.h"
#include "daemon/failure.h"
#include "daemon/inbound.h"
#include "daemon/log.h"
#include "daemon/loop.h"
#include "daemon/opener.h"
#include "daemon/recorder.h"
#include "daemon/state.h"
#include "daemon/vault.h"
#include "daemon/warden.h"
#include "link/ethernet.h"
#include "link/bypass.h"
#include "link/watch.h"
#include "node/node.h"
#include "tun/host.h"
#include "tun/loopback.h"
#include "tun/merge.h"

/* What the driver itself refuses or loses, beside what node and link count. */
struct mesh_counters {
	uint64_t group_foreign; /* frames to a group that is not ours */
	uint64_t link_unknown;	/* frames of an interface that is not a link of ours */
	uint64_t tun_refused;	/* packets and super-packets the host did not take */
	uint64_t tun_malformed; /* super-packets of the host that cannot be cut up */
	uint64_t not_handed;	/* handovers that found a carrier too busy */
};

/* A link as the driver knows it, by its slot. */
struct mesh_link {
	bool used; /* else we let go of it, or it is gone */
	bool gone;
	struct link_facts facts;
	uint32_t cost_us;
};

/* The names of links, as the watch wants them: single patterns, and what is never a link. */
struct mesh_patterns {
	char text[CONFIG_LINKS][CONFIG_TEXT];
	const char **list; /* into text; allocated */
	size_t count;
	const char *excluded[2];
};

/* The relay in the kernel as the driver uses it; daemon/transit.c. */
struct transit {
	struct bypass *bypass;	  /* NULL: none, or given up */
	uint64_t serial;	  /* of the FIB it goes by */
	struct loop_source *look; /* when it is asked again what it did */
};

/* The care for tun0 and lo2; daemon/upkeep.c. */
struct upkeep {
	struct loop_source *due; /* when something is made again */
	instant next;		 /* not before */
	duration pause;		 /* that was before next */
	bool again;		 /* it is made once more for what was told meanwhile */
};

/* What a mesh is made of. All of it stays the caller's and outlives the mesh. */
struct mesh_parts {
	const struct config *config;
	const struct allow *allow; /* who may take part; counts if the configuration names a list */
	struct opened *opened;
	struct warden *warden;
	struct bypass *bypass; /* the relay in the kernel; NULL: none */
	const struct state *state;
	struct vault *vault; /* the node's memory */
	struct log *log;
	struct recorder *recorder;
	struct loop *loop;
};

struct mesh {
	struct mesh_parts parts;
	instant started;
	struct node *node;	       /* in the vault */
	bool handed_on;		       /* the next process goes on with it */
	struct aead_provider provider; /* of its ciphers, if provided; else libsodium does all */
	bool provided;
	uint8_t suites;	       /* the set it agrees to */
	struct outbox *outbox; /* mapped, not in core dumps */
	struct eye *eye;       /* of this thread; NULL: nobody captures */
	struct capture capture;
	struct ethernet *ethernet;
	struct carrier *carriers[WORKERS_MOST]; /* the first so many as the opener says */
	struct loop_source *carrier_sources[WORKERS_MOST];
	uint64_t publications; /* of the node's keys that carriers were woken for */
	struct transit transit;
	struct watch *watch;
	struct mesh_patterns patterns;
	struct mesh_link links[LINKS_DAEMON];
	struct host host;
	struct loopback loopback;
	struct upkeep upkeep;
	struct loop_source *packets; /* of tun0, unless carriers read them */
	struct inbound inbound;
	struct mesh_counters counters;
	struct loop_source *deadline;		      /* when the node wants node_time */
	struct loop_source *radios;		      /* when radio links are looked at again */
	struct loop_source *session_age;	      /* when the session key pair is 30 days old */
	uint8_t packet[OFFLOAD_PACKET];		      /* from tun, one at a time */
	struct merge merge;			      /* for tun, empty between events */
	void (*traced)(void *owner, uint32_t number); /* is told when a trace ends; may be NULL */
	void *traced_owner;
};

/* Makes the node from the configuration, the network key and the state, gives the host its
 * addresses, finds the links, and starts: from here on everything happens in the loop. network_key
 * is all zero in an open mesh. 0 or -errno; mesh_close is due in either case. */
MUST_USE int mesh_open(struct mesh *mesh, const struct mesh_parts *parts,
		       const uint8_t network_key[32], struct failure *failure);

/* Goes by the configuration as it is now, in what of it takes effect while the mesh runs: sessions,
 * transit, members, links. What stays the same is not disturbed. 0 or -errno: then the mesh goes
 * on, and catches up at the next change of a link. */
MUST_USE int mesh_follow(struct mesh *mesh, struct failure *failure);

/* Begins the trace of a number, 0 … TRACES − 1, of which whoever is told of ends hears later or at
 * once. */
void mesh_trace(struct mesh *mesh, uint32_t number, uint8_t lane, const struct address *to);

/* Tells the neighbours that the node leaves and, when they have heard it, at the latest after
 * ROUTE_LEAVE_MS, stops the loop. 0 or -errno: then nothing was done. To be called once. */
MUST_USE int mesh_leave(struct mesh *mesh);

/* Stops the loop, in order that another process goes on with the node at once: nobody is told, and
 * the host keeps its addresses. */
void mesh_hand_on(struct mesh *mesh);

/* The relay in the kernel has sent frames to the neighbour at a link address of a link. */
void mesh_carried(struct mesh *mesh, uint32_t slot, const uint8_t to[LLADDR]);

/* Takes the addresses off tun and forgets every secret, but for a node that is handed on. */
void mesh_close(struct mesh *mesh);

#endif
