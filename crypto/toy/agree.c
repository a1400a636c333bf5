/* Toy: crypto/agree.h without a secret in it, for fuzzers and simulations. Each of the key's words
 * w stands for the odd number 2w + 1, and agreement is multiplication modulo 2^64, so that a·(b·G)
 * = b·(a·G) holds as it does on a curve, and anybody can divide by G. As with X25519, the public
 * key zero agrees with nobody. */
#include "crypto/agree.h"

#include "base/bytes.h"

#include <string.h>

#define GENERATOR UINT64_C(0x9e3779b97f4a7c15) /* any odd number */

void agree_pair_of(struct agree_pair *pair, const uint8_t secret_key[AGREE_KEY])
{
	uint8_t generator[AGREE_KEY];
	struct writer out = writer_of(generator, sizeof(generator));

	while (out.used < AGREE_KEY)
		writer_u64(&out, GENERATOR);
	memcpy(pair->secret_key, secret_key, AGREE_KEY);
	REQUIRE(agree(pair->public_key, secret_key, generator));
}

bool agree(uint8_t shared[AGREE_KEY], const uint8_t secret_key[AGREE_KEY],
	   const uint8_t public_key[AGREE_KEY])
{
	struct reader ours = reader_of(secret_key, AGREE_KEY);
	struct reader theirs = reader_of(public_key, AGREE_KEY);
	struct writer out = writer_of(shared, AGREE_KEY);
	uint64_t any = 0;

	while (out.used < AGREE_KEY) {
		uint64_t product = (2 * reader_u64(&ours) + 1) * reader_u64(&theirs);
		writer_u64(&out, product);
		any |= product;
	}
	return any != 0;
}
