/* Deeds of the neighbour table come first, for they change who can be reached; then the snapshot is
 * published; then packets that waited for it go out or are refused. */
#include "node/settle.h"

#include "node/greet.h"
#include "node/peers.h"
#include "node/publish.h"
#include "node/sealed.h"
#include "node/send.h"

/* Refuses a packet of the host by name and, within the rate, by ICMPv6. */
static void settle_refuse(struct node *node, instant now, struct span packet,
			  const struct verdict *verdict, struct outbox *outbox)
{
	node_count(node, verdict->drop);
	if (!bucket_take(&node->icmp, RATE_ICMP, now))
		return;
	uint8_t *room = outbox_room(outbox, ICMP_ERROR_MAX);
	if (room == NULL) {
		node_count(node, DROP_OUTBOX_FULL);
		return;
	}
	struct writer out = writer_of(room, ICMP_ERROR_MAX);
	if (icmp_error_write(verdict->error, verdict->mtu, &node->own, packet.bytes, packet.size,
			     &out))
		outbox_packet(outbox, out.used);
}

static void settle_stage(struct node *node, instant now, uint32_t index, struct span packet)
{
	node_count(node, staging_put(node_staging(node), &node_peer(node, index)->queue, index, now,
				     packet));
	if (instant_is_never(timers_get(node_timers(node), TIMER_STAGING)))
		timers_set(node_timers(node), TIMER_STAGING,
			   instant_after(now, duration_ms(STAGED_MS)));
}

void settle_packet(struct node *node, instant now, struct span packet, struct outbox *outbox)
{
	struct worker *worker = node_worker(node, WORKER_PACKETS);
	struct verdict verdict =
		send_packet(node_forwarding(node), worker, now, packet.bytes, packet.size, outbox);

	switch (verdict.kind) {
	case VERDICT_DONE:
	case VERDICT_SEALED:
		break;
	case VERDICT_DROP:
		worker_drops(worker)->counts[verdict.drop]++;
		break;
	case VERDICT_ERROR:
		settle_refuse(node, now, packet, &verdict, outbox);
		break;
	case VERDICT_STAGE:
		settle_stage(node, now, verdict.index, packet);
		break;
	}
	if (verdict.news)
		sealed_news(node, now, verdict.index, outbox);
}

void settle_staged(struct node *node, instant now, struct outbox *outbox)
{
	const struct verdict expired = {.drop = DROP_STAGED_EXPIRED, .error = ICMP_ADDRESS};
	struct staging *staging = node_staging(node);
	struct staged staged;

	while (outbox_spare(outbox) && staging_oldest(staging, &staged) &&
	       instant_reached(now, instant_after(staged.arrived, duration_ms(STAGED_MS)))) {
		struct staging_queue *queue = &node_peer(node, staged.owner)->queue;
		REQUIRE(staging_take(staging, queue, &staged));
		settle_refuse(node, now, staged.packet, &expired, outbox);
	}
	timers_set(node_timers(node), TIMER_STAGING,
		   staging_oldest(staging, &staged)
			   ? instant_after(staged.arrived, duration_ms(STAGED_MS))
			   : INSTANT_NEVER);
}

/* Sends on, or refuses, what waited for one peer, if the snapshot now says which. */
static void settle_queue(struct node *node, instant now, uint32_t index, struct outbox *outbox)
{
	struct staging_queue *queue = &node_peer(node, index)->queue;
	struct staged staged;

	while (outbox_spare(outbox) &&
	       forwarding_at(node_forwarding(node), index)->reach != REACH_SOON &&
	       staging_take(node_staging(node), queue, &staged))
		settle_packet(node, now, staged.packet, outbox);
}

/* Looks at every queue once after a snapshot; what the outbox has no room for stays to be done. */
static void settle_queues(struct node *node, instant now, struct outbox *outbox)
{
	const struct pool *pool = node_peer_pool(node);
	bool waiting = staging_count(node_staging(node)) > 0;

	for (uint32_t i = waiting ? pool_oldest(pool) : POOL_NONE; i != POOL_NONE;
	     i = pool_newer(pool, i)) {
		if (node_peer(node, i)->queue.count > 0)
			settle_queue(node, now, i, outbox);
	}
	node->fresh = !outbox_spare(outbox);
}

static void settle_initiate(struct node *node, instant now, const struct mesharp_action *action,
			    uint32_t index, struct outbox *outbox)
{
	struct peer *peer = node_peer(node, index);

	peer->link = action->link;
	peer->to = action->to;
	session_want(&peer->session, now);
	peer->session.attempt.retry = now;
	sealed_time(node, now, index, outbox);
}

static void settle_probe(struct node *node, instant now, struct mesharp_action *action,
			 uint32_t index, struct outbox *outbox)
{
	uint8_t bytes[PROBE_SIZE];
	struct writer out = writer_of(bytes, sizeof(bytes));

	action->probe.zone_size = 1;
	probe_write(&action->probe, &out);
	sealed_send(node, now, index, action->link, action->to, (struct span){bytes, sizeof(bytes)},
		    outbox);
}

/* True if no neighbour entry of the peer waits for a session. */
static bool settle_hopeless(const struct node *node, const struct peer *peer)
{
	enum neighbour_state hope = mesharp_hope(node_mesharp(node), &peer->address);

	return hope == NEIGHBOUR_NONE || hope == NEIGHBOUR_BLOCKED;
}

static void settle_changed(struct node *node, const struct mesharp_action *action, uint32_t index,
			   struct outbox *outbox)
{
	node->stale = true;
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

static void settle_action(struct node *node, instant now, struct mesharp_action *action,
			  struct outbox *outbox)
{
	uint32_t index =
		action->deed == MESHARP_HELLO ? POOL_NONE : peers_find(node, &action->address);

	switch (action->deed) {
	case MESHARP_HELLO:
		greet(node, action->link, outbox);
		break;
	case MESHARP_INITIATE:
		if (index != POOL_NONE)
			settle_initiate(node, now, action, index, outbox);
		break;
	case MESHARP_PROBE:
		if (index != POOL_NONE)
			settle_probe(node, now, action, index, outbox);
		break;
	case MESHARP_CHANGED:
		settle_changed(node, action, index, outbox);
		break;
	}
}

void settle(struct node *node, instant now, struct outbox *outbox)
{
	struct mesharp_action action;

	while (outbox_spare(outbox) && mesharp_next(node_mesharp(node), now, &action))
		settle_action(node, now, &action, outbox);
	if (node->stale)
		publish(node);
	if (node->fresh)
		settle_queues(node, now, outbox);
	if (node->fresh)
		timers_set(node_timers(node), TIMER_STAGING, now);
	timers_set(node_timers(node), TIMER_MESHARP, mesharp_deadline(node_mesharp(node)));
}
