/* A packet from the host cut into packets of one segment each. Nothing is copied but headers: each
 * header is written into the packet itself, over the end of the segment before, so that every part
 * lies whole in one run of bytes. A part therefore lives until the next is asked for. What comes
 * out is what the kernel would have made: TCP's sequence counts on, PSH and FIN are the last
 * part's, CWR is the first's (RFC 3168, section 6.1.2), UDP has its length. */
#ifndef TUN_SPLIT_H
#define TUN_SPLIT_H

#include "base/require.h"
#include "tun/offload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPLIT_HEAD = 256 }; /* the longest headers of a super-packet, bytes */

/* A packet under way. On its owner's stack; its fields are this file's own. */
struct split {
	uint8_t *packet; /* lent */
	size_t size;
	struct offload offload;
	size_t given;	/* bytes of payload, or of the packet, already handed out */
	size_t segment; /* bytes to hand out at once */
	bool direct;	/* TCP or UDP right behind the IPv6 header */
	size_t head_size;
	uint32_t sequence; /* TCP: of the first segment */
	uint8_t head[SPLIT_HEAD];
};

/* One packet, of at most 65,535 bytes, inside what was lent to split_begin. */
struct split_part {
	uint8_t *bytes;
	size_t size;
	bool partial; /* the checksum of the TCP or UDP directly behind the IPv6 header holds the
			 pseudo-header's sum and is left to whoever gets the packet */
};

/* Takes a packet as it was read, and what was before it; packet is lent, and changed, until the
 * last part was given. False if the two do not fit together, or it is a super-packet of a shape
 * that is not cut up: it is to be dropped, and nothing was changed. A packet that is no
 * super-packet is not looked into, but for a checksum to complete. */
MUST_USE bool split_begin(struct split *split, uint8_t *packet, size_t size,
			  const struct offload *offload);

/* The next part, in order; false after the last. A checksum that nobody after us may complete, of
 * another protocol or behind extension headers, is completed here, with ffff for 0. */
MUST_USE bool split_next(struct split *split, struct split_part *part);

#endif
