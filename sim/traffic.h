/* The packets that hosts send each other through the mesh. A packet is a function of its number, so
 * that whoever gets one can say whether it is the one that was sent, to whom, and how often it
 * came. */
#ifndef SIM_TRAFFIC_H
#define SIM_TRAFFIC_H

#include "base/require.h"
#include "meshp/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TRAFFIC_LEAST = 60, /* IPv6 and UDP header, and the packet's number */
	TRAFFIC_MOST = 1500,
};

enum parcel_kind {
	PARCEL_SENT, /* asks for nothing */
	PARCEL_PING, /* asks for a PONG */
	PARCEL_PONG,
};

/* A packet on its way. */
struct parcel {
	enum parcel_kind kind;
	uint32_t from, to; /* nodes */
	uint32_t size;
	uint32_t expectation, arc; /* PING and PONG: what they are for */
	uint32_t delivered;
};

/* A zeroed one holds none. */
struct traffic {
	struct parcel *parcels; /* by number */
	size_t count, room;
	uint64_t delivered; /* of kind SENT */
};

/* Notes a parcel; its number. */
uint32_t traffic_add(struct traffic *traffic, const struct parcel *parcel);

/* Writes packet `number` between two addresses: UDP, all after the headers drawn from the number.
 */
void traffic_write(uint32_t number, const struct address *from, const struct address *to,
		   uint32_t size, uint8_t packet[TRAFFIC_MOST]);

/* The number in a packet a host was handed, or UINT32_MAX if it holds none that was given. */
uint32_t traffic_number(const struct traffic *traffic, const uint8_t *packet, size_t size);

void traffic_free(struct traffic *traffic);

#endif
