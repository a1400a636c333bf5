/* Few nodes tell few hosts anything, so what they told is looked for one by one. */
#include "sim/errors.h"

#include "meshp/data.h"
#include "meshp/error.h"
#include "meshp/packet.h"
#include "sim/memory.h"
#include "sim/world.h"

#include <stdlib.h>
#include <string.h>

enum { QUOTED = 8 }; /* an error's header, before the packet it is about */

static const char *const names[] = {
	[ICMP_NO_ROUTE] = "no_route", [ICMP_PROHIBITED] = "prohibited",
	[ICMP_ADDRESS] = "address",   [ICMP_SOURCE_POLICY] = "source_policy",
	[ICMP_TOO_BIG] = "too_big",   [ICMP_TIME_EXCEEDED] = "time_exceeded",
};

void errors_read_kind(struct line *line, struct expectation *expectation)
{
	const char *word = line_word(line, "an error");

	expectation->kind = EXPECT_TOLD;
	for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], word) != 0)
			continue;
		expectation->told = (enum icmp_error)i;
		return;
	}
	line_refuse(line, "\"%s\" is no error a host is told", word);
}

static struct told *told_at(struct errors *errors, uint32_t from, uint32_t to, enum icmp_error kind)
{
	for (size_t i = 0; i < errors->count; i++) {
		struct told *told = &errors->told[i];
		if (told->from == from && told->to == to && told->kind == kind)
			return told;
	}
	errors->told =
		memory_grown(errors->told, errors->count, &errors->room, sizeof(*errors->told));
	errors->told[errors->count] = (struct told){.from = from, .to = to, .kind = kind};
	return &errors->told[errors->count++];
}

static enum icmp_error kind_of(enum error_kind kind)
{
	switch (kind) {
	case ERROR_NO_ROUTE:
		return ICMP_ADDRESS;
	case ERROR_TOO_BIG:
		return ICMP_TOO_BIG;
	case ERROR_HOP_LIMIT:
		return ICMP_TIME_EXCEEDED;
	}
	return ICMP_PROHIBITED;
}

/* True if the culprit is the frame that is handled. */
static bool is_handled(const struct world *world, const struct culprit *culprit)
{
	struct data_header header;

	if (world->handled == NULL)
		return false;
	struct reader reader = reader_of(world->handled->bytes, world->handled->size);
	if (data_header_read(&reader, &header) != DROP_NONE || reader.left < ERROR_SEAL)
		return false;
	struct culprit handled = culprit_of(&header, reader.at);
	return culprit_equal(culprit, &handled);
}

static uint32_t node_with(const struct world *world, const struct node_id *id)
{
	for (uint32_t i = 0; i < world->topology.nodes; i++) {
		struct node_id other = address_id(&world->hosts[i].address);
		if (node_id_equal(id, &other))
			return i;
	}
	return TOPOLOGY_NONE;
}

void errors_put(struct world *world, uint32_t node, const uint8_t *frame, size_t size)
{
	struct error error;

	if (error_read(frame, size, &error) != DROP_NONE || !is_handled(world, &error.culprit)) {
		world_breach(world, node, "an ERROR about no frame that came");
		return;
	}
	uint32_t to = node_with(world, &error.destination);
	if (to == TOPOLOGY_NONE)
		world_breach(world, node, "an ERROR for nobody");
	else
		told_at(&world->errors, node, to, kind_of(error.kind))->put++;
}

/* The kind of an ICMPv6 error by type and code; false if it is none of ours. */
static bool kind_read(uint8_t type, uint8_t code, enum icmp_error *kind)
{
	static const struct {
		uint8_t type, code;
		enum icmp_error kind;
	} kinds[] = {
		{1, 0, ICMP_NO_ROUTE},	    {1, 1, ICMP_PROHIBITED}, {1, 3, ICMP_ADDRESS},
		{1, 5, ICMP_SOURCE_POLICY}, {2, 0, ICMP_TOO_BIG},    {3, 0, ICMP_TIME_EXCEEDED},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].type != type || kinds[i].code != code)
			continue;
		*kind = kinds[i].kind;
		return true;
	}
	return false;
}

/* True if the beginning of a packet is that of one this host sent. */
static bool is_own(const struct world *world, uint32_t node, struct span quoted)
{
	uint32_t number = traffic_number(&world->traffic, quoted.bytes, quoted.size);
	uint8_t sent[TRAFFIC_MOST];

	if (number == UINT32_MAX || world->traffic.parcels[number].from != node)
		return false;
	const struct parcel *parcel = &world->traffic.parcels[number];
	traffic_write(number, parcel, &world->hosts[node].address,
		      &world->hosts[parcel->to].address, sent);
	return memcmp(sent, quoted.bytes, WIRE_IPV6_HEADER) == 0;
}

static uint32_t node_at(const struct world *world, const struct address *address)
{
	for (uint32_t i = 0; i < world->topology.nodes; i++)
		if (address_equal(address, &world->hosts[i].address))
			return i;
	return TOPOLOGY_NONE;
}

static void take(struct world *world, uint32_t node, const struct packet *packet)
{
	struct span payload = packet->payload;
	uint32_t from = node_at(world, &packet->source);
	enum icmp_error kind;

	if (payload.size < QUOTED || !kind_read(payload.bytes[0], payload.bytes[1], &kind) ||
	    packet_checksum(&packet->source, &packet->destination, PROTOCOL_ICMPV6, payload.bytes,
			    payload.size) != 0) {
		world_breach(world, node, "an ICMPv6 message that is no error");
		return;
	}
	struct span quoted = {payload.bytes + QUOTED, payload.size - QUOTED};
	if (!is_own(world, node, quoted) || from == TOPOLOGY_NONE) {
		world_breach(world, node, "an error about a packet this host did not send");
		return;
	}
	struct told *told = told_at(&world->errors, from, node, kind);
	told->taken++;
	if (from != node && told->taken > told->put)
		world_breach(world, node, "an error in the name of node %u, which said nothing",
			     from);
}

bool errors_take(struct world *world, uint32_t node, const uint8_t *bytes, size_t size)
{
	struct packet packet;

	if (packet_read(bytes, size, &packet) != DROP_NONE ||
	    packet.next_header != PROTOCOL_ICMPV6 ||
	    !address_equal(&packet.destination, &world->hosts[node].address))
		return false;
	take(world, node, &packet);
	return true;
}

static bool names_node(const struct select *select, uint32_t node)
{
	return select->kind != SELECT_NODES || (node >= select->a && node <= select->b);
}

uint64_t errors_count(const struct world *world, const struct expectation *expectation)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < world->errors.count; i++) {
		const struct told *told = &world->errors.told[i];
		if (told->kind == expectation->told && names_node(&expectation->select, told->to) &&
		    names_node(&expectation->relays, told->from))
			sum += told->taken;
	}
	return sum;
}

void errors_free(struct errors *errors)
{
	free(errors->told);
	*errors = (struct errors){0};
}
