/* What a node says of itself: its certificate, and its links, which are the entries of all its
 * fragments one after the other. Inside of route/. docs/protocol/route.md, sections 1 and 4. */
#ifndef ROUTE_CLAIMS_H
#define ROUTE_CLAIMS_H

#include "route/record.h"
#include "route/store.h"

/* A walk; it points into itself, so it is not copied. */
struct claims {
	const struct store *store;
	uint32_t fragment;    /* the next one to read */
	uint32_t index;	      /* the next entry of record */
	struct record record; /* in bytes */
	uint8_t bytes[RECORD_MAX];
};

/* Begins a walk over a node's entries. Who has no fragment 0 or is leaving has no links. */
void claims_begin(struct claims *claims, const struct store *store, uint32_t node);

/* The next entry, false after the last. A neighbour that is in several fragments comes repeatedly.
 */
MUST_USE bool claims_next(struct claims *claims, struct record_entry *entry);

/* True if a node lists the one of that address. */
MUST_USE bool claims_name(const struct store *store, uint32_t node, const struct address *address);

/* The certificate in a node's fragment 0; false if it has none. */
MUST_USE bool claims_certificate(const struct store *store, uint32_t node,
				 struct certificate *certificate);

#endif
