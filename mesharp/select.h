/* Who of the neighbours on a crowded wire is adjacent: some of least cost, some by a hash nobody
 * outside can foresee, and of those that select us as many as there is room for. What changes comes
 * slowly, so that neither noise nor a crowd of newcomers takes a node's adjacencies away. Inside of
 * mesharp/. docs/protocol/mesharp.md, section 4. */
#ifndef MESHARP_SELECT_H
#define MESHARP_SELECT_H

#include "mesharp/roster.h"

enum {
	SELECT_CROWD = 16,    /* entries of a wire up to which all are selected */
	SELECT_EACH = 8,      /* of least cost, and of lowest rank */
	SELECT_ACCEPTED = 32, /* adjacencies on a crowded wire */
	SELECT_EAGER = 3,     /* of those joined news goes to at once, and to those that pick us */
};

/* What is kept for a link; zeroed, nobody was displaced yet. */
struct selection {
	instant spares_until; /* nobody in SYNC or FULL is displaced before */
};

/* The link that is looked at. */
struct select_link {
	const struct roster *roster;
	uint32_t link;
	uint64_t rate_bps; /* as the metric has it */
	uint32_t cost_us;
};

/* Sets `chosen` of every entry of a crowded link. O(entries). */
void select_choose(const struct select_link *on, struct selection *selection, instant now);

/* The place of a joined entry that news is to pass to at once, while fewer than there should be
 * were picked for that; ROSTER_NONE if enough are, or nobody is left. O(entries). */
uint32_t select_eager(const struct select_link *on);

/* Who has to part after the entry at `place` became adjacent: that one itself, another, or
 * ROSTER_NONE while there is room. O(entries). */
uint32_t select_excess(const struct select_link *on, struct selection *selection, instant now,
		       uint32_t place);

#endif
