/* Addresses: made from a key, compared, and nothing else. All are plain values of the caller's. A
 * node's address never changes while its identity lives. docs/protocol/meshp.md, section 1. */
#include "meshp/address.h"

#include "crypto/hash.h"

#include <string.h>

static const uint8_t prefix[ADDRESS_PREFIX] = {0xbe, 0xef};

struct address address_of_key(const uint8_t public_key[32])
{
	static const char context[] = "meshp address 1";
	const struct span parts[] = {
		{(const uint8_t *)context, sizeof(context) - 1},
		{public_key, 32},
	};
	uint8_t hash[HASH_256];

	hash_parts(hash, sizeof(hash), (struct span){NULL, 0}, parts, 2);
	return address_of_hash(hash);
}

struct address address_of_hash(const uint8_t hash[ADDRESS_HASH])
{
	struct address address;

	memcpy(address.bytes, prefix, ADDRESS_PREFIX);
	memcpy(address.bytes + ADDRESS_PREFIX, hash, ADDRESS_HASH);
	return address;
}

struct node_id address_id(const struct address *address)
{
	struct node_id id;

	memcpy(id.bytes, address->bytes + ADDRESS_PREFIX, NODE_ID);
	return id;
}

bool address_in_mesh(const uint8_t bytes[ADDRESS])
{
	return memcmp(bytes, prefix, ADDRESS_PREFIX) == 0;
}

bool address_is_this_node(const uint8_t bytes[ADDRESS])
{
	static const uint8_t this_node[ADDRESS] = {0xbe, 0xef};

	return memcmp(bytes, this_node, ADDRESS) == 0;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, ADDRESS) == 0;
}

bool node_id_equal(const struct node_id *a, const struct node_id *b)
{
	return memcmp(a->bytes, b->bytes, NODE_ID) == 0;
}

bool lladdr_equal(const struct lladdr *a, const struct lladdr *b)
{
	return memcmp(a->bytes, b->bytes, LLADDR) == 0;
}

bool address_lower(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, ADDRESS) < 0;
}
