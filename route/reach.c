/* The list of connected nodes is the list of those still to be looked at, too: who becomes
 * connected is put at its end. docs/protocol/route.md, section 2. */
#include "route/reach.h"

#include "route/claims.h"

bool reach_attached(const struct store *store, uint32_t node)
{
	const struct address *address = &store_node(store, node)->address;
	struct claims claims;
	struct record_entry entry;

	claims_begin(&claims, store, node);
	while (claims_next(&claims, &entry)) {
		uint32_t other = store_find(store, &entry.address);

		if (other != STORE_NONE && store_node(store, other)->state == NODE_CONNECTED &&
		    claims_name(store, other, address))
			return true;
	}
	return false;
}

void reach_connect(struct store *store, uint32_t node)
{
	bool was = store_node(store, node)->state == NODE_CONNECTED;

	store_move(store, node, NODE_CONNECTED);
	for (uint32_t at = store_first(store, node); !was && at != STORE_NONE;
	     at = store_next(store, at)) {
		if (store_fragment(store, at)->size > 0)
			store_tell(store, at);
	}
}

/* Connects those that a connected node lists, and that list it. */
static void spread_from(struct store *store, uint32_t node)
{
	const struct address *address = &store_node(store, node)->address;
	struct claims claims;
	struct record_entry entry;

	claims_begin(&claims, store, node);
	while (claims_next(&claims, &entry)) {
		uint32_t other = store_find(store, &entry.address);

		if (other != STORE_NONE && store_node(store, other)->state != NODE_CONNECTED &&
		    claims_name(store, other, address))
			reach_connect(store, other);
	}
}

void reach_spread(struct store *store, uint32_t node)
{
	reach_connect(store, node);
	for (uint32_t at = node; at != STORE_NONE; at = store_newer(store, at))
		spread_from(store, at);
}
