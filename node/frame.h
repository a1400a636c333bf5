/* Data frames sealed and opened with the keys of a snapshot and the counters and windows of a
 * worker: the one place where a counter is used up or a window moves. Both forms of the frame.
 * docs/protocol/meshp.md, sections 2 and 3. */
#ifndef NODE_FRAME_H
#define NODE_FRAME_H

#include "meshp/data.h"
#include "meshp/error.h"
#include "meshp/eye.h"
#include "node/forwarding.h"
#include "node/worker.h"

/* What goes into a frame. */
struct frame_content {
	uint8_t lane;
	uint8_t hop_limit;
	uint8_t traffic_class;
	uint8_t next_header;
	bool addressed; /* write full addresses: the destination's id is another's, too */
	bool partial;	/* the transport checksum is left to the receiver */
	struct span payload;
};

/* Largest frame for a packet of so many payload bytes. */
enum { FRAME_OVERHEAD = WIRE_EXT_CLEAR + WIRE_EXT_ADDRESS_PAIR + 1 + WIRE_TAG };

/* Appends the sealed frame for the destination at index; *as says how an ERROR would name it.
 * Refusals: NO_SESSION, EXHAUSTED. out must have room for payload.size + FRAME_OVERHEAD, and
 * WIRE_FRAME_LEAST, bytes. */
MUST_USE enum drop frame_seal(const struct forwarding *forwarding, struct worker *worker,
			      instant now, uint32_t index, const struct frame_content *content,
			      struct culprit *as, struct writer *out);

/* Shows an eye what was sealed: for the destination at index, as an ERROR would name the frame.
 */
void frame_show_sealed(struct eye *eye, const struct forwarding *forwarding, uint32_t index,
		       const struct frame_content *content, const struct culprit *as);

/* What came out of a frame. */
struct frame_opened {
	uint32_t index;	 /* of the source, a destination of the snapshot */
	uint64_t serial; /* of the key that opened it */
	struct data_header header;
	size_t size; /* bytes opened: next header and payload */
};

/* Opens the frame whose header was read and whose sealed part is left in `in`, writing next header
 * and payload to plain, which has room for it without the tag. Refusals: NOT_FOR_US, OWN,
 * NO_SESSION, REPLAY, AUTHENTICATION. */
MUST_USE enum drop frame_open(const struct forwarding *forwarding, struct worker *worker,
			      instant now, const struct data_header *header, struct span sealed,
			      uint8_t *plain, struct frame_opened *opened);

/* Shows an eye what was opened. */
void frame_show_opened(struct eye *eye, const struct forwarding *forwarding,
		       const struct frame_opened *opened, const uint8_t *plain);

#endif
