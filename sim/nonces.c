/* One figure for each key and lane. */
#include "sim/nonces.h"

#include "sim/memory.h"

#include <stdlib.h>
#include <string.h>

void nonces_name(const uint8_t key[AEAD_KEY], uint8_t lane, uint8_t name[INDEX_NAME])
{
	memcpy(name, key, INDEX_NAME - 1);
	name[INDEX_NAME - 1] = lane;
}

bool nonces_use(struct nonces *nonces, const uint8_t key[AEAD_KEY], uint8_t lane, uint32_t counter)
{
	size_t known = nonces->index.count;
	uint8_t name[INDEX_NAME];

	nonces_name(key, lane, name);
	uint32_t number = index_number(&nonces->index, name);
	nonces->next = memory_grown(nonces->next, number, &nonces->room, sizeof(*nonces->next));
	if (number < known && counter < nonces->next[number])
		return false;
	nonces->next[number] = (uint64_t)counter + 1;
	return true;
}

void nonces_free(struct nonces *nonces)
{
	index_free(&nonces->index);
	free(nonces->next);
	*nonces = (struct nonces){0};
}
