/* Toy: crypto/hash.h without a hash worth the name, for fuzzers and simulations that want speed and
 * no secrecy. A word of state takes eight bytes at a time; what comes out depends on every byte, on
 * the key, on where the key ends and on the size asked for, as with BLAKE2b, and anybody can make
 * two inputs meet. Nothing is kept. The mixing steps are those of Steele, Lea and Flood's SplitMix
 * (OOPSLA 2014). */
#include "crypto/hash.h"

#include <string.h>

enum { SHORTEST = 16 }; /* a shorter output is the beginning of one of this size */

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

struct toy {
	uint64_t state, word;
	uint32_t filled; /* bytes of word */
};

static uint64_t mixed(uint64_t value)
{
	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

static void take_word(struct toy *toy, uint64_t word)
{
	toy->state = mixed(toy->state + GOLDEN + word);
}

static void take(struct toy *toy, struct span bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		toy->word |= (uint64_t)bytes.bytes[i] << (8 * toy->filled);
		if (++toy->filled < sizeof(toy->word))
			continue;
		take_word(toy, toy->word);
		toy->word = 0;
		toy->filled = 0;
	}
}

void hash_parts(uint8_t *out, size_t out_size, struct span key, const struct span *parts,
		size_t count)
{
	struct toy toy = {0};
	uint64_t word = 0;

	REQUIRE(out_size >= HASH_MIN && out_size <= HASH_MAX && key.size <= HASH_MAX);
	take_word(&toy, out_size < SHORTEST ? SHORTEST : out_size);
	take_word(&toy, key.size);
	take(&toy, key);
	for (size_t i = 0; i < count; i++)
		take(&toy, parts[i]);
	take_word(&toy, toy.word);
	take_word(&toy, toy.filled);
	for (size_t i = 0; i < out_size; i++) {
		if (i % sizeof(word) == 0)
			word = mixed(toy.state + i * GOLDEN);
		out[i] = (uint8_t)(word >> (8 * (i % sizeof(word))));
	}
}

void hash_of(uint8_t *out, size_t out_size, struct span key, const void *bytes, size_t size)
{
	struct span part = {bytes, size};

	hash_parts(out, out_size, key, &part, 1);
}
