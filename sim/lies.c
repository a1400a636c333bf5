/* All choices come from the liars' own stream. */
#include "sim/lies.h"

#include "meshp/wire.h"
#include "sim/medium.h"

#include <string.h>

enum { NOBODY = 6 }; /* first byte of link addresses that no port has */

/* One of the arcs an order selects, or TOPOLOGY_NONE. */
static uint32_t arc_draw(struct world *world, const struct select *select)
{
	uint32_t found = 0, drawn;

	for (uint32_t arc = 0; arc < world->topology.arc_count; arc++)
		found += world_selects(world, select, arc);
	if (found == 0)
		return TOPOLOGY_NONE;
	drawn = rng_below(&world->lies, found);
	for (uint32_t arc = 0; arc < world->topology.arc_count; arc++)
		if (world_selects(world, select, arc) && drawn-- == 0)
			return arc;
	return TOPOLOGY_NONE;
}

/* A frame that passed the wire, as it was, or with a bit changed or under a link address that is
 * nobody's; to its own receiver or, being for all, to the port. */
static void replay(struct world *world, uint32_t port, bool mutate)
{
	const struct tap *tap = &world->taps[world->topology.ports[port].wire];
	uint32_t kept = tap->count < TAP_FRAMES ? tap->count : TAP_FRAMES;

	if (kept == 0)
		return;
	const struct frame *frame = tap->frames[rng_below(&world->lies, kept)];
	uint8_t bytes[PACKET_MAX + ADDRESS];
	uint32_t receiver = world_port(world, frame->to);
	if (frame->size > sizeof(bytes))
		return;
	memcpy(bytes, frame->bytes, frame->size);
	struct lladdr from = frame->from;
	if (mutate && rng_below(&world->lies, 4) == 0) {
		from.bytes[0] = NOBODY;
	} else if (mutate) {
		uint32_t bit = rng_below(&world->lies, (uint32_t)(8 * frame->size));
		bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	medium_inject(world, receiver == TOPOLOGY_NONE ? port : receiver, from, frame->to, bytes,
		      frame->size);
}

/* Size of a forged frame of each kind; of data frames any that fits. */
static size_t forged_size(struct world *world, uint32_t type)
{
	static const size_t sizes[] = {[FRAME_HELLO] = WIRE_HELLO,
				       [FRAME_INITIATION] = WIRE_INITIATION,
				       [FRAME_RESPONSE] = WIRE_RESPONSE,
				       [FRAME_COOKIE] = WIRE_COOKIE_REPLY};

	return type != 0 ? sizes[type] : WIRE_FRAME_LEAST + rng_below(&world->lies, 1000);
}

/* A well-formed beginning between two real nodes, and noise after it. */
static void forge(struct world *world, uint32_t from, uint32_t to)
{
	uint32_t type = rng_below(&world->lies, FRAME_COOKIE + 1);
	uint8_t bytes[PACKET_MAX];
	size_t size = forged_size(world, type);
	const struct host *sender = &world->hosts[world->topology.ports[from].node];
	const struct host *receiver = &world->hosts[world->topology.ports[to].node];
	struct node_id source = address_id(&sender->address);
	struct node_id destination = address_id(&receiver->address);
	struct lladdr as = world_lladdr(world, from), group = NODE_GROUP;

	rng_fill(&world->lies, bytes, size);
	bytes[0] = type != 0 ? WIRE_CONTROL_BYTE
			     : (uint8_t)(WIRE_CONTROL_BYTE | WIRE_DATA | (bytes[0] & 0x27));
	if (type != 0) {
		bytes[1] = (uint8_t)type;
		bytes[2] = WIRE_HOP_LIMIT;
	}
	memcpy(bytes + 3, destination.bytes, NODE_ID);
	memcpy(bytes + 3 + NODE_ID, source.bytes, NODE_ID);
	if (rng_below(&world->lies, 2) == 0)
		as.bytes[0] = NOBODY;
	medium_inject(world, to, as, type == FRAME_HELLO ? group : world_lladdr(world, to), bytes,
		      size);
}

void lies_tell(struct world *world, const struct order *order)
{
	uint32_t arc = arc_draw(world, &order->select);

	if (arc == TOPOLOGY_NONE)
		return;
	const struct topology_arc *ends = &world->topology.arcs[arc];
	if (order->kind == ORDER_FORGE)
		forge(world, ends->from, ends->to);
	else
		replay(world, ends->to, order->kind == ORDER_MUTATE);
}
