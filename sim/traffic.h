/* The packets that hosts send each other through the mesh. A packet is a function of its number, so
 * that whoever gets one can say whether it is the one that was sent, to whom, and how often it
 * came; or it carries a payload, which is kept until it arrives. */
#ifndef SIM_TRAFFIC_H
#define SIM_TRAFFIC_H

#include "base/require.h"
#include "meshp/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TRAFFIC_HEADERS = 52, /* IPv6 and UDP header, and the packet's number */
	TRAFFIC_LEAST = 60,   /* of a packet of noise */
	TRAFFIC_MOST = 1500,
	TRAFFIC_HOPS = 64, /* hop limit, unless a parcel says another */
};

enum parcel_kind {
	PARCEL_SENT, /* a datagram for whatever the host has for it */
	PARCEL_PING, /* asks for a PONG */
	PARCEL_PONG,
};

/* A packet on its way. */
struct parcel {
	enum parcel_kind kind;
	uint32_t from, to; /* nodes */
	uint32_t size;
	uint8_t hop_limit;	      /* 0: TRAFFIC_HOPS */
	uint32_t expectation, number; /* PING and PONG: what they are for: an arc or a pair */
	uint32_t delivered;
	uint16_t source_port, destination_port; /* of a payload */
	uint8_t *payload; /* size - TRAFFIC_HEADERS bytes, until delivered; NULL: noise */
};

/* A zeroed one holds none. */
struct traffic {
	struct parcel *parcels; /* by number */
	size_t count, room;
	uint64_t delivered; /* of kind SENT */
};

/* Notes a parcel; its number. The payload, an allocated one, is the traffic's from now on. */
uint32_t traffic_add(struct traffic *traffic, const struct parcel *parcel);

/* Writes packet `number`, that of a parcel, between two addresses: UDP, and the payload or noise
 * drawn from the number. */
void traffic_write(uint32_t number, const struct parcel *parcel, const struct address *from,
		   const struct address *to, uint8_t packet[TRAFFIC_MOST]);

/* The number in a packet a host was handed, or UINT32_MAX if it holds none that was given. */
uint32_t traffic_number(const struct traffic *traffic, const uint8_t *packet, size_t size);

/* The payload of a parcel is not needed any more. */
void traffic_forget(struct traffic *traffic, uint32_t number);

void traffic_free(struct traffic *traffic);

#endif
