/* Numbers for names: the first name gets 0, each new one the next number, so that whoever keeps
 * something by name keeps an array. It grows as it must. */
#ifndef SIM_INDEX_H
#define SIM_INDEX_H

#include "base/table.h"

enum { INDEX_NAME = TABLE_KEY_MAX };

/* A zeroed one has no names. */
struct index {
	uint8_t (*names)[INDEX_NAME];
	size_t count, room;
	struct table *table; /* numbers by name; NULL while there is none */
	uint32_t capacity;
};

/* The number of a name: a new one's is the count there was before. */
uint32_t index_number(struct index *index, const uint8_t name[INDEX_NAME]);

void index_free(struct index *index);

#endif
