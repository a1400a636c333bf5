/* The two ends of one session without the nodes around them: for each the snapshots with the other
 * as only destination, a neighbour, and the two workers. What the per-packet functions are tested
 * with. */
#ifndef TESTS_UNIT_NODE_SIDES_H
#define TESTS_UNIT_NODE_SIDES_H

#include "node/forwarding.h"
#include "node/frame.h"
#include "node/tables.h"
#include "node/worker.h"

#include <stdarg.h>
#include <setjmp.h>

#include <cmocka.h>

enum {
	SIDE_PEERS = 4,
	SIDE_INDEX = 2, /* of the other end */
};

struct side {
	struct address address;
	struct forwarding *forwarding;
	struct fib *fib;
	struct keyring *keyrings[2]; /* theirs */
	struct worker *control, *packets;
	/* What side_publish puts into the snapshots. */
	struct destination peer;
	struct fib_node path;
	struct fib_hop hop;
	bool synced, routed; /* true; false: the other is in no path */
	uint64_t fib_serial; /* of the FIB, one more with each side_publish */
};

/* Two sides that can reach each other at once, MTU 1500, by keys of that suite: serial 1, even. */
struct side *sides_new(enum suite suite);
void sides_free(struct side *sides);

/* Publishes the peer, its path and hop, and nothing else. */
void side_publish(struct side *side);

struct tables side_tables(const struct side *side);

/* The worker that owns a lane. */
struct worker *side_worker(const struct side *side, uint8_t lane);

/* Seals content for the other end into frame (room for 2,048 more than the payload), returns its
 * size. */
size_t side_seal(struct side *side, const struct frame_content *content, uint8_t *frame);

/* Reads and opens a frame into plain; says how it went. */
enum drop side_open(struct side *side, const uint8_t *frame, size_t size, uint8_t *plain,
		    struct frame_opened *opened);

#endif
