/* ICMPv6 errors that hosts are handed: each is about a packet that host sent, and comes from its
 * own node or from a node that put out an ERROR to it. */
#ifndef SIM_ERRORS_H
#define SIM_ERRORS_H

#include "base/require.h"
#include "meshp/icmp.h"

#include <stddef.h>
#include <stdint.h>

struct expectation;
struct line;
struct scenario;
struct world;

/* What one node told one host: its own, or by ERROR frames another's. */
struct told {
	uint32_t from, to; /* nodes */
	enum icmp_error kind;
	uint64_t put; /* ERROR frames */
	uint64_t taken;
};

/* A zeroed one is empty. */
struct errors {
	struct told *told;
	size_t count, room;
};

/* A node put out an ERROR of its own. Breaches: one that is not about the frame that is handled, or
 * is for nobody. */
void errors_put(struct world *world, uint32_t node, const uint8_t *frame, size_t size);

/* Takes a packet a host is handed; false if it is no ICMPv6 message to it. Breaches: one about a
 * packet that host did not send, in the name of who said nothing. */
bool errors_take(struct world *world, uint32_t node, const uint8_t *bytes, size_t size);

/* Reads KIND BOUND [of NODES] [by NODES] but for the bound. */
void errors_read_kind(struct line *line, struct expectation *expectation);

/* How many were taken that a TOLD expectation is about. */
uint64_t errors_count(const struct world *world, const struct expectation *expectation);

void errors_free(struct errors *errors);

#endif
