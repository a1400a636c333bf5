/* Deeds of the neighbour table come first, for they change who can be reached, then routing's; then
 * the snapshots are published; then packets that waited for it go out or are refused. */
#include "node/settle.h"

#include "meshp/packet.h"
#include "node/errors.h"
#include "node/greet.h"
#include "node/peers.h"
#include "node/publish.h"
#include "node/routing.h"
#include "node/sealed.h"
#include "node/send.h"
#include "node/trace.h"

#include <string.h>

/* Refuses a packet of the host by name and, within the rate, by ICMPv6. */
static void settle_refuse(struct node *node, instant now, struct span packet,
			  const struct verdict *verdict, struct outbox *outbox)
{
	const struct icmp_source own = {node->own, ICMP_HOP_LIMIT};

	node_count(node, verdict->drop);
	errors_tell_host(node, now, verdict->error, verdict->mtu, &own, packet, outbox);
}

/* The queue of packets whose owner has that number: a peer's index, or beyond all peers. */
static struct staging_queue *settle_queue_of(struct node *node, uint32_t owner)
{
	return owner < node->limits.peers ? &node_peer(node, owner)->queue : &node->limbo;
}

static struct address settle_destination(struct span bytes)
{
	struct packet packet;

	REQUIRE(packet_read(bytes.bytes, bytes.size, &packet) == DROP_NONE);
	return packet.destination;
}

static void settle_stage(struct node *node, instant now, struct span packet, struct outbox *outbox)
{
	const struct address address = settle_destination(packet);
	uint32_t peer = peers_meet(node, &address);
	uint32_t owner = peer == POOL_NONE ? node->limits.peers : peer;

	node_count(node, staging_put(node_staging(node), settle_queue_of(node, owner), owner, now,
				     packet));
	if (instant_is_never(timers_get(node_timers(node), TIMER_STAGING)))
		timers_set(node_timers(node), TIMER_STAGING,
			   instant_after(now, duration_ms(STAGED_MS)));
	if (peer != POOL_NONE)
		sealed_want(node, now, peer, outbox);
}

void settle_hop(struct node *node, instant now, uint32_t number)
{
	const struct fib_hop *hop = fib_hop(node_fib(node), number);

	mesharp_busy(node_mesharp(node), now, hop->link, hop->to, &hop->address);
}

/* Sends it, maybe gathered with others, if the lanes are the control side's, else leaves that to
 * the worker who has its lane. */
static struct verdict settle_send(struct node *node, instant now, struct span packet,
				  struct outbox *outbox)
{
	const struct tables tables = node_tables(node);
	struct handover handover = {.kind = HANDOVER_PACKET};

	if (!node_lends_lanes(node))
		return send_packet(&tables, node_worker(node, WORKER_PACKETS), now, packet, false,
				   outbox);
	struct verdict verdict = send_look(&tables, packet, &handover.lane);
	if (verdict.kind == VERDICT_DONE && !outbox_handover_copy(outbox, &handover, packet))
		return (struct verdict){.kind = VERDICT_DROP, .drop = DROP_OUTBOX_FULL};
	return verdict;
}

/* Sends what was gathered. */
static void settle_flush(struct node *node, instant now, struct outbox *outbox)
{
	const struct tables tables = node_tables(node);

	if (!node_lends_lanes(node))
		send_flush(&tables, node_worker(node, WORKER_PACKETS), now, outbox);
}

/* Sends a packet, stages or refuses it; settle_flush is due. */
static void settle_one(struct node *node, instant now, struct span packet, struct outbox *outbox)
{
	struct verdict verdict = settle_send(node, now, packet, outbox);

	switch (verdict.kind) {
	case VERDICT_DONE:
	case VERDICT_SEALED:
	case VERDICT_REPORT:
		break;
	case VERDICT_DROP:
		node_count(node, verdict.drop);
		break;
	case VERDICT_ERROR:
		settle_refuse(node, now, packet, &verdict, outbox);
		break;
	case VERDICT_STAGE:
		settle_stage(node, now, packet, outbox);
		break;
	}
	if (verdict.hop_news)
		settle_hop(node, now, verdict.hop);
	if (verdict.news)
		sealed_news(node, now, verdict.index, outbox);
}

void settle_packet(struct node *node, instant now, struct span packet, struct outbox *outbox)
{
	settle_one(node, now, packet, outbox);
	settle_flush(node, now, outbox);
}

void settle_staged(struct node *node, instant now, struct outbox *outbox)
{
	const struct verdict expired = {.drop = DROP_STAGED_EXPIRED, .error = ICMP_ADDRESS};
	struct staging *staging = node_staging(node);
	struct staged staged;

	while (outbox_spare(outbox) && staging_oldest(staging, &staged) &&
	       instant_reached(now, instant_after(staged.arrived, duration_ms(STAGED_MS)))) {
		struct staging_queue *queue = settle_queue_of(node, staged.owner);
		REQUIRE(staging_take(staging, queue, &staged));
		settle_refuse(node, now, staged.packet, &expired, outbox);
	}
	timers_set(node_timers(node), TIMER_STAGING,
		   staging_oldest(staging, &staged)
			   ? instant_after(staged.arrived, duration_ms(STAGED_MS))
			   : INSTANT_NEVER);
}

/* Sends on, or refuses, what waited for one peer, if the snapshots now say which. */
static void settle_queue(struct node *node, instant now, uint32_t index, struct outbox *outbox)
{
	struct staging_queue *queue = &node_peer(node, index)->queue;
	const struct address *address = &node_peer(node, index)->address;
	const struct tables tables = node_tables(node);
	struct staged staged;

	while (outbox_spare(outbox) && !send_waits(&tables, address) &&
	       staging_take(node_staging(node), queue, &staged))
		settle_one(node, now, staged.packet, outbox);
	if (queue->count > 0)
		sealed_want(node, now, index, outbox);
}

/* Looks once at each packet of which nobody knew whom it is for: it is sent on or refused, or waits
 * on, with its peer if that is known now. */
static void settle_limbo(struct node *node, instant now, struct outbox *outbox)
{
	struct staging *staging = node_staging(node);
	const struct tables tables = node_tables(node);
	struct staging_queue before = node->limbo;
	struct staged staged;

	node->limbo = (struct staging_queue){0};
	while (staging_first(staging, &before, &staged)) {
		const struct address address = settle_destination(staged.packet);
		if (outbox_spare(outbox) && !send_waits(&tables, &address)) {
			REQUIRE(staging_take(staging, &before, &staged));
			settle_one(node, now, staged.packet, outbox);
			continue;
		}
		uint32_t peer = peers_meet(node, &address);
		uint32_t owner = peer == POOL_NONE ? node->limits.peers : peer;
		node_count(node,
			   staging_move(staging, &before, settle_queue_of(node, owner), owner));
	}
}

/* Looks at every queue once after a snapshot; what the outbox has no room for stays to be done. */
static void settle_queues(struct node *node, instant now, struct outbox *outbox)
{
	const struct pool *pool = node_peer_pool(node);
	bool waiting = staging_count(node_staging(node)) > 0;

	settle_limbo(node, now, outbox);
	for (uint32_t i = waiting ? pool_oldest(pool) : POOL_NONE; i != POOL_NONE;
	     i = pool_newer(pool, i)) {
		if (node_peer(node, i)->queue.count > 0)
			settle_queue(node, now, i, outbox);
	}
	settle_flush(node, now, outbox);
	node->fresh = !outbox_spare(outbox);
}

static void settle_probe(struct node *node, instant now, struct mesharp_action *action,
			 uint32_t index, struct outbox *outbox)
{
	uint8_t bytes[PROBE_SIZE];
	struct writer out = writer_of(bytes, sizeof(bytes));
	const struct way way = {.link = action->link, .to = action->to};

	routing_tell(node, action->probe.digest, &action->probe.zone_size);
	probe_write(&action->probe, &out);
	sealed_send(node, now, index, &way, (struct span){bytes, sizeof(bytes)}, outbox);
}

/* True if no neighbour entry of the peer waits for a session, and it is in no path. */
static bool settle_hopeless(const struct node *node, const struct peer *peer)
{
	enum neighbour_state hope = mesharp_hope(node_mesharp(node), &peer->address);

	return (hope == NEIGHBOUR_NONE || hope == NEIGHBOUR_BLOCKED) &&
	       fib_by_address(node_fib(node), &peer->address) == FIB_NONE;
}

static void settle_changed(struct node *node, instant now, const struct mesharp_action *action,
			   uint32_t index, struct outbox *outbox)
{
	node->stale = true;
	node->fib_stale = true;
	routing_neighbour(node, now, &action->address);
	if (index != POOL_NONE && !session_usable(&node_peer(node, index)->session) &&
	    settle_hopeless(node, node_peer(node, index)))
		session_abandon(&node_peer(node, index)->session);
	outbox_notice(outbox, &(struct notice){.kind = NOTICE_NEIGHBOUR,
					       .address = action->address,
					       .link = action->link,
					       .lladdr = action->to,
					       .from = action->before,
					       .to = action->after});
}

/* True of what would begin something with a neighbour. */
static bool settle_begins(const struct mesharp_action *action)
{
	return action->deed == MESHARP_HELLO || action->deed == MESHARP_INITIATE ||
	       (action->deed == MESHARP_PROBE && action->probe.asks);
}

static void settle_action(struct node *node, instant now, struct mesharp_action *action,
			  struct outbox *outbox)
{
	uint32_t index =
		action->deed == MESHARP_HELLO ? POOL_NONE : peers_find(node, &action->address);

	/* Who leaves would only be lost again. */
	if (node->leaving && settle_begins(action))
		return;
	switch (action->deed) {
	case MESHARP_HELLO:
		greet(node, action->link, outbox);
		break;
	case MESHARP_INITIATE:
		if (index != POOL_NONE)
			sealed_initiate(node, now, index,
					&(struct way){.link = action->link, .to = action->to},
					outbox);
		break;
	case MESHARP_PROBE:
		if (index != POOL_NONE)
			settle_probe(node, now, action, index, outbox);
		break;
	case MESHARP_CHANGED:
		settle_changed(node, now, action, index, outbox);
		break;
	}
}

/* Does one thing that is due; false if nothing is. */
static bool settle_step(struct node *node, instant now, struct outbox *outbox)
{
	struct mesharp_action action;

	if (!mesharp_next(node_mesharp(node), now, &action))
		return routing_step(node, now, outbox) || trace_step(node, now, outbox);
	settle_action(node, now, &action, outbox);
	return true;
}

void settle(struct node *node, instant now, struct outbox *outbox)
{
	while (outbox_spare(outbox) && settle_step(node, now, outbox))
		continue;
	if (node->fib_stale)
		routing_publish(node, now);
	if (node->stale)
		publish(node);
	if (node->past != 0)
		publish_forget(node);
	routing_news(node, now, outbox);
	if (node->fresh)
		settle_queues(node, now, outbox);
	if (node->fresh)
		timers_set(node_timers(node), TIMER_STAGING, now);
	timers_set(node_timers(node), TIMER_MESHARP, mesharp_deadline(node_mesharp(node)));
	timers_set(node_timers(node), TIMER_ROUTE, route_deadline(node_route(node)));
	timers_set(node_timers(node), TIMER_TRACES, trace_deadline(node));
}
