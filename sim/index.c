/* A table from name to number; made anew, twice as large, when it is full. */
#include "sim/index.h"

#include "sim/memory.h"

#include <stdlib.h>
#include <string.h>

enum { INDEX_LEAST = 1024 };

static void index_enlarge(struct index *index)
{
	static const uint8_t secret[TABLE_SECRET];

	free(index->table);
	index->capacity = index->capacity == 0 ? INDEX_LEAST : 2 * index->capacity;
	index->table = table_init(memory_zeroed(1, table_size(index->capacity, INDEX_NAME)),
				  index->capacity, INDEX_NAME, secret);
	for (uint32_t i = 0; i < index->count; i++)
		REQUIRE(table_put(index->table, index->names[i], i));
}

uint32_t index_number(struct index *index, const uint8_t name[INDEX_NAME])
{
	if (index->count == index->capacity)
		index_enlarge(index);
	uint32_t number = table_find(index->table, name);
	if (number != TABLE_NONE)
		return number;
	number = (uint32_t)index->count;
	index->names = memory_grown(index->names, number, &index->room, INDEX_NAME);
	memcpy(index->names[number], name, INDEX_NAME);
	REQUIRE(table_put(index->table, name, number));
	index->count++;
	return number;
}

void index_free(struct index *index)
{
	free(index->names);
	free(index->table);
	*index = (struct index){0};
}
