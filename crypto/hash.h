/* BLAKE2b (RFC 7693), plain and keyed, over one or more runs of bytes. */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/bytes.h"

enum {
	HASH_MIN = 8,  /* shortest output, bytes: the network id's */
	HASH_MAX = 64, /* longest output and longest key, bytes */
	HASH_256 = 32,
	HASH_512 = 64,
};

/* BLAKE2b of all parts in order, as out_size (HASH_MIN … HASH_MAX) bytes. key may be empty; its
 * size is at most HASH_MAX. libsodium makes no output under 16 bytes: a shorter one is the first
 * bytes of the 16-byte hash, which the protocol's text says too. */
void hash_parts(uint8_t *out, size_t out_size, struct span key, const struct span *parts,
		size_t count);

/* The same over one run of bytes. */
void hash_of(uint8_t *out, size_t out_size, struct span key, const void *bytes, size_t size);

#endif
