/* Programs on the hosts of nodes: small callbacks that get the datagrams a node hands to its host
 * and may send others. A program is an entry of one table; each host runs at most one of each kind.
 * What programs keep is bounded: some words on each host, and PRINTER_LINES lines of a run. */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include "sim/datagram.h"

struct world;

enum {
	PRINTER_LINES = 64,
	PRINTER_TEXT = 48,
};

enum program_kind {
	PROGRAM_ECHO,	 /* answers with the same payload */
	PROGRAM_PRINTER, /* puts a line into the run's output */
	PROGRAM_SWITCH,	 /* hands on what has a route over this host */
	PROGRAM_CHAT,	 /* asks line by line, and answers */
	PROGRAM_COUNT,
};

/* As a scenario names it. */
struct program {
	enum program_kind kind;
	bool asks; /* CHAT: begins one with `peer`; what follows is of that */
	uint32_t peer;
	struct via via; /* to the peer */
	uint32_t turns;
	duration every;
};

/* As it runs on a host. */
struct running {
	const struct program *program; /* the scenario's; NULL: it does not run here */
	uint64_t did;		       /* what the program is for */
	instant armed;		       /* when it gets its time; never: not at all */
	uint32_t turn;		       /* CHAT: questions answered in this life */
};

/* A line of the printer. */
struct printed {
	instant when;
	uint32_t node, from, size;
	uint16_t source_port, destination_port;
	char text[PRINTER_TEXT]; /* the payload's beginning, if it is text */
};

struct printer {
	struct printed lines[PRINTER_LINES]; /* the first ones */
	uint64_t count;			     /* of all */
};

/* Callbacks may be NULL. */
struct program_type {
	const char *name;
	void (*read)(struct line *line, uint32_t nodes, struct program *program); /* arguments */
	void (*start)(struct world *world, uint32_t node); /* with its node */
	void (*packet)(struct world *world, uint32_t node, const struct datagram *datagram);
	void (*relay)(struct world *world, uint32_t node, const struct datagram *datagram);
	void (*time)(struct world *world, uint32_t node);
};

const struct program_type *program_type(enum program_kind kind);

/* A kind by its name; PROGRAM_COUNT: there is none. */
enum program_kind program_named(const char *name);

/* Reads NAME and its arguments. */
void program_read(struct line *line, uint32_t nodes, struct program *program);

/* The program of that kind on a node's host. */
struct running *program_at(struct world *world, uint32_t node, enum program_kind kind);

/* Sets the time of a program, so long from now. */
void program_arm(struct world *world, uint32_t node, enum program_kind kind, duration after);

/* Its time has come, unless it was set anew. */
void program_time(struct world *world, uint32_t node, enum program_kind kind);

/* The lines of the printers: for people, or as members of a JSON object. */
void printer_text(const struct world *world);
void printer_json(const struct world *world);

#endif
