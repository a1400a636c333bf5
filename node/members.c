/* The list is an array of addresses in ascending order, each once: what is looked up was chosen by
 * strangers, what is in it was not, so nobody can make looking slow. An id is the beginning of what
 * differs between addresses, and thus in order, too. */
#include "node/members.h"

#include "node/peers.h"

#include <string.h>

static struct address *members_list(const struct node *node)
{
	return node_part(node, node->at.members);
}

/* The first on the list whose first size bytes are not less than those of address. */
static uint32_t members_seek(const struct node *node, const uint8_t *address, size_t size)
{
	const struct address *list = members_list(node);
	uint32_t low = 0, high = node->members;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (memcmp(list[middle].bytes, address, size) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool members_match(const struct node *node, const uint8_t *address, size_t size)
{
	uint32_t at = members_seek(node, address, size);

	return at < node->members && memcmp(members_list(node)[at].bytes, address, size) == 0;
}

void members_set(struct node *node, bool listed, const struct address *list, uint32_t count)
{
	struct address *own = members_list(node);

	REQUIRE(count <= node->limits.route.nodes);
	memset(own, 0, node->members * sizeof(*own));
	node->listed = listed;
	node->members = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = members_seek(node, list[i].bytes, ADDRESS);
		if (at < node->members && address_equal(&own[at], &list[i]))
			continue;
		memmove(&own[at + 1], &own[at], (node->members - at) * sizeof(*own));
		own[at] = list[i];
		node->members++;
	}
}

bool members_hold(const struct node *node, const struct address *address)
{
	return !node->listed || members_match(node, address->bytes, ADDRESS);
}

bool members_hold_id(const struct node *node, const struct node_id *id)
{
	uint8_t begins[ADDRESS_PREFIX + NODE_ID];

	memcpy(begins, node->own.bytes, ADDRESS_PREFIX);
	memcpy(begins + ADDRESS_PREFIX, id->bytes, NODE_ID);
	return !node->listed || members_match(node, begins, sizeof(begins));
}

void members_enforce(struct node *node, instant now)
{
	const struct pool *pool = node_peer_pool(node);
	struct mesharp_entry entry;
	uint32_t cursor = 0, next;

	while (mesharp_entries(node_mesharp(node), &cursor, &entry))
		if (!members_hold(node, &entry.address))
			mesharp_expel(node_mesharp(node), now, &entry.address);
	for (uint32_t i = pool_oldest(pool); i != POOL_NONE; i = next) {
		next = pool_newer(pool, i);
		if (!members_hold(node, &node_peer(node, i)->address))
			peers_expel(node, i);
	}
	node->fib_stale = true;
}
