/* What stands before a packet on the TUN device, where it has IFF_VNET_HDR: struct virtio_net_hdr,
 * 10 bytes in the machine's own byte order (VIRTIO 1.2, section 5.1.6). It says that a transport
 * checksum is still to be completed, and that a packet is a super-packet: many TCP segments or UDP
 * datagrams of one flow under one header. */
#ifndef TUN_OFFLOAD_H
#define TUN_OFFLOAD_H

#include "base/bytes.h"
#include "base/require.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	OFFLOAD_HEADER = 10,
	OFFLOAD_PACKET = 65535 + 40, /* the longest packet that can follow, bytes */
};

enum offload_kind {
	OFFLOAD_NONE, /* one packet */
	OFFLOAD_TCP,  /* a super-packet of TCP segments over IPv6 */
	OFFLOAD_UDP,  /* of UDP datagrams over either IP */
};

struct offload {
	enum offload_kind kind;
	bool partial;		 /* the checksum field holds the sum of the pseudo-header alone */
	bool ecn;		 /* TCP: CWR is set, and belongs to the first segment */
	uint16_t checksum_at;	 /* partial: where the bytes it covers begin, to the packet's end */
	uint16_t checksum_field; /* partial: where it stands, counted from checksum_at */
	uint16_t head;		 /* bytes of all headers; from the kernel it is a mere hint */
	uint16_t segment;	 /* bytes of payload under each header but the last, 0: all */
};

/* False if header is no such header or asks for what this node never offered: TCP over IPv4, UDP
 * fragments, flags unknown, a super-packet of segments of no size or with whole checksums. */
MUST_USE bool offload_read(struct span header, struct offload *offload);

/* Writes what offload_read reads. */
void offload_write(const struct offload *offload, uint8_t out[OFFLOAD_HEADER]);

#endif
