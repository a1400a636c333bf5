/* The IPv6 packets of what a captured frame carries, as the hosts have them: one, or those of a
 * bundle in their order, each with its header rebuilt and a checksum that was left made whole. A
 * message between nodes comes as a packet of next header 253, as it would be called if it were one.
 * docs/protocol/meshp.md, section 2. */
#ifndef MESHP_OPENED_H
#define MESHP_OPENED_H

#include "meshp/eye.h"

enum { OPENED_PACKET = 2048 }; /* bytes; no packet of the mesh is longer */

/* Where one is in the packets of a frame; the fields are this file's own. */
struct opened {
	struct eye_opened frame;
	struct reader bundle;
	bool bundled, done;
};

/* Begins with what a frame carries, whose bytes must stay. */
struct opened opened_of(const struct eye_opened *frame);

/* Appends the next packet to out. False if there is none any more, or what is left is malformed or
 * does not fit. */
MUST_USE bool opened_next(struct opened *opened, struct writer *out);

#endif
