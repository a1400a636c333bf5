/* The harness of the tests of node/: hosts, wires, the clock. It looks into the nodes only to know
 * by which key a frame was sealed; docs/protocol/meshp.md, section 2, is what it holds them to. */
#include "mesh.h"

#include "meshp/data.h"
#include "meshp/packet.h"
#include "node/value.h"
#include "workers.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	NONCES = 1 << 17, /* frames a test may send */
	STEPS_AT_ONCE =
		100000, /* more at one instant mean that nodes drive each other in a circle */
};

struct lladdr mesh_lladdr(uint32_t host, uint32_t link)
{
	return (struct lladdr){{0x02, 0, 0, 0, (uint8_t)link, (uint8_t)(host + 1)}};
}

struct mesh *mesh_new(uint64_t seed)
{
	static const uint8_t secret[TABLE_SECRET];
	struct mesh *mesh = calloc(1, sizeof(*mesh));

	assert_true(sodium_init() >= 0);
	assert_non_null(mesh);
	mesh->now = (instant){1000000};
	mesh->seed = seed;
	mesh->limits = (struct node_limits){
		.links = MESH_LINKS,
		.neighbours = 32,
		.peers = 32,
		.staged = 32,
		.route = {.nodes = 32, .fragments = 48, .cells = 512, .adjacent = 32}};
	mesh->delay = duration_us(100);
	mesh->outbox = calloc(1, sizeof(*mesh->outbox));
	mesh->nonces = table_init(calloc(1, table_size(NONCES, TABLE_KEY_MAX)), NONCES,
				  TABLE_KEY_MAX, secret);
	uint8_t bytes[RNG_SEED] = {'t'};
	memcpy(bytes + 1, &seed, sizeof(seed));
	rng_init(&mesh->rng, bytes);
	for (uint32_t i = 0; i < MESH_HOSTS; i++) {
		struct making *making = &mesh->hosts[i].making;
		making->identity = (uint8_t)(i + 1);
		making->boot_epoch = 1;
		making->suites = SUITE_BIT(SUITE_CHACHA20_POLY1305);
		making->rekey = duration_ms(WIRE_REKEY_MS);
		for (uint32_t link = 0; link < MESH_LINKS; link++) {
			making->wires[link] = link;
			making->links[link] = (struct node_link){
				.running = link == 0, .mtu = 1500, .lladdr = mesh_lladdr(i, link)};
		}
	}
	return mesh;
}

void mesh_stop(struct mesh *mesh, uint32_t host)
{
	struct host *stopped = &mesh->hosts[host];

	if (stopped->node != NULL)
		node_wipe(stopped->node);
	free(stopped->node);
	stopped->node = NULL;
}

void mesh_free(struct mesh *mesh)
{
	for (uint32_t i = 0; i < MESH_HOSTS; i++) {
		mesh_stop(mesh, i);
		for (uint32_t k = 0; k < mesh->hosts[i].packets; k++)
			free(mesh->hosts[i].taken[k].bytes);
		free(mesh->hosts[i].taken);
	}
	while (mesh->under_way > 0)
		free(mesh->flights[--mesh->under_way]);
	free(mesh->nonces);
	free(mesh->outbox);
	free(mesh);
}

static struct node_secrets secrets_of(const struct mesh *mesh, uint32_t host)
{
	const struct making *making = &mesh->hosts[host].making;
	struct node_secrets secrets = {.identity_seed = {making->identity}};
	uint8_t salt[RNG_SEED] = {making->identity, (uint8_t)host, (uint8_t)making->boot_epoch,
				  (uint8_t)(making->boot_epoch >> 8)};
	struct rng rng;

	memcpy(salt + 8, &mesh->seed, sizeof(mesh->seed));
	rng_init(&rng, salt);
	rng_fill(&rng, secrets.session_secret, sizeof(secrets.session_secret));
	rng_fill(&rng, secrets.random_seed, sizeof(secrets.random_seed));
	memset(secrets.network_key, making->network, sizeof(secrets.network_key));
	return secrets;
}

void mesh_link(struct mesh *mesh, uint32_t host, uint32_t link)
{
	const struct host *told = &mesh->hosts[host];

	outbox_clear(mesh->outbox);
	node_link_event(told->node, mesh->now, link, &told->making.links[link], mesh->outbox);
	mesh_carry(mesh, host);
}

void mesh_start(struct mesh *mesh, uint32_t host)
{
	struct host *started = &mesh->hosts[host];
	struct node_secrets secrets = secrets_of(mesh, host);
	struct node_settings settings = {.zone = 1,
					 .boot_epoch = started->making.boot_epoch,
					 .suites = started->making.suites,
					 .rekey = started->making.rekey,
					 .no_transit = started->making.no_transit};
	struct node_status status;

	mesh_stop(mesh, host);
	started->size = (node_size(&mesh->limits) + 15) & ~(size_t)15;
	void *memory = aligned_alloc(16, started->size);
	assert_non_null(memory);
	memset(memory, 0, started->size);
	started->node = node_init(memory, &mesh->limits, &secrets, &settings);
	node_status(started->node, mesh->now, &status);
	started->address = status.address;
	for (uint32_t link = 0; link < MESH_LINKS && link < mesh->limits.links; link++) {
		if (started->making.links[link].running)
			mesh_link(mesh, host, link);
	}
}

struct mesh *mesh_started(uint64_t seed, uint32_t count)
{
	struct mesh *mesh = mesh_new(seed);

	for (uint32_t i = 0; i < count; i++)
		mesh_start(mesh, i);
	return mesh;
}

/* Opens a frame with a set of its sender's keys. */
static bool opens_under(const struct session_keys *keys, const struct data_header *header,
			struct span sealed, uint8_t *plain)
{
	struct aead_key key;

	if (keys->serial == 0 || (keys->keys.epoch & 1) != header->parity)
		return false;
	aead_prepare(NULL, keys->keys.suite, keys->keys.send, &key);
	return data_open(header, &key, sealed, plain);
}

/* Fails the test if that key, lane and counter were used before. */
static void check_nonce(struct mesh *mesh, const struct session_keys *keys,
			const struct data_header *header)
{
	uint8_t bytes[TABLE_KEY_MAX];

	memcpy(bytes, keys->keys.send, 27);
	bytes[27] = header->lane;
	memcpy(bytes + 28, &header->counter, sizeof(header->counter));
	assert_int_equal(table_find(mesh->nonces, bytes), TABLE_NONE);
	assert_true(table_put(mesh->nonces, bytes, 1));
}

/* The keys of the sender that open a data frame of its own. */
static const struct session_keys *keys_of(const struct node *node, const struct data_header *header,
					  struct span sealed, uint8_t *plain)
{
	const struct pool *pool = node_peer_pool(node);

	for (uint32_t i = pool_oldest(pool); i != POOL_NONE; i = pool_newer(pool, i)) {
		const struct session *session = &node_peer(node, i)->session;
		struct node_id id = address_id(&node_peer(node, i)->address);
		for (uint32_t place = 0;
		     node_id_equal(&id, &header->destination) && place < SESSION_PLACES; place++) {
			if (opens_under(&session->places[place], header, sealed, plain))
				return &session->places[place];
		}
	}
	return NULL;
}

static bool is_own(const struct host *host, const struct node_id *source)
{
	struct node_id own = address_id(&host->address);

	return node_id_equal(&own, source);
}

static enum kind data_kind(struct mesh *mesh, uint32_t host, const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_of(bytes, size);
	struct data_header header;
	uint8_t plain[MESH_FRAME];

	assert_int_equal(data_header_read(&reader, &header), DROP_NONE);
	if (!is_own(&mesh->hosts[host], &header.source))
		return KIND_RELAYED;
	struct span sealed = {reader.at, reader.left};
	const struct session_keys *keys = keys_of(mesh->hosts[host].node, &header, sealed, plain);
	assert_non_null(keys);
	check_nonce(mesh, keys, &header);
	if (header.lane != WIRE_LANE_CONTROL)
		return KIND_PACKET;
	assert_int_equal(plain[0], WIRE_NEXT_HEADER_CONTROL);
	if (sealed.size == 1 + WIRE_TAG)
		return KIND_EMPTY;
	assert_in_range(plain[1], SEALED_PROBE, SEALED_HINT);
	if (plain[1] == SEALED_TRACE || plain[1] == SEALED_TRACED)
		return KIND_TRACE;
	if (plain[1] != SEALED_PROBE)
		return KIND_ROUTING;
	return plain[2] & 1 ? KIND_PROBE : KIND_ANSWER;
}

static enum kind kind_of(struct mesh *mesh, uint32_t host, const uint8_t *bytes, size_t size)
{
	static const enum kind control[] = {[FRAME_HELLO] = KIND_HELLO,
					    [FRAME_INITIATION] = KIND_INITIATION,
					    [FRAME_RESPONSE] = KIND_RESPONSE,
					    [FRAME_COOKIE] = KIND_COOKIE,
					    [FRAME_ERROR] = KIND_ERROR};
	struct reader reader = reader_of(bytes, size);
	struct control_header header;

	if (frame_form(bytes[0]) == FRAME_FORM_DATA || bytes[1] == FRAME_DATA_EXT)
		return data_kind(mesh, host, bytes, size);
	assert_int_equal(control_header_read(&reader, &header), DROP_NONE);
	assert_in_range(header.type, FRAME_HELLO, FRAME_ERROR);
	return is_own(&mesh->hosts[host], &header.source) ? control[header.type] : KIND_RELAYED;
}

/* Puts a copy of a frame under way, behind all that arrive no later. */
static void launch(struct mesh *mesh, const struct flight *flight)
{
	struct flight *copy = malloc(sizeof(*copy));
	uint32_t place = mesh->under_way;

	assert_non_null(copy);
	assert_in_range(mesh->under_way, 0, MESH_FLIGHTS - 1);
	*copy = *flight;
	for (; place > 0 && mesh->flights[place - 1]->due.us > copy->due.us; place--)
		mesh->flights[place] = mesh->flights[place - 1];
	mesh->flights[place] = copy;
	mesh->under_way++;
}

static void send_frame(struct mesh *mesh, uint32_t host, const struct action *action)
{
	struct flight flight = {
		.kind = kind_of(mesh, host, mesh->outbox->bytes + action->offset, action->size),
		.host = host,
		.link = action->link,
		.from = mesh->hosts[host].making.links[action->link].lladdr,
		.to = action->to,
		.copies = 1,
		.delay = mesh->delay,
		.size = action->size,
	};

	assert_in_range(action->size, 1, mesh->hosts[host].making.links[action->link].mtu);
	memcpy(flight.bytes, mesh->outbox->bytes + action->offset, action->size);
	mesh->last[flight.kind] = flight;
	mesh->hosts[host].frames[flight.kind]++;
	if (mesh->filter != NULL)
		mesh->filter(mesh, &flight);
	flight.due = instant_after(mesh->now, flight.delay);
	for (uint32_t i = 0; i < flight.copies; i++)
		launch(mesh, &flight);
}

static void take_packet(struct host *host, const uint8_t *bytes, size_t size)
{
	if (host->packets == host->packets_room) {
		host->packets_room = 2 * host->packets_room + 16;
		host->taken = realloc(host->taken, host->packets_room * sizeof(*host->taken));
		assert_non_null(host->taken);
	}
	struct taken *taken = &host->taken[host->packets++];
	*taken = (struct taken){.size = size, .bytes = malloc(size)};
	assert_non_null(taken->bytes);
	memcpy(taken->bytes, bytes, size);
}

/* Carries out what one side of a host put into the outbox, and empties it. */
static void carry_out(struct mesh *mesh, uint32_t host, bool by_control)
{
	struct host *carried = &mesh->hosts[host];

	for (uint32_t i = 0; i < mesh->outbox->count; i++) {
		const struct action *action = &mesh->outbox->actions[i];
		switch (action->kind) {
		case ACTION_FRAME:
			send_frame(mesh, host, action);
			break;
		case ACTION_PACKET:
			take_packet(carried, mesh->outbox->bytes + action->offset, action->size);
			break;
		case ACTION_NOTICE:
			carried->notices[action->notice.kind]++;
			carried->notice = action->notice;
			assert_true(by_control);
			break;
		case ACTION_HANDOVER:
			workers_take(mesh, host, by_control, action);
			break;
		}
	}
	outbox_clear(mesh->outbox);
}

/* The same, and all that comes of it between the two sides. */
static void carry(struct mesh *mesh, uint32_t host, bool by_control)
{
	do {
		carry_out(mesh, host, by_control);
	} while (workers_deliver(mesh, host, &by_control));
}

void mesh_carry(struct mesh *mesh, uint32_t host)
{
	carry(mesh, host, true);
}

void mesh_inject(struct mesh *mesh, uint32_t host, uint32_t link, struct lladdr from, bool group,
		 const uint8_t *bytes, size_t size)
{
	uint8_t *exact = malloc(size + (size == 0));

	assert_non_null(exact);
	memcpy(exact, bytes, size);
	outbox_clear(mesh->outbox);
	if (mesh->limits.workers > 0)
		workers_frame(mesh, host, link, from, group, exact, size);
	else
		node_frame(mesh->hosts[host].node, mesh->now, link, from, group, exact, size,
			   mesh->outbox);
	free(exact);
	carry(mesh, host, mesh->limits.workers == 0);
}

/* Brings a frame to every link on its wire that it is for, but not to the one it left from. */
static void arrive(struct mesh *mesh, const struct flight *flight)
{
	uint32_t wire = mesh->hosts[flight->host].making.wires[flight->link];
	struct lladdr group = NODE_GROUP;
	bool to_all = lladdr_equal(&flight->to, &group);

	for (uint32_t port = 0; port < MESH_HOSTS * MESH_LINKS; port++) {
		uint32_t host = port / MESH_LINKS, link = port % MESH_LINKS;
		const struct making *making = &mesh->hosts[host].making;
		bool itself = host == flight->host && link == flight->link;
		if (itself || mesh->hosts[host].node == NULL || making->wires[link] != wire ||
		    !making->links[link].running || link >= mesh->limits.links)
			continue;
		if (!to_all && !lladdr_equal(&making->links[link].lladdr, &flight->to))
			continue;
		mesh->hosts[host].delivered++;
		mesh_inject(mesh, host, link, flight->from, to_all, flight->bytes, flight->size);
	}
}

static void land(struct mesh *mesh)
{
	struct flight *flight = mesh->flights[0];

	mesh->under_way--;
	memmove(mesh->flights, mesh->flights + 1, mesh->under_way * sizeof(mesh->flights[0]));
	arrive(mesh, flight);
	free(flight);
}

/* The host whose deadline is the earliest, or MESH_HOSTS; *when is that deadline. */
static uint32_t earliest(const struct mesh *mesh, instant *when)
{
	uint32_t found = MESH_HOSTS;

	*when = INSTANT_NEVER;
	for (uint32_t i = 0; i < MESH_HOSTS; i++) {
		if (mesh->hosts[i].node == NULL)
			continue;
		instant deadline = node_deadline(mesh->hosts[i].node);
		if (deadline.us < when->us) {
			*when = deadline;
			found = i;
		}
	}
	return found;
}

/* Carries out the next thing that happens no later than `end`; false if there is none. */
static bool step(struct mesh *mesh, instant end)
{
	instant deadline;
	uint32_t host = earliest(mesh, &deadline);
	instant landing = mesh->under_way > 0 ? mesh->flights[0]->due : INSTANT_NEVER;
	instant next = instant_earlier(deadline, landing);

	if (instant_is_never(next) || next.us > end.us)
		return false;
	if (next.us > mesh->now.us)
		mesh->now = next;
	if (landing.us <= deadline.us) {
		land(mesh);
		return true;
	}
	outbox_clear(mesh->outbox);
	node_time(mesh->hosts[host].node, mesh->now, mesh->outbox);
	mesh_carry(mesh, host);
	return true;
}

/* As step, and fails the test when time stands still. */
static bool step_on(struct mesh *mesh, instant end, uint32_t *still)
{
	instant before = mesh->now;
	bool more = step(mesh, end);

	*still = mesh->now.us == before.us ? *still + 1 : 0;
	assert_in_range(*still, 0, STEPS_AT_ONCE);
	return more;
}

void mesh_run_until(struct mesh *mesh, instant end)
{
	uint32_t still = 0;

	while (step_on(mesh, end, &still))
		continue;
	if (end.us > mesh->now.us)
		mesh->now = end;
}

void mesh_run(struct mesh *mesh, duration by)
{
	mesh_run_until(mesh, instant_after(mesh->now, by));
}

duration mesh_wait(struct mesh *mesh, mesh_condition *condition, uint32_t a, uint32_t b,
		   duration most)
{
	instant begun = mesh->now, end = instant_after(mesh->now, most);
	uint32_t still = 0;

	while (!condition(mesh, a, b)) {
		if (!step_on(mesh, end, &still))
			fail_msg("seed %d: not within %d ms: %u is %s to %u", (int)mesh->seed,
				 (int)(most.us / 1000), b,
				 neighbour_state_name(mesh_state(mesh, a, b)), a);
	}
	return instant_since(mesh->now, begun);
}

enum neighbour_state mesh_state(struct mesh *mesh, uint32_t a, uint32_t b)
{
	return mesharp_hope(node_mesharp(mesh->hosts[a].node), &mesh->hosts[b].address);
}

struct node_route mesh_route(struct mesh *mesh, uint32_t a, uint32_t b)
{
	struct node_route route;
	uint32_t cursor = 0;

	while (node_routes(mesh->hosts[a].node, &cursor, &route)) {
		if (address_equal(&route.address, &mesh->hosts[b].address))
			return route;
	}
	return (struct node_route){.hops = 0};
}

bool mesh_reached(struct mesh *mesh, uint32_t a, uint32_t b)
{
	return mesh_route(mesh, a, b).hops > 0 && mesh_route(mesh, b, a).hops > 0;
}

bool mesh_full(struct mesh *mesh, uint32_t a, uint32_t b)
{
	return mesh_state(mesh, a, b) == NEIGHBOUR_FULL &&
	       mesh_state(mesh, b, a) == NEIGHBOUR_FULL && mesh_reached(mesh, a, b);
}

/* The session of a with b, or NULL. */
static const struct session *session_between(struct mesh *mesh, uint32_t a, uint32_t b)
{
	const struct node *node = mesh->hosts[a].node;
	uint32_t index = table_find(node_peer_table(node), mesh->hosts[b].address.bytes);

	return index == TABLE_NONE ? NULL : &node_peer(node, index)->session;
}

bool mesh_agreed(struct mesh *mesh, uint32_t a, uint32_t b)
{
	const struct session *here = session_between(mesh, a, b);
	const struct session *there = session_between(mesh, b, a);

	if (here == NULL || there == NULL || !session_usable(here) || !session_usable(there))
		return false;
	const struct handshake_keys *mine = &here->places[SESSION_CONFIRMED].keys;
	const struct handshake_keys *theirs = &there->places[SESSION_CONFIRMED].keys;
	return !here->attempt.active && !there->attempt.active && mine->epoch == theirs->epoch &&
	       mine->suite == theirs->suite && memcmp(mine->send, theirs->receive, AEAD_KEY) == 0 &&
	       memcmp(mine->receive, theirs->send, AEAD_KEY) == 0;
}

bool mesh_session(struct mesh *mesh, uint32_t a, uint32_t b, struct node_session *session)
{
	uint32_t cursor = 0;

	while (node_sessions(mesh->hosts[a].node, mesh->now, &cursor, session)) {
		if (address_equal(&session->address, &mesh->hosts[b].address))
			return true;
	}
	return false;
}

void mesh_packet_write(struct mesh *mesh, uint32_t a, uint32_t b, uint32_t number, size_t size,
		       uint8_t *packet)
{
	uint8_t seed[RNG_SEED] = {'p'};
	struct writer out = writer_of(packet, WIRE_IPV6_HEADER);
	struct rng rng;

	for (uint32_t i = 0; i < sizeof(number); i++)
		seed[1 + i] = (uint8_t)(number >> 8 * i);
	rng_init(&rng, seed);
	packet_header_write(&(struct packet){.traffic_class = (uint8_t)rng_u32(&rng),
					     .next_header = PROTOCOL_UDP,
					     .hop_limit = (uint8_t)(1 + rng_below(&rng, 255)),
					     .source = mesh->hosts[a].address,
					     .destination = mesh->hosts[b].address},
			    size - WIRE_IPV6_HEADER, &out);
	packet[1] |= 0x0f;
	packet[3] = 0xaa;
	rng_fill(&rng, packet + WIRE_IPV6_HEADER, size - WIRE_IPV6_HEADER);
}

void mesh_packet(struct mesh *mesh, uint32_t host, const uint8_t *packet, size_t size)
{
	outbox_clear(mesh->outbox);
	if (mesh->limits.workers > 0)
		workers_packet(mesh, host, packet, size);
	else
		node_packet(mesh->hosts[host].node, mesh->now, packet, size, mesh->outbox);
	carry(mesh, host, mesh->limits.workers == 0);
}

void mesh_check_taken(struct mesh *mesh, uint32_t host, uint32_t packets, const uint8_t *packet,
		      size_t size)
{
	uint8_t expected[MESH_PACKET];

	assert_int_equal(mesh->hosts[host].packets, packets);
	assert_true(packets > 0);
	const struct taken *taken = &mesh->hosts[host].taken[packets - 1];
	memcpy(expected, packet, size);
	expected[1] &= 0xf0;
	expected[2] = expected[3] = 0;
	assert_int_equal(taken->size, size);
	assert_memory_equal(taken->bytes, expected, size);
}

void mesh_exchange(struct mesh *mesh, uint32_t a, uint32_t b, uint32_t number, size_t size)
{
	uint32_t before = mesh->hosts[b].packets, hops = mesh_route(mesh, a, b).hops;
	uint8_t packet[MESH_PACKET];

	assert_int_not_equal(hops, 0);
	mesh_packet_write(mesh, a, b, number, size, packet);
	packet[7] = packet[7] < hops ? (uint8_t)hops : packet[7];
	mesh_packet(mesh, a, packet, size);
	mesh_run(mesh, duration_us(hops * mesh->delay.us));
	packet[7] -= (uint8_t)(hops - 1);
	mesh_check_taken(mesh, b, before + 1, packet, size);
}

uint64_t mesh_drops(struct mesh *mesh, uint32_t host, enum drop drop)
{
	struct node_status status;

	node_status(mesh->hosts[host].node, mesh->now, &status);
	return status.drops.counts[drop];
}

uint64_t mesh_drops_all(struct mesh *mesh, uint32_t host)
{
	uint64_t sum = 0;

	for (uint32_t i = DROP_NONE + 1; i < DROP_COUNT; i++)
		sum += i != DROP_RECORD_KNOWN ? mesh_drops(mesh, host, i) : 0;
	return sum;
}
