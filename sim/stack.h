/* What lies between a node and the programs of its host: filters on the way in and out, and the
 * handing of each datagram to who is meant. The pings of expectations pass by it. A host's stack is
 * bounded: programs send at most STACK_BURST datagrams at one instant, so that nothing multiplies
 * for ever. */
#ifndef SIM_STACK_H
#define SIM_STACK_H

#include "sim/filter.h"
#include "sim/program.h"

struct expectation;
struct order;
struct scenario;

enum { STACK_BURST = 64 };

struct stack {
	struct chain in, out;
	struct running programs[PROGRAM_COUNT];
	uint64_t filtered[FILTER_COUNT]; /* of all lives */
	instant burst_at;
	uint32_t burst; /* datagrams programs sent at that instant */
};

/* A line of a scenario: a program, or a filter, for nodes first … last. */
struct program_line {
	uint32_t first, last;
	struct program program;
};

struct filter_line {
	uint32_t first, last;
	bool out;
	struct filter filter;
};

/* Read what follows `program` and `filter` in a scenario's line. */
void stack_read_program(struct scenario *scenario, struct line *line);
void stack_read_filter(struct scenario *scenario, struct line *line);

/* Reads `program NAME` and `filtered KIND` of an expectation; false if it begins otherwise. */
MUST_USE bool stack_read_expected(struct line *line, struct expectation *expectation);

/* Complains about a route no packet of the order can go. */
void stack_check_order(struct line *line, const struct order *order);

/* Makes the stacks a scenario wants, and ends them. */
void stack_begin(struct world *world);
void stack_free(struct world *world);

/* Starts the programs of a host, and forgets what its filters saw in an earlier life. */
void stack_start(struct world *world, uint32_t node);

/* Sends the packet of an order. */
void stack_order(struct world *world, const struct order *order);

/* Sends a datagram of a program. */
void stack_send(struct world *world, uint32_t node, const struct datagram *datagram);

/* Takes a packet that a node handed to its host, and whose parcel is this. */
void stack_take(struct world *world, const struct parcel *parcel, const uint8_t *packet,
		size_t size);

/* What the programs, or filters, did that a PROGRAM or FILTERED expectation is about. */
uint64_t stack_did(const struct world *world, const struct expectation *expectation);

/* The same of all, as members of a JSON object. */
void stack_json(const struct world *world);

#endif
