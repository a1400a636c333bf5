/* The neighbour table as one value: links with their Trickle timers, the roster of neighbours, and
 * one heap of timers for both. Every event goes the same way: find the entry, let entry.c move it,
 * then note the change that is to be told and set the timer. The invariants: between two calls each
 * entry's timer is its deadline, and after mesharp_next said false all deadlines lie in the future.
 * Timer ids: a place of the roster, or places + a link for its HELLOs, or as many again + the link
 * for whom it selects. docs/protocol/mesharp.md. */
#include "mesharp/mesharp.h"

#include "mesharp/admission.h"
#include "mesharp/value.h"
#include "mesharp/way.h"

#include <string.h>

enum {
	ALIGNMENT = 8,
	FIRST_WIRE_MS = 20, /* the first HELLO of a link goes out within */
	FIRST_RADIO_MS = 100,
	CROWD = 8,		   /* FULL neighbours of a link, from which HELLOs are suppressed */
	SEQUENCES_PER_SECOND = 16, /* more than probes are sent in the long run */
	LOOKS_S = 10,		   /* costs on a crowded link are looked at so often */
	STRANDED_S = 2,		   /* since it was first heard, without a path to it */
	NEEDED_S = 60,		   /* selected for that so long at least */
};

/* The bytes a part takes, so that the next one is aligned. */
static uint64_t aligned(uint64_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Where each part begins; returns where the last one ends. */
static uint64_t lay_out(struct mesharp *mesharp, uint32_t links, uint32_t neighbours)
{
	mesharp->link_slots = aligned(sizeof(*mesharp));
	mesharp->timers = mesharp->link_slots + aligned(links * sizeof(struct link));
	mesharp->roster =
		mesharp->timers + aligned(timers_size(roster_places(neighbours) + 2 * links));
	return mesharp->roster + aligned(roster_size(links, neighbours));
}

size_t mesharp_size(uint32_t links, uint32_t neighbours)
{
	struct mesharp mesharp;

	return lay_out(&mesharp, links, neighbours);
}

struct mesharp *mesharp_init(void *memory, uint32_t links, uint32_t neighbours,
			     const struct address *own, uint32_t instance, struct rng *rng)
{
	struct mesharp *mesharp = memory;
	uint8_t seed[RNG_SEED];
	uint8_t secret[TABLE_SECRET];

	lay_out(mesharp, links, neighbours);
	mesharp->own = *own;
	mesharp->instance = instance;
	mesharp->links = links;
	mesharp->places = roster_places(neighbours);
	rng_fill(rng, seed, sizeof(seed));
	rng_init(&mesharp->rng, seed);
	sodium_memzero(seed, sizeof(seed));
	rng_fill(&mesharp->rng, secret, sizeof(secret));
	rng_fill(&mesharp->rng, mesharp->secret, sizeof(mesharp->secret));
	timers_init(mesharp_timers(mesharp), mesharp->places + 2 * links);
	roster_init(mesharp_roster(mesharp), links, neighbours, secret);
	return mesharp;
}

static void selection_set(struct mesharp *mesharp, uint32_t link, instant when)
{
	timers_set(mesharp_timers(mesharp), mesharp->places + mesharp->links + link, when);
}

/* An event on its way through an entry. */
struct step {
	uint32_t place;
	struct entry *entry;
	enum neighbour_state before;
	struct entry_context context;
};

static struct step step_begin(struct mesharp *mesharp, instant now, uint32_t place)
{
	struct entry *entry = roster_entry(mesharp_roster(mesharp), place);

	return (struct step){
		.place = place,
		.entry = entry,
		.before = entry->state,
		.context = {.now = now,
			    .radio = mesharp_slot(mesharp, entry->link)->facts.radio,
			    .crowded = mesharp_selects(mesharp, entry->link),
			    .rng = &mesharp->rng,
			    .initiations = &mesharp->initiations},
	};
}

/* The same of an event that came from there: all that are heard on a wire that is not crowded are
 * selected, but not who is only hinted at. */
static struct step step_heard(struct mesharp *mesharp, instant now, uint32_t place)
{
	struct step step = step_begin(mesharp, now, place);

	step.entry->selects |= !step.context.crowded;
	return step;
}

/* An entry was LOST: the other end's interface may be down, so what leads there over other links of
 * ours is asked at once, before it is taken for a way round. */
static void doubt_others(struct mesharp *mesharp, const struct step *step)
{
	const struct roster *roster = mesharp_roster(mesharp);
	instant now = step->context.now;

	for (uint32_t at = roster_first(roster, &step->entry->address); at != ROSTER_NONE;
	     at = roster_next(roster, at)) {
		struct entry *other = roster_entry(roster, at);

		if (at == step->place || other->state != NEIGHBOUR_FULL || other->tries > 0 ||
		    !lladdr_equal(&other->lladdr, &step->entry->lladdr))
			continue;
		other->due = now;
		timers_set(mesharp_timers(mesharp), at, entry_deadline(other, now));
	}
}

/* After the event: the change is noted, the timer set. */
static void step_end(struct mesharp *mesharp, const struct step *step)
{
	const struct entry *entry = step->entry;

	if (entry->state != step->before)
		roster_changed(mesharp_roster(mesharp), step->place, step->before);
	if (entry->state != step->before && entry->state == NEIGHBOUR_LOST)
		doubt_others(mesharp, step);
	if (entry->state != step->before && step->context.crowded)
		selection_set(mesharp, entry->link, step->context.now);
	if (entry->state == NEIGHBOUR_NONE)
		roster_remove(mesharp_roster(mesharp), step->place);
	timers_set(mesharp_timers(mesharp), step->place, entry_deadline(entry, step->context.now));
	way_use(mesharp, &entry->address);
}

static void leave(struct mesharp *mesharp, instant now, uint32_t place)
{
	struct step step = step_begin(mesharp, now, place);

	entry_leave(step.entry, now);
	step_end(mesharp, &step);
}

static void leave_link(struct mesharp *mesharp, instant now, uint32_t link)
{
	struct roster *roster = mesharp_roster(mesharp);

	for (uint32_t at = roster_from(roster, 0); at != ROSTER_NONE;
	     at = roster_from(roster, at + 1)) {
		if (roster_entry(roster, at)->link == link)
			leave(mesharp, now, at);
	}
}

/* What a link costs by itself has changed, thus which of the ways over it and beside it are best.
 */
static void link_weigh(struct mesharp *mesharp, uint32_t link)
{
	struct roster *roster = mesharp_roster(mesharp);

	for (uint32_t at = roster_from(roster, 0); at != ROSTER_NONE;
	     at = roster_from(roster, at + 1)) {
		if (roster_entry(roster, at)->link == link)
			way_use(mesharp, &roster_entry(roster, at)->address);
	}
}

static void link_arm(struct mesharp *mesharp, uint32_t link)
{
	timers_set(mesharp_timers(mesharp), mesharp->places + link,
		   trickle_deadline(&mesharp_slot(mesharp, link)->trickle));
}

void mesharp_link(struct mesharp *mesharp, instant now, uint32_t link,
		  const struct mesharp_link *facts)
{
	struct link *slot = mesharp_slot(mesharp, link);
	bool was_running = slot->facts.running;
	bool same = facts->running && lladdr_equal(&facts->lladdr, &slot->facts.lladdr);
	duration first = duration_ms(facts->radio ? FIRST_RADIO_MS : FIRST_WIRE_MS);

	if (!mesharp->began) {
		mesharp->began = true;
		mesharp->beginning = now;
	}
	slot->facts = *facts;
	if (was_running && !same) {
		leave_link(mesharp, now, link);
		trickle_stop(&slot->trickle);
	}
	if (facts->running && !(was_running && same))
		trickle_start(&slot->trickle, now, first, &mesharp->rng);
	link_weigh(mesharp, link);
	link_arm(mesharp, link);
}

static uint64_t rank_of(const struct mesharp *mesharp, struct lladdr lladdr,
			const struct address *address)
{
	uint8_t key[LLADDR + ADDRESS];
	uint64_t rank;

	_Static_assert(sizeof(rank) == crypto_shorthash_BYTES, "a rank is a hash");
	memcpy(key, lladdr.bytes, LLADDR);
	memcpy(key + LLADDR, address->bytes, ADDRESS);
	crypto_shorthash((uint8_t *)&rank, key, sizeof(key), mesharp->secret);
	return rank;
}

/* Adds an entry, still NONE, for an event to move; somebody else may have to go. */
static enum drop join(struct mesharp *mesharp, instant now, uint32_t link, struct lladdr from,
		      const struct address *address, uint32_t *place)
{
	struct roster *roster = mesharp_roster(mesharp);
	int64_t age_s = instant_since(now, mesharp->beginning).us / duration_s(1).us;
	struct entry *entry;
	bool full;
	uint32_t victim = roster_victim(roster, link, address, &full);

	if (full)
		return DROP_NEIGHBOURS_FULL;
	if (victim != ROSTER_NONE)
		leave(mesharp, now, victim);
	*place = roster_add(roster, link, from, address);
	/* The other end may remember probes of an entry we had before: go on above them. */
	entry = roster_entry(roster, *place);
	entry_begin(entry, address_lower(&mesharp->own, address),
		    (uint32_t)(age_s * SEQUENCES_PER_SECOND));
	entry->made = now;
	entry->refreshed = now;
	entry->rank = rank_of(mesharp, from, address);
	return DROP_NONE;
}

enum drop mesharp_heard(struct mesharp *mesharp, instant now, uint32_t link, struct lladdr from,
			const struct address *address, const struct hello *hello, bool session)
{
	struct link *slot = mesharp_slot(mesharp, link);
	uint32_t place = roster_find(mesharp_roster(mesharp), link, from, address);
	enum drop drop = DROP_NONE;
	struct step step;

	if (!slot->facts.running)
		return DROP_LINK_DOWN;
	if (place == ROSTER_NONE)
		drop = admission_newcomer(&slot->newcomers, now)
			       ? join(mesharp, now, link, from, address, &place)
			       : DROP_RATE_HELLO;
	else if (!admission_hello(&roster_entry(mesharp_roster(mesharp), place)->hellos, now))
		drop = DROP_RATE_HELLO;
	if (drop != DROP_NONE)
		return drop;
	step = step_heard(mesharp, now, place);
	/* Those who are not proven may be anybody: they silence nobody. */
	if (step.before == NEIGHBOUR_FULL)
		trickle_hear(&slot->trickle);
	/* Enough of a crowd greet a newcomer without that. */
	if (entry_heard(step.entry, &step.context, hello, session) && !step.context.crowded)
		trickle_reset(&slot->trickle, now, &mesharp->rng);
	link_arm(mesharp, link);
	step_end(mesharp, &step);
	return DROP_NONE;
}

enum drop mesharp_greeted(struct mesharp *mesharp, instant now, uint32_t link, struct lladdr from,
			  const struct address *address, bool session)
{
	uint32_t place = roster_find(mesharp_roster(mesharp), link, from, address);
	enum drop drop = DROP_NONE;
	struct step step;

	if (!mesharp_slot(mesharp, link)->facts.running)
		return DROP_LINK_DOWN;
	if (place == ROSTER_NONE)
		drop = join(mesharp, now, link, from, address, &place);
	if (drop != DROP_NONE)
		return drop;
	step = step_heard(mesharp, now, place);
	entry_greeted(step.entry, &step.context, session);
	roster_proven(mesharp_roster(mesharp), place);
	step_end(mesharp, &step);
	return DROP_NONE;
}

/* An event that concerns all entries of a node. */
static void each_entry(struct mesharp *mesharp, instant now, const struct address *address,
		       void (*event)(struct entry *entry, const struct entry_context *context))
{
	const struct roster *roster = mesharp_roster(mesharp);

	for (uint32_t at = roster_first(roster, address); at != ROSTER_NONE;
	     at = roster_next(roster, at)) {
		struct step step = step_begin(mesharp, now, at);

		event(step.entry, &step.context);
		step_end(mesharp, &step);
	}
}

void mesharp_session(struct mesharp *mesharp, instant now, const struct address *address,
		     bool usable)
{
	each_entry(mesharp, now, address, usable ? entry_session : entry_session_gone);
}

void mesharp_level(struct mesharp *mesharp, instant now, const struct address *address)
{
	each_entry(mesharp, now, address, entry_level);
}

void mesharp_gone(struct mesharp *mesharp, instant now, const struct address *address)
{
	each_entry(mesharp, now, address, entry_gone);
}

void mesharp_expel(struct mesharp *mesharp, instant now, const struct address *address)
{
	const struct roster *roster = mesharp_roster(mesharp);
	uint32_t place;

	while ((place = roster_first(roster, address)) != ROSTER_NONE)
		leave(mesharp, now, place);
}

void mesharp_busy(struct mesharp *mesharp, instant now, uint32_t link, struct lladdr to,
		  const struct address *address)
{
	uint32_t place = roster_find(mesharp_roster(mesharp), link, to, address);

	if (place == ROSTER_NONE)
		return;
	struct step step = step_begin(mesharp, now, place);
	entry_busy(step.entry, &step.context);
	step_end(mesharp, &step);
}

void mesharp_stranded(struct mesharp *mesharp, instant now, const struct address *address)
{
	const struct roster *roster = mesharp_roster(mesharp);

	for (uint32_t at = roster_first(roster, address); at != ROSTER_NONE;
	     at = roster_next(roster, at)) {
		struct entry *entry = roster_entry(roster, at);

		if (entry->selects ||
		    instant_since(now, entry->made).us < duration_s(STRANDED_S).us)
			continue;
		entry->needed_until = instant_after(now, duration_s(NEEDED_S));
		selection_set(mesharp, entry->link, now);
	}
}

enum drop mesharp_hint(struct mesharp *mesharp, instant now, uint32_t link, struct lladdr lladdr,
		       const struct address *address, bool session)
{
	uint32_t place = roster_find(mesharp_roster(mesharp), link, lladdr, address);
	enum drop drop = DROP_NONE;
	struct step step;

	if (!mesharp_slot(mesharp, link)->facts.running)
		return DROP_LINK_DOWN;
	if (!admission_hint(&mesharp->hints, now))
		return DROP_RATE_HINT;
	if (place == ROSTER_NONE)
		drop = join(mesharp, now, link, lladdr, address, &place);
	if (drop != DROP_NONE)
		return drop;
	step = step_begin(mesharp, now, place);
	step.entry->session = session;
	entry_want(step.entry, &step.context);
	step_end(mesharp, &step);
	return DROP_NONE;
}

static struct select_link selects_on(const struct mesharp *mesharp, uint32_t link)
{
	const struct mesharp_link *facts = &mesharp_slot(mesharp, link)->facts;

	return (struct select_link){.roster = mesharp_roster(mesharp),
				    .link = link,
				    .rate_bps = facts->rate_bps,
				    .cost_us = facts->cost};
}

/* An entry became adjacent: if that is one too many, it or another has to part. */
static enum drop make_room(struct mesharp *mesharp, struct step *joined)
{
	uint32_t link = joined->entry->link;
	struct select_link on = selects_on(mesharp, link);
	uint32_t victim = select_excess(&on, &mesharp_slot(mesharp, link)->selection,
					joined->context.now, joined->place);

	if (victim == joined->place) {
		entry_decline(joined->entry, &joined->context);
		return DROP_NEIGHBOURS_CROWDED;
	}
	if (victim != ROSTER_NONE) {
		struct step step = step_begin(mesharp, joined->context.now, victim);
		entry_decline(step.entry, &step.context);
		step_end(mesharp, &step);
	}
	return DROP_NONE;
}

/* Who is not joined any more was picked in vain; others are. */
static void urge_some(struct mesharp *mesharp, instant now, const struct select_link *on)
{
	uint32_t place;

	for (uint32_t at = roster_from(on->roster, 0); at != ROSTER_NONE;
	     at = roster_from(on->roster, at + 1)) {
		struct entry *entry = roster_entry(on->roster, at);

		if (entry->link == on->link && entry->state != NEIGHBOUR_SYNC &&
		    entry->state != NEIGHBOUR_FULL)
			entry->eager = false;
	}
	while ((place = select_eager(on)) != ROSTER_NONE) {
		struct step step = step_begin(mesharp, now, place);
		entry_urge(step.entry, true);
		step_end(mesharp, &step);
	}
}

/* A link's selection is due: those it changes are told. */
static void selection_due(struct mesharp *mesharp, instant now, uint32_t link)
{
	const struct roster *roster = mesharp_roster(mesharp);
	struct select_link on = selects_on(mesharp, link);
	bool crowded = mesharp_selects(mesharp, link);

	if (crowded)
		select_choose(&on, &mesharp_slot(mesharp, link)->selection, now);
	for (uint32_t at = roster_from(roster, 0); at != ROSTER_NONE;
	     at = roster_from(roster, at + 1)) {
		const struct entry *entry = roster_entry(roster, at);
		bool chosen = entry->chosen || !crowded;

		if (entry->link != link || entry->selects == chosen)
			continue;
		struct step step = step_begin(mesharp, now, at);
		entry_select(step.entry, &step.context, chosen);
		step_end(mesharp, &step);
	}
	if (crowded)
		urge_some(mesharp, now, &on);
	selection_set(mesharp, link,
		      crowded ? instant_after(now, duration_s(LOOKS_S)) : INSTANT_NEVER);
}

enum drop mesharp_probe(struct mesharp *mesharp, instant now, uint32_t link, struct lladdr from,
			const struct address *address, const struct probe *probe)
{
	uint32_t place = roster_find(mesharp_roster(mesharp), link, from, address);
	enum drop drop = DROP_NONE;
	struct step step;

	REQUIRE(probe->sequence != 0); /* probe_read refuses it */
	if (!mesharp_slot(mesharp, link)->facts.running)
		return DROP_LINK_DOWN;
	if (!lladdr_equal(&probe->lladdr, &from))
		return DROP_SOURCE_SPOOFED;
	if (place == ROSTER_NONE)
		drop = probe->asks ? join(mesharp, now, link, from, address, &place)
				   : DROP_NEIGHBOUR_UNKNOWN;
	if (drop != DROP_NONE)
		return drop;
	step = step_heard(mesharp, now, place);
	drop = entry_probed(step.entry, &step.context, probe);
	if (drop != DROP_NONE)
		return drop;
	roster_proven(mesharp_roster(mesharp), place);
	if (step.entry->state == NEIGHBOUR_SYNC && step.context.crowded)
		drop = make_room(mesharp, &step);
	step_end(mesharp, &step);
	return drop;
}

/* True if so many neighbours are proven on the link that enough HELLOs go out without ours. */
static bool link_crowded(const struct mesharp *mesharp, uint32_t link)
{
	const struct roster *roster = mesharp_roster(mesharp);
	uint32_t full = 0;

	for (uint32_t at = roster_from(roster, 0); at != ROSTER_NONE;
	     at = roster_from(roster, at + 1)) {
		const struct entry *entry = roster_entry(roster, at);

		full += entry->link == link && entry->state == NEIGHBOUR_FULL;
	}
	return full >= CROWD;
}

/* A link's timer fired: true if a HELLO goes out. */
static bool link_due(struct mesharp *mesharp, instant now, uint32_t link,
		     struct mesharp_action *action)
{
	bool crowded = link_crowded(mesharp, link);
	bool speaks =
		trickle_due(&mesharp_slot(mesharp, link)->trickle, now, crowded, &mesharp->rng);

	link_arm(mesharp, link);
	if (speaks)
		*action = (struct mesharp_action){.deed = MESHARP_HELLO, .link = link};
	return speaks;
}

static void probe_action(const struct mesharp *mesharp, instant now, struct entry *entry, bool asks,
			 struct mesharp_action *action)
{
	action->deed = MESHARP_PROBE;
	entry_probe(entry, now, asks, &action->probe);
	action->probe.instance = mesharp->instance;
	action->probe.lladdr = mesharp_slot(mesharp, entry->link)->facts.lladdr;
	action->probe.interface = mesharp_interface(entry->link);
}

/* An entry's timer fired: true if there is something to do. */
static bool neighbour_due(struct mesharp *mesharp, instant now, uint32_t place,
			  struct mesharp_action *action)
{
	struct step step = step_begin(mesharp, now, place);
	struct entry *entry = step.entry;
	enum entry_deed deed = entry_due(entry, &step.context);

	step_end(mesharp, &step);
	*action = (struct mesharp_action){
		.link = entry->link, .to = entry->lladdr, .address = entry->address};
	switch (deed) {
	case ENTRY_NOTHING:
		return false;
	case ENTRY_INITIATE:
		action->deed = MESHARP_INITIATE;
		return true;
	case ENTRY_ASK:
	case ENTRY_ANSWER:
		probe_action(mesharp, now, entry, deed == ENTRY_ASK, action);
		return true;
	}
	abort();
}

static bool change_told(struct mesharp *mesharp, struct mesharp_action *action)
{
	struct roster_change change;

	if (!roster_tell(mesharp_roster(mesharp), &change))
		return false;
	*action = (struct mesharp_action){
		.deed = MESHARP_CHANGED,
		.link = change.link,
		.to = change.lladdr,
		.address = change.address,
		.before = change.before,
		.after = change.after,
	};
	return true;
}

bool mesharp_next(struct mesharp *mesharp, instant now, struct mesharp_action *action)
{
	uint32_t id;

	if (change_told(mesharp, action))
		return true;
	while (timers_due(mesharp_timers(mesharp), now, &id)) {
		bool acts = false;

		if (id < mesharp->places)
			acts = neighbour_due(mesharp, now, id, action);
		else if (id < mesharp->places + mesharp->links)
			acts = link_due(mesharp, now, id - mesharp->places, action);
		else
			selection_due(mesharp, now, id - mesharp->places - mesharp->links);
		if (acts)
			return true;
		if (change_told(mesharp, action))
			return true;
	}
	return false;
}

instant mesharp_deadline(const struct mesharp *mesharp)
{
	return instant_earlier(roster_untold(mesharp_roster(mesharp)),
			       timers_next(mesharp_timers(mesharp)));
}
