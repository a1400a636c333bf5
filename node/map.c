/* What a node shows of the graph: read-only walks over the database, the paths and the distances
 * from a destination. Links cost the same in both directions, so the way on from every neighbour
 * comes out of one computation from the far end. docs/protocol/route.md, sections 4 and 5. */
#include "node/value.h"

#include "route/distances.h"

static const struct database *map_database(const struct node *node)
{
	return route_database(node_route(node));
}

static const struct paths *map_paths(const struct node *node)
{
	return route_paths(node_route(node));
}

bool node_members(const struct node *node, uint32_t *cursor, struct node_member *member)
{
	const struct database *database = map_database(node);
	struct path path;

	while (*cursor < node->limits.route.nodes && !database_used(database, *cursor))
		(*cursor)++;
	if (*cursor >= node->limits.route.nodes)
		return false;
	uint32_t number = (*cursor)++;
	paths_to(map_paths(node), number, &path);
	*member = (struct node_member){
		.address = *database_address(database, number),
		.own = number == DATABASE_OWN,
		.connected = database_connected(database, number),
		.flags = database_flags(database, number),
		.reached = path.reached,
	};
	if (!path.reached)
		return true;
	member->metric_us = path.metric_us;
	member->hops = path.hops;
	member->mtu = path.mtu;
	member->next_hop = *database_address(database, path.next[WIRE_LANE_CONTROL]);
	return true;
}

static struct node_edge map_edge(const struct database *database, uint32_t from,
				 const struct paths_link *link)
{
	return (struct node_edge){
		.from = *database_address(database, from),
		.to = *database_address(database, link->to),
		.cost_us = link->cost_us,
		.mtu = link->mtu,
		.quality = link->quality,
		.medium = link->medium,
	};
}

/* A number may have been given to somebody else since paths were computed, but not one of those
 * that were connected then. */
static bool map_shows(const struct database *database, uint32_t number)
{
	return database_used(database, number) && database_connected(database, number);
}

bool node_edges(const struct node *node, struct node_edge_cursor *cursor, struct node_edge *edge)
{
	const struct database *database = map_database(node);
	struct paths_link link;

	while (cursor->member < node->limits.route.nodes) {
		if (map_shows(database, cursor->member) &&
		    paths_link(map_paths(node), cursor->member, &cursor->link, &link)) {
			if (!map_shows(database, link.to))
				continue;
			*edge = map_edge(database, cursor->member, &link);
			return true;
		}
		cursor->member++;
		cursor->link = 0;
	}
	return false;
}

/* The link between two nodes that count as linked; false if they do not. */
static bool map_link(const struct node *node, uint32_t from, uint32_t to, struct paths_link *link)
{
	uint32_t cursor = 0;

	while (paths_link(map_paths(node), from, &cursor, link))
		if (link->to == to)
			return true;
	return false;
}

bool node_path(const struct node *node, const struct address *to, uint32_t lane, uint32_t *cursor,
	       struct node_edge *edge)
{
	const struct paths *paths = map_paths(node);
	uint32_t end = database_find(map_database(node), to);
	struct paths_link link;
	struct path path;

	paths_to(paths, end, &path);
	if (!path.reached || *cursor >= path.hops)
		return false;
	for (uint32_t back = path.hops - 1u; back > *cursor; back--)
		end = paths_before(paths, lane, end);
	uint32_t from = paths_before(paths, lane, end);
	if (!map_link(node, from, end, &link))
		return false;
	(*cursor)++;
	*edge = map_edge(map_database(node), from, &link);
	return true;
}

uint32_t node_link_carries(const struct node *node, uint32_t link)
{
	const struct fib *fib = node_fib(node);
	uint32_t count = 0;

	for (uint32_t i = 0; i < fib_nodes(fib); i++) {
		const struct fib_node *to = fib_node(fib, i);
		bool there = false;
		for (uint32_t lane = 0; !to->lost && lane < WIRE_LANES; lane++)
			there = there || fib_hop(fib, to->next[lane])->link == link;
		count += there;
	}
	return count;
}

size_t node_survey_size(const struct node *node)
{
	return distances_size(&node->limits.route);
}

bool node_survey(const struct node *node, const struct address *to, void *memory)
{
	uint32_t end = database_find(map_database(node), to);

	if (end == DATABASE_NONE || end == DATABASE_OWN)
		return false;
	distances_compute(memory, map_paths(node), end);
	return true;
}

/* All there is to say of a way, in numbers of the database. */
struct way_facts {
	uint32_t end, over;
	struct path path;	/* to the end */
	struct path near;	/* to the neighbour */
	struct distance beyond; /* from the neighbour to the end */
	uint32_t cost_us;	/* of the link to it, if it counts; else 0 */
	bool best;		/* of the links to it */
	bool transits;
};

static struct way_facts map_way(const struct node *node, const struct address *to,
				const struct distances *distances,
				const struct mesharp_entry *entry)
{
	const struct database *database = map_database(node);
	struct way_facts way = {.end = database_find(database, to),
				.over = database_find(database, &entry->address)};
	struct mesharp_entry best;
	struct paths_link link;

	paths_to(map_paths(node), way.end, &way.path);
	paths_to(map_paths(node), way.over, &way.near);
	distances_to(distances, way.over, &way.beyond);
	if (map_link(node, DATABASE_OWN, way.over, &link))
		way.cost_us = link.cost_us;
	way.best = mesharp_best(node_mesharp(node), &entry->address, &best) &&
		   best.link == entry->link && lladdr_equal(&best.lladdr, &entry->lladdr);
	way.transits = way.over != DATABASE_NONE &&
		       (way.over == way.end || (database_flags(database, way.over) &
						(RECORD_NO_TRANSIT | RECORD_STUB)) == 0);
	return way;
}

static uint8_t map_lanes(const struct way_facts *way)
{
	uint8_t lanes = 0;

	for (uint32_t lane = 0; lane < WIRE_LANES; lane++)
		if (way->path.reached && way->path.next[lane] == way->over)
			lanes |= (uint8_t)(1u << lane);
	return lanes;
}

/* RFC 5286, inequality 1. What we do not reach ourselves does not lead back. */
static bool map_loop_free(const struct way_facts *way)
{
	return !way->path.reached || !way->near.reached ||
	       way->beyond.metric_us < (uint64_t)way->near.metric_us + way->path.metric_us;
}

static enum node_reason map_reason(const struct way_facts *way,
				   const struct node_candidate *candidate)
{
	const uint8_t all = (1u << WIRE_LANES) - 1;

	if (!way->best)
		return REASON_OTHER_LINK;
	if (way->cost_us == 0)
		return REASON_UNLISTED;
	if (!way->beyond.reached)
		return REASON_NO_PATH;
	if (!way->transits)
		return REASON_NO_TRANSIT;
	if (candidate->lanes != 0)
		return candidate->lanes == all ? REASON_LEAST : REASON_LANE;
	if (!candidate->loop_free)
		return REASON_COMES_BACK;
	if (candidate->dearer_us > 0)
		return REASON_DEARER;
	return candidate->hops > way->path.hops ? REASON_MORE_HOPS : REASON_LANE;
}

static uint32_t map_sum(uint32_t a, uint32_t b)
{
	return a < UINT32_MAX - b ? a + b : UINT32_MAX;
}

/* The figures of a candidate whose place and metric are there. */
static void map_weigh(const struct way_facts *way, struct node_candidate *candidate)
{
	if (way->cost_us > 0)
		candidate->cost_us = way->best ? way->cost_us : candidate->metric.total_us;
	if (way->beyond.reached)
		candidate->beyond_us = way->beyond.metric_us;
	if (way->best)
		candidate->lanes = map_lanes(way);
	candidate->loop_free = way->beyond.reached && map_loop_free(way);
	candidate->alternate =
		way->best && way->path.alternate == way->over && way->over != DATABASE_NONE;
	if (way->cost_us > 0 && way->beyond.reached && way->transits) {
		candidate->total_us = map_sum(candidate->cost_us, candidate->beyond_us);
		candidate->hops = way->beyond.hops + 1u;
		if (candidate->total_us > way->path.metric_us)
			candidate->dearer_us = candidate->total_us - way->path.metric_us;
	}
	candidate->reason = map_reason(way, candidate);
}

bool node_candidates(const struct node *node, const struct address *to, const void *memory,
		     uint32_t *cursor, struct node_candidate *candidate)
{
	struct mesharp_entry entry = {.state = NEIGHBOUR_NONE};

	while (entry.state != NEIGHBOUR_FULL)
		if (!mesharp_entries(node_mesharp(node), cursor, &entry))
			return false;
	*candidate = (struct node_candidate){
		.address = entry.address, .link = entry.link, .lladdr = entry.lladdr};
	if (!mesharp_metric(node_mesharp(node), &entry, &candidate->metric))
		return false;
	const struct way_facts way = map_way(node, to, memory, &entry);
	map_weigh(&way, candidate);
	return true;
}
