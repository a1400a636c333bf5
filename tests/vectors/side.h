/* One side of a session whose key a vector gives, as far as the per-packet functions need it; and a
 * whole node that has met nobody. */
#ifndef TESTS_VECTORS_SIDE_H
#define TESTS_VECTORS_SIDE_H

#include "crypto/aead.h"
#include "node/forwarding.h"
#include "node/node.h"
#include "node/worker.h"

/* When everything happens. */
#define SIDE_NOW ((instant){1000000})

/* A key from one side to the other. */
struct direction {
	struct address source, destination;
	enum suite suite;
	uint32_t epoch;
	uint8_t key[AEAD_KEY];
};

/* A snapshot whose only destination is the other side, and both workers. */
struct side {
	struct forwarding *forwarding;
	struct keyring *keyrings[2]; /* theirs */
	struct worker *control, *packets;
	struct outbox *outbox;
};

/* The side that opens with the key, or, if sends, the one that seals with it; id_conflict: with a
 * node whose id is another's too. */
struct side side_new(const struct direction *way, bool sends, bool id_conflict);
void side_free(struct side *side);

/* The worker of a lane. */
struct worker *side_worker(const struct side *side, uint8_t lane);

/* A node of those secrets with one link, slot 0, and an empty outbox for what it says later. The
 * caller frees both. */
struct node *side_node(const struct node_secrets *secrets);
struct outbox *side_outbox(void);

#endif
