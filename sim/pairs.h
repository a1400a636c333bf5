/* The ordered pairs of nodes an expectation is about: all that it selects, or so many of them at
 * random if they are too many to try. */
#ifndef SIM_PAIRS_H
#define SIM_PAIRS_H

#include "base/require.h"

#include <stddef.h>
#include <stdint.h>

struct expectation;
struct line;
struct scenario;

enum { PAIRS_ALL = 4096 }; /* more are drawn, so many of them */

struct pair {
	uint32_t from, to; /* nodes */
};

/* A zeroed one has none. */
struct pairs {
	struct pair *pairs;
	uint32_t count;
};

/* Reads SELECT [pairs N]: of 0..4 both ends, of 3 one. */
void pairs_read(const struct scenario *scenario, struct line *line,
		struct expectation *expectation);

/* Makes those of expectation number `number`, drawn from a stream of its own. */
void pairs_make(struct pairs *pairs, const struct expectation *expectation, uint32_t nodes,
		uint64_t seed, uint32_t number);

void pairs_free(struct pairs *pairs);

#endif
