/* Allocation that does not return without memory. */
#include "sim/memory.h"

#include <stdio.h>
#include <stdlib.h>

static void *memory_or_end(void *memory)
{
	if (memory == NULL) {
		fprintf(stderr, "meshsim: not enough memory\n");
		exit(EXIT_FAILURE);
	}
	return memory;
}

void *memory_array(void *old, size_t count, size_t size)
{
	return memory_or_end(reallocarray(old, count + (count == 0), size));
}

void *memory_zeroed(size_t count, size_t size)
{
	return memory_or_end(calloc(count + (count == 0), size));
}

void *memory_grown(void *old, size_t used, size_t *room, size_t size)
{
	if (used < *room)
		return old;
	*room = 2 * *room + 16;
	return memory_array(old, *room, size);
}
