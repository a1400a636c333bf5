/* ERROR frames: how a relay tells the source of a data frame that it could not pass it on.
 * docs/protocol/route.md, section 8. */
#ifndef MESHP_ERROR_H
#define MESHP_ERROR_H

#include "meshp/header.h"

enum error_kind {
	ERROR_NO_ROUTE = 1,
	ERROR_TOO_BIG = 2,
	ERROR_HOP_LIMIT = 3,
};

enum { ERROR_SEAL = 8 };

/* The frame an ERROR is about, as far as both ends can tell it from others. */
struct culprit {
	struct node_id destination;
	bool parity, extended;
	uint8_t lane;
	uint32_t counter;
	uint8_t seal[ERROR_SEAL]; /* the first bytes of its sealed part */
};

struct error {
	struct node_id destination, source; /* source: the relay */
	enum error_kind kind;
	uint16_t mtu;	   /* TOO_BIG: of the link it did not fit; else 0 */
	uint8_t hop_limit; /* as it came; one that is written begins with 64 */
	struct culprit culprit;
};

/* The culprit a data frame would be; sealed is its sealed part, at least ERROR_SEAL bytes. */
struct culprit culprit_of(const struct data_header *header, const uint8_t *sealed);

bool culprit_equal(const struct culprit *a, const struct culprit *b);

/* Appends the WIRE_ERROR bytes of an ERROR frame. */
void error_write(const struct error *error, struct writer *out);

/* Reads one. Refusals: those of control_frame_read, MALFORMED, HOP_LIMIT for one that claims to
 * come from a neighbour. */
MUST_USE enum drop error_read(const uint8_t *frame, size_t size, struct error *error);

#endif
