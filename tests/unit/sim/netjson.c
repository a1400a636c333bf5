/* Maps as they are published become topologies; what is none is refused and says why. */
#include "sim/netjson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD "{\"type\":\"NetworkGraph\",\"protocol\":\"olsr\",\"version\":null,\"metric\":\"etx\","
#define NODES "\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}],"

/* Reads a text as if it were a file. */
static bool reads(struct topology *topology, const char *text, char complaint[LINE_COMPLAINT])
{
	int fd = memfd_create("map", MFD_CLOEXEC);
	char path[64];

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	*topology = (struct topology){0};
	bool read = netjson_read(topology, path, complaint);
	close(fd);
	return read;
}

static void links_are_wires_and_both_directions_one(void **state)
{
	struct topology topology;
	char complaint[LINE_COMPLAINT];

	assert_true(reads(&topology,
			  HEAD NODES "\"label\":\"x\",\"links\":["
				     "{\"source\":\"c\",\"target\":\"a\",\"cost\":1.5},"
				     "{\"source\":\"a\",\"target\":\"c\",\"cost\":7,\"x\":[]},"
				     "{\"source\":\"b\",\"target\":\"a\",\"cost\":1e3}]}",
			  complaint));
	assert_int_equal(topology.nodes, 3);
	assert_int_equal(topology.wires, 2);
	assert_int_equal(topology.port_count, 4);
	assert_int_equal(topology.arc_count, 4);
	/* Nodes 0 and 1 on wire 0, nodes 0 and 2 on wire 1. */
	assert_int_equal(topology.ports[topology_port(&topology, 0, 0)].wire, 0);
	assert_int_equal(topology.ports[topology_port(&topology, 0, 1)].wire, 1);
	assert_int_equal(topology.ports[topology_port(&topology, 1, 0)].wire, 0);
	assert_int_equal(topology.ports[topology_port(&topology, 2, 0)].wire, 1);
	topology_free(&topology);
}

static void a_node_without_links_stays_alone(void **state)
{
	struct topology topology;
	char complaint[LINE_COMPLAINT];

	assert_true(reads(&topology,
			  HEAD NODES "\"links\":[{\"source\":\"a\",\"target\":\"b\",\"cost\":1}]}",
			  complaint));
	assert_int_equal(topology.nodes, 3);
	assert_int_equal(topology_port(&topology, 2, 0), TOPOLOGY_NONE);
	topology_free(&topology);
}

struct refusal {
	const char *text, *why;
};

static const struct refusal refusals[] = {
	{"", "line 1: "},
	{"[]", "its type is not NetworkGraph"},
	{"{\"type\":\"NetworkRoutes\"}", "its type is not NetworkGraph"},
	{"{\"type\":1}", "its type is not NetworkGraph"},
	{"{\"type\":\"NetworkGraph\",\"version\":\"1\",\"metric\":\"etx\"}",
	 "\"protocol\" is neither a text nor null"},
	{"{\"type\":\"NetworkGraph\",\"protocol\":\"\",\"version\":2,\"metric\":null}",
	 "\"version\" is neither a text nor null"},
	{HEAD "\"links\":[]}", "\"nodes\" is no list"},
	{HEAD NODES "\"links\":{}}", "\"links\" is no list"},
	{HEAD NODES "\"links\":[]}", "0 links make no mesh"},
	{HEAD "\"nodes\":[{\"id\":\"a\"}],\"links\":[]}", "1 nodes make no mesh"},
	{HEAD "\"nodes\":[{\"id\":\"a\"},7],\"links\":[0]}", "node 1 has no id"},
	{HEAD "\"nodes\":[{\"id\":\"\"},7],\"links\":[0]}", "node 0 has no id"},
	{HEAD "\"nodes\":[{\"id\":\"a\"},{\"id\":\"a\"}],\"links\":[0]}",
	 "two nodes have the id \"a\""},
	{HEAD NODES "\"links\":[[]]}", "link 0 has no source"},
	{HEAD NODES "\"links\":[{\"source\":\"a\",\"cost\":1}]}", "link 0 has no target"},
	{HEAD NODES "\"links\":[{\"source\":\"a\",\"target\":\"d\",\"cost\":1}]}",
	 "link 0: there is no node \"d\""},
	{HEAD NODES "\"links\":[{\"source\":\"a\",\"target\":\"b\"}]}", "link 0 has no cost"},
	{HEAD NODES "\"links\":[{\"source\":\"a\",\"target\":\"b\",\"cost\":\"1\"}]}",
	 "link 0 has no cost"},
	{HEAD NODES "\"links\":[{\"source\":\"a\",\"target\":\"a\",\"cost\":1}]}",
	 "link 0 leads from a node to itself"},
	{HEAD HEAD "}}", "line 1: "},
	{HEAD "\"type\":\"NetworkGraph\"}", "line 1: duplicate object key"},
};

static void what_is_no_map_is_refused(void **state)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct topology topology;
		char complaint[LINE_COMPLAINT] = "";
		assert_false(reads(&topology, refusals[i].text, complaint));
		assert_int_equal(strncmp(complaint, "/proc/self/fd/", 14), 0);
		const char *why = strchr(complaint, ' ');
		assert_non_null(why);
		if (strncmp(why + 1, refusals[i].why, strlen(refusals[i].why)) != 0)
			fail_msg("%s: %s", refusals[i].text, complaint);
		topology_free(&topology);
	}
}

static void what_is_too_large_or_missing_is_refused(void **state)
{
	struct topology topology = {0};
	char complaint[LINE_COMPLAINT];

	assert_false(netjson_read(&topology, "/nowhere/map.json", complaint));
	assert_string_equal(complaint, "/nowhere/map.json: No such file or directory");
	assert_false(netjson_read(&topology, "/dev/zero", complaint));
	assert_string_equal(complaint, "/dev/zero: File too large");
	topology_free(&topology);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_wires_and_both_directions_one),
		cmocka_unit_test(a_node_without_links_stays_alone),
		cmocka_unit_test(what_is_no_map_is_refused),
		cmocka_unit_test(what_is_too_large_or_missing_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/netjson", tests, NULL, NULL);
}
