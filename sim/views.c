/* Nodes are told by their numbers, not by their addresses, wherever the number is known. */
#include "sim/views.h"

#include "sim/full.h"
#include "sim/memory.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

void view_time(instant time)
{
	int64_t us = instant_since(time, SCENARIO_BEGIN).us;

	printf("%lld.%06lld s", (long long)us / 1000000, (long long)us % 1000000);
}

void view_duration(duration span)
{
	printf("%lld.%03lld ms", (long long)span.us / 1000, (long long)span.us % 1000);
}

static void print_address(const struct address *address)
{
	char text[INET6_ADDRSTRLEN];

	printf("%s", inet_ntop(AF_INET6, address->bytes, text, sizeof(text)));
}

static void print_known(const struct world *world, const struct address *address)
{
	for (uint32_t i = 0; i < world->topology.nodes; i++) {
		if (!address_equal(address, &world->hosts[i].address))
			continue;
		printf("node %u", i);
		return;
	}
	print_address(address);
}

static uint32_t full_count(const struct world *world, uint32_t node)
{
	struct node_neighbour neighbour;
	uint32_t cursor = 0, full = 0;

	while (node_neighbours(world->hosts[node].node, world_clock(world, node), &cursor,
			       &neighbour))
		full += neighbour.state == NEIGHBOUR_FULL;
	return full;
}

static void print_summary(const struct world *world, uint32_t node)
{
	const struct host *host = &world->hosts[node];
	struct node_status status;

	printf("node %u ", node);
	print_address(&host->address);
	if (host->node == NULL) {
		printf(" does not run\n");
		return;
	}
	node_status(host->node, world_clock(world, node), &status);
	printf(" boot epoch %u, %u neighbours, %u of them FULL, %u peers, %u packets staged\n",
	       status.boot_epoch, status.neighbours, full_count(world, node), status.peers,
	       status.staged);
}

void view_nodes(const struct world *world)
{
	for (uint32_t i = 0; i < world->topology.nodes; i++)
		print_summary(world, i);
}

static void print_links(const struct world *world, uint32_t node)
{
	uint32_t port;

	for (uint32_t link = 0;
	     (port = topology_port(&world->topology, node, link)) != TOPOLOGY_NONE; link++)
		printf("link %u on wire %u: %s, mtu %u\n", link, world->topology.ports[port].wire,
		       world->ports[port].running ? "up" : "down", world->ports[port].mtu);
}

static void print_neighbours(const struct world *world, uint32_t node)
{
	struct node_neighbour neighbour;
	uint32_t cursor = 0;

	while (node_neighbours(world->hosts[node].node, world_clock(world, node), &cursor,
			       &neighbour)) {
		printf("neighbour ");
		print_known(world, &neighbour.address);
		printf(" by link %u: %s for ", neighbour.link,
		       neighbour_state_name(neighbour.state));
		view_duration(neighbour.since);
		printf(", rtt %u us, loss %u ppm, metric %u us\n", neighbour.rtt_us,
		       neighbour.loss_ppm, neighbour.metric_us);
	}
}

static void print_sessions(const struct world *world, uint32_t node)
{
	struct node_session session;
	uint32_t cursor = 0;

	while (node_sessions(world->hosts[node].node, world_clock(world, node), &cursor,
			     &session)) {
		printf("session ");
		print_known(world, &session.address);
		printf(": %s%s, epoch %u, age ", session.usable ? "usable" : "not usable",
		       session.handshaking ? ", handshake under way" : "", session.epoch);
		view_duration(session.age);
		printf(", %llu packets sent, %llu received, %llu replayed\n",
		       (unsigned long long)session.tx_packets,
		       (unsigned long long)session.rx_packets,
		       (unsigned long long)session.rx_replay);
	}
}

void view_node(const struct world *world, uint32_t node)
{
	struct drops drops;

	print_summary(world, node);
	print_links(world, node);
	if (world->hosts[node].node != NULL) {
		print_neighbours(world, node);
		print_sessions(world, node);
	}
	world_drops(world, node, &drops);
	for (uint32_t i = DROP_NONE + 1; i < DROP_COUNT; i++)
		if (drops.counts[i] > 0)
			printf("drops %s: %llu\n", drop_name((enum drop)i),
			       (unsigned long long)drops.counts[i]);
}

/* Ports by wire, those of one wire in the order of their nodes. */
static int port_order(const void *a, const void *b)
{
	const struct topology_port *one = a, *two = b;

	if (one->wire != two->wire)
		return one->wire < two->wire ? -1 : 1;
	return one->node < two->node ? -1 : one->node > two->node;
}

void view_wires(const struct world *world)
{
	const struct topology *topology = &world->topology;
	struct topology_port *ports = memory_array(NULL, topology->port_count, sizeof(*ports));

	for (size_t i = 0; i < topology->port_count; i++)
		ports[i] = topology->ports[i];
	qsort(ports, topology->port_count, sizeof(*ports), port_order);
	for (size_t i = 0; i < topology->port_count; i++) {
		if (i == 0 || ports[i].wire != ports[i - 1].wire)
			printf("%swire %u: nodes", i > 0 ? "\n" : "", ports[i].wire);
		printf(" %u", ports[i].node);
	}
	printf("\n");
	free(ports);
}

static void print_arc(const struct world *world, uint32_t arc)
{
	const struct topology_port *from = &world->topology.ports[world->topology.arcs[arc].from];
	const struct topology_port *to = &world->topology.ports[world->topology.arcs[arc].to];
	const struct traits *traits = &world->arcs[arc].traits;

	printf("%u>%u on wire %u: %s%s%s%s, delay ", from->node, to->node, from->wire,
	       world->arcs[arc].full ? "FULL" : "not FULL", world->arcs[arc].cut ? ", cut" : "",
	       world->arcs[arc].apart ? ", out of range" : "",
	       world->ports[world->topology.arcs[arc].from].running ? "" : ", down");
	view_duration(traits->delay);
	printf(", jitter ");
	view_duration(traits->jitter);
	printf(", hold ");
	view_duration(traits->hold);
	printf(", loss %u ppm, duplicate %u ppm, reorder %u ppm, corrupt %u ppm", traits->loss_ppm,
	       traits->duplicate_ppm, traits->reorder_ppm, traits->corrupt_ppm);
	if (traits->rate_bps > 0)
		printf(", rate %llu bit", (unsigned long long)traits->rate_bps);
	printf(", mtu %u\n", traits->mtu);
}

uint32_t view_arcs(struct world *world, const struct select *select)
{
	uint32_t shown = 0;

	full_mark(world);
	for (uint32_t arc = 0; arc < world->topology.arc_count; arc++) {
		if (!world_selects(world, select, arc))
			continue;
		print_arc(world, arc);
		shown++;
	}
	return shown;
}

void view_way(struct world *world, uint32_t from, uint32_t to)
{
	uint32_t *way = memory_array(NULL, world->topology.nodes, sizeof(*way));
	uint32_t count = full_way(world, from, to, way);

	if (count == 0)
		printf("%u>%u: no way\n", from, to);
	else
		printf("%u>%u: %u hop%s:", from, to, count - 1, count == 2 ? "" : "s");
	for (uint32_t i = 0; i < count; i++)
		printf(" %u%s", way[i], i + 1 < count ? "" : "\n");
	free(way);
}
