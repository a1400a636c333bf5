/* BLAKE2b (RFC 7693) over libsodium's generic hash. The state on the stack may hold a key and is
 * wiped. */
#include "crypto/hash.h"

#include <sodium.h>
#include <string.h>

void hash_parts(uint8_t *out, size_t out_size, struct span key, const struct span *parts,
		size_t count)
{
	crypto_generichash_blake2b_state state;
	uint8_t whole[HASH_MAX];
	size_t size = out_size;

	REQUIRE(out_size >= HASH_MIN && out_size <= HASH_MAX && key.size <= HASH_MAX);
	if (size < crypto_generichash_blake2b_BYTES_MIN)
		size = crypto_generichash_blake2b_BYTES_MIN;
	crypto_generichash_blake2b_init(&state, key.bytes, key.size, size);
	for (size_t i = 0; i < count; i++)
		crypto_generichash_blake2b_update(&state, parts[i].bytes, parts[i].size);
	crypto_generichash_blake2b_final(&state, whole, size);
	memcpy(out, whole, out_size);
	sodium_memzero(whole, sizeof(whole));
	sodium_memzero(&state, sizeof(state));
}

void hash_of(uint8_t *out, size_t out_size, struct span key, const void *bytes, size_t size)
{
	struct span part = {bytes, size};

	hash_parts(out, out_size, key, &part, 1);
}
