/* A fragment on its way into the database: whether it is wanted, admitted and good, and then kept.
 * Inside of route/. docs/protocol/route.md, section 2. */
#ifndef ROUTE_ARRIVAL_H
#define ROUTE_ARRIVAL_H

#include "base/bucket.h"
#include "route/database.h"
#include "route/store.h"

/* What a neighbour may still bring. Zeroed it brought nothing yet. */
struct visitor {
	struct bucket newcomers;
	struct bucket forged;
};

struct arrival {
	struct store *store;
	const struct database_realm *realm;
	struct visitor *visitor; /* the neighbour that brought it */
	uint32_t neighbour;	 /* its number, STORE_NOBODY for ourselves */
	bool beside;		 /* its node is a neighbour of ours */
	uint32_t own;		 /* fragments that our own record may need */
	struct span bytes;

	/* found by arrival_check or arrival_own */
	struct record record;
	uint32_t node;	      /* whose it is, STORE_NONE if we know nothing of it */
	uint32_t fragment;    /* what it takes the place of, or is kept under */
	struct bucket forged; /* the visitor's, should it be forged */

	/* found by arrival_keep */
	uint32_t displaced; /* connected nodes that gave way to it */
	bool parts;	    /* it lacks a link that the fragment whose place it takes lists */
};

/* Looks at it in the order of the specification; refusals as in database_accept. fragment is that
 * of what we have or had on RECORD_KNOWN and RECORD_OLD. Changes nothing but the visitor's buckets.
 */
MUST_USE enum drop arrival_check(struct arrival *arrival, instant now);

/* The same for one of our own, which is always wanted and good. */
void arrival_own(struct arrival *arrival);

/* Keeps what was checked: others may have to go, and those fragments of its node that it makes
 * useless do. True if what its node says of itself and of its links changed. */
MUST_USE bool arrival_keep(struct arrival *arrival, instant now);

#endif
