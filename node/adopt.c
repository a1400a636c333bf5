/* A node goes on where it lies after the process that drove it is gone. What only that process
 * understood is made anew: prepared keys and what was held by workers. Who was stopped in the midst
 * of a batch may have used a counter, or opened a frame, that its block does not know of; so
 * sending counters jump ahead, and the windows of such a worker take nothing that may have come
 * before. The control side's own parts are whole, or there is nothing to adopt.
 * docs/protocol/meshp.md, section 2. */
#include "node/value.h"

#include <sodium.h>
#include <string.h>

static bool secrets_are_its(const struct node *node, const struct node_secrets *secrets)
{
	struct identity identity;
	bool same;

	identity_of(&identity, secrets->identity_seed);
	same = memcmp(identity.public_key, node->identity.public_key, IDENTITY_PUBLIC) == 0 &&
	       sodium_memcmp(secrets->network_key, node->network_key, sizeof(node->network_key)) ==
		       0;
	sodium_memzero(&identity, sizeof(identity));
	return same;
}

/* True if the worker was within a batch, in which it holds snapshots. */
static bool was_torn(const struct node *node, uint32_t number)
{
	uint32_t reader = number - WORKER_PACKETS;

	return number != WORKER_CONTROL && node_lends_lanes(node) &&
	       (slots_holds(&node->sessions, reader) || slots_holds(&node->fibs, reader));
}

static void worker_adopt(struct node *node, uint32_t number)
{
	const struct pool *pool = node_peer_pool(node);
	struct worker *worker = node_worker(node, number);
	bool torn = was_torn(node, number);

	worker_resume(worker, torn);
	for (uint32_t i = pool_oldest(pool); i != POOL_NONE; i = pool_newer(pool, i))
		worker_resume_peer(worker, i, torn);
}

struct node *node_adopt(void *memory, const struct node_limits *limits,
			const struct node_secrets *secrets, uint32_t zone)
{
	struct node *node = memory;

	if (!node_block_fits(memory, limits) || node->leaving || !secrets_are_its(node, secrets) ||
	    node->settings.zone != zone)
		return NULL;
	for (uint32_t i = 0; i < node_workers(node); i++)
		worker_adopt(node, i);
	for (uint32_t i = 0; i < node->sessions.count - 2; i++) {
		slots_release(&node->sessions, i);
		slots_release(&node->fibs, i);
	}
	return node;
}
