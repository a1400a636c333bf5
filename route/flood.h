/* Flooding: what is news goes to every neighbour that may need it, gathered into RECORDS, until it
 * is acknowledged or given up. docs/protocol/route.md, section 3. Inside of route/. */
#ifndef ROUTE_FLOOD_H
#define ROUTE_FLOOD_H

#include "route/adjacency.h"
#include "route/database.h"
#include "route/message.h"

/* What flooding works on, and which neighbours those a fragment came from have links to:
 * remembered, because one message brings several. */
struct flood {
	uint32_t linked_from; /* slot, ADJACENCY_NONE if nothing is remembered */
	uint64_t linked_database, linked_adjacencies; /* the versions it was true for */
	uint8_t linked[ROUTE_ADJACENT_MAX / 8];	      /* a bit for each slot */
};

void flood_init(struct flood *flood);

/* True if a node's record lists that address. Who leaves lists nobody. */
bool flood_lists(const struct database *database, uint32_t node, const struct address *address);

/* Another version of a fragment was taken, from that slot or, ADJACENCY_NONE, as our own: what was
 * marked of the older one is of no more use. O(neighbours). */
void flood_taken(struct adjacencies *adjacencies, uint32_t fragment, uint32_t from);

/* The neighbour sent the fragment as we have it. */
void flood_known(struct adjacencies *adjacencies, uint32_t slot, uint32_t fragment);

/* The neighbour is to be sent that fragment, soon. */
void flood_want(struct adjacencies *adjacencies, instant now, uint32_t slot, uint32_t fragment);

/* Takes all news out of the database and marks it for those it goes to. O(news · neighbours). */
void flood_news(struct flood *flood, struct adjacencies *adjacencies, struct database *database,
		instant now);

/* RECORDS of that number came. */
void flood_received(struct adjacency *adjacency, instant now, uint32_t number);

/* An ACK came. O(fragments). */
void flood_acknowledged(struct adjacencies *adjacencies, uint32_t slot,
			const struct message_ack *ack);

/* When flood_due has something to do for a neighbour. */
instant flood_deadline(const struct adjacency *adjacency);

/* Does what is due for a neighbour: true if it wrote a message to send. */
MUST_USE bool flood_due(struct adjacencies *adjacencies, const struct database *database,
			instant now, uint32_t slot, struct writer *out);

/* Three smoothed round trips of the neighbour, at least so many milliseconds. */
duration flood_patience(const struct adjacency *adjacency, int64_t least_ms);

#endif
