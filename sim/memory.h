/* Arrays of the simulator that grow. A simulator without memory has nothing to save, so it says so
 * and ends. */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stddef.h>

/* The array `old` (NULL: none yet) with room for count elements of size bytes; what is new is not
 * initialised. The caller frees it. */
void *memory_array(void *old, size_t count, size_t size);

/* An array of count elements, zero-filled. The caller frees it. */
void *memory_zeroed(size_t count, size_t size);

/* The array with room for element number `used`: doubled when its room, *room, is used up. */
void *memory_grown(void *old, size_t used, size_t *room, size_t size);

#endif
