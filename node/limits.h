/* What bounds a node: every table's capacity, chosen once by the driver, and every rate and time of
 * the protocol that is not a size on the wire. docs/limits.md says why each figure is what it is.
 */
#ifndef NODE_LIMITS_H
#define NODE_LIMITS_H

#include "base/bucket.h"
#include "route/limits.h"

#include <stdint.h>

/* Capacities; all but workers at least 1. */
struct node_limits {
	uint32_t links;	     /* links at once, at most LINKS_MAX */
	uint32_t neighbours; /* entries of the neighbour table */
	uint32_t peers;	     /* nodes known by certificate, with or without a session */
	uint32_t staged;     /* packets that wait for a handshake, all destinations */
	uint32_t workers;    /* threads that own lanes 1–7; 0: the control side has all lanes */
	struct route_limits route;
};

enum {
	LINKS_MAX = 1024, /* of any driver */
	LINKS_DAEMON = 64,
	WORKERS_MOST = 7,		  /* a lane each */
	PACKET_MAX = 1500,		  /* largest IPv6 packet a node takes or makes, bytes */
	STAGED_PER_PEER = 16,		  /* as many as a traceroute begins with */
	COUNTER_JUMP = 1 << 16,		  /* left out by who goes on after its process */
	STAGED_MS = 3000,		  /* how long a packet waits for a handshake */
	OWN_KEY_OLD_MS = 6 * 3600 * 1000, /* an old session key is answered to so long */
	DUPLICATE_MS = 300000,		  /* how long a clone of ourselves is shown in status */
	DATABASE_FULL_MS = 300000,	  /* how long a full database is */
	PLACES = 256,			  /* buckets that link addresses are hashed into */
	TRACES = 4,			  /* of ours at once */
	TRACE_HOPS = 64,
	TRACE_TRIES = 3,    /* times a hop is asked */
	TRACE_TRY_MS = 333, /* between them */
	TRACE_HOP_MS = 1000,
	TRACE_MS = 4500, /* a whole trace: less than who asks at the control socket waits */
};

/* Rates, docs/protocol: tokens a second, burst. */
static const struct rate RATE_CERTIFICATE_PLACE = {1, 3};
static const struct rate RATE_CERTIFICATE_LINK = {50, 100};
static const struct rate RATE_HANDSHAKE_STRANGER = {10, 32};
static const struct rate RATE_HANDSHAKE_PEER = {1, 4};
static const struct rate RATE_RESPONSE_PEER = {20, 20};
static const struct rate RATE_HANDSHAKE_PLACE = {100, 100};
static const struct rate RATE_HANDSHAKE_ALL = {1000, 1000};
static const struct rate RATE_RELAY = {100, 100}; /* control frames of one neighbour */
static const struct rate RATE_ERROR = {10, 20};	  /* to one source */
static const struct rate RATE_HINT = {1, 1};	  /* for one destination to one neighbour */
static const struct rate RATE_ICMP = {1000, 200}; /* errors to our own host */
static const struct rate RATE_TRACE = {10, 20};	  /* answered, of one session */
static const struct rate RATE_TRACE_ALL = {50, 100};

/* The figures the daemon uses. */
static const struct node_limits NODE_LIMITS_DAEMON = {
	.links = LINKS_DAEMON,
	.neighbours = 1024,
	.peers = 1024,
	.staged = 1024,
	.route = {.nodes = 2048, .fragments = 2560, .cells = 32768, .adjacent = 256},
};

#endif
