/* Lane 0 belongs to the control side, so its own worker block seals and opens it. */
#include "node/sealed.h"

#include "node/frame.h"
#include "node/handshakes.h"
#include "node/hint.h"
#include "node/peers.h"
#include "node/publish.h"
#include "node/routing.h"
#include "node/trace.h"

static void sealed_arm(struct node *node, uint32_t index)
{
	const struct session *session = &node_peer(node, index)->session;

	timers_set(node_timers(node), TIMER_PEERS + index,
		   session_deadline(session, node->settings.rekey));
}

void sealed_rekey(struct node *node)
{
	const struct pool *pool = node_peer_pool(node);

	for (uint32_t i = pool_oldest(pool); i != POOL_NONE; i = pool_newer(pool, i))
		sealed_arm(node, i);
}

void sealed_send(struct node *node, instant now, uint32_t index, const struct way *way,
		 struct span message, struct outbox *outbox)
{
	size_t most = message.size + FRAME_OVERHEAD + WIRE_FRAME_LEAST;
	uint8_t *room = node_room(node, way->link, most, outbox);
	uint8_t hop_limit = way->remote ? WIRE_HOP_LIMIT_REMOTE : WIRE_HOP_LIMIT;
	const struct address *to = &node_peer(node, index)->address;
	struct culprit as;
	struct frame_content content = {.lane = WIRE_LANE_CONTROL,
					.hop_limit = hop_limit,
					.next_header = WIRE_NEXT_HEADER_CONTROL,
					.addressed =
						way->remote && fib_conflict(node_fib(node), to),
					.payload = message};

	if (room == NULL)
		return;
	if (node->stale)
		publish(node);
	struct writer out = writer_of(room, most);
	enum drop drop = frame_seal(node_forwarding(node), node_worker(node, WORKER_CONTROL), now,
				    index, &content, &as, &out);
	node_count(node, drop);
	if (drop != DROP_NONE)
		return;
	outbox_frame(outbox, way->link, way->to, out.used);
	if (outbox->eye != NULL)
		frame_show_sealed(outbox->eye, node_forwarding(node), index, &content, &as);
	session_sealed(&node_peer(node, index)->session, now);
	sealed_arm(node, index);
}

/* True if the best way to a neighbour is not the published one. */
static bool sealed_way_changed(const struct node *node, const struct address *address)
{
	uint32_t hop = fib_hop_of(node_fib(node), address);
	struct mesharp_entry best;

	if (!mesharp_best(node_mesharp(node), address, &best))
		return false;
	return hop == FIB_NONE || best.link != fib_hop(node_fib(node), hop)->link ||
	       !lladdr_equal(&best.lladdr, &fib_hop(node_fib(node), hop)->to);
}

static enum drop sealed_probe(struct node *node, instant now, const struct address *address,
			      const struct way *way, struct span message)
{
	struct probe probe;

	if (!probe_read(message.bytes, message.size, &probe))
		return DROP_MALFORMED;
	enum drop drop =
		mesharp_probe(node_mesharp(node), now, way->link, way->to, address, &probe);
	if (drop != DROP_NONE && drop != DROP_NEIGHBOURS_CROWDED)
		return drop;
	routing_stranded(node, now, address);
	routing_neighbour(node, now, address);
	routing_digest(node, now, address, probe.digest, probe.zone_size);
	node->fib_stale = node->fib_stale || sealed_way_changed(node, address);
	return drop;
}

enum drop sealed_receive(struct node *node, instant now, uint32_t index, const struct way *way,
			 struct span message, struct outbox *outbox)
{
	const struct address *address = &node_peer(node, index)->address;

	if (message.size == 0)
		return DROP_NONE;
	switch (message.bytes[0]) {
	case SEALED_PROBE:
		return sealed_probe(node, now, address, way, message);
	case SEALED_RECORDS:
	case SEALED_ACK:
	case SEALED_COMPARE:
		return routing_message(node, now, address, message);
	case SEALED_TRACE:
		return trace_answer(node, now, index, message, outbox);
	case SEALED_TRACED:
		return trace_take(node, now, index, message);
	case SEALED_HINT:
		return hint_take(node, now, way, address, message);
	default:
		return DROP_TYPE;
	}
}

/* Tells the session what one worker saw. True if that confirmed keys. */
static bool sealed_look(struct node *node, instant now, uint32_t index, uint32_t number)
{
	struct session *session = &node_peer(node, index)->session;
	uint32_t generation = node_peer_generation(node, index);
	struct worker_peer seen = worker_look(node_worker(node, number), index, generation);

	if (seen.sealed.us != 0 && session->last_sent.us < seen.sealed.us)
		session_sealed(session, seen.sealed);
	if (seen.worn_serial != 0 && seen.worn_serial == session->places[SESSION_CONFIRMED].serial)
		session_worn(session, now);
	bool empty = seen.received.us <= session->last_received.us;
	return seen.opened_serial != 0 &&
	       session_opened(session, empty ? seen.opened : seen.received, seen.opened_serial,
			      empty);
}

void sealed_news(struct node *node, instant now, uint32_t index, struct outbox *outbox)
{
	bool confirmed = false;

	for (uint32_t number = 0; number < node_workers(node); number++)
		confirmed = sealed_look(node, now, index, number) || confirmed;
	if (confirmed)
		sealed_confirmed(node, now, index, outbox);
	sealed_arm(node, index);
}

void sealed_confirmed(struct node *node, instant now, uint32_t index, struct outbox *outbox)
{
	const struct peer *peer = node_peer(node, index);
	const struct session_keys *keys = &peer->session.places[SESSION_CONFIRMED];
	const struct session_keys *before = &peer->session.places[SESSION_PREVIOUS];

	node->stale = true;
	mesharp_session(node_mesharp(node), now, &peer->address, true);
	outbox_notice(outbox, &(struct notice){.kind = NOTICE_SESSION_UP,
					       .address = peer->address,
					       .epoch = keys->keys.epoch,
					       .suite = (uint8_t)keys->keys.suite,
					       .rekeyed = before->serial != 0});
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

/* The certificate a handshake with a node that is no neighbour needs is that of its record. */
static void sealed_certificate(struct node *node, const struct address *address)
{
	const struct database *database = route_database(node_route(node));
	uint32_t number = database_find(database, address);
	struct certificate certificate;

	if (number != DATABASE_NONE && database_certificate(database, number, &certificate))
		REQUIRE(peers_introduce(node, &certificate) != POOL_NONE);
}

/* Where control frames for a peer go: its best link, the way to it, or where the last handshake
 * went. */
static void sealed_way(struct node *node, struct peer *peer)
{
	uint32_t number = fib_by_address(node_fib(node), &peer->address);
	struct mesharp_entry best;

	if (mesharp_proven(node_mesharp(node), &peer->address, &best)) {
		peer->way = (struct way){.link = best.link, .to = best.lladdr};
	} else if (number != FIB_NONE && !fib_node(node_fib(node), number)->lost) {
		uint16_t next = fib_node(node_fib(node), number)->next[WIRE_LANE_CONTROL];
		const struct fib_hop *hop = fib_hop(node_fib(node), next);
		peer->way = (struct way){.link = hop->link, .to = hop->to, .remote = true};
		sealed_certificate(node, &peer->address);
	}
}

void sealed_tell(struct node *node, instant now, uint32_t index, struct span message,
		 struct outbox *outbox)
{
	struct peer *peer = node_peer(node, index);

	sealed_way(node, peer);
	sealed_send(node, now, index, &peer->way, message, outbox);
}

void sealed_initiate(struct node *node, instant now, uint32_t index, const struct way *way,
		     struct outbox *outbox)
{
	struct peer *peer = node_peer(node, index);

	peer->way = *way;
	session_want(&peer->session, now);
	handshakes_ask(node, now, index, outbox);
	sealed_arm(node, index);
}

void sealed_want(struct node *node, instant now, uint32_t index, struct outbox *outbox)
{
	struct peer *peer = node_peer(node, index);
	uint32_t number = fib_by_address(node_fib(node), &peer->address);

	if (peer->session.attempt.active || session_usable(&peer->session) || number == FIB_NONE ||
	    fib_node(node_fib(node), number)->lost)
		return;
	session_want(&peer->session, now);
	sealed_time(node, now, index, outbox);
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
			sealed_tell(node, now, index, (struct span){0}, outbox);
			break;
		}
	}
	node->stale = true;
	sealed_arm(node, index);
}
