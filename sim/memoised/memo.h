/* A memory of answers, for functions that give the same answer to the same question: so many
 * places, each question has one, and a new answer takes the place of the one there. A question is
 * known by its 256-bit BLAKE2b hash, so no answer is ever taken for another question's. */
#ifndef SIM_MEMOISED_MEMO_H
#define SIM_MEMOISED_MEMO_H

#include "crypto/hash.h"

enum {
	MEMO_PLACES = 32768,
	MEMO_ANSWER = 32, /* bytes */
};

struct memo_place {
	bool taken;
	uint8_t question[HASH_256], answer[MEMO_ANSWER];
};

/* Zeroed: remembers nothing. */
struct memo {
	struct memo_place places[MEMO_PLACES];
};

/* Writes what the question of that kind (at most HASH_MAX bytes of text) with these parts is known
 * by. All parts but the last have one size in all questions of a kind. */
void memo_question(uint8_t question[HASH_256], const char *kind, const struct span *parts,
		   size_t count);

/* The answer's MEMO_ANSWER bytes, or NULL if it is not known or not any more. */
const uint8_t *memo_find(const struct memo *memo, const uint8_t question[HASH_256]);

/* Remembers the answer, its size (at most MEMO_ANSWER) bytes followed by zeros. */
void memo_put(struct memo *memo, const uint8_t question[HASH_256], const void *answer, size_t size);

#endif
