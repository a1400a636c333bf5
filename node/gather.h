/* Small packets of one batch that are to share a frame: one bundle under way for each lane, in its
 * worker's block, empty between batches. Here packets are only put together; node/send.c says which
 * and when the frame goes. docs/protocol/meshp.md, section 2. */
#ifndef NODE_GATHER_H
#define NODE_GATHER_H

#include "meshp/bundle.h"
#include "meshp/packet.h"
#include "meshp/wire.h"
#include "node/frame.h"

/* A packet of the host on its way out, and what the snapshots say of where it goes. */
struct outgoing {
	struct span bytes;
	bool partial;
	struct packet packet;
	bool to_self;
	uint32_t node, index; /* in FIB and snapshot of sessions, unless it is to ourselves */
	uint8_t lane;	      /* once it is decided that it can be sent */
};

/* The bundle of a lane; of packets 0: none. */
struct gathered {
	uint32_t packets;
	uint32_t node, index;
	uint32_t used; /* of bytes */
	uint8_t hop_limit, traffic_class;
	uint8_t header[WIRE_IPV6_HEADER]; /* of the first packet */
	uint8_t bytes[WIRE_BUNDLE_SIZE];  /* a bundle, but that it may be of one packet */
};

/* True if a packet may be in a bundle at all. */
bool gather_may(const struct packet *packet);

/* True if a packet that may be in a bundle can be put into this one, which may be empty. */
bool gather_fits(const struct gathered *gathered, const struct outgoing *outgoing);

/* Puts it there. */
void gather_put(struct gathered *gathered, const struct outgoing *outgoing);

/* What the frame is to hold: the packet if it is one, else a bundle. It points into gathered. */
struct frame_content gather_content(const struct gathered *gathered, uint8_t lane);

/* Writes the beginning of the first packet, RECENT_BYTES at most; how many there are. */
size_t gather_first(const struct gathered *gathered, uint8_t first[RECENT_BYTES]);

#endif
