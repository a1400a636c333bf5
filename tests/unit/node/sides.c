/* Both sides share two keys, one each way, made from a byte. */
#include "sides.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Lanes, bit n lane n. */
enum { LANE_CONTROL = 1 << WIRE_LANE_CONTROL, LANES_PACKETS = 0xfe };

static struct address address_number(uint8_t number)
{
	const uint8_t hash[ADDRESS_HASH] = {number, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66,
					    0x77,   0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd};

	return address_of_hash(hash);
}

static void *zeroed(size_t size)
{
	void *memory = calloc(1, size);

	assert_non_null(memory);
	return memory;
}

static struct forwarding_key key_number(enum suite suite, uint8_t number)
{
	struct forwarding_key key = {.serial = 1, .suite = (uint8_t)suite};

	memset(key.key, number, sizeof(key.key));
	return key;
}

struct side *sides_new(enum suite suite)
{
	static const uint8_t secret[16];
	const struct fib_limits limits = {.nodes = 1, .hops = 1, .ways = 1};
	struct side *sides = zeroed(2 * sizeof(*sides));

	assert_true(sodium_init() >= 0);
	for (uint8_t i = 0; i < 2; i++) {
		struct side *side = &sides[i];
		side->address = address_number((uint8_t)(0xa0 + i));
		side->forwarding = forwarding_init(zeroed(forwarding_size(SIDE_PEERS)), SIDE_PEERS,
						   &side->address, secret);
		side->fib = fib_init(zeroed(fib_size(&limits)), &limits, secret);
		for (uint8_t ring = 0; ring < 2; ring++)
			side->keyrings[ring] =
				keyring_init(zeroed(keyring_size(SIDE_PEERS)), SIDE_PEERS);
		side->control = worker_init(zeroed(worker_size(SIDE_PEERS, LANE_CONTROL)),
					    side->keyrings[0], SIDE_PEERS, LANE_CONTROL);
		side->packets = worker_init(zeroed(worker_size(SIDE_PEERS, LANES_PACKETS)),
					    side->keyrings[1], SIDE_PEERS, LANES_PACKETS);
		side->peer = (struct destination){
			.address = address_number((uint8_t)(0xa1 - i)),
			.generation = 1,
			.seal = key_number(suite, (uint8_t)(7 + i)),
			.open = {key_number(suite, (uint8_t)(8 - i))},
		};
		side->path = (struct fib_node){.address = side->peer.address, .mtu = 1500};
		side->hop = (struct fib_hop){.address = side->peer.address,
					     .link = 1,
					     .to = {{2, 2, 2, 2, 2, (uint8_t)(1 - i)}},
					     .mtu = 1500};
		side->synced = side->routed = true;
		side_publish(side);
	}
	return sides;
}

void sides_free(struct side *sides)
{
	for (uint32_t i = 0; i < 2; i++) {
		free(sides[i].forwarding);
		free(sides[i].fib);
		free(sides[i].keyrings[0]);
		free(sides[i].keyrings[1]);
		free(sides[i].control);
		free(sides[i].packets);
	}
	free(sides);
}

void side_publish(struct side *side)
{
	forwarding_clear(side->forwarding, 1);
	forwarding_put(side->forwarding, SIDE_INDEX, &side->peer);
	fib_clear(side->fib, ++side->fib_serial, side->synced);
	fib_add_way(side->fib, side->hop.link, side->hop.to, fib_add_hop(side->fib, &side->hop));
	if (side->routed)
		fib_add_node(side->fib, &side->path);
}

struct tables side_tables(const struct side *side)
{
	return (struct tables){.forwarding = side->forwarding, .fib = side->fib};
}

struct worker *side_worker(const struct side *side, uint8_t lane)
{
	return worker_owns(side->control, lane) ? side->control : side->packets;
}

size_t side_seal(struct side *side, const struct frame_content *content, uint8_t *frame)
{
	struct writer out = writer_of(frame, content->payload.size + 2048);
	struct culprit as;

	assert_int_equal(frame_seal(side->forwarding, side_worker(side, content->lane),
				    (instant){1000}, SIDE_INDEX, content, &as, &out),
			 DROP_NONE);
	assert_true(writer_ok(&out));
	return out.used;
}

enum drop side_open(struct side *side, const uint8_t *frame, size_t size, uint8_t *plain,
		    struct frame_opened *opened)
{
	struct reader reader = reader_of(frame, size);
	struct data_header header;
	enum drop drop = data_header_read(&reader, &header);

	if (drop != DROP_NONE)
		return drop;
	return frame_open(side->forwarding, side_worker(side, header.lane), (instant){2000},
			  &header, (struct span){reader.at, reader.left}, plain, opened);
}
