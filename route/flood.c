/* Flooding with marks instead of queues: what a neighbour still needs is a mark on each fragment,
 * so news of a fragment that still waits costs nothing, and what is sent again is always the
 * version in the database. The invariant: sending.due is meaningful while something is wanted. The
 * rules are docs/protocol/route.md's, section 3; reliable flooding is RFC 2328's, section 13. */
#include "route/flood.h"

#include <string.h>

enum {
	BITMAP = 32, /* numbers below the greatest that an ACK tells of */
	LEAST = RECORD_HEAD + WIRE_CERTIFICATE + SIGNATURE, /* bytes of a first fragment */
};

void flood_init(struct flood *flood)
{
	flood->linked_from = ADJACENCY_NONE;
}

/* True if the entries, which ascend, hold that address. */
static bool holds(const struct record *record, const struct address *address)
{
	uint32_t low = 0;
	uint32_t high = record->entries;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		struct record_entry entry = record_entry(record, middle);

		if (address_equal(&entry.address, address))
			return true;
		if (address_lower(&entry.address, address))
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool flood_lists(const struct database *database, uint32_t node, const struct address *address)
{
	uint8_t bytes[RECORD_MAX];
	struct record record;

	if ((database_flags(database, node) & RECORD_LEAVING) != 0)
		return false;
	for (uint32_t at = database_first(database, node); at != DATABASE_NONE;
	     at = database_next(database, at)) {
		size_t size = database_copy(database, at, bytes);

		if (record_read(bytes, size, &record) == DROP_NONE && holds(&record, address))
			return true;
	}
	return false;
}

/* Remembers those of the record's entries that are neighbours of ours and list it, too. */
static void link_entries(struct flood *flood, struct adjacencies *adjacencies,
			 const struct database *database, const struct record *record)
{
	for (uint32_t i = 0; i < record->entries; i++) {
		struct record_entry entry = record_entry(record, i);
		uint32_t slot = adjacency_find(adjacencies, &entry.address);
		uint32_t node = database_find(database, &entry.address);

		if (slot != ADJACENCY_NONE && node != DATABASE_NONE &&
		    flood_lists(database, node, &record->address))
			flood->linked[slot / 8] |= (uint8_t)(1 << slot % 8);
	}
}

static void link_from(struct flood *flood, struct adjacencies *adjacencies,
		      const struct database *database, uint32_t from)
{
	const struct address *address = &adjacency_at(adjacencies, from)->known.address;
	uint32_t node = database_find(database, address);
	uint8_t bytes[RECORD_MAX];
	struct record record;

	flood->linked_from = from;
	flood->linked_database = database_version(database);
	flood->linked_adjacencies = adjacency_version(adjacencies);
	memset(flood->linked, 0, sizeof(flood->linked));
	if (node == DATABASE_NONE)
		return;
	for (uint32_t at = database_first(database, node); at != DATABASE_NONE;
	     at = database_next(database, at)) {
		size_t size = database_copy(database, at, bytes);

		if (record_read(bytes, size, &record) == DROP_NONE)
			link_entries(flood, adjacencies, database, &record);
	}
}

/* True if the neighbour has what came from there by a link of its own. Of those on a crowded wire
 * that is not said: news may not pass between two that are linked there. */
static bool is_linked(struct flood *flood, struct adjacencies *adjacencies,
		      const struct database *database, uint32_t from, uint32_t slot)
{
	if (from == ADJACENCY_NONE || adjacency_at(adjacencies, slot)->known.crowd)
		return false;
	if (flood->linked_from != from || flood->linked_database != database_version(database) ||
	    flood->linked_adjacencies != adjacency_version(adjacencies))
		link_from(flood, adjacencies, database, from);
	return flood->linked[slot / 8] >> slot % 8 & 1;
}

void flood_taken(struct adjacencies *adjacencies, uint32_t fragment, uint32_t from)
{
	for (uint32_t i = 0; i < adjacency_count(adjacencies); i++) {
		uint32_t slot = adjacency_nth(adjacencies, i);

		if (adjacency_mark(adjacencies, slot, fragment) != ADJACENCY_NOTHING)
			adjacency_set(adjacencies, slot, fragment, ADJACENCY_NOTHING);
	}
	if (from != ADJACENCY_NONE)
		adjacency_set(adjacencies, from, fragment, ADJACENCY_GOT);
}

void flood_known(struct adjacencies *adjacencies, uint32_t slot, uint32_t fragment)
{
	adjacency_set(adjacencies, slot, fragment, ADJACENCY_GOT);
}

void flood_want(struct adjacencies *adjacencies, instant now, uint32_t slot, uint32_t fragment)
{
	struct adjacency *adjacency = adjacency_at(adjacencies, slot);
	bool radio = adjacency->known.medium == MEDIUM_RADIO;
	duration gather = duration_ms(radio ? ROUTE_GATHER_RADIO_MS : ROUTE_GATHER_WIRE_MS);

	if (adjacency->sending.wanted == 0)
		adjacency->sending.due = instant_after(now, gather);
	adjacency_set(adjacencies, slot, fragment, ADJACENCY_WANTED);
}

/* True if news goes to that neighbour. What came before its first COMPARE is left to that. */
static bool is_concerned(struct adjacencies *adjacencies, uint32_t slot, uint32_t fragment,
			 uint32_t from)
{
	const struct adjacency *adjacency = adjacency_at(adjacencies, slot);

	return slot != from && !adjacency->known.lazy &&
	       (adjacency->known.full || adjacency->sync.heard) &&
	       adjacency_mark(adjacencies, slot, fragment) != ADJACENCY_GOT;
}

void flood_news(struct flood *flood, struct adjacencies *adjacencies, struct database *database,
		instant now)
{
	uint32_t fragment;
	uint32_t from;

	while (database_news(database, &fragment, &from)) {
		/* Who brought it may have parted since, and its slot be another's. */
		if (from != DATABASE_NONE &&
		    adjacency_mark(adjacencies, from, fragment) != ADJACENCY_GOT)
			from = ADJACENCY_NONE;
		for (uint32_t i = 0; i < adjacency_count(adjacencies); i++) {
			uint32_t slot = adjacency_nth(adjacencies, i);

			if (is_concerned(adjacencies, slot, fragment, from) &&
			    !is_linked(flood, adjacencies, database, from, slot))
				flood_want(adjacencies, now, slot, fragment);
		}
	}
}

void flood_received(struct adjacency *adjacency, instant now, uint32_t number)
{
	struct adjacency_receiving *receiving = &adjacency->receiving;
	uint64_t bits = (uint64_t)receiving->bitmap << 1 | (receiving->greatest != 0);
	uint32_t below = receiving->greatest - number;

	/* bits has one for the greatest at its lowest place, so that it moves as a whole. */
	if (number > receiving->greatest) {
		uint32_t steps = number - receiving->greatest;

		receiving->bitmap = steps <= BITMAP ? (uint32_t)(bits << (steps - 1)) : 0;
		receiving->greatest = number;
	} else if (below >= 1 && below <= BITMAP) {
		receiving->bitmap |= 1U << (below - 1);
	}
	if (receiving->waiting++ == 0)
		receiving->due = instant_after(now, duration_ms(ROUTE_ACK_MS));
	if (receiving->waiting == ROUTE_ACK_WAITING)
		receiving->due = now;
}

void flood_acknowledged(struct adjacencies *adjacencies, uint32_t slot,
			const struct message_ack *ack)
{
	struct adjacency_sending *sending = &adjacency_at(adjacencies, slot)->sending;
	uint32_t landed = 0;

	for (uint32_t i = 0; i < ROUTE_WINDOW; i++) {
		struct adjacency_flight *flight = &sending->flights[i];

		if (flight->number == 0 || !message_ack_covers(ack, flight->number))
			continue;
		landed |= 1U << i;
		flight->number = 0;
	}
	if (landed == 0)
		return;
	sending->tries = 0;
	adjacency_land(adjacencies, slot, landed, ADJACENCY_NOTHING);
}

duration flood_patience(const struct adjacency *adjacency, int64_t least_ms)
{
	int64_t trips_us = 3 * (int64_t)adjacency->known.rtt_us;
	int64_t least_us = duration_ms(least_ms).us;

	return duration_us(trips_us > least_us ? trips_us : least_us);
}

/* When the oldest message under way has waited too long. */
static instant retry_deadline(const struct adjacency *adjacency)
{
	const struct adjacency_sending *sending = &adjacency->sending;
	duration patience = flood_patience(adjacency, ROUTE_RETRY_MS);
	instant oldest = INSTANT_NEVER;

	for (uint32_t i = 0; i < ROUTE_WINDOW; i++) {
		if (sending->flights[i].number != 0)
			oldest = instant_earlier(oldest, sending->flights[i].sent);
	}
	return instant_after(oldest, duration_us(patience.us << sending->tries));
}

/* A flight that may be taken, or ROUTE_WINDOW when the window is closed. */
static uint32_t free_flight(const struct adjacency *adjacency)
{
	uint32_t flight = 0;

	while (flight < ROUTE_WINDOW && adjacency->sending.flights[flight].number != 0)
		flight++;
	return flight;
}

static instant records_deadline(const struct adjacency *adjacency)
{
	bool waits = adjacency->sending.wanted > 0 && free_flight(adjacency) < ROUTE_WINDOW;

	return waits ? adjacency->sending.due : INSTANT_NEVER;
}

static instant ack_deadline(const struct adjacency *adjacency)
{
	return adjacency->receiving.waiting > 0 ? adjacency->receiving.due : INSTANT_NEVER;
}

instant flood_deadline(const struct adjacency *adjacency)
{
	instant sends = instant_earlier(retry_deadline(adjacency), records_deadline(adjacency));

	return instant_earlier(ack_deadline(adjacency), sends);
}

static void acknowledge(struct adjacency *adjacency, struct writer *out)
{
	const struct message_ack ack = {adjacency->receiving.greatest, adjacency->receiving.bitmap};

	adjacency->receiving.waiting = 0;
	message_ack(out, &ack);
}

/* What is under way was lost, with its acknowledgement or before: again, or no more. */
static void retry(struct adjacencies *adjacencies, uint32_t slot)
{
	struct adjacency_sending *sending = &adjacency_at(adjacencies, slot)->sending;
	bool spent = ++sending->tries == ROUTE_TRIES;

	memset(sending->flights, 0, sizeof(sending->flights));
	adjacency_land(adjacencies, slot, UINT32_MAX, spent ? ADJACENCY_NOTHING : ADJACENCY_WANTED);
	if (spent)
		sending->tries = 0;
}

/* Appends a fragment: false if it does not fit. */
static bool append(struct adjacencies *adjacencies, const struct database *database, uint32_t slot,
		   uint32_t fragment, uint32_t flight, struct writer *out)
{
	struct database_fragment facts;
	uint8_t bytes[RECORD_MAX];

	if (!database_fragment(database, fragment, &facts) ||
	    out->size - out->used < sizeof(uint16_t) + facts.size)
		return false;
	database_copy(database, fragment, bytes);
	if (!message_records_add(out, (struct span){bytes, facts.size}))
		return false;
	adjacency_fly(adjacencies, slot, fragment, flight);
	return true;
}

/* True if a node's record is passed on: it is connected, or says that it leaves. */
static bool is_spoken_of(const struct database *database, uint32_t node)
{
	return database_connected(database, node) ||
	       (database_flags(database, node) & RECORD_LEAVING) != 0;
}

/* Appends what is wanted of the record a fragment belongs to, the first one first: without that
 * nobody takes the others. What is gone, silent or not used needs nothing any more. */
static void append_record(struct adjacencies *adjacencies, const struct database *database,
			  uint32_t slot, uint32_t fragment, uint32_t flight, struct writer *out)
{
	struct database_fragment facts;
	uint32_t at = DATABASE_NONE;

	if (database_fragment(database, fragment, &facts) && is_spoken_of(database, facts.node))
		at = database_first(database, facts.node);
	while (at != DATABASE_NONE) {
		if (adjacency_mark(adjacencies, slot, at) == ADJACENCY_WANTED &&
		    !append(adjacencies, database, slot, at, flight, out))
			return;
		at = database_next(database, at);
	}
	if (adjacency_mark(adjacencies, slot, fragment) == ADJACENCY_WANTED)
		adjacency_set(adjacencies, slot, fragment, ADJACENCY_NOTHING);
}

/* Fills one message from what is wanted: true if there was anything. */
static bool write_records(struct adjacencies *adjacencies, const struct database *database,
			  instant now, uint32_t slot, struct writer *out)
{
	struct adjacency *adjacency = adjacency_at(adjacencies, slot);
	uint32_t flight = free_flight(adjacency);
	uint32_t number = adjacency_number(adjacencies, slot);
	size_t head;

	message_records(out, number);
	head = out->used;
	for (uint32_t at = adjacency_wanted(adjacencies, slot, 0); at != ADJACENCY_NONE;
	     at = adjacency_wanted(adjacencies, slot, at + 1)) {
		append_record(adjacencies, database, slot, at, flight, out);
		if (out->size - out->used < LEAST)
			break;
	}
	if (out->used == head)
		return false;
	adjacency->sending.flights[flight] = (struct adjacency_flight){number, now};
	return true;
}

bool flood_due(struct adjacencies *adjacencies, const struct database *database, instant now,
	       uint32_t slot, struct writer *out)
{
	struct adjacency *adjacency = adjacency_at(adjacencies, slot);

	if (instant_reached(now, ack_deadline(adjacency))) {
		acknowledge(adjacency, out);
		return true;
	}
	if (instant_reached(now, retry_deadline(adjacency)))
		retry(adjacencies, slot);
	if (instant_reached(now, records_deadline(adjacency)))
		return write_records(adjacencies, database, now, slot, out);
	return false;
}
