/* Lane 0 belongs to the control side, so its own worker block seals and opens it. */
#include "node/sealed.h"

#include "node/frame.h"
#include "node/handshakes.h"
#include "node/publish.h"

static void sealed_arm(struct node *node, uint32_t index)
{
	const struct session *session = &node_peer(node, index)->session;

	timers_set(node_timers(node), TIMER_PEERS + index,
		   session_deadline(session, node->settings.rekey));
}

void sealed_send(struct node *node, instant now, uint32_t index, uint32_t link, struct lladdr to,
		 struct span message, struct outbox *outbox)
{
	size_t most = message.size + FRAME_OVERHEAD + WIRE_FRAME_LEAST;
	uint8_t *room = node_room(node, link, most, outbox);
	struct frame_content content = {.lane = WIRE_LANE_CONTROL,
					.hop_limit = WIRE_HOP_LIMIT,
					.next_header = WIRE_NEXT_HEADER_CONTROL,
					.payload = message};

	if (room == NULL)
		return;
	if (node->stale)
		publish(node);
	struct writer out = writer_of(room, most);
	enum drop drop = frame_seal(node_forwarding(node), node_worker(node, WORKER_CONTROL), now,
				    index, &content, &out);
	node_count(node, drop);
	if (drop != DROP_NONE)
		return;
	outbox_frame(outbox, link, to, out.used);
	session_sealed(&node_peer(node, index)->session, now);
	sealed_arm(node, index);
}

/* True if the best way to the peer is not the published one. */
static bool sealed_way_changed(const struct node *node, uint32_t index)
{
	const struct destination *published = forwarding_at(node_forwarding(node), index);
	struct mesharp_entry best;

	return mesharp_best(node_mesharp(node), &node_peer(node, index)->address, &best) &&
	       (best.link != published->link || !lladdr_equal(&best.lladdr, &published->to));
}

enum drop sealed_receive(struct node *node, instant now, uint32_t index, uint32_t link,
			 struct lladdr from, struct span message)
{
	struct probe probe;

	if (message.size == 0)
		return DROP_NONE;
	if (message.bytes[0] != SEALED_PROBE)
		return DROP_TYPE;
	if (!probe_read(message.bytes, message.size, &probe))
		return DROP_MALFORMED;
	enum drop drop = mesharp_probe(node_mesharp(node), now, link, from,
				       &node_peer(node, index)->address, &probe);
	if (drop == DROP_NONE && sealed_way_changed(node, index))
		node->stale = true;
	return drop;
}

/* Tells the session what one worker saw. True if that confirmed keys. */
static bool sealed_look(struct node *node, instant now, uint32_t index, uint32_t number)
{
	struct session *session = &node_peer(node, index)->session;
	uint32_t generation = node_peer_generation(node, index);
	struct worker_peer *seen = worker_peer(node_worker(node, number), index, generation);

	seen->noted = false;
	if (seen->sealed.us != 0 && session->last_sent.us < seen->sealed.us)
		session_sealed(session, seen->sealed);
	if (seen->worn && session->places[SESSION_CONFIRMED].serial != 0) {
		seen->worn = false;
		session_worn(session, now);
	}
	bool empty = seen->received.us <= session->last_received.us;
	return seen->opened_serial != 0 &&
	       session_opened(session, empty ? seen->opened : seen->received, seen->opened_serial,
			      empty);
}

void sealed_news(struct node *node, instant now, uint32_t index, struct outbox *outbox)
{
	bool confirmed = false;

	for (uint32_t number = 0; number < WORKERS; number++)
		confirmed = sealed_look(node, now, index, number) || confirmed;
	if (confirmed)
		sealed_confirmed(node, now, index, outbox);
	sealed_arm(node, index);
}

void sealed_confirmed(struct node *node, instant now, uint32_t index, struct outbox *outbox)
{
	const struct peer *peer = node_peer(node, index);
	const struct session_keys *keys = &peer->session.places[SESSION_CONFIRMED];

	node->stale = true;
	mesharp_session(node_mesharp(node), now, &peer->address, true);
	outbox_notice(outbox, &(struct notice){.kind = NOTICE_SESSION_UP,
					       .address = peer->address,
					       .epoch = keys->keys.epoch,
					       .suite = (uint8_t)keys->keys.suite});
	sealed_arm(node, index);
}

static void sealed_expired(struct node *node, instant now, const struct peer *peer,
			   struct outbox *outbox)
{
	node->stale = true;
	mesharp_session(node_mesharp(node), now, &peer->address, false);
	outbox_notice(outbox,
		      &(struct notice){.kind = NOTICE_SESSION_LOST, .address = peer->address});
}

/* Where control frames for a peer go: its best link, or where the last handshake went. */
static void sealed_way(struct node *node, struct peer *peer)
{
	struct mesharp_entry best;

	if (mesharp_best(node_mesharp(node), &peer->address, &best)) {
		peer->link = best.link;
		peer->to = best.lladdr;
	}
}

void sealed_time(struct node *node, instant now, uint32_t index, struct outbox *outbox)
{
	struct peer *peer = node_peer(node, index);
	bool more = true;

	sealed_news(node, now, index, outbox);
	while (more && outbox_spare(outbox)) {
		switch (session_due(&peer->session, now, node->settings.rekey)) {
		case SESSION_NOTHING:
			more = false;
			break;
		case SESSION_INITIATE:
			sealed_way(node, peer);
			handshakes_ask(node, now, index, outbox);
			break;
		case SESSION_GAVE_UP:
			break;
		case SESSION_EXPIRED:
			sealed_expired(node, now, peer, outbox);
			break;
		case SESSION_KEEPALIVE:
			sealed_way(node, peer);
			sealed_send(node, now, index, peer->link, peer->to, (struct span){0},
				    outbox);
			break;
		}
	}
	node->stale = true;
	sealed_arm(node, index);
}
