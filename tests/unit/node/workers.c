/* Handovers wait in a list until the outbox they were in has been carried out. */
#include "workers.h"

#include "meshp/packet.h"
#include "node/datapath.h"

#include <stdlib.h>
#include <string.h>

uint32_t workers_owner(uint32_t workers, uint8_t lane)
{
	return (lane - 1u) % workers;
}

void workers_frame(struct mesh *mesh, uint32_t host, uint32_t link, struct lladdr from, bool group,
		   const uint8_t *bytes, size_t size)
{
	struct datapath datapath =
		datapath_begin(mesh->hosts[host].node, mesh->turn++ % mesh->limits.workers);

	datapath_frame(&datapath, mesh->now, link, from, group, bytes, size, mesh->outbox);
	datapath_end(&datapath);
}

void workers_packet(struct mesh *mesh, uint32_t host, const uint8_t *bytes, size_t size)
{
	struct packet packet;
	bool good = packet_read(bytes, size, &packet) == DROP_NONE;
	uint32_t owner = good ? workers_owner(mesh->limits.workers, packet_lane(&packet)) : 0;
	struct datapath datapath = datapath_begin(mesh->hosts[host].node, owner);

	datapath_packet(&datapath, mesh->now, (struct span){bytes, size}, false, mesh->outbox);
	datapath_flush(&datapath, mesh->now, mesh->outbox);
	datapath_end(&datapath);
}

static void errand_put(struct mesh *mesh, uint32_t host, bool to_control, uint32_t worker,
		       const struct action *action)
{
	struct errand *errand = malloc(sizeof(*errand));

	assert_non_null(errand);
	assert_in_range(mesh->errands_waiting, 0, MESH_ERRANDS - 1);
	assert_in_range(action->size, 0, sizeof(errand->bytes));
	errand->host = host;
	errand->worker = worker;
	errand->to_control = to_control;
	errand->handover = action->handover;
	errand->size = action->size;
	memcpy(errand->bytes, mesh->outbox->bytes + action->offset, action->size);
	mesh->errands[mesh->errands_waiting++] = errand;
}

void workers_take(struct mesh *mesh, uint32_t host, bool by_control, const struct action *action)
{
	uint8_t lane = action->handover.lane;

	assert_int_not_equal(mesh->limits.workers, 0);
	for (uint32_t i = 0; by_control && i < mesh->limits.workers; i++) {
		if (lane == 0 || workers_owner(mesh->limits.workers, lane) == i)
			errand_put(mesh, host, false, i, action);
	}
	if (!by_control)
		errand_put(mesh, host, true, 0, action);
}

static void errand_do(struct mesh *mesh, const struct errand *errand, const uint8_t *bytes)
{
	struct node *node = mesh->hosts[errand->host].node;

	if (errand->to_control) {
		node_handover(node, mesh->now, &errand->handover, bytes, errand->size,
			      mesh->outbox);
		return;
	}
	struct datapath datapath = datapath_begin(node, errand->worker);
	datapath_handover(&datapath, mesh->now, &errand->handover, bytes, errand->size,
			  mesh->outbox);
	datapath_flush(&datapath, mesh->now, mesh->outbox);
	datapath_end(&datapath);
}

bool workers_deliver(struct mesh *mesh, uint32_t host, bool *by_control)
{
	if (mesh->errands_waiting == 0)
		return false;
	struct errand *first = mesh->errands[0];
	uint8_t *exact = malloc(first->size + (first->size == 0));
	assert_non_null(exact);
	memcpy(exact, first->bytes, first->size);
	mesh->errands_waiting--;
	memmove(mesh->errands, mesh->errands + 1, mesh->errands_waiting * sizeof(mesh->errands[0]));
	assert_int_equal(first->host, host);
	errand_do(mesh, first, exact);
	*by_control = first->to_control;
	free(exact);
	free(first);
	return true;
}
