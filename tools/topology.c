/* `meshctl topology`: the nodes of the zone and the links between them, for people, as a NetJSON
 * NetworkGraph (https://netjson.org/rfc.html, draft-capoano-kaplan-netjson-00) and for Graphviz.
 * The latter two show what is connected alone. */
#include "tools/columns.h"
#include "tools/nouns.h"

#include "meshp/wire.h"

#include <stdio.h>
#include <string.h>

static bool is_connected(const json_t *node)
{
	return json_is_true(json_object_get(node, "connected"));
}

/* What of a node's members a table shows in another form. */
static void node_tell(json_t *node)
{
	bool own = json_is_true(json_object_get(node, "own"));
	bool reached = json_is_true(json_object_get(node, "reached"));
	const char *state = own ? "ourselves" : reached ? "reached" : "no path";

	json_object_set_new(node, "state", json_string(is_connected(node) ? state : "lost"));
}

void topology_print(const json_t *answer, bool colour)
{
	static const struct column nodes[] = {
		{"NODE", "address", COLUMN_TEXT}, {"ID", "id", COLUMN_TEXT},
		{"STATE", "state", COLUMN_TEXT},  {"METRIC", "metric", COLUMN_COUNT},
		{"HOPS", "hops", COLUMN_COUNT},	  {"MTU", "mtu", COLUMN_COUNT},
	};
	static const struct column links[] = {
		{"FROM", "from", COLUMN_TEXT},	      {"TO", "to", COLUMN_TEXT},
		{"COST", "cost", COLUMN_COUNT},	      {"MTU", "mtu", COLUMN_COUNT},
		{"QUALITY", "quality", COLUMN_SHARE}, {"MEDIUM", "medium", COLUMN_TEXT},
	};
	json_t *list = json_object_get(answer, "nodes");
	json_t *node;
	size_t index;

	json_array_foreach(list, index, node) node_tell(node);
	columns_print(list, nodes, sizeof(nodes) / sizeof(nodes[0]), colour);
	putchar('\n');
	columns_print(json_object_get(answer, "links"), links, sizeof(links) / sizeof(links[0]),
		      colour);
}

static json_t *netjson_node(const json_t *node)
{
	return json_pack("{s:s, s:s, s:{s:O, s:O, s:O, s:O}}", "id", column_text(node, "address"),
			 "label", column_text(node, "id"), "properties", "flags",
			 json_object_get(node, "flags"), "metric", json_object_get(node, "metric"),
			 "hops", json_object_get(node, "hops"), "mtu",
			 json_object_get(node, "mtu"));
}

static json_t *netjson_link(const json_t *link)
{
	return json_pack("{s:s, s:s, s:O, s:{s:O, s:O, s:O}}", "source", column_text(link, "from"),
			 "target", column_text(link, "to"), "cost", json_object_get(link, "cost"),
			 "properties", "mtu", json_object_get(link, "mtu"), "quality",
			 json_object_get(link, "quality"), "medium",
			 json_object_get(link, "medium"));
}

static void netjson_print(const json_t *nodes, const json_t *links)
{
	json_t *shown_nodes = json_array(), *shown_links = json_array();
	const json_t *entry;
	json_t *graph;
	size_t index;

	json_array_foreach(nodes, index, entry) if (is_connected(entry))
		json_array_append_new(shown_nodes, netjson_node(entry));
	json_array_foreach(links, index, entry)
		json_array_append_new(shown_links, netjson_link(entry));
	graph = json_pack("{s:s, s:s, s:o, s:s, s:o, s:o}", "type", "NetworkGraph", "protocol",
			  "MESHARP", "version", json_sprintf("%d", WIRE_VERSION), "metric", "us",
			  "nodes", shown_nodes, "links", shown_links);
	json_dumpf(graph, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(graph);
}

/* Each link is one edge: it costs the same both ways. */
static void dot_print(const json_t *nodes, const json_t *links)
{
	const json_t *entry;
	size_t index;

	puts("graph mesh {");
	json_array_foreach(nodes, index, entry) if (is_connected(entry))
		printf("\t\"%s\";\n", column_text(entry, "address"));
	json_array_foreach(links, index, entry) if (strcmp(column_text(entry, "from"),
							   column_text(entry, "to")) < 0)
		printf("\t\"%s\" -- \"%s\" [label=\"%" JSON_INTEGER_FORMAT " µs\"];\n",
		       column_text(entry, "from"), column_text(entry, "to"),
		       json_integer_value(json_object_get(entry, "cost")));
	puts("}");
}

void topology_write(const json_t *answer, const char *format)
{
	const json_t *nodes = json_object_get(answer, "nodes");
	const json_t *links = json_object_get(answer, "links");

	if (strcmp(format, "netjson") == 0)
		netjson_print(nodes, links);
	else
		dot_print(nodes, links);
}
