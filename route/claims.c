/* The walk copies one fragment at a time out of its cells and reads it; what is kept was canonical
 * when it came, so it is now. docs/protocol/route.md, sections 1 and 4. */
#include "route/claims.h"

void claims_begin(struct claims *claims, const struct store *store, uint32_t node)
{
	/* That we leave ourselves is said to others: until we are gone we pass on what comes. */
	bool leaves = node != STORE_OWN && (store_node(store, node)->flags & RECORD_LEAVING) != 0;
	bool speaks = store_has_head(store, node) && !leaves;

	claims->store = store;
	claims->fragment = speaks ? store_first(store, node) : STORE_NONE;
	claims->index = 0;
	claims->record.entries = 0;
}

/* Reads the next fragment that has bytes; false after the last. */
static bool turn(struct claims *claims)
{
	size_t size = 0;

	while (claims->fragment != STORE_NONE && size == 0) {
		size = store_copy(claims->store, claims->fragment, claims->bytes);
		claims->fragment = store_next(claims->store, claims->fragment);
	}
	if (size == 0)
		return false;
	REQUIRE(record_read(claims->bytes, size, &claims->record) == DROP_NONE);
	claims->index = 0;
	return true;
}

bool claims_next(struct claims *claims, struct record_entry *entry)
{
	while (claims->index == claims->record.entries) {
		if (!turn(claims))
			return false;
	}
	*entry = record_entry(&claims->record, claims->index++);
	return true;
}

bool claims_name(const struct store *store, uint32_t node, const struct address *address)
{
	struct claims claims;
	struct record_entry entry;

	claims_begin(&claims, store, node);
	while (claims_next(&claims, &entry)) {
		if (address_equal(&entry.address, address))
			return true;
	}
	return false;
}

bool claims_certificate(const struct store *store, uint32_t node, struct certificate *certificate)
{
	uint8_t bytes[RECORD_MAX];
	struct record record;

	if (!store_has_head(store, node))
		return false;
	REQUIRE(record_read(bytes, store_copy(store, store_first(store, node), bytes), &record) ==
		DROP_NONE);
	*certificate = record.certificate;
	return true;
}
