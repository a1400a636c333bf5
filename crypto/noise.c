/* The Noise Protocol Framework, revision 34: SymmetricState (section 5.2) and the CipherState
 * (5.1) inside it, with HKDF (4.3) over HMAC-BLAKE2b-512 (RFC 2104). HASHLEN is 64 and BLOCKLEN is
 * 128, as section 12.8 says. The state belongs to the caller; every intermediate secret is wiped
 * before a function returns. */
#include "crypto/noise.h"

#include <sodium.h>
#include <string.h>

enum {
	BLOCK = 128, /* BLOCKLEN of BLAKE2b */
	NAME = 255,  /* longest protocol name, bytes (section 8) */
};

static const struct span no_key = {NULL, 0};

/* HMAC under a key of HASH_512 bytes over two runs of bytes. */
static void hmac(uint8_t out[HASH_512], const uint8_t key[HASH_512], struct span first,
		 struct span second)
{
	uint8_t inner[HASH_512];
	uint8_t pad[BLOCK];
	struct span inside[] = {{pad, BLOCK}, first, second};
	struct span outside[] = {{pad, BLOCK}, {inner, HASH_512}};

	for (size_t i = 0; i < BLOCK; i++)
		pad[i] = 0x36 ^ (i < HASH_512 ? key[i] : 0);
	hash_parts(inner, HASH_512, no_key, inside, 3);
	for (size_t i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	hash_parts(out, HASH_512, no_key, outside, 2);
	sodium_memzero(inner, sizeof(inner));
	sodium_memzero(pad, sizeof(pad));
}

/* HKDF of a chaining key and input, as count (1 … 3) outputs of HASH_512 bytes. */
static void hkdf(const uint8_t chaining_key[HASH_512], struct span input, uint8_t (*out)[HASH_512],
		 uint8_t count)
{
	uint8_t temporary[HASH_512];
	struct span previous = {NULL, 0};

	hmac(temporary, chaining_key, input, previous);
	for (uint8_t i = 0; i < count; i++) {
		uint8_t number = i + 1;

		hmac(out[i], temporary, previous, (struct span){&number, 1});
		previous = (struct span){out[i], HASH_512};
	}
	sodium_memzero(temporary, sizeof(temporary));
}

/* InitializeKey of the first AEAD_KEY bytes of a hash. */
static void set_key(struct noise *noise, const uint8_t hash[HASH_512])
{
	memcpy(noise->key, hash, AEAD_KEY);
	noise->keyed = true;
	noise->counter = 0;
}

/* Four bytes of zeros and the counter, least significant byte first (section 12.3). */
static void next_nonce(struct noise *noise, uint8_t nonce[AEAD_NONCE])
{
	memset(nonce, 0, 4);
	for (size_t i = 0; i < 8; i++)
		nonce[4 + i] = (uint8_t)(noise->counter >> (8 * i));
	noise->counter++;
}

void noise_init(struct noise *noise, const char *name, struct span prologue)
{
	const char *end = memchr(name, '\0', NAME + 1);
	size_t size;

	REQUIRE(end);
	size = (size_t)(end - name);
	memset(noise, 0, sizeof(*noise));
	if (size <= HASH_512)
		memcpy(noise->hash, name, size);
	else
		hash_of(noise->hash, HASH_512, no_key, name, size);
	memcpy(noise->chaining_key, noise->hash, HASH_512);
	noise_mix_hash(noise, prologue.bytes, prologue.size);
}

void noise_mix_hash(struct noise *noise, const void *data, size_t size)
{
	struct span parts[] = {{noise->hash, HASH_512}, {data, size}};

	hash_parts(noise->hash, HASH_512, no_key, parts, 2);
}

void noise_mix_key(struct noise *noise, const uint8_t *input, size_t size)
{
	uint8_t out[2][HASH_512];

	hkdf(noise->chaining_key, (struct span){input, size}, out, 2);
	memcpy(noise->chaining_key, out[0], HASH_512);
	set_key(noise, out[1]);
	sodium_memzero(out, sizeof(out));
}

void noise_mix_key_and_hash(struct noise *noise, const uint8_t *input, size_t size)
{
	uint8_t out[3][HASH_512];

	hkdf(noise->chaining_key, (struct span){input, size}, out, 3);
	memcpy(noise->chaining_key, out[0], HASH_512);
	noise_mix_hash(noise, out[1], HASH_512);
	set_key(noise, out[2]);
	sodium_memzero(out, sizeof(out));
}

/* What the state seals and opens with next; the caller wipes it. */
static void prepare(struct noise *noise, struct aead_key *key, uint8_t nonce[AEAD_NONCE])
{
	aead_prepare(NULL, SUITE_CHACHA20_POLY1305, noise->key, key);
	next_nonce(noise, nonce);
}

void noise_seal(struct noise *noise, const void *plain, size_t size, struct writer *out)
{
	size_t sealed_size = size + (noise->keyed ? AEAD_TAG : 0);
	uint8_t *sealed = writer_take(out, sealed_size);
	uint8_t nonce[AEAD_NONCE];
	struct aead_key key;

	if (!sealed)
		return;
	if (noise->keyed) {
		prepare(noise, &key, nonce);
		aead_seal(&key, nonce, (struct span){noise->hash, HASH_512}, plain, size, sealed);
		sodium_memzero(&key, sizeof(key));
	} else if (size > 0) {
		memcpy(sealed, plain, size);
	}
	noise_mix_hash(noise, sealed, sealed_size);
}

bool noise_open(struct noise *noise, struct reader *in, void *plain, size_t size)
{
	size_t sealed_size = size + (noise->keyed ? AEAD_TAG : 0);
	const uint8_t *sealed = reader_take(in, sealed_size);
	uint8_t nonce[AEAD_NONCE];
	struct aead_key key;

	if (!sealed)
		return false;
	if (noise->keyed) {
		prepare(noise, &key, nonce);
		bool good = aead_open(&key, nonce, (struct span){noise->hash, HASH_512}, sealed,
				      sealed_size, plain);
		sodium_memzero(&key, sizeof(key));
		if (!good)
			return false;
	} else if (size > 0) {
		memcpy(plain, sealed, size);
	}
	noise_mix_hash(noise, sealed, sealed_size);
	return true;
}

void noise_split(const struct noise *noise, uint8_t initiator[AEAD_KEY],
		 uint8_t responder[AEAD_KEY])
{
	uint8_t out[2][HASH_512];

	hkdf(noise->chaining_key, (struct span){NULL, 0}, out, 2);
	memcpy(initiator, out[0], AEAD_KEY);
	memcpy(responder, out[1], AEAD_KEY);
	sodium_memzero(out, sizeof(out));
}
