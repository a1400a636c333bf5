/* HINT: a relay tells the neighbour a frame came from that the node it is for is on the same link.
 * A message of lane 0 between neighbours. docs/protocol/mesharp.md, section 5. */
#ifndef MESHP_HINT_H
#define MESHP_HINT_H

#include "base/bytes.h"
#include "meshp/address.h"

struct hint {
	struct address destination;
	struct lladdr lladdr; /* of it, on the link the message comes in on */
};

/* Appends the WIRE_HINT bytes of a hint, its type included. */
void hint_write(const struct hint *hint, struct writer *out);

/* Reads exactly one; false if it is not of the canonical form. Whether it is true is not looked at.
 */
MUST_USE bool hint_read(const uint8_t *bytes, size_t size, struct hint *hint);

#endif
