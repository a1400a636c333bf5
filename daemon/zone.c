/* Made from node/map.c's walks. Lanes that take the same path are shown as one. */
#include "daemon/zone.h"

#include "daemon/transit.h"
#include "daemon/values.h"
#include "daemon/views.h"
#include "meshp/wire.h"
#include "route/record.h"

#include <inttypes.h>
#include <stdlib.h>

static const char *medium_name(uint8_t medium)
{
	if (medium == MEDIUM_WIRE)
		return "wire";
	return medium == MEDIUM_RADIO ? "radio" : "unknown";
}

static json_t *json_member(const struct node_member *member)
{
	return json_pack("{s:o, s:o, s:b, s:b, s:b, s:o, s:I, s:i, s:i, s:o}", "address",
			 value_address(&member->address), "id", value_id(&member->address), "own",
			 member->own, "connected", member->connected, "reached", member->reached,
			 "flags", value_flags(member->flags), "metric",
			 (json_int_t)member->metric_us, "hops", (int)member->hops, "mtu",
			 (int)member->mtu, "next_hop",
			 member->reached ? value_address(&member->next_hop) : json_string(""));
}

static json_t *json_edge(const struct node_edge *edge)
{
	return json_pack("{s:o, s:o, s:i, s:i, s:f, s:s}", "from", value_address(&edge->from), "to",
			 value_address(&edge->to), "cost", (int)edge->cost_us, "mtu",
			 (int)edge->mtu, "quality", edge->quality / 255.0, "medium",
			 medium_name(edge->medium));
}

json_t *zone_topology(const struct mesh *mesh)
{
	json_t *nodes = json_array(), *links = json_array();
	struct node_edge_cursor at = {0};
	struct node_member member;
	struct node_edge edge;
	uint32_t cursor = 0;

	while (node_members(mesh->node, &cursor, &member))
		json_array_append_new(nodes, json_member(&member));
	while (node_edges(mesh->node, &at, &edge))
		json_array_append_new(links, json_edge(&edge));
	return json_pack("{s:i, s:o, s:o}", "schema", 1, "nodes", nodes, "links", links);
}

/* Who is on a link, shortly. */
static json_t *json_link_neighbours(const struct mesh *mesh, uint32_t slot)
{
	json_t *list = json_array();
	struct node_neighbour entry;
	uint32_t cursor = 0;

	while (node_neighbours(mesh->node, loop_now(), &cursor, &entry))
		if (entry.link == slot)
			json_array_append_new(list,
					      json_pack("{s:o, s:o, s:s, s:i}", "address",
							value_address(&entry.address), "lladdr",
							value_lladdr(entry.lladdr.bytes), "state",
							neighbour_state_name(entry.state), "metric",
							(int)entry.metric_us));
	return list;
}

/* What of the frames that others sent through us was relayed in the kernel. */
static json_t *json_bypass(const struct mesh *mesh, uint32_t slot)
{
	static const char *const modes[] = {
		[BYPASS_OFF] = "off",
		[BYPASS_NATIVE] = "native",
		[BYPASS_GENERIC] = "generic",
	};
	struct bypass_counters counters;

	transit_count(mesh, slot, &counters);
	return json_pack("{s:s, s:I, s:I, s:I}", "mode", modes[transit_mode(mesh, slot)], "frames",
			 (json_int_t)counters.frames, "bytes", (json_int_t)counters.bytes, "passed",
			 (json_int_t)counters.passed);
}

json_t *zone_links(const struct mesh *mesh)
{
	json_t *list = json_array();

	for (uint32_t slot = 0; slot < LINKS_DAEMON; slot++) {
		if (!mesh->links[slot].used)
			continue;
		json_t *link = view_link(mesh, slot);
		json_object_set_new(link, "neighbours", json_link_neighbours(mesh, slot));
		json_object_set_new(link, "carries",
				    json_integer((json_int_t)node_link_carries(mesh->node, slot)));
		json_object_set_new(link, "bypass", json_bypass(mesh, slot));
		json_array_append_new(list, link);
	}
	return value_list("links", list);
}

static json_t *json_path(const struct mesh *mesh, const struct address *to, uint32_t lane)
{
	json_t *list = json_array();
	struct node_edge edge;
	uint32_t cursor = 0;

	while (node_path(mesh->node, to, lane, &cursor, &edge))
		json_array_append_new(list, json_edge(&edge));
	return list;
}

/* The entry of a list whose links are those, or NULL. */
static json_t *path_like(const json_t *paths, const json_t *links)
{
	json_t *path;
	size_t index;

	json_array_foreach(paths, index,
			   path) if (json_equal(json_object_get(path, "links"), links)) return path;
	return NULL;
}

/* The entry for these links, which it takes over; appended if there is none yet. */
static json_t *path_entry(json_t *paths, json_t *links)
{
	json_t *same = path_like(paths, links);

	if (same != NULL) {
		json_decref(links);
		return same;
	}
	same = json_pack("{s:[], s:o}", "lanes", "links", links);
	json_array_append_new(paths, same);
	return same;
}

static json_t *json_paths(const struct mesh *mesh, const struct address *to)
{
	json_t *paths = json_array();

	for (uint32_t lane = 0; lane < WIRE_LANES; lane++) {
		json_t *entry = path_entry(paths, json_path(mesh, to, lane));
		json_array_append_new(json_object_get(entry, "lanes"), json_integer(lane));
	}
	return paths;
}

static json_t *json_lanes(uint8_t lanes)
{
	json_t *list = json_array();

	for (uint32_t lane = 0; lane < WIRE_LANES; lane++)
		if (lanes >> lane & 1)
			json_array_append_new(list, json_integer(lane));
	return list;
}

static json_t *json_metric(const struct metric *metric)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}", "fixed_us", (int)metric->fixed_us,
			 "transmit_us", (int)metric->transmit_us, "loss_us", (int)metric->loss_us,
			 "rtt_us", (int)metric->rtt_us, "operator_us", (int)metric->operator_us,
			 "total_us", (int)metric->total_us);
}

static json_t *json_reason(const struct node_candidate *candidate)
{
	switch (candidate->reason) {
	case REASON_LEAST:
		return json_string("least metric");
	case REASON_LANE:
		return json_string("equal, lane mask");
	case REASON_MORE_HOPS:
		return json_string("equal metric, more hops");
	case REASON_DEARER:
		return json_sprintf("dearer by %" PRIu32 " µs", candidate->dearer_us);
	case REASON_COMES_BACK:
		return json_string("would come back to us");
	case REASON_NO_TRANSIT:
		return json_string("passes nothing on");
	case REASON_NO_PATH:
		return json_string("has no path there");
	case REASON_UNLISTED:
		return json_string("does not list us yet");
	case REASON_OTHER_LINK:
		return json_string("a better link leads there");
	}
	return json_string("");
}

static json_t *json_candidate(const struct mesh *mesh, const struct node_candidate *candidate)
{
	return json_pack(
		"{s:o, s:o, s:s, s:o, s:o, s:I, s:I, s:I, s:i, s:o, s:b, s:b, s:b, s:I, "
		"s:o}",
		"address", value_address(&candidate->address), "id", value_id(&candidate->address),
		"link", view_link_name(mesh, candidate->link), "lladdr",
		value_lladdr(candidate->lladdr.bytes), "parts", json_metric(&candidate->metric),
		"cost", (json_int_t)candidate->cost_us, "beyond", (json_int_t)candidate->beyond_us,
		"total", (json_int_t)candidate->total_us, "hops", (int)candidate->hops, "lanes",
		json_lanes(candidate->lanes), "won", candidate->lanes != 0, "loop_free",
		candidate->loop_free, "alternate", candidate->alternate, "dearer",
		(json_int_t)candidate->dearer_us, "reason", json_reason(candidate));
}

static json_t *json_candidates(const struct mesh *mesh, const struct address *to)
{
	json_t *list = json_array();
	void *memory = malloc(node_survey_size(mesh->node));
	struct node_candidate candidate;
	uint32_t cursor = 0;

	if (memory != NULL && node_survey(mesh->node, to, memory))
		while (node_candidates(mesh->node, to, memory, &cursor, &candidate))
			json_array_append_new(list, json_candidate(mesh, &candidate));
	free(memory);
	return list;
}

/* The member with that address; a zeroed one if there is none. */
static struct node_member member_of(const struct mesh *mesh, const struct address *address,
				    bool *known)
{
	struct node_member member;
	uint32_t cursor = 0;

	*known = true;
	while (node_members(mesh->node, &cursor, &member))
		if (address_equal(&member.address, address))
			return member;
	*known = false;
	return (struct node_member){.own = false};
}

json_t *zone_explain(const struct mesh *mesh, const struct address *to)
{
	struct node_status status;
	bool known;
	const struct node_member member = member_of(mesh, to, &known);

	node_status(mesh->node, loop_now(), &status);
	return json_pack(
		"{s:i, s:o, s:o, s:b, s:b, s:b, s:b, s:b, s:I, s:i, s:i, s:o, s:o}", "schema", 1,
		"address", value_address(to), "id", value_id(to), "own", member.own, "known", known,
		"connected", member.connected, "reached", member.reached, "synced", status.synced,
		"metric", (json_int_t)member.metric_us, "hops", (int)member.hops, "mtu",
		(int)member.mtu, "paths", member.hops > 0 ? json_paths(mesh, to) : json_array(),
		"candidates", json_candidates(mesh, to));
}
