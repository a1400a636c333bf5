/* The published FIB as a relay beside this node needs it, and what that relay tells. Ways are found
 * by the neighbour table, which has every one that the FIB has; one that is not in both is left
 * out, as are nodes whose frames node/relay.c would refuse. docs/protocol/route.md, section 7. */
#include "node/settle.h"

#include <string.h>

uint64_t node_transit_serial(const struct node *node)
{
	return node->fib_serial;
}

bool node_transit_hops(const struct node *node, uint32_t *cursor, struct node_transit_hop *shown)
{
	const struct fib *fib = node_fib(node);

	if (*cursor >= fib_hops(fib))
		return false;
	const struct fib_hop *hop = fib_hop(fib, (*cursor)++);
	*shown = (struct node_transit_hop){hop->link, hop->to, hop->mtu};
	return true;
}

bool node_transit_ways(const struct node *node, uint32_t *cursor, struct node_transit_way *way)
{
	struct mesharp_entry entry;

	while (mesharp_entries(node_mesharp(node), cursor, &entry)) {
		uint32_t hop = fib_way(node_fib(node), entry.link, entry.lladdr);
		if (entry.state != NEIGHBOUR_FULL || hop == FIB_NONE ||
		    !address_equal(&fib_hop(node_fib(node), hop)->address, &entry.address))
			continue;
		*way = (struct node_transit_way){entry.link, entry.lladdr, hop};
		return true;
	}
	return false;
}

bool node_transit_nodes(const struct node *node, uint32_t *cursor, struct node_transit_node *shown)
{
	const struct fib *fib = node_fib(node);
	struct node_id own = address_id(&node->own);

	while (*cursor < fib_nodes(fib)) {
		const struct fib_node *to = fib_node(fib, (*cursor)++);
		shown->id = address_id(&to->address);
		if (to->id_conflict || to->lost || node_id_equal(&shown->id, &own))
			continue;
		memcpy(shown->next, to->next, sizeof(shown->next));
		return true;
	}
	return false;
}

void node_carried(struct node *node, instant now, uint32_t link, struct lladdr to,
		  struct outbox *outbox)
{
	uint32_t hop = fib_way(node_fib(node), link, to);

	if (hop != FIB_NONE)
		settle_hop(node, now, hop);
	settle(node, now, outbox);
}
