/* The rank of an entry is a hash under the table's own secret, so those of lowest rank are a sample
 * that a stranger who makes up identities cannot aim at. The invariants: of neighbours in SYNC or
 * FULL at most one in 30 s is given up, never one of the four longest FULL, and none while fewer
 * than eight of the chosen are FULL, so HELLOs alone take nothing away.
 * docs/protocol/mesharp.md, section 4. */
#include "mesharp/select.h"

enum {
	OLDEST = 4,   /* longest FULL, which are never displaced */
	SPARES_S = 30 /* between two that are */
};

/* The entries of one link that can be selected. */
struct crowd {
	uint32_t count;
	struct candidate {
		struct entry *entry;
		uint32_t cost_us;
		bool taken;
	} candidates[ROSTER_LINK];
};

static bool is_joined(const struct entry *entry)
{
	return entry->state == NEIGHBOUR_SYNC || entry->state == NEIGHBOUR_FULL;
}

static bool is_candidate(const struct entry *entry, instant now)
{
	switch (entry->state) {
	case NEIGHBOUR_HEARD:
	case NEIGHBOUR_HANDSHAKE:
	case NEIGHBOUR_ONEWAY:
	case NEIGHBOUR_TWOWAY:
	case NEIGHBOUR_SYNC:
	case NEIGHBOUR_FULL:
		return instant_reached(now, entry->declined_until);
	case NEIGHBOUR_NONE:
	case NEIGHBOUR_LOST:
	case NEIGHBOUR_BLOCKED:
		return false;
	}
	abort();
}

/* The next entry of the link from place *at on, which moves past it; NULL after the last. */
static struct entry *next_on(const struct select_link *on, uint32_t *at)
{
	for (uint32_t place = roster_from(on->roster, *at); place != ROSTER_NONE;
	     place = roster_from(on->roster, place + 1)) {
		*at = place + 1;
		if (roster_entry(on->roster, place)->link == on->link)
			return roster_entry(on->roster, place);
	}
	return NULL;
}

/* Cost is known of those that were proven. Whoever is selected gives way to nobody who is not a
 * quarter cheaper. */
static uint32_t cost_of(const struct select_link *on, const struct entry *entry)
{
	uint32_t cost_us = quality_metric_us(&entry->quality, on->rate_bps, on->cost_us);

	if (!is_joined(entry) && entry->state != NEIGHBOUR_TWOWAY)
		return UINT32_MAX;
	return entry->selects ? cost_us - cost_us / 4 : cost_us;
}

static void gather(const struct select_link *on, instant now, struct crowd *crowd)
{
	struct entry *entry;
	uint32_t at = 0;

	crowd->count = 0;
	while ((entry = next_on(on, &at)) != NULL) {
		entry->chosen = !instant_reached(now, entry->needed_until);
		if (is_candidate(entry, now))
			crowd->candidates[crowd->count++] =
				(struct candidate){.entry = entry, .cost_us = cost_of(on, entry)};
	}
}

static bool comes_before(const struct candidate *a, const struct candidate *b, bool by_cost)
{
	if (by_cost && a->cost_us != b->cost_us)
		return a->cost_us < b->cost_us;
	return a->entry->rank < b->entry->rank;
}

static void choose_next(struct crowd *crowd, bool by_cost)
{
	struct candidate *first = NULL;

	for (uint32_t i = 0; i < crowd->count; i++) {
		struct candidate *candidate = &crowd->candidates[i];

		if (candidate->taken || (by_cost && candidate->cost_us == UINT32_MAX))
			continue;
		if (first == NULL || comes_before(candidate, first, by_cost))
			first = candidate;
	}
	if (first == NULL)
		return;
	first->taken = true;
	first->entry->chosen = true;
}

static void choose_some(struct crowd *crowd, bool by_cost)
{
	for (uint32_t i = 0; i < crowd->count; i++)
		crowd->candidates[i].taken = false;
	for (uint32_t i = 0; i < SELECT_EACH; i++)
		choose_next(crowd, by_cost);
}

/* True if it is among the longest FULL of its link. */
static bool is_old(const struct select_link *on, const struct entry *entry)
{
	const struct entry *other;
	uint32_t at = 0, older = 0;

	while ((other = next_on(on, &at)) != NULL)
		older += other->state == NEIGHBOUR_FULL && other->since.us < entry->since.us;
	return entry->state == NEIGHBOUR_FULL && older < OLDEST;
}

/* Who was selected and is joined stays chosen, but for one now and then. */
static void keep(const struct select_link *on, struct selection *selection, instant now,
		 const struct crowd *crowd)
{
	struct entry *goes = NULL;
	uint32_t full = 0;

	for (uint32_t i = 0; i < crowd->count; i++) {
		struct entry *entry = crowd->candidates[i].entry;

		full += entry->chosen && entry->state == NEIGHBOUR_FULL;
		if (entry->chosen || !entry->selects || entry->state != NEIGHBOUR_FULL)
			continue;
		entry->chosen = true;
		if ((goes == NULL || entry->rank > goes->rank) && !is_old(on, entry))
			goes = entry;
	}
	if (goes == NULL || full < SELECT_EACH || !instant_reached(now, selection->spares_until))
		return;
	goes->chosen = false;
	selection->spares_until = instant_after(now, duration_s(SPARES_S));
}

void select_choose(const struct select_link *on, struct selection *selection, instant now)
{
	struct crowd crowd;

	gather(on, now, &crowd);
	choose_some(&crowd, false);
	choose_some(&crowd, true);
	keep(on, selection, now, &crowd);
}

/* Of those joined that we do not select ourselves the one of highest rank, or ROSTER_NONE. */
static uint32_t last_guest(const struct select_link *on, uint32_t *joined)
{
	uint32_t last = ROSTER_NONE;

	*joined = 0;
	for (uint32_t at = roster_from(on->roster, 0); at != ROSTER_NONE;
	     at = roster_from(on->roster, at + 1)) {
		const struct entry *entry = roster_entry(on->roster, at);

		if (entry->link != on->link || !is_joined(entry))
			continue;
		++*joined;
		if (!entry->selects && !is_old(on, entry) &&
		    (last == ROSTER_NONE || entry->rank > roster_entry(on->roster, last)->rank))
			last = at;
	}
	return last;
}

uint32_t select_excess(const struct select_link *on, struct selection *selection, instant now,
		       uint32_t place)
{
	uint32_t joined;
	uint32_t last = last_guest(on, &joined);

	if (joined <= SELECT_ACCEPTED)
		return ROSTER_NONE;
	if (last == ROSTER_NONE || last == place || !instant_reached(now, selection->spares_until))
		return place;
	selection->spares_until = instant_after(now, duration_s(SPARES_S));
	return last;
}

uint32_t select_eager(const struct select_link *on)
{
	uint32_t picked = 0, first = ROSTER_NONE;

	for (uint32_t at = roster_from(on->roster, 0); at != ROSTER_NONE;
	     at = roster_from(on->roster, at + 1)) {
		const struct entry *entry = roster_entry(on->roster, at);

		if (entry->link != on->link || !is_joined(entry))
			continue;
		picked += entry->eager;
		if (!entry->eager &&
		    (first == ROSTER_NONE || entry->rank < roster_entry(on->roster, first)->rank))
			first = at;
	}
	return picked < SELECT_EAGER ? first : ROSTER_NONE;
}
