/* What the programs of hosts say to each other: UDP datagrams between two hosts. A sender may name
 * hosts that hand its datagram on, one after another, where the mesh does not carry it to its end
 * by itself: a source route, as the IP option of RFC 791 and the Routing header of RFC 8200, but
 * inside the datagram, between hosts. Each leg of it is a packet of its own. */
#ifndef SIM_DATAGRAM_H
#define SIM_DATAGRAM_H

#include "base/bytes.h"
#include "sim/line.h"
#include "sim/traffic.h"

enum {
	VIA_MOST = 8, /* hosts between the ends */
	PORT_ECHO = 7,
	PORT_DISCARD = 9, /* of `send`: those that come to their end are counted */
	PORT_CHAT = 531,
	PORT_SWITCH = 1080, /* both ports of a leg of a route */
	PORT_ASK = 49152,   /* of whoever begins a chat */
};

struct via {
	uint32_t count;
	uint32_t hosts[VIA_MOST]; /* nodes, from the sender's side */
};

struct datagram {
	uint32_t from, to; /* nodes, its ends */
	uint16_t source_port, destination_port;
	struct via via;
	uint32_t passed;     /* hosts of the route that handed it on */
	struct span payload; /* somebody else's */
};

/* Reads a word such as 1,4,2. */
void via_read(struct line *line, uint32_t nodes, struct via *via);

/* Complains if a host on the way is to send to itself. */
void via_check(struct line *line, uint32_t from, const struct via *via, uint32_t to);

/* Bytes of the IPv6 packet that carries a datagram of an empty payload along a route. */
uint32_t datagram_headers(const struct via *via);

/* Bytes of the packet of a datagram; at most TRAFFIC_MOST. */
uint32_t datagram_size(const struct datagram *datagram);

/* The node its next leg leads to. */
uint32_t datagram_next(const struct datagram *datagram);

/* True if it is where it was sent to, or goes there with its next leg. */
bool datagram_last_leg(const struct datagram *datagram);

/* The answer with that payload: back the same way, ports exchanged. */
struct datagram datagram_answer(const struct datagram *datagram, struct span payload);

/* The parcel of its next leg, sent by a host. The payload is allocated; whoever gets the parcel
 * owns it. */
struct parcel datagram_parcel(const struct datagram *datagram, uint32_t host);

/* Reads the datagram that a delivered packet of a parcel carries; its payload lies in the packet.
 * False if it is none. */
MUST_USE bool datagram_read(const struct parcel *parcel, const uint8_t *packet, size_t size,
			    struct datagram *datagram);

#endif
