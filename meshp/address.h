/* Addresses and ids of nodes. An address is a hash of an identity's public key, so nobody assigns
 * it and nobody can take another's. It is an IPv6 address of beef::/16; the first 8 of the 14 bytes
 * after the prefix are the node id that compact frames carry. docs/protocol/meshp.md, section 1. */
#ifndef MESHP_ADDRESS_H
#define MESHP_ADDRESS_H

#include "base/require.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	ADDRESS = 16,	    /* an address as IPv6 writes it, bytes */
	ADDRESS_PREFIX = 2, /* be ef */
	ADDRESS_HASH = 14,  /* the rest: the hash of the key */
	NODE_ID = 8,	    /* the first bytes of that hash */
	LLADDR = 6,	    /* a link-layer address, bytes */
};

struct address {
	uint8_t bytes[ADDRESS];
};

struct node_id {
	uint8_t bytes[NODE_ID];
};

struct lladdr {
	uint8_t bytes[LLADDR];
};

/* The address of the holder of an Ed25519 public key of 32 bytes. */
struct address address_of_key(const uint8_t public_key[32]);

/* The address whose bytes after be ef are these. */
struct address address_of_hash(const uint8_t hash[ADDRESS_HASH]);

struct node_id address_id(const struct address *address);

/* True if the 16 bytes lie in beef::/16. */
bool address_in_mesh(const uint8_t bytes[ADDRESS]);

/* True for beef:: itself, "this node", which never travels. */
bool address_is_this_node(const uint8_t bytes[ADDRESS]);

bool address_equal(const struct address *a, const struct address *b);
bool node_id_equal(const struct node_id *a, const struct node_id *b);
bool lladdr_equal(const struct lladdr *a, const struct lladdr *b);

/* True if a orders before b, byte by byte: who begins a handshake, whose key stays. */
bool address_lower(const struct address *a, const struct address *b);

#endif
