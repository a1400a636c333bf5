/* The neighbour table as others see it; nothing here changes it. docs/protocol/mesharp.md. */
#include "mesharp/way.h"

static void show(const struct mesharp *mesharp, uint32_t place, struct mesharp_entry *shown)
{
	const struct entry *entry = roster_entry(mesharp_roster(mesharp), place);
	const struct mesharp_link *facts = &mesharp_slot(mesharp, entry->link)->facts;

	*shown = (struct mesharp_entry){
		.address = entry->address,
		.link = entry->link,
		.lladdr = entry->lladdr,
		.state = entry->state,
		.since = entry->since,
		.rtt_us = quality_rtt_us(&entry->quality),
		.loss_ppm = quality_loss_ppm(&entry->quality),
		.quality = quality_share(&entry->quality),
		.crowd = mesharp_selects(mesharp, entry->link),
		.eager = entry->eager || entry->urged,
	};
	if (entry->state == NEIGHBOUR_FULL)
		shown->metric_us = quality_metric_us(&entry->quality, facts->rate_bps, facts->cost);
}

bool mesharp_entries(const struct mesharp *mesharp, uint32_t *cursor, struct mesharp_entry *entry)
{
	uint32_t place = roster_from(mesharp_roster(mesharp), *cursor);

	if (place == ROSTER_NONE)
		return false;
	*cursor = place + 1;
	show(mesharp, place, entry);
	return true;
}

bool mesharp_metric(const struct mesharp *mesharp, const struct mesharp_entry *entry,
		    struct metric *metric)
{
	const struct roster *roster = mesharp_roster(mesharp);
	uint32_t place = roster_find(roster, entry->link, entry->lladdr, &entry->address);

	if (place == ROSTER_NONE)
		return false;
	const struct mesharp_link *facts = &mesharp_slot(mesharp, entry->link)->facts;
	*metric =
		quality_metric(&roster_entry(roster, place)->quality, facts->rate_bps, facts->cost);
	return true;
}

bool mesharp_best(const struct mesharp *mesharp, const struct address *address,
		  struct mesharp_entry *entry)
{
	uint32_t best = way_best(mesharp, address);

	if (best == ROSTER_NONE)
		return false;
	show(mesharp, best, entry);
	return true;
}

/* The first entry of a node in a state, from place `at` on; ROSTER_NONE if there is none. */
static uint32_t first_in(const struct roster *roster, uint32_t at, enum neighbour_state state)
{
	while (at != ROSTER_NONE && roster_entry(roster, at)->state != state)
		at = roster_next(roster, at);
	return at;
}

bool mesharp_proven(const struct mesharp *mesharp, const struct address *address,
		    struct mesharp_entry *entry)
{
	const struct roster *roster = mesharp_roster(mesharp);
	uint32_t at = first_in(roster, roster_first(roster, address), NEIGHBOUR_SYNC);

	if (mesharp_best(mesharp, address, entry))
		return true;
	if (at == ROSTER_NONE)
		return false;
	show(mesharp, at, entry);
	return true;
}

bool mesharp_of(const struct mesharp *mesharp, const struct address *address, uint32_t *cursor,
		struct mesharp_entry *entry)
{
	const struct roster *roster = mesharp_roster(mesharp);
	uint32_t from =
		*cursor == 0 ? roster_first(roster, address) : roster_next(roster, *cursor - 1);
	uint32_t at = first_in(roster, from, NEIGHBOUR_FULL);

	if (at == ROSTER_NONE)
		return false;
	*cursor = at + 1;
	show(mesharp, at, entry);
	return true;
}

enum neighbour_state mesharp_hope(const struct mesharp *mesharp, const struct address *address)
{
	return roster_hope(mesharp_roster(mesharp), address);
}

uint32_t mesharp_count(const struct mesharp *mesharp)
{
	return roster_count(mesharp_roster(mesharp));
}

uint32_t mesharp_interface(uint32_t link)
{
	return link + 1;
}
