/* The PROBE message, the body of a sealed frame of lane 0 between neighbours.
 * docs/protocol/mesharp.md, section 3. */
#ifndef MESHARP_PROBE_H
#define MESHARP_PROBE_H

#include "base/bytes.h"
#include "meshp/address.h"

enum { PROBE_SIZE = 42 };

struct probe {
	bool asks;	   /* answer at once */
	bool selects;	   /* the sender wants to be adjacent */
	bool declines;	   /* the sender has no room for another adjacency */
	bool eager;	   /* the sender wants news to pass at once */
	uint32_t sequence; /* from 1 */
	uint32_t echo;	   /* sequence received last, 0 if none */
	uint32_t delay_us; /* since that was received */
	uint32_t heard;	   /* bit n: echo − n was received */
	uint32_t instance;
	struct lladdr lladdr; /* the sender's, on the link it left from */
	uint32_t interface;
	uint8_t digest[8];
	uint16_t zone_size;
};

/* Appends the PROBE_SIZE bytes of a probe, its type byte included. */
void probe_write(const struct probe *probe, struct writer *out);

/* Reads exactly one probe from size bytes; false if they are not its canonical form. */
MUST_USE bool probe_read(const uint8_t *bytes, size_t size, struct probe *probe);

#endif
