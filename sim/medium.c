/* A frame leaves when its port has finished with those before it, and then goes its own way on each
 * arc: lost, late, twice or damaged, as the arc's traits and random draws have it. The draws follow
 * from the seed, the arc and how many frames went that way before, so that what happens in one part
 * of the mesh changes no luck in another. Each copy that arrives is one event. */
#include "sim/medium.h"

#include "meshp/header.h"
#include "sim/memory.h"
#include "sim/pcap.h"
#include "sim/stream.h"
#include "sim/witness.h"

#include <stdlib.h>
#include <string.h>

enum {
	QUEUE_MS = 200,	     /* a frame that would wait longer at its port is dropped */
	ETHERNET_BYTES = 38, /* what Ethernet adds to a payload, gap and preamble included */
};

static struct frame *frame_new(struct lladdr from, struct lladdr to, const uint8_t *bytes,
			       size_t size)
{
	struct frame *frame = memory_array(NULL, 1, sizeof(*frame) + size);

	*frame = (struct frame){
		.references = 1, .node = TOPOLOGY_NONE, .from = from, .to = to, .size = size};
	memcpy(frame->bytes, bytes, size);
	return frame;
}

void medium_release(struct frame *frame)
{
	while (frame != NULL && --frame->references == 0) {
		struct frame *before = frame->before;
		free(frame);
		frame = before;
	}
}

/* Notes where a relayed frame comes from, and whether the relay had it before. */
static void follow(struct world *world, struct frame *frame)
{
	frame->before = world->handled;
	frame->before->references++;
	for (const struct frame *at = frame->before; at != NULL; at = at->before) {
		if (at->node != frame->node)
			continue;
		world->tally.loops++;
		return;
	}
}

/* One frame on one arc, and its draws. */
struct trip {
	uint32_t arc;
	instant left; /* when it was whole on the wire */
	struct rng loss, delay;
};

/* Draws are begun only where something is left to chance. */
static struct trip trip_begin(struct world *world, uint32_t arc, instant left)
{
	const struct traits *traits = &world->arcs[arc].traits;
	uint64_t number = (uint64_t)arc << 32 | world->arcs[arc].frames++;
	struct trip trip = {.arc = arc, .left = left};

	if (traits->loss_ppm != 0 || traits->duplicate_ppm != 0 || traits->reorder_ppm != 0 ||
	    traits->corrupt_ppm != 0)
		stream_begin(&trip.loss, world->seed, "loss", number);
	if (traits->jitter.us != 0)
		stream_begin(&trip.delay, world->seed, "delay", number);
	return trip;
}

static struct frame *frame_damaged(struct world *world, struct trip *trip,
				   const struct frame *frame)
{
	struct frame *copy = frame_new(frame->from, frame->to, frame->bytes, frame->size);
	uint32_t bit = rng_below(&trip->loss, (uint32_t)(8 * frame->size));

	copy->node = frame->node;
	copy->before = frame->before;
	if (copy->before != NULL)
		copy->before->references++;
	copy->bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
	world->tally.corrupted++;
	return copy;
}

static void launch(struct world *world, struct trip *trip, struct frame *frame)
{
	const struct traits *traits = &world->arcs[trip->arc].traits;
	duration late = rng_between(&trip->delay, duration_us(0), traits->jitter);
	struct event event = {
		.kind = EVENT_FRAME, .subject = world->topology.arcs[trip->arc].to, .frame = frame};

	if (stream_chance(&trip->loss, traits->reorder_ppm)) {
		late.us += traits->hold.us;
		world->tally.held++;
	}
	event.when = instant_after(trip->left, duration_us(traits->delay.us + late.us));
	frame->references++;
	heap_push(&world->heap, &event);
}

static void pass(struct world *world, uint32_t number, instant left, struct frame *frame)
{
	struct arc *arc = &world->arcs[number];
	const struct traits *traits = &arc->traits;

	if (arc->apart)
		return;
	if (arc->cut) {
		world->tally.cut++;
		return;
	}
	struct trip trip = trip_begin(world, number, left);
	if (stream_chance(&trip.loss, traits->loss_ppm)) {
		world->tally.lost++;
		return;
	}
	if (stream_chance(&trip.loss, traits->corrupt_ppm)) {
		struct frame *damaged = frame_damaged(world, &trip, frame);
		launch(world, &trip, damaged);
		medium_release(damaged);
		return;
	}
	arc->passed = true;
	launch(world, &trip, frame);
	if (stream_chance(&trip.loss, traits->duplicate_ppm)) {
		world->tally.duplicated++;
		launch(world, &trip, frame);
	}
}

/* When the frame has left the port whole, or never if its queue is too long. */
static instant leave(struct world *world, uint32_t port, size_t size, uint64_t rate_bps)
{
	struct port *sender = &world->ports[port];
	instant begun = sender->busy.us > world->now.us ? sender->busy : world->now;

	if (rate_bps == 0)
		return world->now;
	if (instant_since(begun, world->now).us > duration_ms(QUEUE_MS).us)
		return INSTANT_NEVER;
	uint64_t bits = 8 * (uint64_t)(size + ETHERNET_BYTES);
	sender->busy = instant_after(begun, duration_us((int64_t)(bits * 1000000 / rate_bps)));
	return sender->busy;
}

static void tap_keep(struct world *world, uint32_t port, struct frame *frame)
{
	struct tap *tap = &world->taps[world->topology.ports[port].wire];
	struct frame **place = &tap->frames[tap->count++ % TAP_FRAMES];

	if (*place != NULL)
		medium_release(*place);
	*place = frame;
	frame->references++;
}

void medium_tap(struct world *world)
{
	if (world->taps == NULL)
		world->taps = memory_zeroed(world->topology.wires, sizeof(*world->taps));
}

void medium_untap(struct world *world)
{
	for (uint32_t i = 0; world->taps != NULL && i < world->topology.wires * TAP_FRAMES; i++) {
		struct frame *kept = world->taps[i / TAP_FRAMES].frames[i % TAP_FRAMES];
		if (kept != NULL)
			medium_release(kept);
	}
	free(world->taps);
	world->taps = NULL;
}

void medium_send(struct world *world, uint32_t port, struct lladdr to, bool relayed,
		 const uint8_t *bytes, size_t size)
{
	const struct topology_port *sender = &world->topology.ports[port];
	const struct lladdr group = NODE_GROUP;
	bool to_all = lladdr_equal(&to, &group);
	struct frame *frame = frame_new(world_lladdr(world, port), to, bytes, size);

	frame->node = sender->node;
	if (relayed && world->handled != NULL)
		follow(world, frame);
	if (world->taps != NULL)
		tap_keep(world, port, frame);
	uint32_t first = sender->first, end = sender->first + sender->count;
	if (!to_all) {
		uint32_t receiver = world_port(world, to);
		first = receiver == TOPOLOGY_NONE ? TOPOLOGY_NONE
						  : topology_arc(&world->topology, port, receiver);
		end = first == TOPOLOGY_NONE ? first : first + 1;
	}
	instant left = first == end ? world->now
				    : leave(world, port, size, world->arcs[first].traits.rate_bps);
	if (instant_is_never(left)) {
		world->tally.queued_out++;
		end = first;
	} else if (world->pcap != NULL) {
		pcap_frame(world, sender->wire, frame);
	}
	for (uint32_t arc = first; arc < end; arc++)
		pass(world, arc, left, frame);
	medium_release(frame);
}

void medium_inject(struct world *world, uint32_t port, struct lladdr from, struct lladdr to,
		   const uint8_t *bytes, size_t size)
{
	struct event event = {.kind = EVENT_FRAME,
			      .subject = port,
			      .when = world->now,
			      .frame = frame_new(from, to, bytes, size)};

	if (world->pcap != NULL)
		pcap_frame(world, world->topology.ports[port].wire, event.frame);
	world->tally.lies++;
	heap_push(&world->heap, &event);
}

/* What is not authenticated yet is noted, for answers to it. */
static void credit(struct world *world, uint32_t node, struct frame *frame)
{
	bool asks = frame->size > 1 && frame_form(frame->bytes[0]) == FRAME_FORM_CONTROL &&
		    frame->bytes[1] == FRAME_INITIATION;

	world->asker = frame->from;
	world->handled = frame;
	world->answerable = frame->size;
	if (asks)
		ledger_note(&world->ledger, node, frame->from, (int64_t)frame->size);
}

void medium_arrive(struct world *world, uint32_t port, struct frame *frame)
{
	const struct topology_port *at = &world->topology.ports[port];
	struct host *host = &world->hosts[at->node];
	const struct lladdr group = NODE_GROUP;
	struct arrival arrival;

	if (host->node != NULL && world->ports[port].running) {
		bool to_all = lladdr_equal(&frame->to, &group);
		world->tally.delivered++;
		host->frames++;
		credit(world, at->node, frame);
		witness_arrival(world, at->node, frame, to_all, &arrival);
		struct journal_event event = {.kind = JOURNAL_FRAME,
					      .link = at->link,
					      .from = frame->from,
					      .group = to_all,
					      .bytes = {frame->bytes, frame->size}};
		world_hand(world, at->node, &event);
		witness_verdict(world, at->node, &arrival);
		world_rest(world, at->node);
		world->answerable = 0;
		world->handled = NULL;
	}
	medium_release(frame);
}
