/* Whether a match of an nftables rule holds for a sample: yes, no, or open where it depends on what
 * is not fixed or on what is not understood here. libnftables-json(5), MATCH and EXPRESSIONS. */
#ifndef TOOLS_DOCTOR_MATCH_H
#define TOOLS_DOCTOR_MATCH_H

#include "tools/doctor/filter.h"

enum truth {
	TRUTH_NO,
	TRUTH_OPEN,
	TRUTH_YES,
};

/* Both hold. */
enum truth truth_both(enum truth a, enum truth b);

/* A match: {op, left, right}. */
enum truth match_judge(const struct sample *sample, const json_t *match);

/* That an expression has a value, as in the map of a vmap. */
enum truth match_value(const struct sample *sample, const json_t *left, const json_t *right);

#endif
