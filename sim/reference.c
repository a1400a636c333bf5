/* One bit a counter, at its remainder; those that leave are cleared one by one. */
#include "sim/reference.h"

#include "sim/memory.h"
#include "sim/nonces.h"

#include <stdlib.h>

enum { WORD_BITS = 64 };

static struct taken *taken_of(struct reference *reference, const uint8_t key[AEAD_KEY],
			      uint8_t lane)
{
	size_t known = reference->index.count;
	uint8_t name[INDEX_NAME];

	nonces_name(key, lane, name);
	uint32_t number = index_number(&reference->index, name);
	reference->taken =
		memory_grown(reference->taken, number, &reference->room, sizeof(*reference->taken));
	if (number == known)
		reference->taken[number] = (struct taken){0};
	return &reference->taken[number];
}

static uint64_t *word_of(struct taken *taken, uint64_t counter)
{
	return &taken->bits[counter % WIRE_WINDOW / WORD_BITS];
}

static uint64_t bit_of(uint64_t counter)
{
	return UINT64_C(1) << counter % WORD_BITS;
}

bool reference_fresh(struct reference *reference, const uint8_t key[AEAD_KEY], uint8_t lane,
		     uint32_t counter)
{
	struct taken *taken = taken_of(reference, key, lane);

	if (counter >= taken->next)
		return true;
	return taken->next - counter <= WIRE_WINDOW &&
	       (*word_of(taken, counter) & bit_of(counter)) == 0;
}

void reference_take(struct reference *reference, const uint8_t key[AEAD_KEY], uint8_t lane,
		    uint32_t counter)
{
	struct taken *taken = taken_of(reference, key, lane);
	uint64_t next = (uint64_t)counter + 1;

	for (uint64_t i = taken->next; i < next && i < taken->next + WIRE_WINDOW; i++)
		*word_of(taken, i) &= ~bit_of(i);
	if (next > taken->next)
		taken->next = next;
	*word_of(taken, counter) |= bit_of(counter);
}

void reference_free(struct reference *reference)
{
	index_free(&reference->index);
	free(reference->taken);
	*reference = (struct reference){0};
}
