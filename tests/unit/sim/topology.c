/* Ports and arcs are found after sorting, whatever order they were made in. */
#include "sim/topology.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void ports_are_found_by_node_and_link(void **state)
{
	struct topology topology = {.nodes = 3};

	topology_edge(&topology, 2, 0);
	topology_edge(&topology, 0, 1);
	topology_finish(&topology);
	for (uint32_t port = 0; port < 4; port++) {
		const struct topology_port *at = &topology.ports[port];
		assert_int_equal(topology_port(&topology, at->node, at->link), port);
	}
	assert_int_equal(topology.ports[topology_port(&topology, 0, 0)].wire, 0);
	assert_int_equal(topology.ports[topology_port(&topology, 0, 1)].wire, 1);
	assert_int_equal(topology_port(&topology, 0, 2), TOPOLOGY_NONE);
	assert_int_equal(topology_port(&topology, 3, 0), TOPOLOGY_NONE);
	assert_int_equal(topology_links(&topology), 2);
	assert_int_equal(topology_heard(&topology), 2);
	topology_free(&topology);
}

static void arcs_are_found_by_their_ends(void **state)
{
	struct topology topology = {.nodes = 3};

	topology_edge(&topology, 1, 2);
	topology_edge(&topology, 0, 1);
	topology_finish(&topology);
	uint32_t a = topology_port(&topology, 0, 0), b = topology_port(&topology, 1, 1);
	uint32_t c = topology_port(&topology, 1, 0);
	uint32_t arc = topology_arc(&topology, a, b);
	assert_int_not_equal(arc, TOPOLOGY_NONE);
	assert_int_equal(topology.arcs[arc].from, a);
	assert_int_equal(topology.arcs[arc].to, b);
	assert_int_equal(topology_arc(&topology, a, c), TOPOLOGY_NONE);
	topology_free(&topology);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_are_found_by_node_and_link),
		cmocka_unit_test(arcs_are_found_by_their_ends),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/topology", tests, NULL, NULL);
}
