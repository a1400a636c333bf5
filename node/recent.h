/* Packets the host sent a moment ago, so that an ERROR about one of them is known for true and the
 * host can be told which it was: the beginning of each, by the frame it left in. A ring; the oldest
 * is written over. docs/protocol/route.md, section 8. */
#ifndef NODE_RECENT_H
#define NODE_RECENT_H

#include "base/bytes.h"
#include "meshp/error.h"

enum {
	RECENT_PACKETS = 64,
	RECENT_BYTES = 96,     /* of each packet: header and the beginning of what it carries */
	RECENT_HOP_LIMIT = 32, /* all packets under it are kept */
	RECENT_SAMPLE = 16,    /* of the others, one in so many */
};

struct recent {
	uint32_t next;
	struct recent_packet {
		uint32_t size; /* bytes kept; 0: nothing */
		struct culprit culprit;
		uint8_t bytes[RECENT_BYTES];
	} packets[RECENT_PACKETS];
};

/* Keeps a packet that left as that frame, if it is one to be kept. */
void recent_keep(struct recent *recent, const struct culprit *culprit, uint8_t hop_limit,
		 struct span packet);

/* The beginning of the packet that left as that frame, found once; size 0 if it is not there. It
 * stays until the next recent_keep. */
struct span recent_take(struct recent *recent, const struct culprit *culprit);

#endif
