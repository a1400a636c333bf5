/* What bounds a node: every table's capacity, chosen once by the driver, and every rate and time of
 * the protocol that is not a size on the wire. docs/limits.md says why each figure is what it is.
 */
#ifndef NODE_LIMITS_H
#define NODE_LIMITS_H

#include "base/bucket.h"

#include <stdint.h>

/* Capacities; all at least 1. */
struct node_limits {
	uint32_t links;	     /* links at once, at most LINKS_MAX */
	uint32_t neighbours; /* entries of the neighbour table */
	uint32_t peers;	     /* nodes known by certificate, with or without a session */
	uint32_t staged;     /* packets that wait for a handshake, all destinations */
};

enum {
	LINKS_MAX = 64,
	PACKET_MAX = 1500, /* largest IPv6 packet a node takes or makes, bytes */
	STAGED_PER_PEER = 8,
	STAGED_MS = 3000,		  /* how long a packet waits for a handshake */
	OWN_KEY_OLD_MS = 6 * 3600 * 1000, /* an old session key is answered to so long */
	DUPLICATE_MS = 300000,		  /* how long a clone of ourselves is shown in status */
	PLACES = 256,			  /* buckets that link addresses are hashed into */
};

/* Rates, docs/protocol: tokens a second, burst. */
static const struct rate RATE_CERTIFICATE_PLACE = {1, 3};
static const struct rate RATE_CERTIFICATE_LINK = {50, 100};
static const struct rate RATE_HANDSHAKE_STRANGER = {10, 32};
static const struct rate RATE_HANDSHAKE_PEER = {1, 4};
static const struct rate RATE_RESPONSE_PEER = {20, 20};
static const struct rate RATE_HANDSHAKE_PLACE = {100, 100};
static const struct rate RATE_HANDSHAKE_ALL = {1000, 1000};
static const struct rate RATE_ICMP = {1000, 200}; /* errors to our own host */

/* The figures the daemon uses. */
static const struct node_limits NODE_LIMITS_DAEMON = {
	.links = LINKS_MAX,
	.neighbours = 1024,
	.peers = 1024,
	.staged = 1024,
};

#endif
