/* Between the first look and keeping nothing changes but two buckets of the neighbour that brought
 * it: that of new ids, which is charged for trying, and that of forgeries, for an honest neighbour
 * passes on only what it found good. Whoever names a node without being able to sign for it cannot
 * spend what that node may send. docs/protocol/route.md, section 2. */
#include "route/arrival.h"

#include "route/cells.h"
#include "route/claims.h"
#include "route/room.h"

#include <string.h>

/* A later fragment of a node whose fragment 0 we have: is it of the same record? */
static enum drop head_check(struct arrival *arrival)
{
	const struct store *store = arrival->store;
	uint32_t head = store_first(store, arrival->node);

	if (arrival->record.epoch < store_fragment(store, head)->epoch) {
		arrival->fragment = head;
		return DROP_RECORD_OLD;
	}
	return arrival->record.fragment < store_node(store, arrival->node)->count
		       ? DROP_NONE
		       : DROP_RECORD_UNKNOWN;
}

/* Of the same version as ours: the very same, or made by another node with that identity? If nobody
 * chose between those, neither twin would ever hear of the other. */
static enum drop twin_check(const struct arrival *arrival, const struct store_fragment *ours)
{
	uint64_t hash =
		record_hash(arrival->bytes.bytes, arrival->bytes.size, arrival->realm->network_id);

	if (hash == ours->hash)
		return DROP_RECORD_KNOWN;
	return hash > ours->hash ? DROP_NONE : DROP_RECORD_OLD;
}

/* Is it newer than what we have or had of that number? */
static enum drop age_check(struct arrival *arrival)
{
	const struct record *record = &arrival->record;
	const struct store_fragment *ours;

	if (arrival->node != STORE_NONE)
		arrival->fragment = store_at(arrival->store, arrival->node, record->fragment);
	if (arrival->fragment == STORE_NONE)
		return DROP_NONE;
	ours = store_fragment(arrival->store, arrival->fragment);
	if (record_newer(record->epoch, record->sequence, ours->epoch, ours->sequence))
		return DROP_NONE;
	if (ours->size == 0 || ours->epoch != record->epoch || ours->sequence != record->sequence)
		return DROP_RECORD_OLD;
	return twin_check(arrival, ours);
}

/* Whose is it, and do we want it? */
static enum drop identify(struct arrival *arrival)
{
	const struct store *store = arrival->store;
	const struct record *record = &arrival->record;
	enum drop drop = DROP_NONE;
	bool has_head;

	if (record->zone != arrival->realm->zone)
		return DROP_ZONE;
	arrival->node = store_find(store, &record->address);
	if (arrival->node == STORE_OWN)
		return DROP_OWN;
	has_head = arrival->node != STORE_NONE && store_has_head(store, arrival->node);
	if (record->fragment != 0)
		drop = has_head ? head_check(arrival) : DROP_RECORD_UNKNOWN;
	return drop == DROP_NONE ? age_check(arrival) : drop;
}

/* Is it too fast? The first of a number counts as none: all of a record may come at once. */
static bool is_admitted(struct arrival *arrival, instant now)
{
	struct visitor *visitor = arrival->visitor;

	arrival->forged = visitor->forged;
	if (arrival->fragment != STORE_NONE &&
	    !pace_admits(&store_node(arrival->store, arrival->node)->pace, now))
		return false;
	if (arrival->node == STORE_NONE && !bucket_take(&visitor->newcomers, RATE_NEW_NODES, now))
		return false;
	return bucket_take(&arrival->forged, RATE_FORGED, now);
}

/* What it needs beyond what it takes the place of. */
static struct store_room need_of(const struct arrival *arrival)
{
	uint32_t cells = cells_for(arrival->bytes.size);
	uint32_t former = 0;

	if (arrival->fragment != STORE_NONE)
		former = cells_for(store_fragment(arrival->store, arrival->fragment)->size);
	return (struct store_room){
		.nodes = arrival->node == STORE_NONE,
		.fragments = arrival->fragment == STORE_NONE,
		.cells = cells > former ? cells - former : 0,
	};
}

static struct room_guest guest_of(const struct arrival *arrival)
{
	return (struct room_guest){.node = arrival->node, .beside = arrival->beside};
}

/* Is it of the node that it names? */
static enum drop verify(const struct arrival *arrival)
{
	const struct record *record = &arrival->record;
	struct certificate certificate = record->certificate;
	struct address address;

	if (record->fragment != 0)
		REQUIRE(claims_certificate(arrival->store, arrival->node, &certificate));
	address = certificate_address(&certificate);
	if (!address_equal(&address, &record->address))
		return DROP_CERTIFICATE;
	if (arrival->node != STORE_NONE &&
	    certificate.generation < store_node(arrival->store, arrival->node)->generation)
		return DROP_CERTIFICATE_OLD;
	/* It covers the certificate, whose own signature, by the same key, would add nothing. */
	return record_verify(arrival->bytes.bytes, arrival->bytes.size, certificate.identity,
			     arrival->realm->network_id)
		       ? DROP_NONE
		       : DROP_RECORD;
}

enum drop arrival_check(struct arrival *arrival, instant now)
{
	struct store_room reserve = room_reserve(arrival->store, arrival->own);
	enum drop drop = record_read(arrival->bytes.bytes, arrival->bytes.size, &arrival->record);

	arrival->node = STORE_NONE;
	arrival->fragment = STORE_NONE;
	if (drop == DROP_NONE)
		drop = identify(arrival);
	if (drop != DROP_NONE)
		return drop;
	if (!is_admitted(arrival, now))
		return DROP_RATE_RECORD;
	if (!room_possible(arrival->store, reserve, need_of(arrival), guest_of(arrival)))
		return DROP_DATABASE_FULL;
	drop = verify(arrival);
	if (drop == DROP_CERTIFICATE || drop == DROP_RECORD)
		arrival->visitor->forged = arrival->forged;
	return drop;
}

void arrival_own(struct arrival *arrival)
{
	REQUIRE(record_read(arrival->bytes.bytes, arrival->bytes.size, &arrival->record) ==
		DROP_NONE);
	arrival->node = STORE_OWN;
	arrival->fragment = store_at(arrival->store, STORE_OWN, arrival->record.fragment);
}

/* True if a fragment says of flags and links just what the former does. */
static bool is_same(const struct record *record, const struct record *former)
{
	return former->flags == record->flags && former->entries == record->entries &&
	       memcmp(former->entry_bytes.bytes, record->entry_bytes.bytes,
		      record->entry_bytes.size) == 0;
}

/* True if it does not list all that the former lists; both are in ascending order. */
static bool lists_less(const struct record *record, const struct record *former)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < former->entries; i++) {
		struct record_entry link = record_entry(former, i), ours;

		do {
			if (at == record->entries)
				return true;
			ours = record_entry(record, at++);
		} while (!address_equal(&ours.address, &link.address));
	}
	return false;
}

/* Compares it with the one whose place it takes; true if it says something else, or is the first.
 */
static bool differs(struct arrival *arrival)
{
	uint8_t bytes[RECORD_MAX];
	struct record former;
	size_t size = 0;

	if (arrival->fragment != STORE_NONE)
		size = store_copy(arrival->store, arrival->fragment, bytes);
	if (size == 0)
		return true;
	REQUIRE(record_read(bytes, size, &former) == DROP_NONE);
	arrival->parts = lists_less(&arrival->record, &former);
	return !is_same(&arrival->record, &former);
}

/* Notes what a fragment 0 says of its node, and forgets those fragments that it leaves behind; true
 * if there were any. */
static bool head_taken(const struct arrival *arrival)
{
	struct store *store = arrival->store;
	struct store_node *node = store_node(store, arrival->node);
	uint32_t at = store_next(store, arrival->fragment);
	bool any = false;

	node->flags = arrival->record.flags;
	node->count = arrival->record.fragments;
	node->generation = arrival->record.certificate.generation;
	while (at != STORE_NONE) {
		const struct store_fragment *fragment = store_fragment(store, at);
		uint32_t next = store_next(store, at);

		if (fragment->epoch < arrival->record.epoch ||
		    (fragment->number >= node->count && fragment->size > 0)) {
			store_drop(store, at);
			any = true;
		}
		at = next;
	}
	return any;
}

bool arrival_keep(struct arrival *arrival, instant now)
{
	struct store *store = arrival->store;
	const struct record *record = &arrival->record;
	struct span bytes = arrival->bytes;
	bool changed = differs(arrival);
	struct store_fragment *fragment;

	arrival->displaced = room_make(store, room_reserve(store, arrival->own), need_of(arrival),
				       guest_of(arrival));
	if (arrival->node == STORE_NONE)
		arrival->node = store_add(store, &record->address, (uint16_t)arrival->neighbour);
	if (arrival->beside)
		store_node(store, arrival->node)->beside = true;
	if (arrival->fragment != STORE_NONE && arrival->node != STORE_OWN)
		pace_spend(&store_node(store, arrival->node)->pace, now);
	arrival->fragment =
		store_put(store, arrival->node, record->fragment, (uint16_t)arrival->neighbour,
			  bytes, record_hash(bytes.bytes, bytes.size, arrival->realm->network_id));
	fragment = store_fragment(store, arrival->fragment);
	fragment->epoch = record->epoch;
	fragment->sequence = record->sequence;
	fragment->lifetime =
		record->lifetime < ROUTE_LIFETIME_S ? record->lifetime : ROUTE_LIFETIME_S;
	fragment->expires = instant_after(now, duration_s(fragment->lifetime));
	if (record->fragment == 0 && head_taken(arrival))
		changed = arrival->parts = true;
	return changed;
}
