/* A table from key and lane to the place of a use; made anew, twice as large, when it is full. */
#include "sim/nonces.h"

#include "sim/memory.h"

#include <stdlib.h>
#include <string.h>

enum { NONCES_LEAST = 1024 };

struct nonce_use {
	uint8_t name[TABLE_KEY_MAX]; /* the key but for its last byte, and the lane */
	uint32_t counter;
};

static void nonces_enlarge(struct nonces *nonces)
{
	static const uint8_t secret[TABLE_SECRET];

	free(nonces->table);
	nonces->capacity = nonces->capacity == 0 ? NONCES_LEAST : 2 * nonces->capacity;
	nonces->table = table_init(memory_zeroed(1, table_size(nonces->capacity, TABLE_KEY_MAX)),
				   nonces->capacity, TABLE_KEY_MAX, secret);
	for (uint32_t i = 0; i < nonces->count; i++)
		REQUIRE(table_put(nonces->table, nonces->uses[i].name, i));
}

bool nonces_use(struct nonces *nonces, const uint8_t key[AEAD_KEY], uint8_t lane, uint32_t counter)
{
	struct nonce_use use = {.counter = counter};

	memcpy(use.name, key, TABLE_KEY_MAX - 1);
	use.name[TABLE_KEY_MAX - 1] = lane;
	if (nonces->count == nonces->capacity)
		nonces_enlarge(nonces);
	uint32_t place = table_find(nonces->table, use.name);
	if (place != TABLE_NONE) {
		bool greater = counter > nonces->uses[place].counter;
		if (greater)
			nonces->uses[place].counter = counter;
		return greater;
	}
	nonces->uses = memory_grown(nonces->uses, nonces->count, &nonces->room, sizeof(use));
	REQUIRE(table_put(nonces->table, use.name, (uint32_t)nonces->count));
	nonces->uses[nonces->count++] = use;
	return true;
}

void nonces_free(struct nonces *nonces)
{
	free(nonces->uses);
	free(nonces->table);
	*nonces = (struct nonces){0};
}
