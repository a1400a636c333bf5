/* The neighbours in SYNC or FULL, each in a slot: what is known of it, what it still has to be
 * sent, which messages to it are under way, which of its own we acknowledge, how far we are in step
 * with it, and what our record says of the link to it. A value in fixed memory; the mark of a
 * fragment is one byte. What the marks follow from is flood.c's, sync.c's and origin.c's matter;
 * inside of route/. docs/protocol/route.md, section 3. */
#ifndef ROUTE_ADJACENCY_H
#define ROUTE_ADJACENCY_H

#include "base/require.h"
#include "base/time.h"
#include "route/limits.h"
#include "route/record.h"
#include "route/route.h"

struct adjacencies;

#define ADJACENCY_NONE UINT32_MAX

/* A message that is not acknowledged yet. */
struct adjacency_flight {
	uint32_t number; /* 0: none */
	instant sent;
};

/* RECORDS to the neighbour. */
struct adjacency_sending {
	uint32_t wanted; /* fragments to be sent */
	uint32_t owed;	 /* fragments a COMPARE marked that are wanted or under way */
	uint32_t tries;	 /* times in a row that what was under way was not acknowledged */
	instant due;	 /* when what is wanted may leave */
	struct adjacency_flight flights[ROUTE_WINDOW];
};

/* RECORDS from the neighbour. */
struct adjacency_receiving {
	uint32_t greatest, bitmap; /* as ACK says them */
	uint32_t waiting;	   /* messages not acknowledged yet */
	instant due;		   /* of the ACK, while some wait */
};

/* COMPAREs with the neighbour, and what its probes said. */
struct adjacency_sync {
	bool heard;	     /* its COMPARE came */
	bool levelled;	     /* LEVEL was said */
	bool answers;	     /* we owe a COMPARE */
	bool asking;	     /* we want one */
	uint32_t asked;	     /* times */
	instant due;	     /* of the next time */
	uint32_t nodes;	     /* connected, as it said last */
	instant differs;     /* since when its digest is not ours, NEVER while it is */
	uint64_t differs_to; /* ours then */
	instant vain_until;  /* not asked again in FULL before */
	duration vain;	     /* how long that was */
};

/* What our record says of the link. */
struct adjacency_claim {
	struct record_entry said; /* cost 0: nothing yet */
	bool stale;		  /* what is said has to be said anew */
	uint32_t worse;		  /* probes in a row that were much worse than said */
	instant better;		  /* since when it is much better than said, NEVER if it is not */
};

struct adjacency {
	bool used;
	bool lists_us; /* its record does */
	instant gone;  /* its record says that it leaves: when it is counted out; else NEVER */
	struct route_neighbour known;
	struct adjacency_sending sending;
	struct adjacency_receiving receiving;
	struct adjacency_sync sync;
	struct adjacency_claim claim;
};

size_t adjacencies_size(const struct route_limits *limits);

/* Makes an empty table in zero-filled memory aligned to 8, of which only what comes into use is
 * touched. */
struct adjacencies *adjacencies_init(void *memory, const struct route_limits *limits);

/* The slot of a neighbour, or ADJACENCY_NONE. O(log neighbours). */
uint32_t adjacency_find(const struct adjacencies *adjacencies, const struct address *address);

/* A zeroed slot for a neighbour that has none, or ADJACENCY_NONE when all are taken. */
uint32_t adjacency_add(struct adjacencies *adjacencies, const struct address *address);

void adjacency_remove(struct adjacencies *adjacencies, uint32_t slot);

/* A slot in use. */
struct adjacency *adjacency_at(struct adjacencies *adjacencies, uint32_t slot);

/* How many there are, and the slot of number index in ascending order of their addresses. */
uint32_t adjacency_count(const struct adjacencies *adjacencies);
uint32_t adjacency_nth(const struct adjacencies *adjacencies, uint32_t index);

/* Changes with every adding and removing. */
uint64_t adjacency_version(const struct adjacencies *adjacencies);

/* Marks of one fragment for one neighbour. */
enum adjacency_mark {
	ADJACENCY_NOTHING, /* it needs nothing, or we do not know */
	ADJACENCY_WANTED,  /* it is to be sent */
	ADJACENCY_GOT,	   /* it sent us this very version */
	ADJACENCY_FLYING,  /* it is under way in a message not acknowledged */
};

enum adjacency_mark adjacency_mark(const struct adjacencies *adjacencies, uint32_t slot,
				   uint32_t fragment);

/* Makes the mark NOTHING, GOT or WANTED; what was owed stays so while it is wanted. */
void adjacency_set(struct adjacencies *adjacencies, uint32_t slot, uint32_t fragment,
		   enum adjacency_mark mark);

/* Makes a fragment that is wanted or under way owed. */
void adjacency_owe(struct adjacencies *adjacencies, uint32_t slot, uint32_t fragment);

/* Makes a wanted fragment under way in the message of flight number flight. */
void adjacency_fly(struct adjacencies *adjacencies, uint32_t slot, uint32_t fragment,
		   uint32_t flight);

/* Makes every fragment under way in one of the flights, a bit each, WANTED or NOTHING. */
void adjacency_land(struct adjacencies *adjacencies, uint32_t slot, uint32_t flights,
		    enum adjacency_mark mark);

/* Forgets which fragments the neighbour sent. */
void adjacency_forget(struct adjacencies *adjacencies, uint32_t slot);

/* The first fragment at or after `from` that is wanted, or ADJACENCY_NONE. */
uint32_t adjacency_wanted(const struct adjacencies *adjacencies, uint32_t slot, uint32_t from);

/* The next message number of a neighbour's. */
uint32_t adjacency_number(struct adjacencies *adjacencies, uint32_t slot);

#endif
