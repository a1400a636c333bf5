/* The node's walks become the kernel's table. The invariant is that between events the table is
 * that of the FIB published last, or the program is on no link. */
#include "daemon/transit.h"

#include "daemon/inherit.h"
#include "daemon/links.h"

#include <errno.h>
#include <string.h>

_Static_assert((int)BYPASS_LINKS == (int)LINKS_DAEMON && (int)BYPASS_ID == (int)NODE_ID &&
		       (int)BYPASS_LLADDR == (int)LLADDR && (int)BYPASS_LANES == (int)WIRE_LANES,
	       "rooms that do not know each other agree on sizes");
_Static_assert((int)BYPASS_DATA == ((int)WIRE_CONTROL_BYTE | (int)WIRE_DATA) &&
		       (int)BYPASS_LANE == (int)WIRE_LANE &&
		       (int)BYPASS_CLEAR == (int)WIRE_DATA_CLEAR &&
		       (int)BYPASS_SEALED == 1 + (int)WIRE_COMPACT_PAYLOAD + (int)WIRE_TAG,
	       "and on the wire");

enum { LOOK_MS = 250 }; /* what node_carried promises */

#define TRANSIT_STALE UINT64_MAX /* no FIB's serial: the table is to be filled again */

struct bypass *transit_load(const struct config *config, const struct opened *opened,
			    struct log *log)
{
	struct bypass *bypass = NULL;
	char why[400];

	if (config_bypass(config) &&
	    bypass_open(&bypass, opened->interface_facts, why, sizeof(why)) != 0)
		log_tell(log, MESSAGE_NO_BYPASS, WORDS(why));
	return bypass;
}

struct bypass *transit_inherit(struct store *store, const struct opened *opened)
{
	struct bypass *bypass = NULL;
	int parts[BYPASS_PARTS];

	if (!inherit_take_bypass(store, parts) ||
	    bypass_adopt(&bypass, opened->interface_facts, parts) != 0)
		return NULL;
	return bypass;
}

bool transit_missing(const struct mesh *mesh)
{
	return mesh->parts.bypass == NULL && config_bypass(mesh->parts.config);
}

/* Gives it up: from here on the node relays everything. */
static void transit_end(struct mesh *mesh, int status)
{
	log_say(mesh->parts.log, MESSAGE_NO_BYPASS, "it broke and was given up: %s",
		strerror(-status));
	for (uint32_t slot = 0; slot < LINKS_DAEMON; slot++)
		bypass_detach(mesh->transit.bypass, slot);
	mesh->transit.bypass = NULL;
}

static void hops_fill(struct mesh *mesh)
{
	struct node_transit_hop shown;
	uint32_t cursor = 0;

	while (node_transit_hops(mesh->node, &cursor, &shown)) {
		const struct link_facts *link = &mesh->links[shown.link].facts;
		struct bypass_hop hop = {.ifindex = link->ifindex, .mtu = shown.mtu};
		memcpy(hop.own, link->lladdr, LLADDR);
		memcpy(hop.to, shown.to.bytes, LLADDR);
		bypass_add_hop(mesh->transit.bypass, &hop);
	}
}

/* True if another link has the same address, as an interface and its VLANs do. */
static bool link_is_shared(const struct mesh *mesh, uint32_t slot)
{
	const uint8_t *own = mesh->links[slot].facts.lladdr;
	uint32_t others = 0;

	for (uint32_t i = 0; i < LINKS_DAEMON; i++)
		others += i != slot && mesh->links[i].used &&
			  memcmp(mesh->links[i].facts.lladdr, own, LLADDR) == 0;
	return others > 0;
}

/* Before the stack a program is not shown the tag of a VLAN, and would send it along: which link a
 * frame is of is certain only if no other has the address. */
static bool transit_serves(const struct mesh *mesh, uint32_t slot)
{
	enum bypass_mode mode = bypass_mode(mesh->transit.bypass, slot);

	return mode == BYPASS_NATIVE || (mode == BYPASS_GENERIC && !link_is_shared(mesh, slot));
}

static void ways_fill(struct mesh *mesh)
{
	struct node_transit_way shown;
	uint32_t cursor = 0;

	while (node_transit_ways(mesh->node, &cursor, &shown)) {
		const struct link_facts *link = &mesh->links[shown.link].facts;
		struct bypass_way way = {.hop = (uint16_t)shown.hop, .link = (uint8_t)shown.link};
		if (!transit_serves(mesh, shown.link))
			continue;
		memcpy(way.own, link->lladdr, LLADDR);
		bypass_add_way(mesh->transit.bypass, link->ifindex, shown.from.bytes, &way);
	}
}

static void nodes_fill(struct mesh *mesh)
{
	struct node_transit_node shown;
	uint32_t cursor = 0;

	while (node_transit_nodes(mesh->node, &cursor, &shown)) {
		struct bypass_node node;
		memcpy(node.next, shown.next, sizeof(node.next));
		bypass_add_node(mesh->transit.bypass, shown.id.bytes, &node);
	}
}

static void transit_fill(struct mesh *mesh)
{
	int status;

	mesh->transit.serial = node_transit_serial(mesh->node);
	bypass_begin(mesh->transit.bypass);
	hops_fill(mesh);
	ways_fill(mesh);
	nodes_fill(mesh);
	status = bypass_commit(mesh->transit.bypass);
	if (status != 0)
		transit_end(mesh, status);
}

void transit_follow(struct mesh *mesh)
{
	if (mesh->transit.bypass != NULL && mesh->transit.serial != node_transit_serial(mesh->node))
		transit_fill(mesh);
}

/* Tells the node whom frames went to, for their silence to count. */
static void transit_look(void *owner)
{
	struct mesh *mesh = owner;
	struct transit *transit = &mesh->transit;
	struct bypass_hop hop;
	uint32_t cursor = 0;

	while (transit->bypass != NULL && bypass_used(transit->bypass, &cursor, &hop)) {
		uint32_t slot = links_slot(mesh, hop.ifindex);
		if (slot < LINKS_DAEMON)
			mesh_carried(mesh, slot, hop.to);
	}
	if (transit->bypass != NULL && bypass_stale(transit->bypass))
		transit_fill(mesh);
	if (transit->bypass != NULL)
		loop_timer_set(transit->look, instant_after(loop_now(), duration_ms(LOOK_MS)));
}

void transit_open(struct mesh *mesh)
{
	struct transit *transit = &mesh->transit;
	struct node_status status;
	int result;

	if (mesh->parts.bypass == NULL)
		return;
	transit->bypass = mesh->parts.bypass;
	node_status(mesh->node, loop_now(), &status);
	struct node_id id = address_id(&status.address);
	result = bypass_self(transit->bypass, id.bytes, mesh->parts.config->ethertype);
	if (result == 0)
		result = loop_timer(mesh->parts.loop, transit_look, mesh, &transit->look);
	if (result == 0)
		loop_timer_set(transit->look, loop_now());
	else
		transit_end(mesh, result);
}

static int link_by_warden(void *owner, int program, uint32_t ifindex, bool native)
{
	return warden_bypass(owner, program, ifindex, native);
}

void transit_link(struct mesh *mesh, uint32_t slot)
{
	const struct link_facts *link = &mesh->links[slot].facts;
	struct bypass *bypass = mesh->transit.bypass;
	int status;

	if (bypass == NULL)
		return;
	mesh->transit.serial = TRANSIT_STALE;
	status = bypass_attach(bypass, slot, link->ifindex, link_by_warden, mesh->parts.warden);
	if (status != 0)
		log_tell(mesh->parts.log, MESSAGE_LINK_NO_BYPASS,
			 WORDS(link->name, status == -EBUSY ? "another XDP program is there"
							    : strerror(-status)));
	else
		log_tell(mesh->parts.log, MESSAGE_LINK_BYPASS,
			 WORDS(link->name, bypass_mode(bypass, slot) == BYPASS_NATIVE
						   ? "in its driver"
						   : "before the stack"));
}

void transit_leave(struct mesh *mesh, uint32_t slot)
{
	mesh->transit.serial = TRANSIT_STALE;
	if (mesh->transit.bypass != NULL)
		bypass_detach(mesh->transit.bypass, slot);
}

enum bypass_mode transit_mode(const struct mesh *mesh, uint32_t slot)
{
	const struct bypass *bypass = mesh->transit.bypass;

	return bypass != NULL ? bypass_mode(bypass, slot) : BYPASS_OFF;
}

void transit_count(const struct mesh *mesh, uint32_t slot, struct bypass_counters *counters)
{
	*counters = (struct bypass_counters){0};
	if (mesh->transit.bypass != NULL)
		bypass_count(mesh->transit.bypass, slot, counters);
}
