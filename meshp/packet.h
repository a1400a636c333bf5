/* IPv6 packets as the host gives and takes them: what the header says, the lane of a flow, the
 * header rebuilt, the checksum. RFC 8200; docs/protocol/meshp.md, section 2. */
#ifndef MESHP_PACKET_H
#define MESHP_PACKET_H

#include "base/bytes.h"
#include "meshp/address.h"
#include "meshp/drop.h"

enum protocol {
	PROTOCOL_HOP_BY_HOP = 0,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_DCCP = 33,
	PROTOCOL_ICMPV6 = 58,
	PROTOCOL_SCTP = 132,
};

struct packet {
	uint8_t traffic_class;
	uint8_t next_header;
	uint8_t hop_limit;
	struct address source, destination;
	struct span payload; /* in place, all after the IPv6 header */
	uint16_t cut;	     /* bytes of it that are not there, where the packet was cut off */
};

/* Reads the header of an IPv6 packet of exactly size bytes. Refusals: PACKET_SHORT (also when the
 * length field and size differ), PACKET_NOT_IPV6. */
MUST_USE enum drop packet_read(const uint8_t *bytes, size_t size, struct packet *packet);

/* The same of a packet that may be cut off: payload is what there is of it. */
MUST_USE enum drop packet_begin_read(const uint8_t *bytes, size_t size, struct packet *packet);

/* Writes the 40 bytes of a header for payload_size bytes that follow; payload is not read. More
 * than a length field can say (65,535) counts as what does not fit in out. */
void packet_header_write(const struct packet *packet, size_t payload_size, struct writer *out);

/* The lane of a packet, 1 … 7, the same for both directions of a flow. */
uint8_t packet_lane(const struct packet *packet);

/* The Internet checksum (RFC 1071) of payload with the IPv6 pseudo header, as it is stored: 0
 * becomes ffff for UDP. The checksum field inside payload must be zero to make one, and is included
 * to check one (the result is then 0, or ffff for UDP). */
uint16_t packet_checksum(const struct address *source, const struct address *destination,
			 uint8_t next_header, const uint8_t *payload, size_t size);

/* True if the checksum of so many bytes under that next header may be left to the receiver: only
 * TCP of 20 bytes or more and UDP of 8 or more. */
bool packet_partial_fits(uint8_t next_header, size_t size);

/* Computes the checksum of a packet that was left to us and stores it. False if none may be, or it
 * is no packet. */
MUST_USE bool packet_complete(uint8_t *bytes, size_t size);

#endif
