/* The first bytes of a question's hash say which place is its. */
#include "sim/memoised/memo.h"

#include <string.h>

static size_t place_of(const uint8_t question[HASH_256])
{
	struct reader reader = reader_of(question, HASH_256);

	return reader_u32(&reader) % MEMO_PLACES;
}

void memo_question(uint8_t question[HASH_256], const char *kind, const struct span *parts,
		   size_t count)
{
	struct span key = {(const uint8_t *)kind, strlen(kind)};

	hash_parts(question, HASH_256, key, parts, count);
}

const uint8_t *memo_find(const struct memo *memo, const uint8_t question[HASH_256])
{
	const struct memo_place *place = &memo->places[place_of(question)];

	if (!place->taken || memcmp(place->question, question, HASH_256) != 0)
		return NULL;
	return place->answer;
}

void memo_put(struct memo *memo, const uint8_t question[HASH_256], const void *answer, size_t size)
{
	struct memo_place *place = &memo->places[place_of(question)];

	REQUIRE(size <= MEMO_ANSWER);
	*place = (struct memo_place){.taken = true};
	memcpy(place->question, question, HASH_256);
	memcpy(place->answer, answer, size);
}
