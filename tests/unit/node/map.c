/* What a node shows of the graph: its members and links, the path of every lane, and why packets
 * take one way and not another. docs/protocol/route.md, sections 4 and 5. */
#include "line.h"

#include "node/value.h"

#include <string.h>

enum { RING = 4, SURVEY = 64 * 1024, ALL_LANES = 0xff };

/* Starts hosts 0 … count − 1 whose two links are on those wires. */
static struct mesh *mesh_wired(uint64_t seed, uint32_t count, const uint32_t wires[][MESH_LINKS])
{
	struct mesh *mesh = mesh_new(seed);

	for (uint32_t i = 0; i < count; i++) {
		memcpy(mesh->hosts[i].making.wires, wires[i], sizeof(wires[i]));
		for (uint32_t link = 0; link < MESH_LINKS; link++)
			mesh->hosts[i].making.links[link].running = true;
	}
	return mesh;
}

static void start_all(struct mesh *mesh, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		mesh_start(mesh, i);
	mesh_run(mesh, duration_s(4));
}

/* 0 and 3 are joined by 1 and by 2. */
static struct mesh *ring_made(uint64_t seed)
{
	static const uint32_t wires[RING][MESH_LINKS] = {{0, 1}, {0, 2}, {1, 3}, {2, 3}};

	return mesh_wired(seed, RING, wires);
}

/* The ways of a to b; returns how many, at most `most`. */
static uint32_t ways_of(struct mesh *mesh, uint32_t a, uint32_t b, struct node_candidate *ways,
			uint32_t most)
{
	static _Alignas(16) uint8_t memory[SURVEY];
	const struct node *node = mesh->hosts[a].node;
	const struct address *to = &mesh->hosts[b].address;
	uint32_t cursor = 0, count = 0;

	assert_in_range(node_survey_size(node), 1, SURVEY);
	if (!node_survey(node, to, memory))
		return 0;
	while (count < most && node_candidates(node, to, memory, &cursor, &ways[count]))
		count++;
	return count;
}

/* The one of them over that host, which must be there once. */
static struct node_candidate way_over(struct mesh *mesh, uint32_t a, uint32_t b, uint32_t over)
{
	struct node_candidate ways[8], found = {.lanes = 0};
	uint32_t count = ways_of(mesh, a, b, ways, 8), there = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (!address_equal(&ways[i].address, &mesh->hosts[over].address))
			continue;
		found = ways[i];
		there++;
	}
	assert_int_equal(there, 1);
	return found;
}

static void a_line_has_its_members(void **state)
{
	struct mesh *mesh = line_new(1);
	struct node_member member;
	uint32_t cursor = 0, seen = 0;

	while (node_members(mesh->hosts[0].node, &cursor, &member)) {
		uint32_t host = 0;
		while (!address_equal(&member.address, &mesh->hosts[host].address))
			assert_true(++host < LINE);
		struct node_route route = mesh_route(mesh, 0, host);
		assert_int_equal(member.own, host == 0);
		assert_true(member.connected && member.reached);
		assert_int_equal(member.hops, host);
		assert_int_equal(member.metric_us, route.metric_us);
		assert_int_equal(member.flags, 0);
		assert_int_equal(member.mtu, 1500);
		assert_true(
			address_equal(&member.next_hop, &mesh->hosts[host > 0 ? 1 : 0].address));
		seen |= 1u << host;
	}
	assert_int_equal(seen, (1u << LINE) - 1);
	mesh_free(mesh);
}

/* A link that went is not shown, nor who was behind it as connected. */
static void who_is_lost_is_shown_as_lost(void **state)
{
	struct mesh *mesh = line_new(2);
	struct node_edge_cursor at = {0};
	struct node_member member;
	struct node_edge edge;
	uint32_t cursor = 0, lost = 0, edges = 0;

	mesh->hosts[1].making.links[1].running = false;
	mesh_link(mesh, 1, 1);
	mesh_run(mesh, duration_s(3));
	while (node_members(mesh->hosts[0].node, &cursor, &member)) {
		lost += !member.connected;
		assert_int_equal(member.connected, member.reached);
		assert_true(member.reached || member.metric_us + member.hops + member.mtu == 0);
	}
	while (node_edges(mesh->hosts[0].node, &at, &edge))
		edges++;
	assert_int_equal(lost, 2);
	assert_int_equal(edges, 2);
	assert_int_equal(ways_of(mesh, 0, 2, &(struct node_candidate){.lanes = 0}, 1), 1);
	assert_int_equal(way_over(mesh, 0, 2, 1).reason, REASON_NO_PATH);
	mesh_free(mesh);
}

static void every_link_is_shown_from_both_ends(void **state)
{
	struct mesh *mesh = ring_made(3);
	struct node_edge_cursor at = {0};
	struct node_edge edges[4 * RING];
	uint32_t count = 0, mirrored = 0;

	mesh->hosts[1].making.links[1].mtu = 1400;
	mesh->hosts[1].making.links[1].cost = 77;
	start_all(mesh, RING);
	while (node_edges(mesh->hosts[0].node, &at, &edges[count]))
		assert_true(++count < 4 * RING);
	assert_int_equal(count, 2 * RING);
	for (uint32_t i = 0; i < count * count; i++) {
		const struct node_edge *a = &edges[i / count], *b = &edges[i % count];
		if (!address_equal(&a->from, &b->to) || !address_equal(&a->to, &b->from))
			continue;
		assert_int_equal(a->cost_us, b->cost_us);
		assert_int_equal(a->mtu, b->mtu);
		assert_int_equal(a->quality, 255);
		assert_int_equal(a->medium, MEDIUM_WIRE);
		bool narrow = (address_equal(&a->from, &mesh->hosts[1].address) &&
			       address_equal(&a->to, &mesh->hosts[3].address)) ||
			      (address_equal(&a->from, &mesh->hosts[3].address) &&
			       address_equal(&a->to, &mesh->hosts[1].address));
		assert_int_equal(a->mtu, narrow ? 1400 : 1500);
		assert_int_equal(a->cost_us >= 77, narrow);
		mirrored++;
	}
	assert_int_equal(mirrored, 2 * RING);
	mesh_free(mesh);
}

/* Link by link from end to end, and both directions of a lane the same. */
static void check_path(struct mesh *mesh, uint32_t a, uint32_t b, uint32_t lane)
{
	const struct node *node = mesh->hosts[a].node, *far = mesh->hosts[b].node;
	struct node_route route = mesh_route(mesh, a, b);
	struct address last = mesh->hosts[a].address;
	uint32_t cursor = 0, metric = 0;
	struct node_edge edge, back;

	while (node_path(node, &mesh->hosts[b].address, lane, &cursor, &edge)) {
		uint32_t from_end = route.hops - cursor;
		assert_true(address_equal(&edge.from, &last));
		assert_true(node_path(far, &mesh->hosts[a].address, lane, &from_end, &back));
		assert_true(address_equal(&back.from, &edge.to));
		assert_true(address_equal(&back.to, &edge.from));
		metric += edge.cost_us;
		last = edge.to;
	}
	assert_int_equal(cursor, route.hops);
	assert_int_equal(metric, route.metric_us);
	assert_true(address_equal(&last, &mesh->hosts[b].address));
}

static void every_lane_has_its_path(void **state)
{
	struct mesh *mesh = ring_made(4);
	struct address nobody = {.bytes = {0xbe, 0xef, 1}};
	struct node_edge edge;
	uint32_t cursor = 0;

	start_all(mesh, RING);
	for (uint32_t pair = 0; pair < RING * RING; pair++)
		for (uint32_t lane = 0; pair / RING != pair % RING && lane < WIRE_LANES; lane++)
			check_path(mesh, pair / RING, pair % RING, lane);
	assert_false(node_path(mesh->hosts[0].node, &nobody, 0, &cursor, &edge));
	assert_false(node_path(mesh->hosts[0].node, &mesh->hosts[0].address, 0, &cursor, &edge));
	assert_int_equal(cursor, 0);
	mesh_free(mesh);
}

static void a_link_carries_what_lies_behind_it(void **state)
{
	struct mesh *mesh = line_new(5);

	assert_int_equal(node_link_carries(mesh->hosts[1].node, 0), 1);
	assert_int_equal(node_link_carries(mesh->hosts[1].node, 1), 2);
	assert_int_equal(node_link_carries(mesh->hosts[0].node, 0), 0);
	assert_int_equal(node_link_carries(mesh->hosts[0].node, 1), 3);
	mesh_free(mesh);
}

static void check_sums(const struct node_candidate *way)
{
	const struct metric *part = &way->metric;

	assert_int_equal(part->fixed_us + part->transmit_us + part->loss_us + part->rtt_us +
				 part->operator_us,
			 part->total_us);
	if (way->total_us > 0)
		assert_int_equal(way->total_us, way->cost_us + way->beyond_us);
}

static void equal_ways_are_told_by_lane(void **state)
{
	struct mesh *mesh = ring_made(6);
	struct node_candidate ways[8];

	start_all(mesh, RING);
	assert_int_equal(ways_of(mesh, 0, 3, ways, 8), 2);
	for (uint32_t i = 0; i < 2; i++) {
		check_sums(&ways[i]);
		assert_int_equal(ways[i].reason, REASON_LANE);
		assert_int_equal(ways[i].hops, 2);
		assert_int_equal(ways[i].dearer_us, 0);
		assert_true(ways[i].loop_free && ways[i].lanes != 0);
	}
	assert_int_equal(ways[0].lanes | ways[1].lanes, ALL_LANES);
	assert_int_equal(ways[0].lanes & ways[1].lanes, 0);
	assert_int_equal(ways[0].total_us, ways[1].total_us);
	/* To the neighbour itself over the other one: as far as over us. */
	struct node_candidate back = way_over(mesh, 0, 1, 2);
	assert_int_equal(back.reason, REASON_COMES_BACK);
	assert_false(back.loop_free);
	assert_int_equal(way_over(mesh, 0, 1, 1).reason, REASON_LEAST);
	mesh_free(mesh);
}

static void a_dear_way_says_by_how_much(void **state)
{
	struct mesh *mesh = ring_made(7);

	mesh->hosts[0].making.links[0].cost = 15;
	start_all(mesh, RING);
	struct node_candidate cheap = way_over(mesh, 0, 3, 2), dear = way_over(mesh, 0, 3, 1);
	check_sums(&cheap);
	check_sums(&dear);
	assert_int_equal(cheap.reason, REASON_LEAST);
	assert_int_equal(cheap.lanes, ALL_LANES);
	assert_int_equal(dear.reason, REASON_DEARER);
	assert_int_equal(dear.lanes, 0);
	assert_int_equal(dear.metric.operator_us, 15);
	assert_int_equal(dear.dearer_us, 15);
	assert_int_equal(dear.total_us, cheap.total_us + 15);
	assert_true(dear.loop_free && dear.alternate && !cheap.alternate);
	/* The far end has the same two ways, of which its own links cost nothing more. */
	dear = way_over(mesh, 3, 0, 1);
	assert_int_equal(dear.metric.operator_us, 0);
	assert_int_equal(dear.dearer_us, 15);
	mesh_free(mesh);
}

static void of_equal_ways_the_one_of_fewer_hops_wins(void **state)
{
	static const uint32_t wires[3][MESH_LINKS] = {{0, 1}, {0, 2}, {1, 2}};
	struct mesh *mesh = mesh_wired(8, 3, wires);

	mesh->hosts[0].making.links[1].cost = 10;
	start_all(mesh, 3);
	struct node_candidate direct = way_over(mesh, 0, 2, 2), over = way_over(mesh, 0, 2, 1);
	assert_int_equal(direct.total_us, over.total_us);
	assert_int_equal(direct.reason, REASON_LEAST);
	assert_int_equal(direct.beyond_us, 0);
	assert_int_equal(over.reason, REASON_MORE_HOPS);
	assert_int_equal(over.hops, 2);
	mesh_free(mesh);
}

static void of_two_links_to_a_neighbour_one_is_the_better(void **state)
{
	static const uint32_t wires[2][MESH_LINKS] = {{0, 1}, {0, 1}};
	struct mesh *mesh = mesh_wired(9, 2, wires);
	struct node_candidate ways[8];

	mesh->hosts[0].making.links[0].cost = 50;
	start_all(mesh, 2);
	assert_int_equal(ways_of(mesh, 0, 1, ways, 8), 2);
	for (uint32_t i = 0; i < 2; i++) {
		bool dear = ways[i].link == 0;
		assert_int_equal(ways[i].reason, dear ? REASON_OTHER_LINK : REASON_LEAST);
		assert_int_equal(ways[i].lanes, dear ? 0 : ALL_LANES);
		assert_int_equal(ways[i].dearer_us, dear ? 50 : 0);
		assert_int_equal(ways[i].metric.operator_us, dear ? 50 : 0);
	}
	mesh_free(mesh);
}

/* Nothing to survey, then a link that does not count yet, then one that does. */
static void every_moment_of_a_start_can_be_explained(void **state)
{
	struct mesh *mesh = ring_made(10);
	uint32_t seen[REASON_OTHER_LINK + 1] = {0};
	struct node_candidate ways[8];
	struct node_edge_cursor at;
	struct node_edge edge;

	for (uint32_t i = 0; i < RING; i++)
		mesh_start(mesh, i);
	assert_int_equal(ways_of(mesh, 0, 3, ways, 8), 0);
	for (uint32_t ms = 0; ms < 3000; ms++) {
		mesh_run(mesh, duration_ms(1));
		for (uint32_t b = 0; b < RING; b++) {
			uint32_t count = ways_of(mesh, 0, b, ways, 8);
			assert_true(b != 0 || count == 0);
			for (uint32_t i = 0; i < count; i++) {
				check_sums(&ways[i]);
				seen[ways[i].reason]++;
			}
		}
		at = (struct node_edge_cursor){0};
		while (node_edges(mesh->hosts[0].node, &at, &edge))
			assert_true(edge.cost_us >= 10);
	}
	assert_true(seen[REASON_UNLISTED] > 0 && seen[REASON_LEAST] > 0 && seen[REASON_LANE] > 0);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_its_members),
		cmocka_unit_test(who_is_lost_is_shown_as_lost),
		cmocka_unit_test(every_link_is_shown_from_both_ends),
		cmocka_unit_test(every_lane_has_its_path),
		cmocka_unit_test(a_link_carries_what_lies_behind_it),
		cmocka_unit_test(equal_ways_are_told_by_lane),
		cmocka_unit_test(a_dear_way_says_by_how_much),
		cmocka_unit_test(of_equal_ways_the_one_of_fewer_hops_wins),
		cmocka_unit_test(of_two_links_to_a_neighbour_one_is_the_better),
		cmocka_unit_test(every_moment_of_a_start_can_be_explained),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/map", tests, NULL, NULL);
}
