/* Filters on the way of datagrams into a host and out of it, in the order in which a scenario names
 * them. A filter changes no datagram: it makes one more of it, sends it back, lets it go on or
 * drops it, so what leaves a chain is a number of equal datagrams. Memory is bounded: a chain has
 * at most FILTERS_MOST filters, and `unique` remembers the last FILTER_REMEMBERED datagrams. */
#ifndef SIM_FILTER_H
#define SIM_FILTER_H

#include "sim/datagram.h"

enum {
	FILTERS_MOST = 8,
	FILTER_REMEMBERED = 64, /* datagrams, the oldest is forgotten first */
	FILTER_DIGEST = 16,
	FILTER_TEXT = 64,
};

enum filter_kind {
	FILTER_DUPLICATE, /* two for one */
	FILTER_LOOPBACK,  /* on the way out: comes in instead */
	FILTER_UNIQUE,	  /* drops what passed it before */
	FILTER_MATCH,	  /* drops what has not the value in the field */
	FILTER_NO_MATCH,  /* drops what has it */
	FILTER_BURST,	  /* no filter: what a host drops that programs send too much of */
	FILTER_STRANDED,  /* no filter: what a host drops that it is to hand on and has no switch */
	FILTER_COUNT,
};

enum filter_field {
	FIELD_SIZE, /* bytes of the IPv6 packet */
	FIELD_FROM, /* node */
	FIELD_TO,   /* node */
	FIELD_PORT, /* destination port */
	FIELD_TEXT, /* anywhere in the payload */
};

struct filter {
	enum filter_kind kind;
	enum filter_field field;
	uint32_t least, most; /* of fields that are numbers */
	char text[FILTER_TEXT];
};

/* What a `unique` remembers. */
struct passed {
	uint8_t digests[FILTER_REMEMBERED][FILTER_DIGEST];
	uint32_t count; /* that ever passed */
};

struct filter_link {
	const struct filter *filter; /* the scenario's */
	struct passed *passed;	     /* of a UNIQUE */
};

/* A zeroed one lets everything pass. */
struct chain {
	struct filter_link links[FILTERS_MOST];
	uint32_t count;
};

/* What became of a datagram. */
struct passage {
	uint32_t on;	 /* so many of it go on */
	uint32_t looped; /* so many come back */
};

/* Reads KIND and its arguments; `out`: the filter is for the way out. */
void filter_read(struct line *line, bool out, struct filter *filter);

/* A kind by its name, those that are no filters too; FILTER_COUNT: there is none. */
enum filter_kind filter_named(const char *name);
const char *filter_name(enum filter_kind kind);

/* Appends a filter; there is room for it. The caller ends the chain with chain_free. */
void chain_add(struct chain *chain, const struct filter *filter);

/* What was remembered is forgotten. */
void chain_forget(struct chain *chain);
void chain_free(struct chain *chain);

/* Lets a datagram through. Adds to did what each kind of filter made more of, sent back or dropped.
 */
struct passage chain_pass(struct chain *chain, const struct datagram *datagram,
			  uint64_t did[FILTER_COUNT]);

#endif
