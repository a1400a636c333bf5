/* A bundle: small packets that share a sealed frame, one behind another, each with what the frame's
 * header does not say of it. Nothing is kept; packets point into the caller's bytes. What was
 * checked is written as the same bytes again. docs/protocol/meshp.md, section 2. */
#ifndef MESHP_BUNDLE_H
#define MESHP_BUNDLE_H

#include "base/bytes.h"
#include "meshp/drop.h"

/* A packet of a bundle; all else of its header is the frame's. */
struct bundled {
	uint8_t next_header;
	bool partial;	     /* its transport checksum is the receiver's to compute */
	struct span payload; /* in place */
};

/* True if a packet of so much payload may be in a bundle. */
bool bundle_takes(size_t payload_size);

/* Appends a packet that may be in a bundle. */
void bundle_put(const struct bundled *packet, struct writer *out);

/* Whether the payload of a frame of next header 254 is a bundle. Refusals: MALFORMED; LANE, INNER
 * and CHECKSUM_PARTIAL for what is in it. */
MUST_USE enum drop bundle_check(struct span bundle);

/* The next packet of a bundle that was checked; false if there is none any more. */
MUST_USE bool bundle_next(struct reader *in, struct bundled *packet);

/* What is the matter with a packet of that next header and so much payload that came over a lane of
 * packets, its checksum left to the receiver or not. Refusals: LANE, INNER, CHECKSUM_PARTIAL. */
MUST_USE enum drop bundle_packet_check(uint8_t next_header, bool partial, size_t payload_size);

#endif
