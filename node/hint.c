/* A hint makes the neighbour table prove a way and changes none itself, so one that lies costs the
 * attempt and diverts nothing. docs/protocol/mesharp.md, section 5. */
#include "node/hint.h"

#include "meshp/hint.h"
#include "node/peers.h"
#include "node/sealed.h"

#include <sodium.h>
#include <string.h>

static struct bucket *hint_bucket(struct node *node, struct lladdr to, const struct address *about)
{
	uint8_t key[LLADDR + ADDRESS], hash[crypto_shorthash_BYTES];

	memcpy(key, to.bytes, LLADDR);
	memcpy(key + LLADDR, about->bytes, ADDRESS);
	crypto_shorthash(hash, key, sizeof(key), node->place_secret);
	return &node->place_hints[hash[0] % PLACES];
}

void hint_give(struct node *node, instant now, uint32_t link, struct lladdr from, uint32_t hop,
	       struct outbox *outbox)
{
	const struct fib_hop *to = fib_hop(node_fib(node), hop);
	const struct hint hint = {.destination = to->address, .lladdr = to->to};
	uint32_t whose = fib_way(node_fib(node), link, from);
	uint8_t bytes[WIRE_HINT];
	struct writer out = writer_of(bytes, sizeof(bytes));

	if (node_link_at(node, link)->radio || whose == FIB_NONE ||
	    !bucket_take(hint_bucket(node, from, &to->address), RATE_HINT, now))
		return;
	uint32_t index = peers_find(node, &fib_hop(node_fib(node), whose)->address);
	if (index == POOL_NONE)
		return;
	const struct way way = {.link = link, .to = from};
	hint_write(&hint, &out);
	sealed_send(node, now, index, &way, (struct span){bytes, sizeof(bytes)}, outbox);
}

/* True if frames to that node leave by that hop. */
static bool hint_fits(const struct fib *fib, const struct address *destination, uint32_t hop)
{
	uint32_t number = fib_by_address(fib, destination);

	if (number == FIB_NONE || fib_node(fib, number)->lost)
		return false;
	for (uint32_t lane = 0; lane < WIRE_LANES; lane++)
		if (fib_node(fib, number)->next[lane] == hop)
			return true;
	return false;
}

/* True if frames go to that node itself already: what was on its way to the relay caused a hint. */
static bool hint_late(const struct fib *fib, const struct address *destination)
{
	uint32_t hop = fib_hop_of(fib, destination);

	return hop != FIB_NONE && fib_hop(fib, hop)->shortcut;
}

enum drop hint_take(struct node *node, instant now, const struct way *way,
		    const struct address *from, struct span message)
{
	const struct fib *fib = node_fib(node);
	uint32_t hop = fib_way(fib, way->link, way->to);
	struct hint hint;

	if (!hint_read(message.bytes, message.size, &hint))
		return DROP_MALFORMED;
	if (hop == FIB_NONE || !address_equal(&fib_hop(fib, hop)->address, from) ||
	    fib_hop(fib, hop)->shortcut)
		return DROP_NEIGHBOUR_UNKNOWN;
	if (hint_late(fib, &hint.destination))
		return DROP_NONE;
	if (node_link_at(node, way->link)->radio || address_equal(&hint.destination, from) ||
	    !hint_fits(fib, &hint.destination, hop))
		return DROP_HINT;
	uint32_t index = peers_meet(node, &hint.destination);
	if (index == POOL_NONE)
		return DROP_PEERS_FULL;
	return mesharp_hint(node_mesharp(node), now, way->link, hint.lladdr, &hint.destination,
			    session_usable(&node_peer(node, index)->session));
}
