/* The zone of the tests: hosts, links, the clock. Messages take the same time everywhere, so those
 * under way are a queue; docs/protocol/route.md is what the values are held to. */
#include "mesh.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_AT_ONCE = 200000 /* more at one instant mean that a value never comes to an end */ };

struct mesh *mesh_new(uint64_t seed)
{
	struct mesh *mesh = calloc(1, sizeof(*mesh));
	uint8_t bytes[RNG_SEED] = {'r'};

	assert_true(sodium_init() >= 0);
	assert_non_null(mesh);
	memcpy(bytes + 1, &seed, sizeof(seed));
	rng_init(&mesh->rng, bytes);
	mesh->now = (instant){duration_s(100).us};
	mesh->probes = mesh->now;
	mesh->probing = duration_s(1);
	mesh->delay = duration_us(500);
	mesh->limits = (struct route_limits){
		.nodes = MESH_HOSTS, .fragments = 192, .cells = 1536, .adjacent = 8};
	mesh->realm = (struct database_realm){.zone = MESH_ZONE, .network_id = {1, 2, 3}};
	return mesh;
}

void mesh_stop(struct mesh *mesh, uint32_t host)
{
	free(mesh->hosts[host].route);
	mesh->hosts[host].route = NULL;
}

void mesh_free(struct mesh *mesh)
{
	for (uint32_t i = 0; i < mesh->count; i++)
		mesh_stop(mesh, i);
	free(mesh->flights);
	free(mesh);
}

uint32_t mesh_add(struct mesh *mesh)
{
	uint32_t number = mesh->count++;

	assert_true(number < MESH_HOSTS);
	mesh->hosts[number].person = number;
	mesh->hosts[number].self.epoch = 1;
	return number;
}

static uint32_t side_of(const struct mesh_edge *edge, uint32_t host)
{
	return edge->ends[0] == host ? 0 : 1;
}

static bool is_running(const struct mesh *mesh, const struct mesh_edge *edge)
{
	return edge->up && mesh->hosts[edge->ends[0]].route != NULL &&
	       mesh->hosts[edge->ends[1]].route != NULL;
}

/* Tells one end what it knows of the other. */
static void tell(struct mesh *mesh, struct mesh_edge *edge, uint32_t side)
{
	struct mesh_host *host = &mesh->hosts[edge->ends[side]];
	const struct route_neighbour neighbour = {
		.address = mesh->hosts[edge->ends[!side]].address,
		.full = edge->full[side],
		.metric_us = edge->cost_us,
		.mtu = edge->mtu,
		.quality = 255,
		.medium = edge->medium,
		.rtt_us = (uint32_t)(2 * mesh->delay.us),
	};

	assert_true(route_neighbour(host->route, mesh->now, &neighbour));
}

void mesh_probe(struct mesh *mesh, uint32_t number)
{
	struct mesh_edge *edge = &mesh->edges[number];

	if (!is_running(mesh, edge))
		return;
	for (uint32_t side = 0; side < 2; side++) {
		const struct mesh_host *other = &mesh->hosts[edge->ends[!side]];
		const struct database *database = route_database(other->route);

		tell(mesh, edge, side);
		route_digest_heard(mesh->hosts[edge->ends[side]].route, mesh->now, &other->address,
				   database_digest(database), database_nodes(database));
	}
}

static void part(struct mesh *mesh, struct mesh_edge *edge)
{
	for (uint32_t side = 0; side < 2; side++) {
		struct mesh_host *host = &mesh->hosts[edge->ends[side]];

		edge->full[side] = false;
		if (host->route != NULL)
			route_parted(host->route, mesh->now,
				     &mesh->hosts[edge->ends[!side]].address);
	}
}

void mesh_set(struct mesh *mesh, uint32_t number, bool up)
{
	struct mesh_edge *edge = &mesh->edges[number];

	if (!up)
		part(mesh, edge);
	edge->up = up;
	if (up)
		mesh_probe(mesh, number);
}

uint32_t mesh_link(struct mesh *mesh, uint32_t a, uint32_t b)
{
	uint32_t number = mesh->edge_count++;

	assert_true(number < MESH_EDGES);
	mesh->edges[number] = (struct mesh_edge){
		.ends = {a, b}, .cost_us = 100, .mtu = 1500, .medium = MEDIUM_WIRE};
	mesh_set(mesh, number, true);
	return number;
}

void mesh_start(struct mesh *mesh, uint32_t number)
{
	struct mesh_host *host = &mesh->hosts[number];
	uint8_t seed[IDENTITY_SEED] = {(uint8_t)(host->person + 1), 'i'};
	uint8_t session_key[AGREE_KEY] = {(uint8_t)(host->person + 1), 's'};
	size_t size = (route_size(&mesh->limits) + 15) & ~(size_t)15;

	mesh_stop(mesh, number);
	for (uint32_t i = 0; i < mesh->edge_count; i++) {
		if (mesh->edges[i].ends[0] == number || mesh->edges[i].ends[1] == number)
			part(mesh, &mesh->edges[i]);
	}
	identity_of(&host->identity, seed);
	certificate_make(&host->certificate, &host->identity, session_key, 1,
			 mesh->realm.network_id);
	host->address = certificate_address(&host->certificate);
	host->self.identity = &host->identity;
	host->self.certificate = &host->certificate;
	host->self.instance = rng_u32(&mesh->rng);
	host->route = aligned_alloc(16, size);
	assert_non_null(host->route);
	memset(host->route, 0, size);
	route_init(host->route, &mesh->limits, &host->address, &mesh->realm, &mesh->rng);
	for (uint32_t i = 0; i < mesh->edge_count; i++) {
		if (mesh->edges[i].ends[0] == number || mesh->edges[i].ends[1] == number)
			mesh_probe(mesh, i);
	}
}

void mesh_line(struct mesh *mesh, uint32_t count)
{
	mesh_grid(mesh, count, 1);
}

void mesh_ring(struct mesh *mesh, uint32_t count)
{
	mesh_line(mesh, count);
	mesh_link(mesh, count - 1, 0);
}

void mesh_grid(struct mesh *mesh, uint32_t width, uint32_t height)
{
	for (uint32_t i = 0; i < width * height; i++)
		mesh_start(mesh, mesh_add(mesh));
	for (uint32_t i = 0; i < width * height; i++) {
		if (i % width + 1 < width)
			mesh_link(mesh, i, i + 1);
		if (i + width < width * height)
			mesh_link(mesh, i, i + width);
	}
}

static struct mesh_edge *edge_between(struct mesh *mesh, uint32_t a, uint32_t b)
{
	for (uint32_t i = 0; i < mesh->edge_count; i++) {
		struct mesh_edge *edge = &mesh->edges[i];

		if ((edge->ends[0] == a && edge->ends[1] == b) ||
		    (edge->ends[0] == b && edge->ends[1] == a))
			return edge;
	}
	return NULL;
}

/* The neighbour of a host that has that address. */
static uint32_t neighbour_of(const struct mesh *mesh, uint32_t host, const struct address *address)
{
	for (uint32_t i = 0; i < mesh->edge_count; i++) {
		const struct mesh_edge *edge = &mesh->edges[i];
		uint32_t side = side_of(edge, host);

		if (edge->ends[side] == host &&
		    address_equal(&mesh->hosts[edge->ends[!side]].address, address))
			return edge->ends[!side];
	}
	fail_msg("host %u sends to one that is no neighbour", host);
	return 0;
}

static void launch(struct mesh *mesh, uint32_t from, const struct route_action *action)
{
	uint32_t to = neighbour_of(mesh, from, &action->neighbour);
	uint8_t type = action->message[0];
	struct mesh_flight *flight;

	assert_true(type < MESH_TYPES && action->size > 0);
	mesh->traffic.messages[type]++;
	mesh->traffic.bytes[type] += action->size;
	if ((mesh->hosts[from].deaf && type == SEALED_ACK) ||
	    rng_below(&mesh->rng, 1000) < mesh->loss)
		return;
	if (mesh->last == mesh->room && mesh->first > 0) {
		memmove(mesh->flights, mesh->flights + mesh->first,
			(mesh->last - mesh->first) * sizeof(*flight));
		mesh->last -= mesh->first;
		mesh->first = 0;
	}
	if (mesh->last == mesh->room) {
		mesh->room = 2 * mesh->room + 64;
		mesh->flights = realloc(mesh->flights, mesh->room * sizeof(*flight));
		assert_non_null(mesh->flights);
	}
	flight = &mesh->flights[mesh->last++];
	*flight = (struct mesh_flight){.arrives = instant_after(mesh->now, mesh->delay),
				       .from = from,
				       .to = to,
				       .size = action->size};
	memcpy(flight->message, action->message, action->size);
}

static void level(struct mesh *mesh, uint32_t host, const struct address *address)
{
	struct mesh_edge *edge = edge_between(mesh, host, neighbour_of(mesh, host, address));

	assert_non_null(edge);
	mesh->hosts[host].levels++;
	edge->full[side_of(edge, host)] = true;
	tell(mesh, edge, side_of(edge, host));
}

/* The neighbour table lets go of who left; that it is there again a test has to say. */
static void gone(struct mesh *mesh, uint32_t host, const struct address *address)
{
	struct mesh_edge *edge = edge_between(mesh, host, neighbour_of(mesh, host, address));

	assert_non_null(edge);
	mesh->hosts[host].gone++;
	part(mesh, edge);
	edge->up = false;
}

/* Does all that a host has to do now. */
static void drain(struct mesh *mesh, uint32_t number)
{
	struct mesh_host *host = &mesh->hosts[number];
	struct route_action action;
	uint32_t steps = 0;

	while (route_next(host->route, mesh->now, &host->self, &action)) {
		assert_true(steps++ < STEPS_AT_ONCE);
		switch (action.deed) {
		case ROUTE_SEND:
			launch(mesh, number, &action);
			break;
		case ROUTE_LEVEL:
			level(mesh, number, &action.neighbour);
			break;
		case ROUTE_CHANGED:
			host->changed++;
			break;
		case ROUTE_DUPLICATE:
			host->duplicates++;
			break;
		case ROUTE_GONE:
			gone(mesh, number, &action.neighbour);
			break;
		}
	}
	assert_true(route_deadline(host->route).us > mesh->now.us);
}

static void count_fragments(struct mesh_host *host, uint32_t from, struct span message)
{
	struct reader reader = reader_of(message.bytes, message.size);
	struct span fragment;
	uint32_t number;

	if (reader_u8(&reader) != SEALED_RECORDS || !message_records_read(&reader, &number))
		return;
	while (message_records_next(&reader, &fragment))
		host->fragments_from[from]++;
}

enum drop mesh_hand(struct mesh *mesh, uint32_t to, uint32_t from, struct span message)
{
	struct mesh_host *host = &mesh->hosts[to];
	enum drop drop;

	count_fragments(host, from, message);
	drop = route_message(host->route, mesh->now, &host->self, &mesh->hosts[from].address,
			     message, &host->drops);
	if (drop != DROP_NONE)
		host->drops.counts[drop]++;
	return drop;
}

static void deliver(struct mesh *mesh)
{
	while (mesh->first < mesh->last &&
	       instant_reached(mesh->now, mesh->flights[mesh->first].arrives)) {
		struct mesh_flight flight = mesh->flights[mesh->first++];
		const struct mesh_edge *edge = edge_between(mesh, flight.from, flight.to);

		if (!is_running(mesh, edge))
			continue;
		(void)mesh_hand(mesh, flight.to, flight.from,
				(struct span){flight.message, flight.size});
	}
}

static instant next_event(const struct mesh *mesh)
{
	instant next = mesh->probes;

	if (mesh->first < mesh->last)
		next = instant_earlier(next, mesh->flights[mesh->first].arrives);
	for (uint32_t i = 0; i < mesh->count; i++) {
		if (mesh->hosts[i].route != NULL)
			next = instant_earlier(next, route_deadline(mesh->hosts[i].route));
	}
	return next;
}

void mesh_run(struct mesh *mesh, duration time)
{
	instant end = instant_after(mesh->now, time);
	instant next;

	while (next = next_event(mesh), instant_reached(end, next)) {
		if (next.us > mesh->now.us)
			mesh->now = next;
		deliver(mesh);
		if (instant_reached(mesh->now, mesh->probes)) {
			mesh->probes = instant_after(mesh->now, mesh->probing);
			for (uint32_t i = 0; i < mesh->edge_count; i++)
				mesh_probe(mesh, i);
		}
		for (uint32_t i = 0; i < mesh->count; i++) {
			if (mesh->hosts[i].route != NULL)
				drain(mesh, i);
		}
	}
	mesh->now = end;
}

bool mesh_agrees(struct mesh *mesh, uint32_t first, uint32_t count)
{
	const struct database *one = route_database(mesh->hosts[first].route);

	for (uint32_t i = first; i < first + count; i++) {
		const struct database *database = route_database(mesh->hosts[i].route);

		if (database_nodes(database) != count ||
		    database_digest(database) != database_digest(one))
			return false;
	}
	for (uint32_t i = 0; i < mesh->edge_count; i++) {
		const struct mesh_edge *edge = &mesh->edges[i];

		if (is_running(mesh, edge) && edge->ends[0] >= first &&
		    edge->ends[0] < first + count && !(edge->full[0] && edge->full[1]))
			return false;
	}
	return true;
}

duration mesh_settle(struct mesh *mesh, uint32_t first, uint32_t count, duration most)
{
	instant begin = mesh->now;

	while (!mesh_agrees(mesh, first, count)) {
		if (instant_since(mesh->now, begin).us > most.us)
			fail_msg("no agreement");
		mesh_run(mesh, duration_ms(5));
	}
	return instant_since(mesh->now, begin);
}

uint64_t mesh_messages(const struct mesh_traffic *traffic)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < MESH_TYPES; i++)
		sum += traffic->messages[i];
	return sum;
}

uint64_t mesh_bytes(const struct mesh_traffic *traffic)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < MESH_TYPES; i++)
		sum += traffic->bytes[i];
	return sum;
}

uint32_t mesh_sequence(struct mesh *mesh, uint32_t at, uint32_t of)
{
	const struct database *database = route_database(mesh->hosts[at].route);
	uint32_t node = database_find(database, &mesh->hosts[of].address);
	uint32_t first = node == DATABASE_NONE ? DATABASE_NONE : database_first(database, node);
	struct database_fragment facts;

	if (first == DATABASE_NONE || !database_fragment(database, first, &facts))
		return 0;
	return facts.sequence;
}
