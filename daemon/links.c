/* Which interfaces the mesh uses. The table of slots is the driver's, written here only. */
#include "daemon/links.h"

#include "daemon/carriers.h"
#include "daemon/text.h"
#include "daemon/transit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)WATCH_LINKS == (int)LINKS_DAEMON, "a slot of the watch is a link of the node");
_Static_assert((int)LINK_LLADDR == (int)LLADDR && (int)CONFIG_NAME == (int)LINK_NAME,
	       "rooms that do not know each other agree on sizes");

/* Splits one list of patterns at its spaces, in place, appending to list. */
static void list_split(char *text, struct mesh_patterns *patterns)
{
	char *rest;

	for (char *pattern = strtok_r(text, " ", &rest); pattern != NULL;
	     pattern = strtok_r(NULL, " ", &rest))
		patterns->list[patterns->count++] = pattern;
}

/* The watch borrows what is made here. */
static int patterns_make(const struct config *config, struct mesh_patterns *patterns)
{
	size_t most = config->link_count * (CONFIG_TEXT / 2); /* a letter and a space each */
	const char **list = calloc(most, sizeof(*list));

	if (list == NULL)
		return -ENOMEM;
	free(patterns->list);
	patterns->list = list;
	patterns->count = 0;
	for (uint32_t i = 0; i < config->link_count; i++) {
		memcpy(patterns->text[i], config->links[i].match, CONFIG_TEXT);
		list_split(patterns->text[i], patterns);
	}
	patterns->excluded[0] = config->tun_name;
	patterns->excluded[1] = config->loopback_name;
	return 0;
}

int links_watch(struct mesh *mesh, struct failure *failure)
{
	struct mesh_patterns *patterns = &mesh->patterns;
	const struct opened *opened = mesh->parts.opened;
	char why[400] = "no memory";
	int status = patterns_make(mesh->parts.config, patterns);
	struct watch_sources sources = {
		.requests = opened->link_requests,
		.events = opened->link_events,
		.radio = opened->radio_requests,
		.interfaces = opened->interfaces,
		.patterns = patterns->list,
		.patterns_count = patterns->count,
		.excluded = patterns->excluded,
		.excluded_count = 2,
		.known = vault_links(mesh->parts.vault),
	};

	if (status == 0)
		status = watch_open(&mesh->watch, &sources, why, sizeof(why));
	return status == 0 ? 0 : failure_say(failure, status, "%s", why);
}

void links_unwatch(struct mesh *mesh)
{
	watch_close(mesh->watch);
	mesh->watch = NULL;
	free(mesh->patterns.list);
	mesh->patterns = (struct mesh_patterns){.list = NULL};
}

/* Joins our group on a new link. A link without it still hears what is sent to it alone. */
static void link_join(struct mesh *mesh, const struct link_facts *facts)
{
	int status = ethernet_join(mesh->ethernet, facts->ifindex, NODE_GROUP.bytes);

	if (status != 0)
		log_say(mesh->parts.log, MESSAGE_TROUBLE,
			"%s: cannot join the group greetings go to: %s", facts->name,
			strerror(-status));
}

/* The link gets its relay in the kernel, or loses it, as its rule says. */
static void link_relay(struct mesh *mesh, uint32_t slot)
{
	const struct config_link *rule =
		config_link_of(mesh->parts.config, mesh->links[slot].facts.name);
	bool wanted = rule != NULL && rule->bypass;

	if (wanted == (transit_mode(mesh, slot) != BYPASS_OFF))
		return;
	if (wanted)
		transit_link(mesh, slot);
	else
		transit_leave(mesh, slot);
}

/* A link is none any more. An interface that is still there leaves our group and keeps the socket
 * that was made for it. */
static void link_unset(struct mesh *mesh, uint32_t slot, bool there)
{
	struct mesh_link *link = &mesh->links[slot];

	link->used = false;
	link->gone = !there;
	if (there)
		(void)!ethernet_leave(mesh->ethernet, link->facts.ifindex, NODE_GROUP.bytes);
	else
		ethernet_unlink(mesh->ethernet, link->facts.ifindex);
	transit_leave(mesh, slot);
}

static void link_set(struct mesh *mesh, const struct link_change *change)
{
	const struct link_facts *facts = &change->facts;
	const struct config_link *rule = config_link_of(mesh->parts.config, facts->name);
	struct mesh_link *link = &mesh->links[change->slot];
	bool named = change->kind == LINK_NEW || strcmp(link->facts.name, facts->name) != 0;

	*link = (struct mesh_link){
		.used = true, .facts = *facts, .cost_us = rule != NULL ? rule->cost_us : 0};
	vault_links(mesh->parts.vault)[change->slot] =
		change->kind == LINK_GONE ? (struct link_facts){.ifindex = 0} : *facts;
	if (change->kind == LINK_GONE)
		link_unset(mesh, change->slot, change->there);
	else
		ethernet_link(mesh->ethernet, facts);
	carriers_follow(mesh);
	if (change->kind == LINK_NEW)
		link_join(mesh, facts);
	if (change->kind != LINK_GONE && named)
		link_relay(mesh, change->slot);
}

/* Says what people would look for. A radio's rate changes all the time. */
static void link_say(struct mesh *mesh, const struct mesh_link *before, const struct mesh_link *now)
{
	const struct link_facts *was = &before->facts, *is = &now->facts;
	enum message_kind kind = is->running ? MESSAGE_LINK_UP : MESSAGE_LINK_DOWN;
	struct log *log = mesh->parts.log;
	char lladdr[TEXT_LLADDR], mtu[16];

	if (!now->used) {
		log_tell(log, now->gone ? MESSAGE_LINK_GONE : MESSAGE_LINK_LET_GO, WORDS(is->name));
		return;
	}
	if (before->used && strcmp(was->name, is->name) != 0)
		log_tell(log, MESSAGE_LINK_RENAMED, WORDS(is->name, was->name));
	if (before->used && was->running == is->running) {
		if (was->mtu == is->mtu && memcmp(was->lladdr, is->lladdr, LLADDR) == 0)
			return;
		kind = MESSAGE_LINK_CHANGED;
	}
	snprintf(mtu, sizeof(mtu), "%u", is->mtu);
	log_tell(log, kind,
		 WORDS(is->name, is->running ? "running" : "waiting for a carrier",
		       text_lladdr(is->lladdr, lladdr), mtu));
}

static void link_refuse(struct mesh *mesh, const char *name)
{
	char count[16];

	snprintf(count, sizeof(count), "%d", LINKS_DAEMON);
	log_tell(mesh->parts.log, MESSAGE_LINK_REFUSED, WORDS(name, count));
}

static struct node_link facts_of(const struct mesh_link *link)
{
	struct node_link facts = {
		.running = link->used && link->facts.running,
		.radio = link->facts.radio,
		.mtu = link->facts.mtu,
		.cost = link->cost_us,
		.rate_bps = link->facts.rate_bps,
	};

	memcpy(facts.lladdr.bytes, link->facts.lladdr, LLADDR);
	return facts;
}

/* True if the node sees no difference: what changed is how frames are best sent. */
static bool facts_same(const struct node_link *a, const struct node_link *b)
{
	return a->running == b->running && a->radio == b->radio && a->mtu == b->mtu &&
	       a->cost == b->cost && a->rate_bps == b->rate_bps &&
	       memcmp(a->lladdr.bytes, b->lladdr.bytes, LLADDR) == 0;
}

bool links_next(struct mesh *mesh, uint32_t *slot, struct node_link *facts)
{
	struct link_change change;

	while (watch_next(mesh->watch, &change)) {
		if (change.kind == LINK_REFUSED) {
			link_refuse(mesh, change.facts.name);
			continue;
		}
		const struct mesh_link before = mesh->links[change.slot];
		const struct node_link known = facts_of(&before);
		link_set(mesh, &change);
		link_say(mesh, &before, &mesh->links[change.slot]);
		*slot = change.slot;
		*facts = facts_of(&mesh->links[change.slot]);
		if (change.kind != LINK_CHANGED || !facts_same(facts, &known))
			return true;
	}
	return false;
}

bool links_resume(struct mesh *mesh, uint32_t *slot, struct node_link *facts)
{
	const struct link_facts *known = vault_links(mesh->parts.vault);
	struct link_change change = {.kind = LINK_NEW};

	while (*slot < LINKS_DAEMON && known[*slot].ifindex == 0)
		(*slot)++;
	if (*slot == LINKS_DAEMON)
		return false;
	change.slot = *slot;
	change.facts = known[*slot];
	/* The socket may still have joined, and joins are counted. */
	(void)!ethernet_leave(mesh->ethernet, change.facts.ifindex, NODE_GROUP.bytes);
	link_set(mesh, &change);
	*facts = facts_of(&mesh->links[*slot]);
	return true;
}

int links_rule(struct mesh *mesh)
{
	struct mesh_patterns *patterns = &mesh->patterns;
	int status = patterns_make(mesh->parts.config, patterns);

	for (uint32_t slot = 0; slot < LINKS_DAEMON; slot++)
		if (mesh->links[slot].used)
			link_relay(mesh, slot);
	return status != 0 ? status : watch_patterns(mesh->watch, patterns->list, patterns->count);
}

bool links_recost(struct mesh *mesh, uint32_t *slot, struct node_link *facts)
{
	for (; *slot < LINKS_DAEMON; (*slot)++) {
		struct mesh_link *link = &mesh->links[*slot];
		const struct config_link *rule =
			link->used ? config_link_of(mesh->parts.config, link->facts.name) : NULL;
		if (rule == NULL || rule->cost_us == link->cost_us)
			continue;
		link->cost_us = rule->cost_us;
		*facts = facts_of(link);
		return true;
	}
	return false;
}

uint32_t links_slot(const struct mesh *mesh, uint32_t ifindex)
{
	uint32_t slot = 0;

	while (slot < LINKS_DAEMON &&
	       (!mesh->links[slot].used || mesh->links[slot].facts.ifindex != ifindex))
		slot++;
	return slot;
}

bool links_radio(const struct mesh *mesh)
{
	bool radio = false;

	for (uint32_t slot = 0; slot < LINKS_DAEMON; slot++)
		radio |= mesh->links[slot].used && mesh->links[slot].facts.radio;
	return radio;
}

uint32_t links_count(const struct mesh *mesh)
{
	uint32_t count = 0;

	for (uint32_t slot = 0; slot < LINKS_DAEMON; slot++)
		count += mesh->links[slot].used;
	return count;
}
