/* Each request runs ChaCha20 (RFC 8439) under the present key and a nonce of zeros: the first half
 * of block 0 becomes the next key, blocks 1 and on are the output. The invariant: the key held was
 * never used. The owner keeps the state secret. */
#include "base/rng.h"
#include "base/bytes.h"

#include <sodium.h>
#include <string.h>

enum { HOUR_S = 3600 };

void rng_init(struct rng *rng, const uint8_t seed[RNG_SEED])
{
	memcpy(rng->key, seed, RNG_SEED);
}

void rng_fill(struct rng *rng, void *out, size_t size)
{
	const uint8_t nonce[crypto_stream_chacha20_ietf_NONCEBYTES] = {0};
	uint8_t next[RNG_SEED];

	memset(out, 0, size);
	crypto_stream_chacha20_ietf_xor_ic(out, out, size, nonce, 1, rng->key);
	crypto_stream_chacha20_ietf(next, RNG_SEED, nonce, rng->key);
	memcpy(rng->key, next, RNG_SEED);
	sodium_memzero(next, sizeof(next));
}

uint32_t rng_u32(struct rng *rng)
{
	uint8_t bytes[sizeof(uint32_t)];
	struct reader reader;

	rng_fill(rng, bytes, sizeof(bytes));
	reader = reader_of(bytes, sizeof(bytes));
	return reader_u32(&reader);
}

uint32_t rng_below(struct rng *rng, uint32_t bound)
{
	uint32_t value;
	uint32_t refused;

	REQUIRE(bound >= 1);
	/* 2^32 mod bound: without so many values at the low end, every remainder is as likely. */
	refused = -bound % bound;
	do
		value = rng_u32(rng);
	while (value < refused);
	return value % bound;
}

duration rng_between(struct rng *rng, duration low, duration high)
{
	uint32_t width;

	REQUIRE(low.us >= 0 && low.us <= high.us && high.us < duration_s(HOUR_S).us);
	width = (uint32_t)(high.us - low.us);
	return width == 0 ? low : duration_us(low.us + rng_below(rng, width));
}
