/* Our own record: what it says of the FULL neighbours, when it is made anew, and what is done about
 * fragments of our own address that come from elsewhere. docs/protocol/route.md, sections 4 and 6.
 * Inside of route/. */
#ifndef ROUTE_ORIGIN_H
#define ROUTE_ORIGIN_H

#include "base/bucket.h"
#include "base/rng.h"
#include "route/adjacency.h"
#include "route/database.h"

struct origin {
	struct address own;
	struct database_realm realm;
	uint8_t said;	    /* the flags of the record as it was last made */
	instant due;	    /* a change is to be told, NEVER if none is */
	instant not_before; /* the rate, or a duplicate, allows none before */
	struct bucket rate;
	uint32_t fragments;		      /* of the record as it was last made */
	uint32_t sequences[RECORD_FRAGMENTS]; /* the last used */
	instant refresh[RECORD_FRAGMENTS];    /* when each is made anew at the latest */
	struct bucket heard;		      /* fragments of our address, to be verified */
	bool duplicated;		      /* a second node has our identity */
	bool untold;			      /* and that is to be said */
	instant duplicate_until, told;
};

/* The first record is due at once. */
void origin_init(struct origin *origin, const struct address *own,
		 const struct database_realm *realm);

/* True if the record says that we leave. It is not made again then. */
bool origin_left(const struct origin *origin);

/* The record has to be made anew, at that time or before. */
void origin_change(struct origin *origin, instant due);

/* What is known of a neighbour was told again; was_full: before; first: of both ends it is ours to
 * list the other first. */
void origin_neighbour(struct origin *origin, struct adjacency *adjacency, instant now,
		      bool was_full, bool first);

/* A neighbour's record lists us now. */
void origin_listed(struct origin *origin, const struct adjacency *adjacency, instant now);

/* What to do about a fragment of our own address. */
enum origin_verdict {
	ORIGIN_NOTHING, /* it is what we said */
	ORIGIN_ANSWER,	/* it is older: send ours */
	ORIGIN_ABOVE,	/* it is ours and newer: the record is made anew above it */
	ORIGIN_DUPLICATE,
};

/* A fragment of our own address, well formed and of our zone, came in. Refusals: RATE_RECORD,
 * RECORD. */
MUST_USE enum drop origin_heard(struct origin *origin, instant now, const struct route_self *self,
				const struct record *record, struct span bytes,
				enum origin_verdict *verdict);

/* When origin_make or origin_tell is wanted. */
instant origin_deadline(const struct origin *origin, instant now);

/* True once a time that another node has our identity. */
MUST_USE bool origin_tell(struct origin *origin, instant now);

/* Makes what is due of the record, if the rate allows, and puts it into the database: at most one
 * signature a fragment. */
void origin_make(struct origin *origin, instant now, const struct route_self *self,
		 struct adjacencies *adjacencies, struct database *database, struct rng *rng);

#endif
