/* One node in its world: its start and end, its events, and what it wants done. After every event
 * the outbox is carried out and hashed, and what is due is done until nothing is, so that between
 * events every timer lies in the future. */
#include "crypto/aead.h"
#include "meshp/packet.h"
#include "node/check.h"
#include "sim/medium.h"
#include "sim/memory.h"
#include "sim/recorder.h"
#include "sim/stream.h"
#include "sim/witness.h"
#include "sim/world.h"

#include <string.h>

enum { ROUNDS = 1000 }; /* more at one instant mean that a node never comes to rest */

struct address world_address(const struct world *world, uint32_t node)
{
	uint8_t seed[IDENTITY_SEED];
	struct identity identity;
	struct rng stream;

	stream_begin(&stream, world->seed, "identity", world->scenario->identity[node]);
	rng_fill(&stream, seed, sizeof(seed));
	identity_of(&identity, seed);
	return address_of_key(identity.public_key);
}

/* The identity stays for ever, the rest is drawn anew at each start. */
static struct node_secrets secrets_of(const struct world *world, uint32_t node)
{
	struct node_secrets secrets = {{0}, {0}, {0}, {0}};
	struct rng stream;

	stream_begin(&stream, world->seed, "identity", world->scenario->identity[node]);
	rng_fill(&stream, secrets.identity_seed, sizeof(secrets.identity_seed));
	stream_begin(&stream, world->seed, "start",
		     (uint64_t)world->hosts[node].boot_epoch << 32 | node);
	rng_fill(&stream, secrets.session_secret, sizeof(secrets.session_secret));
	rng_fill(&stream, secrets.random_seed, sizeof(secrets.random_seed));
	return secrets;
}

struct journal_head world_head(const struct world *world, uint32_t node)
{
	return (struct journal_head){
		.limits = world->limits,
		.settings = {.boot_epoch = world->hosts[node].boot_epoch,
			     .suites = SUITE_BIT(SUITE_CHACHA20_POLY1305),
			     .rekey = world->scenario->rekey},
		.secrets = secrets_of(world, node),
	};
}

void world_start(struct world *world, uint32_t node)
{
	struct host *host = &world->hosts[node];

	if (host->node != NULL)
		return;
	host->boot_epoch++;
	host->leaving = false;
	host->left = false;
	const struct journal_head head = world_head(world, node);

	world_visit(world, node);
	recorder_start(world, node, &head);
	host->node = node_init(host->memory, &head.limits, &head.secrets, &head.settings);
	host->armed = INSTANT_NEVER;
	host->seen = NODE_CHECK_ALL;
	outbox_clear(world->outbox);
	if (host->members.kind == SELECT_NODES)
		world_allow(world, node);
	for (uint32_t link = 0, port; link < world->limits.links; link++) {
		port = topology_port(&world->topology, node, link);
		if (port != TOPOLOGY_NONE && world->ports[port].running)
			world_tell(world, port);
	}
	stack_start(world, node);
}

void world_stop(struct world *world, uint32_t node)
{
	struct host *host = &world->hosts[node];

	if (host->node == NULL)
		return;
	world_drops(world, node, &host->drops);
	recorder_stop(world, node);
	node_wipe(host->node);
	host->node = NULL;
}

void world_allow(struct world *world, uint32_t node)
{
	const struct select *members = &world->hosts[node].members;
	struct journal_event event = {.kind = JOURNAL_ALLOW,
				      .listed = members->kind == SELECT_NODES};
	uint32_t count = event.listed ? members->b - members->a + 1 : 0;
	struct address *list = memory_zeroed(count + 1, sizeof(*list));

	for (uint32_t i = 0; i < count; i++)
		list[i] = world->hosts[members->a + i].address;
	event.bytes = (struct span){list[0].bytes, count * sizeof(*list)};
	if (world->hosts[node].node != NULL)
		world_hand(world, node, &event);
	free(list);
}

void world_leave(struct world *world, uint32_t node)
{
	if (world->hosts[node].node == NULL)
		return;
	world->hosts[node].leaving = true;
	world_hand(world, node, &(struct journal_event){.kind = JOURNAL_LEAVE});
	world_rest(world, node);
}

void world_drops(const struct world *world, uint32_t node, struct drops *drops)
{
	const struct host *host = &world->hosts[node];
	struct node_status status;

	*drops = host->drops;
	if (host->node == NULL)
		return;
	node_status(host->node, world_clock(world, node), &status);
	for (uint32_t i = 0; i < DROP_COUNT; i++)
		drops->counts[i] += status.drops.counts[i];
}

void world_hand(struct world *world, uint32_t node, struct journal_event *event)
{
	world_visit(world, node);
	event->now = world_clock(world, node);
	recorder_event(world, node, event);
	journal_apply(world->hosts[node].node, event, world->outbox);
	recorder_answer(world, node, event->now);
}

void world_tell(struct world *world, uint32_t port)
{
	const struct topology_port *at = &world->topology.ports[port];
	struct journal_event event = {.kind = JOURNAL_LINK,
				      .link = at->link,
				      .facts = {.running = world->ports[port].running,
						.radio = world->topology.radio,
						.mtu = world->ports[port].mtu,
						.lladdr = world_lladdr(world, port)}};

	if (world->hosts[at->node].node == NULL)
		return;
	world_hand(world, at->node, &event);
	world->hosts[at->node].seen = NODE_CHECK_ALL;
	world_rest(world, at->node);
}

/* A stranger is answered with no more than it sent, while its frame is handled, and only there. */
static void check_answer(struct world *world, uint32_t node, const struct action *action)
{
	if (!lladdr_equal(&action->to, &world->asker))
		world_breach(world, node, "a handshake is answered to somebody else");
	if (action->size > world->answerable)
		world_breach(world, node, "%u bytes answer %zu of an unauthenticated frame",
			     action->size, world->answerable);
	else
		world->answerable -= action->size;
	if (ledger_note(&world->ledger, node, action->to, -(int64_t)action->size) < 0)
		world_breach(world, node, "more was answered to strangers than they asked");
}

static void send_frame(struct world *world, uint32_t node, const struct action *action)
{
	const uint8_t *bytes = world->outbox->bytes + action->offset;
	enum frame_kind kind = witness_frame(world, node, bytes, action->size);
	uint32_t port = topology_port(&world->topology, node, action->link);

	world->tally.frames[kind]++;
	world->tally.bytes[kind] += action->size;
	world->hosts[node].frames++;
	if (kind == KIND_RESPONSE || kind == KIND_COOKIE)
		check_answer(world, node, action);
	if (port == TOPOLOGY_NONE)
		world_breach(world, node, "a frame to a link that never was");
	else if (!world->ports[port].running)
		world_breach(world, node, "a frame to a link that is down");
	else if (action->size > world->ports[port].mtu)
		world_breach(world, node, "a frame of %u bytes where %u fit", action->size,
			     world->ports[port].mtu);
	else
		medium_send(world, port, action->to, kind == KIND_RELAYED, bytes, action->size);
}

/* A neighbour in use is the node that is attached there, and frames passed both ways. */
static void check_full(struct world *world, uint32_t node, const struct notice *notice)
{
	uint32_t from = topology_port(&world->topology, node, notice->link);
	uint32_t to = world_port(world, notice->lladdr);

	if (from == TOPOLOGY_NONE || to == TOPOLOGY_NONE ||
	    topology_arc(&world->topology, from, to) == TOPOLOGY_NONE) {
		world_breach(world, node, "a neighbour became FULL where nobody is");
		return;
	}
	uint32_t there = world->topology.ports[to].node;
	if (!address_equal(&notice->address, &world->hosts[there].address))
		world_breach(world, node, "node %u became FULL as another", there);
	if (!world->arcs[topology_arc(&world->topology, from, to)].passed ||
	    !world->arcs[topology_arc(&world->topology, to, from)].passed)
		world_breach(world, node, "node %u became FULL unproven", there);
}

static void take_notice(struct world *world, uint32_t node, const struct notice *notice)
{
	if (notice->kind == NOTICE_LEFT)
		world->hosts[node].left = true;
	if (notice->kind != NOTICE_NEIGHBOUR || notice->to != NEIGHBOUR_FULL)
		return;
	world->last_full = world->now;
	check_full(world, node, notice);
}

static void carry_out(struct world *world, uint32_t node)
{
	outbox_hash(world->hash, world->now, node, world->outbox);
	for (uint32_t i = 0; i < world->outbox->count; i++) {
		const struct action *action = &world->outbox->actions[i];
		uint8_t *bytes = world->outbox->bytes + action->offset;
		switch (action->kind) {
		case ACTION_FRAME:
			send_frame(world, node, action);
			break;
		case ACTION_PACKET:
			if (action->partial && !packet_complete(bytes, action->size))
				world_breach(world, node, "a checksum that nobody can compute");
			witness_packet(world, node, bytes, action->size);
			break;
		case ACTION_NOTICE:
			take_notice(world, node, &action->notice);
			break;
		case ACTION_HANDOVER:
			world_breach(world, node, "a handover where there is no worker");
			break;
		}
	}
	outbox_clear(world->outbox);
}

void world_rest(struct world *world, uint32_t node)
{
	struct host *host = &world->hosts[node];
	instant now = world_clock(world, node);
	uint32_t rounds = 0;

	world_visit(world, node);
	carry_out(world, node);
	while (instant_reached(now, node_deadline(host->node)) && rounds++ < ROUNDS) {
		world_hand(world, node, &(struct journal_event){.kind = JOURNAL_TIME});
		carry_out(world, node);
	}
	if (rounds > ROUNDS)
		world_breach(world, node, "a deadline that stays in the past");
	node_check_new(host->node, &host->seen);
	witness_timers(world, node, now);
	if (host->left) {
		world_stop(world, node);
		return;
	}
	instant deadline = clock_when(&host->clock, node_deadline(host->node));
	if (deadline.us >= host->armed.us)
		return;
	host->armed = deadline;
	heap_push(&world->heap,
		  &(struct event){.kind = EVENT_TIME, .subject = node, .when = deadline});
}

void world_send(struct world *world, const struct parcel *parcel)
{
	struct event event = {.kind = EVENT_PACKET, .when = world->now};

	event.subject = traffic_add(&world->traffic, parcel);
	heap_push(&world->heap, &event);
}

void world_packet(struct world *world, uint32_t number)
{
	const struct parcel *parcel = &world->traffic.parcels[number];
	struct host *host = &world->hosts[parcel->from];
	uint32_t node = parcel->from, size = parcel->size;
	uint8_t packet[TRAFFIC_MOST];

	if (host->node == NULL)
		return;
	traffic_write(number, parcel, &host->address, &world->hosts[parcel->to].address, packet);
	world_hand(world, node,
		   &(struct journal_event){.kind = JOURNAL_PACKET, .bytes = {packet, size}});
	world_rest(world, node);
}
