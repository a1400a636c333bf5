/* A stream's seed is BLAKE2b-256 over the run's seed, the number and the name. */
#include "sim/stream.h"

#include "crypto/hash.h"

#include <string.h>

enum { MILLION = 1000000 };

void stream_begin(struct rng *stream, uint64_t seed, const char *name, uint64_t number)
{
	uint8_t numbers[16], hash[RNG_SEED];
	struct writer writer = writer_of(numbers, sizeof(numbers));

	writer_u64(&writer, seed);
	writer_u64(&writer, number);
	const struct span parts[] = {{numbers, sizeof(numbers)},
				     {(const uint8_t *)name, strlen(name)}};
	hash_parts(hash, sizeof(hash), (struct span){0}, parts, 2);
	rng_init(stream, hash);
}

bool stream_chance(struct rng *stream, uint32_t ppm)
{
	if (ppm == 0 || ppm >= MILLION)
		return ppm != 0;
	return rng_below(stream, MILLION) < ppm;
}
