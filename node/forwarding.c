/* The snapshot as an array of destinations with two hash tables over it, by address and by id. */
#include "node/forwarding.h"

#include "base/table.h"

#include <sodium.h>
#include <string.h>

struct forwarding {
	struct address own;
	uint64_t serial;
	uint32_t capacity;
	uint32_t used; /* destinations 0 … used − 1 may be filled */
	uint64_t by_address_at, by_id_at, destinations_at;
};

static size_t rounded(size_t size)
{
	return (size + 15) & ~(size_t)15;
}

static struct table *table_at(const struct forwarding *forwarding, uint64_t offset)
{
	return (struct table *)((uintptr_t)forwarding + (uintptr_t)offset);
}

static struct destination *destinations_of(const struct forwarding *forwarding)
{
	return (struct destination *)((uintptr_t)forwarding +
				      (uintptr_t)forwarding->destinations_at);
}

size_t forwarding_size(uint32_t destinations)
{
	return rounded(sizeof(struct forwarding)) + rounded(table_size(destinations, ADDRESS)) +
	       rounded(table_size(destinations, NODE_ID)) +
	       rounded(destinations * sizeof(struct destination));
}

struct forwarding *forwarding_init(void *memory, uint32_t destinations, const struct address *own,
				   const uint8_t secret[TABLE_SECRET])
{
	struct forwarding *forwarding = memory;

	forwarding->own = *own;
	forwarding->capacity = destinations;
	forwarding->by_address_at = rounded(sizeof(*forwarding));
	forwarding->by_id_at =
		forwarding->by_address_at + rounded(table_size(destinations, ADDRESS));
	forwarding->destinations_at =
		forwarding->by_id_at + rounded(table_size(destinations, NODE_ID));
	table_init(table_at(forwarding, forwarding->by_address_at), destinations, ADDRESS, secret);
	table_init(table_at(forwarding, forwarding->by_id_at), destinations, NODE_ID, secret);
	return forwarding;
}

void forwarding_clear(struct forwarding *forwarding, uint64_t serial)
{
	forwarding->serial = serial;
	if (forwarding->used == 0)
		return;
	table_clear(table_at(forwarding, forwarding->by_address_at));
	table_clear(table_at(forwarding, forwarding->by_id_at));
	sodium_memzero(destinations_of(forwarding), forwarding->used * sizeof(struct destination));
	forwarding->used = 0;
}

void forwarding_put(struct forwarding *forwarding, uint32_t index,
		    const struct destination *destination)
{
	struct destination *all = destinations_of(forwarding);
	struct table *by_id = table_at(forwarding, forwarding->by_id_at);
	struct node_id id = address_id(&destination->address);

	REQUIRE(index < forwarding->capacity);
	all[index] = *destination;
	if (index >= forwarding->used)
		forwarding->used = index + 1;
	REQUIRE(table_put(table_at(forwarding, forwarding->by_address_at),
			  destination->address.bytes, index));

	uint32_t other = table_find(by_id, id.bytes);
	if (other != TABLE_NONE)
		all[other].id_conflict = all[index].id_conflict = true;
	else
		REQUIRE(table_put(by_id, id.bytes, index));
}

uint64_t forwarding_serial(const struct forwarding *forwarding)
{
	return forwarding->serial;
}

const struct address *forwarding_own(const struct forwarding *forwarding)
{
	return &forwarding->own;
}

uint32_t forwarding_by_address(const struct forwarding *forwarding, const struct address *address)
{
	return table_find(table_at(forwarding, forwarding->by_address_at), address->bytes);
}

uint32_t forwarding_by_id(const struct forwarding *forwarding, const struct node_id *id)
{
	return table_find(table_at(forwarding, forwarding->by_id_at), id->bytes);
}

uint32_t forwarding_next(const struct forwarding *forwarding, const struct node_id *id,
			 uint32_t from)
{
	for (uint32_t index = from; index < forwarding->used; index++) {
		const struct destination *destination = &destinations_of(forwarding)[index];
		struct node_id has = address_id(&destination->address);

		if (destination->generation != 0 && node_id_equal(&has, id))
			return index;
	}
	return TABLE_NONE;
}

const struct destination *forwarding_at(const struct forwarding *forwarding, uint32_t index)
{
	REQUIRE(index < forwarding->used);
	return destinations_of(forwarding) + index;
}

const struct destination *forwarding_find(const struct forwarding *forwarding, uint32_t index)
{
	return index < forwarding->used ? forwarding_at(forwarding, index) : NULL;
}

static struct forwarding_key key_of(const struct session_keys *keys, const uint8_t key[AEAD_KEY])
{
	struct forwarding_key made = {
		.serial = keys->serial,
		.suite = (uint8_t)keys->keys.suite,
		.parity = keys->keys.epoch & 1,
	};

	if (keys->serial != 0)
		memcpy(made.key, key, AEAD_KEY);
	return made;
}

struct forwarding_key forwarding_seal_key(const struct session_keys *keys)
{
	return key_of(keys, keys->keys.send);
}

struct forwarding_key forwarding_open_key(const struct session_keys *keys)
{
	return key_of(keys, keys->keys.receive);
}
