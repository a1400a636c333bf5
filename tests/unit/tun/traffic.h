/* Packets of TCP and UDP flows as tests make them, and their checksums computed the long way round:
 * nothing here is shared with what is tested. */
#ifndef TESTS_UNIT_TUN_TRAFFIC_H
#define TESTS_UNIT_TUN_TRAFFIC_H

#include "base/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32, ECE = 64, CWR = 128 };

/* What a packet is made of. */
struct traffic {
	uint8_t traffic_class, hop_limit;
	uint8_t next_header; /* 6 or 17 */
	uint8_t extension;   /* bytes of a destination options header before it, 0 or 8·n */
	uint8_t source;	     /* last byte of the address */
	uint16_t port;	     /* source port */
	uint8_t flags;	     /* TCP's */
	uint32_t sequence, acknowledgement;
	uint16_t window, urgent;
	uint8_t options; /* bytes of TCP options, 0 … 40, by 4 */
	uint8_t option;	 /* what they are filled with */
	size_t payload;	 /* bytes, of a pattern that depends on the sequence */
};

/* Ordinary TCP with ACK. */
struct traffic traffic_tcp(uint32_t sequence, size_t payload);

struct traffic traffic_udp(uint16_t port, size_t payload);

/* Writes the packet with its whole checksum, and says how long it is. */
size_t traffic_write(const struct traffic *traffic, uint8_t *out);

/* Bytes of all its headers. */
size_t traffic_head(const struct traffic *traffic);

/* Where the checksum of a packet stands, whose extension headers are destination options. */
size_t traffic_checksum_at(const uint8_t *packet);

/* The checksum a packet should have, its field not regarded. */
uint16_t traffic_checksum(const uint8_t *packet, size_t size);

/* Stores it. */
void traffic_complete(uint8_t *packet, size_t size);

/* The pseudo-header's sum, as a partial checksum has it. */
uint16_t traffic_partial(const uint8_t *packet, size_t size);

/* A random next packet of a flow. */
struct traffic traffic_next(struct rng *rng, struct traffic *flow);

#endif
