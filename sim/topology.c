/* Two arrays that grow while a shape is made, sorted once when it is finished. */
#include "sim/topology.h"

#include "sim/memory.h"

#include <stdlib.h>

uint32_t topology_wire(struct topology *topology)
{
	return topology->wires++;
}

uint32_t topology_attach(struct topology *topology, uint32_t wire, uint32_t node)
{
	topology->ports = memory_grown(topology->ports, topology->port_count, &topology->port_room,
				       sizeof(*topology->ports));
	topology->ports[topology->port_count] = (struct topology_port){.node = node, .wire = wire};
	return (uint32_t)topology->port_count++;
}

static void arc_add(struct topology *topology, uint32_t from, uint32_t to)
{
	topology->arcs = memory_grown(topology->arcs, topology->arc_count, &topology->arc_room,
				      sizeof(*topology->arcs));
	topology->arcs[topology->arc_count++] = (struct topology_arc){from, to};
}

void topology_pair(struct topology *topology, uint32_t a, uint32_t b)
{
	arc_add(topology, a, b);
	arc_add(topology, b, a);
}

bool topology_near(const struct topology *topology, uint32_t a, uint32_t b)
{
	const struct topology_place *one = &topology->places[a], *other = &topology->places[b];
	int64_t x = one->x - other->x, y = one->y - other->y;

	return x * x + y * y <= topology->reach;
}

void topology_edge(struct topology *topology, uint32_t a, uint32_t b)
{
	uint32_t wire = topology_wire(topology);
	uint32_t one = topology_attach(topology, wire, a);

	topology_pair(topology, one, topology_attach(topology, wire, b));
}

/* Sorted by node; `first` holds the number a port had before, which keeps equals in order. */
static int port_order(const void *a, const void *b)
{
	const struct topology_port *one = a, *two = b;

	if (one->node != two->node)
		return one->node < two->node ? -1 : 1;
	return one->first < two->first ? -1 : 1;
}

static int arc_order(const void *a, const void *b)
{
	const struct topology_arc *one = a, *two = b;

	if (one->from != two->from)
		return one->from < two->from ? -1 : 1;
	return one->to < two->to ? -1 : one->to > two->to;
}

static void ports_sort(struct topology *topology)
{
	uint32_t *moved = memory_zeroed(topology->port_count, sizeof(*moved));
	struct topology_port *ports = topology->ports;

	for (uint32_t i = 0; i < topology->port_count; i++)
		ports[i].first = i;
	qsort(ports, topology->port_count, sizeof(*ports), port_order);
	for (uint32_t i = 0; i < topology->port_count; i++) {
		moved[ports[i].first] = i;
		ports[i].first = ports[i].count = 0;
		ports[i].link =
			i > 0 && ports[i - 1].node == ports[i].node ? ports[i - 1].link + 1 : 0;
	}
	for (size_t i = 0; i < topology->arc_count; i++) {
		topology->arcs[i].from = moved[topology->arcs[i].from];
		topology->arcs[i].to = moved[topology->arcs[i].to];
	}
	free(moved);
}

void topology_finish(struct topology *topology)
{
	if (topology->port_count == 0)
		return;
	ports_sort(topology);
	if (topology->arc_count == 0)
		return;
	qsort(topology->arcs, topology->arc_count, sizeof(*topology->arcs), arc_order);
	for (uint32_t i = 0; i < topology->arc_count; i++) {
		struct topology_port *port = &topology->ports[topology->arcs[i].from];
		if (port->count++ == 0)
			port->first = i;
	}
}

uint32_t topology_port(const struct topology *topology, uint32_t node, uint32_t link)
{
	size_t low = 0, high = topology->port_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct topology_port *port = &topology->ports[middle];
		if (port->node < node || (port->node == node && port->link < link))
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low < topology->port_count && topology->ports[low].node == node &&
		     topology->ports[low].link == link;
	return found ? (uint32_t)low : TOPOLOGY_NONE;
}

uint32_t topology_arc(const struct topology *topology, uint32_t from, uint32_t to)
{
	uint32_t low = topology->ports[from].first;
	uint32_t end = low + topology->ports[from].count, high = end;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (topology->arcs[middle].to < to)
			low = middle + 1;
		else
			high = middle;
	}
	return low < end && topology->arcs[low].to == to ? low : TOPOLOGY_NONE;
}

uint32_t topology_links(const struct topology *topology)
{
	uint32_t most = 0;

	for (size_t i = 0; i < topology->port_count; i++)
		if (topology->ports[i].link + 1 > most)
			most = topology->ports[i].link + 1;
	return most;
}

uint32_t topology_heard(const struct topology *topology)
{
	uint32_t most = 0, heard = 0;

	for (size_t i = 0; i < topology->port_count; i++) {
		heard = topology->ports[i].link == 0 ? 0 : heard;
		heard += topology->ports[i].count;
		most = heard > most ? heard : most;
	}
	return most;
}

void topology_free(struct topology *topology)
{
	free(topology->ports);
	free(topology->arcs);
	free(topology->places);
	*topology = (struct topology){0};
}
