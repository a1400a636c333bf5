/* Toy: crypto/aead.h for fuzzers and simulations. Text is hidden under a stream that repeats every
 * HASH_512 bytes, and the tag is a hash over suite, key, nonce, associated data and sealed text: a
 * wrong key or a changed bit is refused, but nothing is secret from anybody who wants to know it. A
 * suite is a number here that the tag depends on, so all are there on every machine, and nobody
 * else provides one. Tags are
 * compared by libsodium, where libFuzzer does not watch and learn what the right one would be. */
#include "crypto/aead.h"

#include "crypto/hash.h"

#include <sodium.h>
#include <string.h>

uint8_t aead_suites(void)
{
	return SUITE_BIT(SUITE_CHACHA20_POLY1305) | SUITE_BIT(SUITE_AES_256_GCM);
}

void aead_prepare(const struct aead_provider *provider, enum suite suite,
		  const uint8_t bytes[AEAD_KEY], struct aead_key *key)
{
	key->provider = NULL;
	key->suite = (uint8_t)suite;
	memcpy(key->expanded, bytes, AEAD_KEY);
}

/* Hides size bytes, or shows them again. out may be in. */
static void hide(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE], const uint8_t *in,
		 size_t size, uint8_t *out)
{
	uint8_t stream[HASH_512];

	hash_of(stream, HASH_512, (struct span){key->expanded, AEAD_KEY}, nonce, AEAD_NONCE);
	for (size_t i = 0; i < size; i++)
		out[i] = in[i] ^ stream[i % HASH_512];
}

static void tag_of(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE],
		   struct span associated, struct span hidden, uint8_t tag[AEAD_TAG])
{
	uint8_t head[1 + sizeof(uint64_t)];
	struct writer out = writer_of(head, sizeof(head));
	const struct span parts[] = {{head, sizeof(head)}, {nonce, AEAD_NONCE}, associated, hidden};

	writer_u8(&out, key->suite);
	writer_u64(&out, associated.size);
	hash_parts(tag, AEAD_TAG, (struct span){key->expanded, AEAD_KEY}, parts, 4);
}

void aead_seal(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE], struct span associated,
	       const uint8_t *plain, size_t size, uint8_t *out)
{
	hide(key, nonce, plain, size, out);
	tag_of(key, nonce, associated, (struct span){out, size}, out + size);
}

bool aead_open(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE], struct span associated,
	       const uint8_t *sealed, size_t size, uint8_t *out)
{
	uint8_t tag[AEAD_TAG];

	REQUIRE(size >= AEAD_TAG);
	size -= AEAD_TAG;
	tag_of(key, nonce, associated, (struct span){sealed, size}, tag);
	if (sodium_memcmp(tag, sealed + size, AEAD_TAG) != 0)
		return false;
	hide(key, nonce, sealed, size, out);
	return true;
}
