/* The neighbour table as one value: links with their Trickle timers, the roster of neighbours, and
 * one heap of timers for both. Every event goes the same way: find the entry, let entry.c move it,
 * then note the change that is to be told and set the timer. The invariants: between two calls each
 * entry's timer is its deadline, and after mesharp_next said false all deadlines lie in the future.
 * Timer ids: a place of the roster, or places + a link. docs/protocol/mesharp.md. */
#include "mesharp/mesharp.h"

#include "base/timers.h"
#include "mesharp/admission.h"
#include "mesharp/entry.h"
#include "mesharp/roster.h"
#include "mesharp/trickle.h"

#include <sodium.h>
#include <string.h>

enum {
	ALIGNMENT = 8,
	FIRST_WIRE_MS = 20, /* the first HELLO of a link goes out within */
	FIRST_RADIO_MS = 100,
	CROWD = 8,		   /* FULL neighbours of a link, from which HELLOs are suppressed */
	SEQUENCES_PER_SECOND = 16, /* more than probes are sent in the long run */
};

struct link {
	struct mesharp_link facts;
	struct trickle trickle;
	struct bucket newcomers;
};

struct mesharp {
	struct address own;
	uint32_t instance;
	uint32_t links;
	uint32_t places; /* of the roster */
	struct rng rng;
	struct bucket initiations;
	bool began;
	instant beginning;		     /* the first event */
	uint64_t link_slots, timers, roster; /* offsets from here, bytes */
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
	mesharp->roster = mesharp->timers + aligned(timers_size(roster_places(neighbours) + links));
	return mesharp->roster + aligned(roster_size(links, neighbours));
}

size_t mesharp_size(uint32_t links, uint32_t neighbours)
{
	struct mesharp mesharp;

	return lay_out(&mesharp, links, neighbours);
}

static void *part(const struct mesharp *mesharp, uint64_t offset)
{
	return (void *)((uintptr_t)mesharp + offset);
}

static struct link *link_at(const struct mesharp *mesharp, uint32_t link)
{
	struct link *links = part(mesharp, mesharp->link_slots);

	REQUIRE(link < mesharp->links);
	return &links[link];
}

static struct timers *timers_of(const struct mesharp *mesharp)
{
	return part(mesharp, mesharp->timers);
}

static struct roster *roster_of(const struct mesharp *mesharp)
{
	return part(mesharp, mesharp->roster);
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
	timers_init(timers_of(mesharp), mesharp->places + links);
	roster_init(roster_of(mesharp), links, neighbours, secret);
	return mesharp;
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
	struct entry *entry = roster_entry(roster_of(mesharp), place);

	return (struct step){
		.place = place,
		.entry = entry,
		.before = entry->state,
		.context = {.now = now,
			    .radio = link_at(mesharp, entry->link)->facts.radio,
			    .rng = &mesharp->rng,
			    .initiations = &mesharp->initiations},
	};
}

/* After the event: the change is noted, the timer set. */
static void step_end(struct mesharp *mesharp, const struct step *step)
{
	const struct entry *entry = step->entry;

	if (entry->state != step->before)
		roster_changed(roster_of(mesharp), step->place, step->before);
	if (entry->state == NEIGHBOUR_NONE)
		roster_remove(roster_of(mesharp), step->place);
	timers_set(timers_of(mesharp), step->place, entry_deadline(entry, step->context.now));
}

static void leave(struct mesharp *mesharp, instant now, uint32_t place)
{
	struct step step = step_begin(mesharp, now, place);

	entry_leave(step.entry, now);
	step_end(mesharp, &step);
}

static void leave_link(struct mesharp *mesharp, instant now, uint32_t link)
{
	struct roster *roster = roster_of(mesharp);

	for (uint32_t at = roster_from(roster, 0); at != ROSTER_NONE;
	     at = roster_from(roster, at + 1)) {
		if (roster_entry(roster, at)->link == link)
			leave(mesharp, now, at);
	}
}

static void link_arm(struct mesharp *mesharp, uint32_t link)
{
	timers_set(timers_of(mesharp), mesharp->places + link,
		   trickle_deadline(&link_at(mesharp, link)->trickle));
}

void mesharp_link(struct mesharp *mesharp, instant now, uint32_t link,
		  const struct mesharp_link *facts)
{
	struct link *slot = link_at(mesharp, link);
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
	link_arm(mesharp, link);
}

/* Adds an entry, still NONE, for an event to move; somebody else may have to go. */
static enum drop join(struct mesharp *mesharp, instant now, uint32_t link, struct lladdr from,
		      const struct address *address, uint32_t *place)
{
	struct roster *roster = roster_of(mesharp);
	int64_t age_s = instant_since(now, mesharp->beginning).us / duration_s(1).us;
	bool full;
	uint32_t victim = roster_victim(roster, link, address, &full);

	if (full)
		return DROP_NEIGHBOURS_FULL;
	if (victim != ROSTER_NONE)
		leave(mesharp, now, victim);
	*place = roster_add(roster, link, from, address);
	/* The other end may remember probes of an entry we had before: go on above them. */
	entry_begin(roster_entry(roster, *place), address_lower(&mesharp->own, address),
		    (uint32_t)(age_s * SEQUENCES_PER_SECOND));
	return DROP_NONE;
}

enum drop mesharp_heard(struct mesharp *mesharp, instant now, uint32_t link, struct lladdr from,
			const struct address *address, const struct hello *hello, bool session)
{
	struct link *slot = link_at(mesharp, link);
	uint32_t place = roster_find(roster_of(mesharp), link, from, address);
	enum drop drop = DROP_NONE;
	struct step step;

	if (!slot->facts.running)
		return DROP_LINK_DOWN;
	if (place == ROSTER_NONE)
		drop = admission_newcomer(&slot->newcomers, now)
			       ? join(mesharp, now, link, from, address, &place)
			       : DROP_RATE_HELLO;
	else if (!admission_hello(&roster_entry(roster_of(mesharp), place)->hellos, now))
		drop = DROP_RATE_HELLO;
	if (drop != DROP_NONE)
		return drop;
	step = step_begin(mesharp, now, place);
	/* Those who are not proven may be anybody: they silence nobody. */
	if (step.before == NEIGHBOUR_FULL)
		trickle_hear(&slot->trickle);
	if (entry_heard(step.entry, &step.context, hello, session))
		trickle_reset(&slot->trickle, now, &mesharp->rng);
	link_arm(mesharp, link);
	step_end(mesharp, &step);
	return DROP_NONE;
}

enum drop mesharp_greeted(struct mesharp *mesharp, instant now, uint32_t link, struct lladdr from,
			  const struct address *address, bool session)
{
	uint32_t place = roster_find(roster_of(mesharp), link, from, address);
	enum drop drop = DROP_NONE;
	struct step step;

	if (!link_at(mesharp, link)->facts.running)
		return DROP_LINK_DOWN;
	if (place == ROSTER_NONE)
		drop = join(mesharp, now, link, from, address, &place);
	if (drop != DROP_NONE)
		return drop;
	step = step_begin(mesharp, now, place);
	entry_greeted(step.entry, &step.context, session);
	roster_proven(roster_of(mesharp), place);
	step_end(mesharp, &step);
	return DROP_NONE;
}

void mesharp_session(struct mesharp *mesharp, instant now, const struct address *address,
		     bool usable)
{
	const struct roster *roster = roster_of(mesharp);

	for (uint32_t at = roster_first(roster, address); at != ROSTER_NONE;
	     at = roster_next(roster, at)) {
		struct step step = step_begin(mesharp, now, at);

		if (usable)
			entry_session(step.entry, &step.context);
		else
			entry_session_gone(step.entry, &step.context);
		step_end(mesharp, &step);
	}
}

void mesharp_level(struct mesharp *mesharp, instant now, const struct address *address)
{
	const struct roster *roster = roster_of(mesharp);

	for (uint32_t at = roster_first(roster, address); at != ROSTER_NONE;
	     at = roster_next(roster, at)) {
		struct step step = step_begin(mesharp, now, at);

		entry_level(step.entry, &step.context);
		step_end(mesharp, &step);
	}
}

void mesharp_gone(struct mesharp *mesharp, instant now, const struct address *address)
{
	const struct roster *roster = roster_of(mesharp);

	for (uint32_t at = roster_first(roster, address); at != ROSTER_NONE;
	     at = roster_next(roster, at)) {
		struct step step = step_begin(mesharp, now, at);

		entry_gone(step.entry, &step.context);
		step_end(mesharp, &step);
	}
}

void mesharp_busy(struct mesharp *mesharp, instant now, uint32_t link, struct lladdr to,
		  const struct address *address)
{
	uint32_t place = roster_find(roster_of(mesharp), link, to, address);

	if (place == ROSTER_NONE)
		return;
	struct step step = step_begin(mesharp, now, place);
	entry_busy(step.entry, &step.context);
	step_end(mesharp, &step);
}

enum drop mesharp_probe(struct mesharp *mesharp, instant now, uint32_t link, struct lladdr from,
			const struct address *address, const struct probe *probe)
{
	uint32_t place = roster_find(roster_of(mesharp), link, from, address);
	enum drop drop = DROP_NONE;
	struct step step;

	REQUIRE(probe->sequence != 0); /* probe_read refuses it */
	if (!link_at(mesharp, link)->facts.running)
		return DROP_LINK_DOWN;
	if (!lladdr_equal(&probe->lladdr, &from))
		return DROP_SOURCE_SPOOFED;
	if (place == ROSTER_NONE)
		drop = probe->asks ? join(mesharp, now, link, from, address, &place)
				   : DROP_NEIGHBOUR_UNKNOWN;
	if (drop != DROP_NONE)
		return drop;
	step = step_begin(mesharp, now, place);
	drop = entry_probed(step.entry, &step.context, probe);
	if (drop != DROP_NONE)
		return drop;
	roster_proven(roster_of(mesharp), place);
	step_end(mesharp, &step);
	return DROP_NONE;
}

/* True if so many neighbours are proven on the link that enough HELLOs go out without ours. */
static bool link_crowded(const struct mesharp *mesharp, uint32_t link)
{
	const struct roster *roster = roster_of(mesharp);
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
	bool speaks = trickle_due(&link_at(mesharp, link)->trickle, now, crowded, &mesharp->rng);

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
	action->probe.lladdr = link_at(mesharp, entry->link)->facts.lladdr;
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

	if (!roster_tell(roster_of(mesharp), &change))
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
	while (timers_due(timers_of(mesharp), now, &id)) {
		bool is_link = id >= mesharp->places;

		if (is_link ? link_due(mesharp, now, id - mesharp->places, action)
			    : neighbour_due(mesharp, now, id, action))
			return true;
		if (change_told(mesharp, action))
			return true;
	}
	return false;
}

instant mesharp_deadline(const struct mesharp *mesharp)
{
	return instant_earlier(roster_untold(roster_of(mesharp)), timers_next(timers_of(mesharp)));
}

static void show(const struct mesharp *mesharp, uint32_t place, struct mesharp_entry *shown)
{
	const struct entry *entry = roster_entry(roster_of(mesharp), place);
	const struct mesharp_link *facts = &link_at(mesharp, entry->link)->facts;

	*shown = (struct mesharp_entry){
		.address = entry->address,
		.link = entry->link,
		.lladdr = entry->lladdr,
		.state = entry->state,
		.since = entry->since,
		.rtt_us = quality_rtt_us(&entry->quality),
		.loss_ppm = quality_loss_ppm(&entry->quality),
		.quality = quality_share(&entry->quality),
	};
	if (entry->state == NEIGHBOUR_FULL)
		shown->metric_us = quality_metric_us(&entry->quality, facts->rate_bps, facts->cost);
}

bool mesharp_entries(const struct mesharp *mesharp, uint32_t *cursor, struct mesharp_entry *entry)
{
	uint32_t place = roster_from(roster_of(mesharp), *cursor);

	if (place == ROSTER_NONE)
		return false;
	*cursor = place + 1;
	show(mesharp, place, entry);
	return true;
}

bool mesharp_metric(const struct mesharp *mesharp, const struct mesharp_entry *entry,
		    struct metric *metric)
{
	const struct roster *roster = roster_of(mesharp);
	uint32_t place = roster_find(roster, entry->link, entry->lladdr, &entry->address);

	if (place == ROSTER_NONE)
		return false;
	const struct mesharp_link *facts = &link_at(mesharp, entry->link)->facts;
	*metric =
		quality_metric(&roster_entry(roster, place)->quality, facts->rate_bps, facts->cost);
	return true;
}

/* True if a is the better way of two to one node. */
static bool is_better(const struct mesharp_entry *a, const struct mesharp_entry *b)
{
	if (a->metric_us != b->metric_us)
		return a->metric_us < b->metric_us;
	if (a->link != b->link)
		return a->link < b->link;
	return memcmp(a->lladdr.bytes, b->lladdr.bytes, LLADDR) < 0;
}

bool mesharp_best(const struct mesharp *mesharp, const struct address *address,
		  struct mesharp_entry *entry)
{
	const struct roster *roster = roster_of(mesharp);
	struct mesharp_entry best = {.state = NEIGHBOUR_NONE};
	struct mesharp_entry other;

	for (uint32_t at = roster_first(roster, address); at != ROSTER_NONE;
	     at = roster_next(roster, at)) {
		show(mesharp, at, &other);
		if (other.state == NEIGHBOUR_FULL &&
		    (best.state == NEIGHBOUR_NONE || is_better(&other, &best)))
			best = other;
	}
	if (best.state == NEIGHBOUR_NONE)
		return false;
	*entry = best;
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
	const struct roster *roster = roster_of(mesharp);
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
	const struct roster *roster = roster_of(mesharp);
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
	return roster_hope(roster_of(mesharp), address);
}

uint32_t mesharp_count(const struct mesharp *mesharp)
{
	return roster_count(roster_of(mesharp));
}

uint32_t mesharp_interface(uint32_t link)
{
	return link + 1;
}
