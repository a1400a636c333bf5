/* Two sides of a wire that exchange frames, each with an ethernet of its own. */
#ifndef TESTS_UNIT_LINK_SIDES_H
#define TESTS_UNIT_LINK_SIDES_H

#include "link/ethernet.h"

#include "wire.h"

enum {
	SIDES_EXPRESS = 2, /* AF_XDP sockets */
	SIDES_BUSY = 4096, /* frames after which the faster ways are taken */
};

/* What the sides have beside packet sockets and batches. */
enum { BY_BATCH, BY_RING, BY_XDP };

/* Two sides of a wire, each with an ethernet of its own. */
struct sides {
	struct wire_end left, right;
	struct ethernet_sockets out_sockets, in_sockets;
	int express[SIDES_EXPRESS];
	struct ethernet *out, *in;
};

/* Makes wire and sides. The receiving one may have a ring, the sending one AF_XDP sockets. */
void sides_open(struct sides *sides, unsigned int mtu, unsigned int ways);
void sides_close(struct sides *sides);

/* Tells the sending ethernet of its link, as the daemon does. */
void sides_told(struct sides *sides, unsigned int mtu, bool running, bool shaped);

/* Waits for the next batch; 0 if none comes for long. */
int sides_await(struct sides *sides, const struct ethernet_frame **frames);

/* Sends count frames in batches, their sizes all over a range and each in one of the ways there
 * are, and asserts that each arrives as it was, in its turn. */
void sides_exchange(struct sides *sides, unsigned int count, size_t least, size_t most);

/* Sends count equal frames of 1,400 bytes at once. */
void sides_send(struct sides *sides, unsigned int count);

#endif
