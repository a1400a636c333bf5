/* Which of several ways to one node carries frames: that of least metric, where the one in use
 * counts as a quarter cheaper than it is, so that a lost probe now and then does not send a flow's
 * packets two ways. The invariant: after each event of an entry, of a node's entries that one is in
 * use which way_best names, and no other. docs/protocol/mesharp.md, section 3. */
#include "mesharp/way.h"

#include <string.h>

static uint32_t metric_of(const struct mesharp *mesharp, const struct entry *entry)
{
	const struct mesharp_link *facts = &mesharp_slot(mesharp, entry->link)->facts;

	return quality_metric_us(&entry->quality, facts->rate_bps, facts->cost);
}

/* True if a is better than b, both FULL: equal ones by lower link, then lower link address. */
static bool is_better(const struct mesharp *mesharp, const struct entry *a, const struct entry *b)
{
	uint64_t left = metric_of(mesharp, a) * (a->in_use ? 3ULL : 4);
	uint64_t right = metric_of(mesharp, b) * (b->in_use ? 3ULL : 4);

	if (left != right)
		return left < right;
	if (a->link != b->link)
		return a->link < b->link;
	return memcmp(a->lladdr.bytes, b->lladdr.bytes, LLADDR) < 0;
}

uint32_t way_best(const struct mesharp *mesharp, const struct address *address)
{
	const struct roster *roster = mesharp_roster(mesharp);
	uint32_t best = ROSTER_NONE;

	for (uint32_t at = roster_first(roster, address); at != ROSTER_NONE;
	     at = roster_next(roster, at)) {
		const struct entry *entry = roster_entry(roster, at);

		if (entry->state == NEIGHBOUR_FULL &&
		    (best == ROSTER_NONE || is_better(mesharp, entry, roster_entry(roster, best))))
			best = at;
	}
	return best;
}

void way_use(struct mesharp *mesharp, const struct address *address)
{
	const struct roster *roster = mesharp_roster(mesharp);
	uint32_t best = way_best(mesharp, address);

	for (uint32_t at = roster_first(roster, address); at != ROSTER_NONE;
	     at = roster_next(roster, at))
		roster_entry(roster, at)->in_use = at == best;
}
