/* Memory for the values under test, and the little around them that they need. */
#include "tests/vectors/side.h"

#include "meshp/wire.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PEERS = 4, INDEX = 2 };

/* Lanes, bit n lane n. */
enum { LANE_CONTROL = 1 << WIRE_LANE_CONTROL, LANES_PACKETS = 0xfe };

static void *zeroed(size_t size)
{
	void *memory = calloc(1, size);

	assert_non_null(memory);
	return memory;
}

struct outbox *side_outbox(void)
{
	return zeroed(sizeof(struct outbox));
}

struct side side_new(const struct direction *way, bool sends, bool id_conflict)
{
	static const uint8_t secret[16] = {1};
	const struct address *own = sends ? &way->source : &way->destination;
	struct forwarding_key key = {
		.serial = 1, .suite = (uint8_t)way->suite, .parity = way->epoch & 1};
	struct destination other = {
		.address = sends ? way->destination : way->source,
		.generation = 1,
		.id_conflict = id_conflict,
	};
	struct side made = {
		.forwarding = forwarding_init(zeroed(forwarding_size(PEERS)), PEERS, own, secret),
		.outbox = side_outbox(),
	};

	for (uint32_t i = 0; i < 2; i++)
		made.keyrings[i] = keyring_init(zeroed(keyring_size(PEERS)), PEERS);
	made.control = worker_init(zeroed(worker_size(PEERS, LANE_CONTROL)), made.keyrings[0],
				   PEERS, LANE_CONTROL);
	made.packets = worker_init(zeroed(worker_size(PEERS, LANES_PACKETS)), made.keyrings[1],
				   PEERS, LANES_PACKETS);
	memcpy(key.key, way->key, sizeof(key.key));
	if (sends)
		other.seal = key;
	else
		other.open[0] = key;
	forwarding_put(made.forwarding, INDEX, &other);
	return made;
}

void side_free(struct side *side)
{
	free(side->forwarding);
	free(side->keyrings[0]);
	free(side->keyrings[1]);
	free(side->control);
	free(side->packets);
	free(side->outbox);
}

struct worker *side_worker(const struct side *side, uint8_t lane)
{
	return worker_owns(side->control, lane) ? side->control : side->packets;
}

struct node *side_node(const struct node_secrets *secrets)
{
	const struct node_limits limits = {
		.links = 1,
		.neighbours = 4,
		.peers = 4,
		.staged = 4,
		.route = {.nodes = 4, .fragments = 4, .cells = 32, .adjacent = 4},
	};
	const struct node_settings settings = {
		.boot_epoch = 1, .suites = aead_suites(), .rekey = {120000000}};
	const struct node_link link = {
		.running = true, .mtu = 1500, .lladdr = {{0x02, 0, 0, 0, 0, 0x0b}}};
	struct node *node = node_init(zeroed(node_size(&limits)), &limits, secrets, &settings);
	struct outbox *outbox = side_outbox();

	node_link_event(node, SIDE_NOW, 0, &link, outbox);
	free(outbox);
	return node;
}
