/* A hash map from keys of one fixed size to 32-bit values, in fixed memory. The hash is SipHash-2-4
 * under a secret key, so that nobody outside can choose keys that collide. Open addressing at no
 * more than half full, deletion by shifting back, no tombstones; the block holds no pointer. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/require.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TABLE_KEY_MAX = 32, /* largest key size, bytes */
	TABLE_SECRET = 16,  /* size of the hash key, bytes */
};

#define TABLE_NONE UINT32_MAX /* "no such key"; not a value that can be stored */

struct table;

/* Bytes of memory for capacity entries with keys of key_size (1 … TABLE_KEY_MAX) bytes. */
size_t table_size(uint32_t capacity, uint32_t key_size);

/* Makes an empty table in zero-filled memory of table_size bytes, aligned to 8. */
struct table *table_init(void *memory, uint32_t capacity, uint32_t key_size,
			 const uint8_t secret[TABLE_SECRET]);

/* The value stored under key, or TABLE_NONE. */
uint32_t table_find(const struct table *table, const void *key);

/* Stores value under key, replacing what was there. False if the table is at its capacity. */
MUST_USE bool table_put(struct table *table, const void *key, uint32_t value);

/* Forgets key; nothing happens if it is not there. */
void table_remove(struct table *table, const void *key);

/* Forgets everything. O(capacity). */
void table_clear(struct table *table);

/* Entries held now. */
uint32_t table_count(const struct table *table);

#endif
