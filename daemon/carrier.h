/* A carrier: the thread that carries packets between tun0 and the links with a node's per-packet
 * functions (node/datapath.h), while the control loop does all else. It owns lanes, a TUN
 * descriptor and packet sockets of its own, and shares with the control loop nothing but two
 * channels of handovers, the node's published snapshots, and a table of links that rarely changes.
 * It allocates nothing and takes no lock for a packet. */
#ifndef DAEMON_CARRIER_H
#define DAEMON_CARRIER_H

#include "base/require.h"
#include "daemon/failure.h"
#include "link/ethernet.h"
#include "node/datapath.h"

struct carrier;
struct eye;
struct vault;

/* What a carrier is made of; all of it stays the caller's and outlives the carrier. */
struct carrier_parts {
	struct node *node;
	const struct vault *vault; /* where it lies */
	uint32_t number;	   /* of the worker it is, 0 … limits.workers − 1 */
	int tun;
	bool udp; /* the device takes super-packets of UDP */
	struct ethernet_sockets sockets;
	uint16_t ethertype;
};

/* A link by its slot, as a carrier has to know it. */
struct carrier_link {
	bool used; /* else the mesh let go of it, or it is gone */
	bool gone;
	struct link_facts facts;
};

/* What became of packets and frames beside what node and its worker count. Shared; a moment old. */
struct carrier_counters {
	uint64_t tun_refused;	/* packets and super-packets the host did not take */
	uint64_t tun_malformed; /* of the host, that cannot be cut up */
	uint64_t link_unknown;	/* frames of an interface that is not a link of ours */
	uint64_t not_handed;	/* handovers that found the control loop too busy */
	struct ethernet_counters link;
};

/* Makes a carrier, which does nothing yet but take what it is given. 0 or -errno; carrier_stop is
 * due if it is 0. */
MUST_USE int carrier_open(struct carrier **carrier, const struct carrier_parts *parts,
			  struct failure *failure);

/* Starts the thread. 0 or -errno. */
MUST_USE int carrier_start(struct carrier *carrier, struct failure *failure);

/* Ends the thread, if it was started, and releases the carrier: afterwards nothing touches its
 * parts. NULL is fine. */
void carrier_stop(struct carrier *carrier);

/* The links from now on, LINKS_DAEMON of them. */
void carrier_links(struct carrier *carrier, const struct carrier_link *links);

/* The eye where it shows what it carries from now on; NULL: nobody looks. The eye stays the
 * caller's and outlives its use, which ends when the carrier is settled after it was given another.
 */
void carrier_eye(struct carrier *carrier, struct eye *eye);

/* True if it goes by what it was told last, of links and of its eye. */
bool carrier_settled(const struct carrier *carrier);

/* Has it look at the node's snapshots even if it has nothing to carry, for it wipes the keys they
 * do not hold any more. */
void carrier_wake(struct carrier *carrier);

/* Gives it a handover. False if it is too busy to take one. */
MUST_USE bool carrier_give(struct carrier *carrier, const struct handover *handover,
			   struct span bytes);

/* Readable when it may have something for the control loop. */
int carrier_descriptor(const struct carrier *carrier);

/* To be called before carrier_take when the descriptor was readable. */
void carrier_quiet(struct carrier *carrier);

/* Makes the descriptor readable again, for there is more to take. */
void carrier_insist(const struct carrier *carrier);

/* The next handover for the control loop, whose bytes are good until the next call; false if there
 * is none. */
MUST_USE bool carrier_take(struct carrier *carrier, struct handover *handover, struct span *bytes);

/* True if the TUN device is gone: nothing is read from it until carrier_resume says that another
 * is under its descriptor. carrier_descriptor is readable then, too. */
bool carrier_misses(const struct carrier *carrier);
void carrier_resume(struct carrier *carrier);

/* By what it sends over the link in that slot: "packet" or "xdp"; a moment old. */
const char *carrier_way(const struct carrier *carrier, uint32_t slot);

void carrier_count(const struct carrier *carrier, struct carrier_counters *counters);

#endif
