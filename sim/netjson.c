/* Reading asks for all that the draft requires of a map, and looks at nothing else in it; costs
 * must be numbers but mean nothing to wires. Writing gives each direction as its source sees it. */
#include "sim/netjson.h"

#include "meshp/wire.h"
#include "sim/full.h"
#include "sim/document.h"
#include "sim/memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAP_BYTES = 64 << 20, /* longest file */
	MAP_LINKS = 2000000,
};

/* A map while it is read. */
struct map {
	const char *path;
	json_t *root;
	json_t *numbers; /* of nodes, by id */
	uint64_t *pairs; /* joined nodes, the lower number in the upper half */
	size_t pair_count;
	bool failed;
	char *complaint;
};

/* Notes the first thing that is wrong. */
__attribute__((format(printf, 2, 3))) static void refuse(struct map *map, const char *format, ...)
{
	va_list arguments;

	if (map->failed)
		return;
	map->failed = true;
	int used = snprintf(map->complaint, LINE_COMPLAINT, "%s: ", map->path);
	if (used < 0 || used >= LINE_COMPLAINT)
		return;
	va_start(arguments, format);
	vsnprintf(map->complaint + used, LINE_COMPLAINT - (size_t)used, format, arguments);
	va_end(arguments);
}

static void parse(struct map *map)
{
	json_error_t error;
	size_t size;
	char *text = document_text(map->path, MAP_BYTES, &size);

	if (text == NULL) {
		refuse(map, "%s", strerror(errno));
		return;
	}
	map->root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (map->root == NULL)
		refuse(map, "line %d: %s", error.line, error.text);
	free(text);
}

/* What the draft requires of every NetworkGraph. */
static void check_head(struct map *map)
{
	static const char *const texts[] = {"protocol", "version", "metric"};
	const char *type = json_string_value(json_object_get(map->root, "type"));

	if (type == NULL || strcmp(type, "NetworkGraph") != 0)
		refuse(map, "its type is not NetworkGraph");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const json_t *text = json_object_get(map->root, texts[i]);
		if (!json_is_string(text) && !json_is_null(text))
			refuse(map, "\"%s\" is neither a text nor null", texts[i]);
	}
	if (!json_is_array(json_object_get(map->root, "nodes")))
		refuse(map, "\"nodes\" is no list");
	if (!json_is_array(json_object_get(map->root, "links")))
		refuse(map, "\"links\" is no list");
}

static void take_node(struct map *map, const json_t *node, size_t number)
{
	const char *id = json_string_value(json_object_get(node, "id"));

	if (id == NULL || *id == '\0')
		refuse(map, "node %zu has no id", number);
	else if (json_object_get(map->numbers, id) != NULL)
		refuse(map, "two nodes have the id \"%s\"", id);
	else if (json_object_set_new(map->numbers, id, json_integer((json_int_t)number)) < 0)
		refuse(map, "not enough memory");
}

/* The number of the node at one end of a link; 0 if there is none. */
static uint64_t end_of(struct map *map, const json_t *link, size_t place, const char *which)
{
	const char *id = json_string_value(json_object_get(link, which));
	const json_t *number = id == NULL ? NULL : json_object_get(map->numbers, id);

	if (id == NULL)
		refuse(map, "link %zu has no %s", place, which);
	else if (number == NULL)
		refuse(map, "link %zu: there is no node \"%s\"", place, id);
	return (uint64_t)json_integer_value(number);
}

static void take_link(struct map *map, const json_t *link, size_t place)
{
	uint64_t a = end_of(map, link, place, "source"), b = end_of(map, link, place, "target");

	if (!json_is_number(json_object_get(link, "cost")))
		refuse(map, "link %zu has no cost", place);
	if (a == b)
		refuse(map, "link %zu leads from a node to itself", place);
	map->pairs[map->pair_count++] = a < b ? a << 32 | b : b << 32 | a;
}

static int pair_order(const void *a, const void *b)
{
	const uint64_t *one = a, *two = b;

	return *one < *two ? -1 : *one > *two;
}

static void take_all(struct map *map, struct topology *topology)
{
	const json_t *nodes = json_object_get(map->root, "nodes");
	const json_t *links = json_object_get(map->root, "links");
	size_t node_count = json_array_size(nodes), link_count = json_array_size(links);

	if (node_count < 2 || node_count > PATTERN_NODES)
		refuse(map, "%zu nodes make no mesh", node_count);
	if (link_count == 0 || link_count > MAP_LINKS)
		refuse(map, "%zu links make no mesh", link_count);
	for (size_t i = 0; !map->failed && i < node_count; i++)
		take_node(map, json_array_get(nodes, i), i);
	if (map->failed)
		return;
	map->pairs = memory_array(NULL, link_count, sizeof(*map->pairs));
	for (size_t i = 0; !map->failed && i < link_count; i++)
		take_link(map, json_array_get(links, i), i);
	qsort(map->pairs, map->pair_count, sizeof(*map->pairs), pair_order);
	for (size_t i = 0; !map->failed && i < map->pair_count; i++)
		if (i == 0 || map->pairs[i] != map->pairs[i - 1])
			topology_edge(topology, (uint32_t)(map->pairs[i] >> 32),
				      (uint32_t)map->pairs[i]);
	topology->nodes = (uint32_t)node_count;
	topology_finish(topology);
}

bool netjson_read(struct topology *topology, const char *path, char complaint[LINE_COMPLAINT])
{
	struct map map = {.path = path, .numbers = json_object(), .complaint = complaint};

	parse(&map);
	if (!map.failed)
		check_head(&map);
	if (!map.failed)
		take_all(&map, topology);
	free(map.pairs);
	json_decref(map.numbers);
	json_decref(map.root);
	return !map.failed;
}

static json_t *address_json(const struct address *address)
{
	char text[INET6_ADDRSTRLEN];

	return json_string(inet_ntop(AF_INET6, address->bytes, text, sizeof(text)));
}

static json_t *lladdr_json(struct lladdr lladdr)
{
	const uint8_t *at = lladdr.bytes;

	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", at[0], at[1], at[2], at[3], at[4],
			    at[5]);
}

static json_t *node_json(const struct world *world, uint32_t node)
{
	const struct host *host = &world->hosts[node];
	json_t *lladdrs = json_array();
	uint32_t port;

	for (uint32_t link = 0;
	     (port = topology_port(&world->topology, node, link)) != TOPOLOGY_NONE; link++)
		json_array_append_new(lladdrs, lladdr_json(world_lladdr(world, port)));
	return json_pack("{so so so s{sb}}", "id", address_json(&host->address), "label",
			 json_sprintf("%u", node), "local_addresses", lladdrs, "properties",
			 "running", host->node != NULL);
}

static void links_append(const struct world *world, uint32_t node, json_t *links)
{
	const struct host *host = &world->hosts[node];
	struct node_neighbour neighbour;
	uint32_t cursor = 0;

	while (host->node != NULL &&
	       node_neighbours(host->node, world_clock(world, node), &cursor, &neighbour)) {
		uint32_t arc = full_arc(world, node, &neighbour);
		if (neighbour.state != NEIGHBOUR_FULL || arc == TOPOLOGY_NONE)
			continue;
		uint32_t port = world->topology.arcs[arc].from;
		json_array_append_new(links,
				      json_pack("{so so sI s{sI sI sI}}", "source",
						address_json(&host->address), "target",
						address_json(&neighbour.address), "cost",
						(json_int_t)neighbour.metric_us, "properties",
						"rtt_us", (json_int_t)neighbour.rtt_us, "loss_ppm",
						(json_int_t)neighbour.loss_ppm, "wire",
						(json_int_t)world->topology.ports[port].wire));
	}
}

bool netjson_write(const struct world *world, const char *path, char complaint[LINE_COMPLAINT])
{
	json_t *nodes = json_array(), *links = json_array();

	for (uint32_t node = 0; node < world->topology.nodes; node++) {
		json_array_append_new(nodes, node_json(world, node));
		links_append(world, node, links);
	}
	json_t *root =
		json_pack("{ss ss so ss ss so so}", "type", "NetworkGraph", "protocol", "MESHARP",
			  "version", json_sprintf("%d", WIRE_VERSION), "metric", "us", "label",
			  world->scenario->name, "nodes", nodes, "links", links);
	FILE *file = root == NULL ? NULL : fopen(path, "we");
	bool written = file != NULL && json_dumpf(root, file, JSON_INDENT(1)) == 0 &&
		       fputc('\n', file) != EOF;
	written = file != NULL && fclose(file) == 0 && written;
	json_decref(root);
	if (!written)
		snprintf(complaint, LINE_COMPLAINT, "%s: %s", path, strerror(errno));
	return written;
}
