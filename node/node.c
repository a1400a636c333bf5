/* Making a node, and its events. Each event does its own work and then lets the node settle. */
#include "node/node.h"

#include "meshp/header.h"
#include "node/errors.h"
#include "node/greet.h"
#include "node/handshakes.h"
#include "node/hint.h"
#include "node/members.h"
#include "node/receive.h"
#include "node/relay.h"
#include "node/routing.h"
#include "node/sealed.h"
#include "node/settle.h"
#include "node/trace.h"
#include "node/value.h"

#include <sodium.h>
#include <string.h>

/* Gives the next part its place; parts are aligned to 16. */
static uint64_t layout_part(struct layout *at, size_t size)
{
	uint64_t offset = at->total;

	at->total += (size + 15) & ~(size_t)15;
	return offset;
}

static struct fib_limits fib_limits_of(const struct node_limits *limits)
{
	return (struct fib_limits){.nodes = limits->route.nodes,
				   .hops = limits->route.adjacent,
				   .ways = limits->neighbours};
}

/* Blocks that have lanes other than 0; it is one if the control side has all. */
static uint32_t packet_workers(const struct node_limits *limits)
{
	return limits->workers > 0 ? limits->workers : 1;
}

/* The lanes of one of them, a bit each: they are dealt out in turn. */
static uint8_t lanes_of(const struct node_limits *limits, uint32_t number)
{
	uint8_t lanes = 0;

	for (uint32_t lane = 1 + number; lane < WIRE_LANES; lane += packet_workers(limits))
		lanes |= (uint8_t)(1U << lane);
	return lanes;
}

struct layout node_layout(const struct node_limits *limits)
{
	struct layout at = {0};

	layout_part(&at, sizeof(struct node));
	at.timers = layout_part(&at, timers_size(TIMER_PEERS + limits->peers));
	at.mesharp = layout_part(&at, mesharp_size(limits->links, limits->neighbours));
	at.route = layout_part(&at, route_size(&limits->route));
	at.peer_pool = layout_part(&at, pool_size(limits->peers));
	at.peer_table = layout_part(&at, table_size(limits->peers, ADDRESS));
	at.peers = layout_part(&at, limits->peers * sizeof(struct peer));
	at.staging = layout_part(&at, staging_size(limits->staged));
	at.traces = layout_part(&at, TRACES * sizeof(struct trace_run));
	at.links = layout_part(&at, limits->links * sizeof(struct link_slot));
	at.members = layout_part(&at, limits->route.nodes * sizeof(struct address));
	at.workers[WORKER_CONTROL] =
		layout_part(&at, worker_size(limits->peers, 1U << WIRE_LANE_CONTROL));
	for (uint32_t i = 0; i < packet_workers(limits); i++)
		at.workers[WORKER_PACKETS + i] =
			layout_part(&at, worker_size(limits->peers, lanes_of(limits, i)));
	const struct fib_limits fib = fib_limits_of(limits);
	for (uint32_t i = 0; i < packet_workers(limits) + 2; i++) {
		at.forwarding[i] = layout_part(&at, forwarding_size(limits->peers));
		at.fib[i] = layout_part(&at, fib_size(&fib));
	}
	at.total = (at.total + 63) & ~(uint64_t)63;
	at.saved = at.total;
	for (uint32_t i = 0; i < 1 + packet_workers(limits); i++)
		at.keyrings[i] = layout_part(&at, keyring_size(limits->peers));
	return at;
}

size_t node_size(const struct node_limits *limits)
{
	return node_layout(limits).total;
}

static void own_key_make(struct node *node, const uint8_t secret[AGREE_KEY], uint32_t generation)
{
	struct own_key *key = &node->keys[0];

	agree_pair_of(&key->pair, secret);
	certificate_make(&key->certificate, &node->identity, key->pair.public_key, generation,
			 node->network_id);
	cookie_keys_of(&key->cookies, key->pair.public_key, node->network_key);
	key->until = INSTANT_NEVER;
}

static void node_identify(struct node *node, const struct node_secrets *secrets)
{
	identity_of(&node->identity, secrets->identity_seed);
	node->own = address_of_key(node->identity.public_key);
	memcpy(node->network_key, secrets->network_key, sizeof(node->network_key));
	node->closed = !sodium_is_zero(node->network_key, sizeof(node->network_key));
	if (node->closed)
		hash_of(node->network_id, NETWORK_ID, (struct span){0}, node->network_key,
			sizeof(node->network_key));
	rng_init(&node->rng, secrets->random_seed);
	node->instance = rng_u32(&node->rng);
	rng_fill(&node->rng, node->place_secret, sizeof(node->place_secret));
	own_key_make(node, secrets->session_secret, node->settings.boot_epoch);
}

static void node_lay_out(struct node *node)
{
	const struct node_limits *limits = &node->limits;
	const struct fib_limits fib = fib_limits_of(limits);
	struct database_realm realm = {.zone = node->settings.zone};
	uint8_t secret[TABLE_SECRET];

	timers_init(node_timers(node), TIMER_PEERS + limits->peers);
	mesharp_init(node_mesharp(node), limits->links, limits->neighbours, &node->own,
		     node->instance, &node->rng);
	memcpy(realm.network_id, node->network_id, NETWORK_ID);
	route_init(node_route(node), &limits->route, &node->own, &realm, &node->rng);
	pool_init(node_peer_pool(node), limits->peers);
	rng_fill(&node->rng, secret, sizeof(secret));
	table_init(node_peer_table(node), limits->peers, ADDRESS, secret);
	staging_init(node_staging(node), limits->staged);
	worker_init(node_worker(node, WORKER_CONTROL), node_keyring(node, WORKER_CONTROL),
		    limits->peers, 1U << WIRE_LANE_CONTROL);
	for (uint32_t i = 0; i < packet_workers(limits); i++)
		worker_init(node_worker(node, WORKER_PACKETS + i),
			    node_keyring(node, WORKER_PACKETS + i), limits->peers,
			    lanes_of(limits, i));
	for (uint32_t i = 0; i < node_workers(node); i++)
		keyring_init(node_keyring(node, i), limits->peers);
	node->sessions = node->fibs = slots_of(packet_workers(limits));
	for (uint32_t i = 0; i < packet_workers(limits) + 2; i++) {
		forwarding_init(node_snapshot(node, i), limits->peers, &node->own, secret);
		fib_init(node_fib_at(node, i), &fib, secret);
	}
}

struct node *node_init(void *memory, const struct node_limits *limits,
		       const struct node_secrets *secrets, const struct node_settings *settings)
{
	struct node *node = memory;

	REQUIRE(limits->links <= LINKS_MAX && limits->workers <= WORKERS_MOST &&
		settings->suites != 0);
	node->limits = *limits;
	node->settings = *settings;
	node->at = node_layout(limits);
	node_identify(node, secrets);
	node_lay_out(node);
	node->nodes_told = database_nodes(route_database(node_route(node)));
	return node;
}

void node_provide(struct node *node, const struct aead_provider *provider)
{
	for (uint32_t i = 0; i < node_workers(node); i++)
		keyring_provide(node_keyring(node, i), provider);
}

void node_wipe(struct node *node)
{
	for (uint32_t i = 0; i < node_workers(node); i++)
		keyring_wipe(node_keyring(node, i));
	sodium_memzero(node, node->at.saved);
}

uint32_t node_place(const struct node *node, uint32_t link, struct lladdr from)
{
	uint8_t bytes[4 + LLADDR], hash[crypto_shorthash_BYTES];
	struct writer out = writer_of(bytes, sizeof(bytes));

	writer_u32(&out, link);
	writer_copy(&out, from.bytes, LLADDR);
	crypto_shorthash(hash, bytes, sizeof(bytes), node->place_secret);
	return hash[0] % PLACES;
}

void node_link_event(struct node *node, instant now, uint32_t link, const struct node_link *facts,
		     struct outbox *outbox)
{
	REQUIRE(link < node->limits.links);
	node_link_slot(node, link)->facts = *facts;
	if (facts->mtu < WIRE_MTU_LEAST)
		node_link_slot(node, link)->facts.running = false;
	struct mesharp_link told = {.running = node_link_at(node, link)->running,
				    .radio = facts->radio,
				    .cost = facts->cost,
				    .rate_bps = facts->rate_bps,
				    .lladdr = facts->lladdr};
	mesharp_link(node_mesharp(node), now, link, &told);
	routing_link(node, now, link);
	node->stale = true;
	node->fib_stale = true;
	settle(node, now, outbox);
}

/* What the per-packet functions leave to the control side. */
static void node_verdict(struct node *node, instant now, const struct verdict *verdict,
			 struct outbox *outbox)
{
	node_count(node, verdict->drop);
	if (verdict->hop_news)
		settle_hop(node, now, verdict->hop);
	if (verdict->news)
		sealed_news(node, now, verdict->index, outbox);
}

/* A control frame of others; so many of one neighbour are passed on. */
static enum drop node_relay_control(struct node *node, instant now, const struct relay_frame *frame,
				    const struct control_header *header, struct outbox *outbox)
{
	struct bucket *place = &node->place_relays[node_place(node, frame->link, frame->from)];
	const struct tables tables = node_tables(node);

	if (!members_hold_id(node, &header->source))
		return DROP_NOT_ALLOWED;
	if (!bucket_take(place, RATE_RELAY, now))
		return DROP_RATE_RELAY;
	struct verdict verdict = relay_control(&tables, node_worker(node, WORKER_CONTROL), now,
					       frame, header, outbox);
	node_verdict(node, now, &verdict, outbox);
	return DROP_NONE;
}

/* True of a control frame of others; to is whom it is for if it says so, else NULL. */
static bool node_relays(const struct node *node, const struct control_header *header,
			const struct address *to)
{
	struct node_id own = address_id(&node->own);

	if (header->type < FRAME_INITIATION || header->type > FRAME_ERROR)
		return false;
	return to != NULL ? !address_equal(to, &node->own)
			  : !node_id_equal(&header->destination, &own);
}

static enum drop node_control_frame(struct node *node, instant now, uint32_t link,
				    struct lladdr from, bool group, const uint8_t *bytes,
				    size_t size, struct outbox *outbox)
{
	struct reader reader = reader_of(bytes, size);
	struct control_header header;
	struct address to;
	enum drop drop = control_header_read(&reader, &header);

	if (drop != DROP_NONE)
		return drop;
	if (group && header.type != FRAME_HELLO)
		return DROP_TYPE;
	bool addressed = control_addressed(&header, bytes, size, &to);
	if (node_relays(node, &header, addressed ? &to : NULL)) {
		const struct relay_frame frame = {link, from, bytes, size, addressed ? &to : NULL};
		return node_relay_control(node, now, &frame, &header, outbox);
	}
	if (addressed)
		size -= ADDRESS_HASH;
	if (header.type == FRAME_HELLO)
		return greet_receive(node, now, link, from, bytes, size, outbox);
	if (header.type == FRAME_INITIATION)
		return handshakes_initiation(node, now, link, from, bytes, size, outbox);
	if (header.type == FRAME_RESPONSE)
		return handshakes_response(node, now, link, from, bytes, size, outbox);
	if (header.type == FRAME_COOKIE)
		return handshakes_cookie(node, now, bytes, size);
	if (header.type == FRAME_ERROR)
		return errors_receive(node, now, bytes, size, outbox);
	return DROP_TYPE;
}

/* A message of lane 0, for the control side itself. */
static struct verdict node_sealed_frame(struct node *node, instant now, uint32_t link,
					struct lladdr from, const struct data_header *header,
					struct span sealed, struct outbox *outbox)
{
	uint8_t message[RECEIVE_SEALED];
	size_t size = 0;
	struct verdict verdict =
		receive_sealed(node_forwarding(node), node_worker(node, WORKER_CONTROL), now,
			       header, sealed, message, &size, outbox->eye);

	if (verdict.news)
		sealed_news(node, now, verdict.index, outbox);
	if (verdict.kind == VERDICT_SEALED)
		verdict.drop = sealed_receive(node, now, verdict.index,
					      &(struct way){.link = link, .to = from},
					      (struct span){message, size}, outbox);
	return verdict;
}

static bool node_is_destination(const struct node *node, const struct data_header *header)
{
	struct node_id own = address_id(&node->own);

	return header->addressed ? address_equal(&header->to, &node->own)
				 : node_id_equal(&header->destination, &own);
}

static void node_relay_data(struct node *node, instant now, const struct relay_frame *frame,
			    const struct data_header *header, struct span sealed,
			    struct outbox *outbox)
{
	const struct tables tables = node_tables(node);
	struct verdict verdict =
		relay_data(&tables, node_worker(node, WORKER_CONTROL), now, frame, header, outbox);

	node_verdict(node, now, &verdict, outbox);
	if (verdict.hint)
		hint_give(node, now, frame->link, frame->from, verdict.hop, outbox);
	if (verdict.kind == VERDICT_REPORT)
		errors_report(node, now, header, sealed.bytes, &verdict, outbox);
}

static void node_data_frame(struct node *node, instant now, uint32_t link, struct lladdr from,
			    bool group, const uint8_t *bytes, size_t size, struct outbox *outbox)
{
	struct reader reader = reader_of(bytes, size);
	struct data_header header;
	enum drop drop = group ? DROP_TYPE : data_header_read(&reader, &header);

	if (drop != DROP_NONE) {
		node_count(node, drop);
		return;
	}
	struct span sealed = {reader.at, reader.left};
	if (!node_is_destination(node, &header)) {
		const struct relay_frame frame = {link, from, bytes, size, NULL};
		node_relay_data(node, now, &frame, &header, sealed, outbox);
		return;
	}
	if (header.lane == WIRE_LANE_CONTROL) {
		node_count(node,
			   node_sealed_frame(node, now, link, from, &header, sealed, outbox).drop);
		return;
	}
	if (node_lends_lanes(node)) {
		const struct handover handover = {
			.kind = HANDOVER_FRAME, .lane = header.lane, .link = link, .lladdr = from};
		if (!outbox_handover_copy(outbox, &handover, (struct span){bytes, size}))
			node_count(node, DROP_OUTBOX_FULL);
		return;
	}
	struct worker *worker = node_worker(node, WORKER_PACKETS);
	struct verdict verdict =
		receive_packet(node_forwarding(node), worker, now, &header, sealed, outbox);
	node_verdict(node, now, &verdict, outbox);
}

void node_frame(struct node *node, instant now, uint32_t link, struct lladdr from, bool group,
		const uint8_t *bytes, size_t size, struct outbox *outbox)
{
	if (link >= node->limits.links || !node_link_at(node, link)->running || size == 0) {
		node_count(node, size == 0 ? DROP_FRAME_SHORT : DROP_LINK_DOWN);
		return;
	}
	switch (frame_form(bytes[0])) {
	case FRAME_FORM_DATA:
		node_data_frame(node, now, link, from, group, bytes, size, outbox);
		break;
	case FRAME_FORM_CONTROL:
		if (size > 1 && bytes[1] == FRAME_DATA_EXT)
			node_data_frame(node, now, link, from, group, bytes, size, outbox);
		else
			node_count(node, node_control_frame(node, now, link, from, group, bytes,
							    size, outbox));
		break;
	case FRAME_FORM_OTHER_VERSION:
		node_count(node, DROP_VERSION);
		break;
	case FRAME_FORM_MALFORMED:
		node_count(node, DROP_MALFORMED);
		break;
	}
	settle(node, now, outbox);
}

/* The beginning of a packet of ours, behind the ERROR frame about it. */
static enum drop node_culprit(struct node *node, instant now, struct span bytes,
			      struct outbox *outbox)
{
	struct error error;

	REQUIRE(bytes.size > WIRE_ERROR &&
		error_read(bytes.bytes, WIRE_ERROR, &error) == DROP_NONE);
	return errors_culprit(node, now, &error,
			      (struct span){bytes.bytes + WIRE_ERROR, bytes.size - WIRE_ERROR},
			      outbox);
}

void node_handover(struct node *node, instant now, const struct handover *handover,
		   const uint8_t *bytes, size_t size, struct outbox *outbox)
{
	uint32_t hop;

	switch (handover->kind) {
	case HANDOVER_PACKET:
		settle_packet(node, now, (struct span){bytes, size}, outbox);
		break;
	case HANDOVER_FRAME:
		node_frame(node, now, handover->link, handover->lladdr, handover->group, bytes,
			   size, outbox);
		return;
	case HANDOVER_NEWS:
		if (pool_used(node_peer_pool(node), handover->index) &&
		    node_peer_generation(node, handover->index) == handover->generation)
			sealed_news(node, now, handover->index, outbox);
		break;
	case HANDOVER_HOP:
		mesharp_busy(node_mesharp(node), now, handover->link, handover->lladdr,
			     &handover->address);
		break;
	case HANDOVER_HINT:
		hop = fib_hop_of(node_fib(node), &handover->address);
		if (hop != FIB_NONE)
			hint_give(node, now, handover->link, handover->lladdr, hop, outbox);
		break;
	case HANDOVER_CULPRIT:
		node_count(node, node_culprit(node, now, (struct span){bytes, size}, outbox));
		break;
	}
	settle(node, now, outbox);
}

void node_packet(struct node *node, instant now, const uint8_t *bytes, size_t size,
		 struct outbox *outbox)
{
	settle_packet(node, now, (struct span){bytes, size}, outbox);
	settle(node, now, outbox);
}

static void node_timer(struct node *node, instant now, uint32_t id, struct outbox *outbox)
{
	if (id == TIMER_STAGING)
		settle_staged(node, now, outbox);
	else if (id == TIMER_OLD_KEY)
		sodium_memzero(&node->keys[1], sizeof(node->keys[1]));
	else if (id >= TIMER_PEERS)
		sealed_time(node, now, id - TIMER_PEERS, outbox);
}

void node_time(struct node *node, instant now, struct outbox *outbox)
{
	uint32_t id;

	while (outbox_spare(outbox) && timers_due(node_timers(node), now, &id))
		node_timer(node, now, id, outbox);
	settle(node, now, outbox);
}

void node_session_key(struct node *node, instant now, const uint8_t session_secret[AGREE_KEY],
		      uint32_t generation, struct outbox *outbox)
{
	node->keys[1] = node->keys[0];
	node->keys[1].until = instant_after(now, duration_ms(OWN_KEY_OLD_MS));
	timers_set(node_timers(node), TIMER_OLD_KEY, node->keys[1].until);
	own_key_make(node, session_secret, generation);
	route_renew(node_route(node), now);
	settle(node, now, outbox);
}

void node_change(struct node *node, instant now, const struct node_settings *settings,
		 struct outbox *outbox)
{
	REQUIRE(settings->suites != 0);
	node->settings.suites = settings->suites;
	node->settings.rekey = settings->rekey;
	sealed_rekey(node);
	if (node->settings.no_transit != settings->no_transit)
		route_renew(node_route(node), now);
	node->settings.no_transit = settings->no_transit;
	settle(node, now, outbox);
}

void node_allow(struct node *node, instant now, bool listed, const struct address *members,
		uint32_t count, struct outbox *outbox)
{
	members_set(node, listed, members, count);
	members_enforce(node, now);
	settle(node, now, outbox);
}

void node_trace(struct node *node, instant now, uint32_t number, uint8_t lane,
		const struct address *destination, struct outbox *outbox)
{
	REQUIRE(number < TRACES && lane < WIRE_LANES);
	trace_begin(node, now, number, lane, destination);
	settle(node, now, outbox);
}

void node_leave(struct node *node, instant now, struct outbox *outbox)
{
	node->leaving = true;
	route_renew(node_route(node), now);
	settle(node, now, outbox);
}

instant node_deadline(const struct node *node)
{
	return timers_next(node_timers(node));
}
