/* The workers of the hosts of a mesh, without threads: each event of theirs is a batch of its own,
 * and what the two sides of a host hand over to each other is carried at once, in order. */
#ifndef TESTS_UNIT_NODE_WORKERS_H
#define TESTS_UNIT_NODE_WORKERS_H

#include "mesh.h"

/* A handover under way between the two sides of a host. */
struct errand {
	uint32_t host, worker;
	bool to_control;
	struct handover handover;
	size_t size;
	uint8_t bytes[MESH_FRAME];
};

/* The worker that has a lane, of so many. */
uint32_t workers_owner(uint32_t workers, uint8_t lane);

/* A frame came in on a queue of some worker's, each in turn; a packet on that of its lane's. What
 * they want done is in mesh->outbox afterwards. */
void workers_frame(struct mesh *mesh, uint32_t host, uint32_t link, struct lladdr from, bool group,
		   const uint8_t *bytes, size_t size);
void workers_packet(struct mesh *mesh, uint32_t host, const uint8_t *bytes, size_t size);

/* Takes over a handover in mesh->outbox of one side of a host: the control side, or a worker. */
void workers_take(struct mesh *mesh, uint32_t host, bool by_control, const struct action *action);

/* Delivers the first that is under way, and says in *by_control who filled mesh->outbox then.
 * False if there is none. */
bool workers_deliver(struct mesh *mesh, uint32_t host, bool *by_control);

#endif
