/* Each carrier's reports are a descriptor of the control loop; a lane's carrier is found as the
 * node deals lanes out. */
#include "daemon/carriers.h"

#include "meshp/wire.h"

#include <string.h>

enum { HANDOVERS_AT_ONCE = 256 };

int carriers_open(struct mesh *mesh, void (*ready)(void *mesh), struct failure *failure)
{
	const struct opened *opened = mesh->parts.opened;
	int status = 0;

	for (uint32_t i = 0; i < opened->carriers && status == 0; i++) {
		const struct carrier_parts parts = {
			.node = mesh->node,
			.vault = mesh->parts.vault,
			.number = i,
			.tun = opened->queues[i],
			.udp = opened->offloads == TUN_UDP,
			.sockets = opened->carrier[i],
			.ethertype = mesh->parts.config->ethertype,
		};
		status = carrier_open(&mesh->carriers[i], &parts, failure);
		if (status != 0)
			break;
		status = loop_watch(mesh->parts.loop, carrier_descriptor(mesh->carriers[i]),
				    LOOP_READ, ready, mesh, &mesh->carrier_sources[i]);
		if (status != 0)
			failure_say(failure, status, "loop: %s", strerror(-status));
	}
	return status;
}

int carriers_start(struct mesh *mesh, struct failure *failure)
{
	int status = 0;

	for (uint32_t i = 0; i < mesh->parts.opened->carriers && status == 0; i++)
		status = carrier_start(mesh->carriers[i], failure);
	return status;
}

void carriers_follow(struct mesh *mesh)
{
	struct carrier_link links[LINKS_DAEMON];

	memset(links, 0, sizeof(links));
	for (uint32_t slot = 0; slot < LINKS_DAEMON; slot++) {
		links[slot].used = mesh->links[slot].used;
		links[slot].gone = mesh->links[slot].gone;
		links[slot].facts = mesh->links[slot].facts;
	}
	for (uint32_t i = 0; i < mesh->parts.opened->carriers; i++)
		carrier_links(mesh->carriers[i], links);
}

void carriers_eye(struct mesh *mesh, struct eye *eyes)
{
	for (uint32_t i = 0; i < mesh->parts.opened->carriers; i++)
		carrier_eye(mesh->carriers[i], eyes != NULL ? &eyes[i] : NULL);
}

bool carriers_settled(const struct mesh *mesh)
{
	bool settled = true;

	for (uint32_t i = 0; i < mesh->parts.opened->carriers && settled; i++)
		settled = carrier_settled(mesh->carriers[i]);
	return settled;
}

void carriers_renew(struct mesh *mesh)
{
	uint64_t now = node_publications(mesh->node);

	for (uint32_t i = 0; i < mesh->parts.opened->carriers && now != mesh->publications; i++)
		carrier_wake(mesh->carriers[i]);
	mesh->publications = now;
}

void carriers_give(struct mesh *mesh, const struct handover *handover, struct span bytes)
{
	REQUIRE(handover->lane != WIRE_LANE_CONTROL);
	uint32_t number = (handover->lane - 1U) % mesh->parts.opened->carriers;

	mesh->counters.not_handed += !carrier_give(mesh->carriers[number], handover, bytes);
}

void carriers_listen(struct mesh *mesh,
		     void (*take)(struct mesh *mesh, const struct handover *handover,
				  struct span bytes))
{
	struct handover handover;
	struct span bytes;

	for (uint32_t i = 0; i < mesh->parts.opened->carriers; i++) {
		int left = HANDOVERS_AT_ONCE;
		carrier_quiet(mesh->carriers[i]);
		while (left > 0 && carrier_take(mesh->carriers[i], &handover, &bytes)) {
			take(mesh, &handover, bytes);
			left--;
		}
		if (left == 0)
			carrier_insist(mesh->carriers[i]);
	}
}

bool carriers_miss(const struct mesh *mesh)
{
	bool miss = false;

	for (uint32_t i = 0; i < mesh->parts.opened->carriers && !miss; i++)
		miss = carrier_misses(mesh->carriers[i]);
	return miss;
}

void carriers_resume(struct mesh *mesh)
{
	for (uint32_t i = 0; i < mesh->parts.opened->carriers; i++)
		if (mesh->carriers[i] != NULL)
			carrier_resume(mesh->carriers[i]);
}

void carriers_stop(struct mesh *mesh)
{
	for (uint32_t i = 0; i < WORKERS_MOST; i++) {
		loop_forget(mesh->carrier_sources[i]);
		carrier_stop(mesh->carriers[i]);
		mesh->carrier_sources[i] = NULL;
		mesh->carriers[i] = NULL;
	}
}

const char *carriers_way(const struct mesh *mesh, uint32_t slot)
{
	if (mesh->parts.opened->carriers == 0)
		return ethernet_way(mesh->ethernet, mesh->links[slot].facts.ifindex);
	return carrier_way(mesh->carriers[0], slot);
}

void carriers_count(const struct mesh *mesh, struct carrier_counters *sum)
{
	uint64_t *to = (uint64_t *)sum;

	for (uint32_t i = 0; i < mesh->parts.opened->carriers; i++) {
		struct carrier_counters one;
		const uint64_t *from = (const uint64_t *)&one;

		carrier_count(mesh->carriers[i], &one);
		for (size_t k = 0; k < sizeof(one) / sizeof(*from); k++)
			to[k] += from[k];
	}
}
