/* Synchronisation: COMPARE shows two neighbours in which buckets their databases differ, each gives
 * what the other lacks, and a joining node loads one database and not one from each neighbour.
 * docs/protocol/route.md, section 3. Inside of route/. */
#ifndef ROUTE_SYNC_H
#define ROUTE_SYNC_H

#include "route/adjacency.h"
#include "route/database.h"
#include "route/message.h"

/* The neighbour far ahead of us that we load the database from. */
struct sync {
	uint32_t loading; /* its slot, ADJACENCY_NONE */
	instant fed;	  /* when it last brought something, or was chosen */
};

void sync_init(struct sync *sync);

/* An adjacency reached SYNC. */
void sync_begin(struct adjacencies *adjacencies, instant now, uint32_t slot);

/* An adjacency ends. */
void sync_parted(struct sync *sync, uint32_t slot);

/* A fragment of that neighbour's was taken. */
void sync_fed(struct sync *sync, struct adjacency *adjacency, instant now, uint32_t slot);

/* The neighbour said how many nodes are connected and what their digest is. */
void sync_digest(struct adjacencies *adjacencies, const struct database *database, instant now,
		 uint32_t slot, uint64_t digest, uint32_t nodes);

/* Its COMPARE came. O(fragments). */
void sync_compared(struct sync *sync, struct adjacencies *adjacencies,
		   const struct database *database, instant now, uint32_t slot,
		   const struct message_compare *compare);

/* When sync_due or sync_level has something to say for a neighbour, not before now. */
instant sync_deadline(const struct sync *sync, struct adjacencies *adjacencies,
		      const struct database *database, instant now, uint32_t slot);

/* True if it wrote a COMPARE to send. */
MUST_USE bool sync_due(struct sync *sync, struct adjacencies *adjacencies,
		       const struct database *database, instant now, uint32_t slot,
		       struct writer *out);

/* True once an adjacency: the neighbour has all we had. */
MUST_USE bool sync_level(struct adjacency *adjacency);

#endif
