/* What a node tells people, as typed values: pure rooms do not log. The daemon turns notices into
 * journal entries with fields and limits their rate. */
#ifndef NODE_NOTICE_H
#define NODE_NOTICE_H

#include "mesharp/neighbour.h"
#include "meshp/address.h"

#include <stdint.h>

enum notice_kind {
	NOTICE_NEIGHBOUR,      /* a neighbour changed its state */
	NOTICE_SESSION_UP,     /* a key with a peer was confirmed; epoch and suite */
	NOTICE_SESSION_LOST,   /* the last key of a peer expired */
	NOTICE_ZONE,	       /* other nodes can be reached than before; nodes and synced */
	NOTICE_DATABASE_FULL,  /* a record found no room, for the first time in 5 minutes */
	NOTICE_DUPLICATE_NODE, /* another live node has our identity */
	NOTICE_TRACE,	       /* a trace of ours came to its end */
	NOTICE_LEFT,	       /* the neighbours have heard that we leave */
};

struct notice {
	enum notice_kind kind;
	struct address address; /* the other node; ZONE, DATABASE_FULL, LEFT: we; TRACE: where to */
	uint32_t link;		/* NEIGHBOUR: slot of the link */
	struct lladdr lladdr;	/* NEIGHBOUR */
	enum neighbour_state from, to; /* NEIGHBOUR */
	uint32_t epoch;		       /* SESSION_UP */
	uint8_t suite;		       /* SESSION_UP: enum suite */
	bool rekeyed;		       /* SESSION_UP: there was a key before it */
	uint32_t trace;		       /* TRACE: its number */
	uint32_t nodes;		       /* ZONE: that can be reached, this one too */
	bool synced;		       /* ZONE: all others that exist are known */
};

#endif
