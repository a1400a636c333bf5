/* Each shape has the nodes and wires it should, is connected, and every arc has one back. */
#include "sim/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Nodes that can be reached from node 0. */
static uint32_t reached(const struct topology *topology)
{
	bool *seen = calloc(topology->nodes, sizeof(*seen));
	uint32_t count = 1;
	bool more = true;

	assert_non_null(seen);
	seen[0] = true;
	while (more) {
		more = false;
		for (size_t i = 0; i < topology->arc_count; i++) {
			uint32_t from = topology->ports[topology->arcs[i].from].node;
			uint32_t to = topology->ports[topology->arcs[i].to].node;
			if (!seen[from] || seen[to])
				continue;
			seen[to] = more = true;
			count++;
		}
	}
	free(seen);
	return count;
}

static void check_shape(struct pattern pattern, uint32_t nodes, uint32_t wires, size_t arcs,
			uint32_t links)
{
	struct topology topology = {0};

	assert_true(pattern_possible(&pattern));
	pattern_make(&pattern, 1, &topology);
	assert_int_equal(topology.nodes, nodes);
	assert_int_equal(topology.wires, wires);
	assert_int_equal(topology.arc_count, arcs);
	assert_int_equal(topology_links(&topology), links);
	assert_int_equal(reached(&topology), nodes);
	for (uint32_t i = 0; i < topology.arc_count; i++) {
		const struct topology_arc *arc = &topology.arcs[i];
		assert_int_equal(topology_arc(&topology, arc->from, arc->to), i);
		assert_int_not_equal(topology_arc(&topology, arc->to, arc->from), TOPOLOGY_NONE);
	}
	topology_free(&topology);
}

static void shapes_are_what_they_are_called(void **state)
{
	check_shape((struct pattern){PATTERN_LINE, 5, 0}, 5, 4, 8, 2);
	check_shape((struct pattern){PATTERN_RING, 5, 0}, 5, 5, 10, 2);
	check_shape((struct pattern){PATTERN_GRID4, 4, 3}, 12, 17, 34, 4);
	check_shape((struct pattern){PATTERN_GRID8, 4, 3}, 12, 29, 58, 8);
	check_shape((struct pattern){PATTERN_TREE, 7, 2}, 7, 6, 12, 3);
	check_shape((struct pattern){PATTERN_LAN, 6, 0}, 6, 1, 30, 1);
	check_shape((struct pattern){PATTERN_BUTTERFLY, 3, 0}, 32, 48, 96, 4);
}

static void random_wires_are_connected(void **state)
{
	struct pattern pattern = {PATTERN_WIRES, 30, 8};

	for (uint64_t seed = 0; seed < 50; seed++) {
		struct topology topology = {0};
		pattern_make(&pattern, seed, &topology);
		assert_int_equal(topology.wires, 8);
		assert_int_equal(reached(&topology), 30);
		topology_free(&topology);
	}
}

static void a_disc_has_about_the_neighbours_asked_for(void **state)
{
	struct pattern pattern = {PATTERN_DISC, 1000, 10};
	struct topology topology = {0};

	pattern_make(&pattern, 1, &topology);
	assert_in_range(topology.arc_count, 8000, 10500);
	assert_int_equal(topology.wires, 1);
	assert_true(topology.radio);
	topology_free(&topology);
}

static void a_seed_gives_one_shape(void **state)
{
	struct pattern pattern = {PATTERN_WIRES, 30, 8};
	struct topology one = {0}, same = {0}, other = {0};

	pattern_make(&pattern, 1, &one);
	pattern_make(&pattern, 1, &same);
	pattern_make(&pattern, 2, &other);
	assert_int_equal(one.arc_count, same.arc_count);
	assert_memory_equal(one.arcs, same.arcs, one.arc_count * sizeof(*one.arcs));
	assert_false(one.arc_count == other.arc_count &&
		     memcmp(one.arcs, other.arcs, one.arc_count * sizeof(*one.arcs)) == 0);
	topology_free(&one);
	topology_free(&same);
	topology_free(&other);
}

static void what_makes_no_mesh_is_known(void **state)
{
	static const struct pattern none[] = {
		{PATTERN_NONE, 2, 2},	    {PATTERN_LINE, 1, 0},	{PATTERN_RING, 2, 0},
		{PATTERN_GRID4, 1000, 101}, {PATTERN_TREE, 5, 0},	{PATTERN_LAN, 100001, 0},
		{PATTERN_BUTTERFLY, 0, 0},  {PATTERN_BUTTERFLY, 13, 0}, {PATTERN_WIRES, 5, 5},
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(pattern_possible(&none[i]));
	assert_int_equal(pattern_named("grid8"), PATTERN_GRID8);
	assert_int_equal(pattern_named("grid"), PATTERN_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_are_what_they_are_called),
		cmocka_unit_test(random_wires_are_connected),
		cmocka_unit_test(a_disc_has_about_the_neighbours_asked_for),
		cmocka_unit_test(a_seed_gives_one_shape),
		cmocka_unit_test(what_makes_no_mesh_is_known),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/pattern", tests, NULL, NULL);
}
