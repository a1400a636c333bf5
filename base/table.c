/* Open addressing with linear probing. A slot is a word and a key: the word is the value plus one,
 * so that zero-filled memory is an empty table. The invariant: between a key's home slot, which is
 * its hash modulo the number of slots, and the slot it lies in, no slot is empty. Deletion keeps it
 * by shifting later entries back (Knuth, volume 3, algorithm 6.4R). */
#include "base/table.h"

#include <sodium.h>
#include <string.h>

struct table {
	uint32_t capacity;
	uint32_t count;
	uint32_t key_size;
	uint32_t mask; /* number of slots − 1 */
	uint8_t secret[TABLE_SECRET];
	uint32_t words[]; /* the slots, slot_words() each */
};

/* A power of two, at least twice the capacity and at least 1: probing always meets an empty one. */
static uint32_t slots_for(uint32_t capacity)
{
	uint32_t slots = 1;

	REQUIRE(capacity <= UINT32_MAX / 4);
	while (slots < 2 * capacity)
		slots *= 2;
	return slots;
}

static size_t slot_words(uint32_t key_size)
{
	return 1 + (key_size + sizeof(uint32_t) - 1) / sizeof(uint32_t);
}

static size_t words_size(uint32_t slots, uint32_t key_size)
{
	return slots * slot_words(key_size) * sizeof(uint32_t);
}

size_t table_size(uint32_t capacity, uint32_t key_size)
{
	return sizeof(struct table) + words_size(slots_for(capacity), key_size);
}

struct table *table_init(void *memory, uint32_t capacity, uint32_t key_size,
			 const uint8_t secret[TABLE_SECRET])
{
	struct table *table = memory;

	REQUIRE(key_size >= 1 && key_size <= TABLE_KEY_MAX);
	table->capacity = capacity;
	table->key_size = key_size;
	table->mask = slots_for(capacity) - 1;
	memcpy(table->secret, secret, TABLE_SECRET);
	return table;
}

/* Index into words of a slot's value; its key follows. */
static size_t value_of(const struct table *table, uint32_t slot)
{
	return slot * slot_words(table->key_size);
}

static const void *key_of(const struct table *table, uint32_t slot)
{
	return &table->words[value_of(table, slot) + 1];
}

static bool is_empty(const struct table *table, uint32_t slot)
{
	return table->words[value_of(table, slot)] == 0;
}

static uint32_t home_of(const struct table *table, const void *key)
{
	uint8_t hash[crypto_shorthash_siphash24_BYTES];
	uint32_t low;

	crypto_shorthash_siphash24(hash, key, table->key_size, table->secret);
	memcpy(&low, hash, sizeof(low));
	return low & table->mask;
}

/* The slot that holds key, or else the empty one in which it would be put. */
static uint32_t seek(const struct table *table, const void *key)
{
	uint32_t slot = home_of(table, key);

	while (!is_empty(table, slot) && memcmp(key_of(table, slot), key, table->key_size) != 0)
		slot = (slot + 1) & table->mask;
	return slot;
}

uint32_t table_find(const struct table *table, const void *key)
{
	/* An empty slot holds 0, which is TABLE_NONE plus one. */
	return table->words[value_of(table, seek(table, key))] - 1;
}

bool table_put(struct table *table, const void *key, uint32_t value)
{
	uint32_t slot = seek(table, key);

	REQUIRE(value != TABLE_NONE);
	if (is_empty(table, slot)) {
		if (table->count == table->capacity)
			return false;
		table->count++;
		memcpy(&table->words[value_of(table, slot) + 1], key, table->key_size);
	}
	table->words[value_of(table, slot)] = value + 1;
	return true;
}

void table_remove(struct table *table, const void *key)
{
	size_t size = words_size(1, table->key_size);
	uint32_t hole = seek(table, key);
	uint32_t slot = hole;

	if (is_empty(table, hole))
		return;
	table->count--;
	while (slot = (slot + 1) & table->mask, !is_empty(table, slot)) {
		uint32_t home = home_of(table, key_of(table, slot));

		/* The entry may move back to the hole only if that is not before its home. */
		if (((slot - home) & table->mask) < ((slot - hole) & table->mask))
			continue;
		memcpy(&table->words[value_of(table, hole)], &table->words[value_of(table, slot)],
		       size);
		hole = slot;
	}
	memset(&table->words[value_of(table, hole)], 0, size);
}

void table_clear(struct table *table)
{
	table->count = 0;
	memset(table->words, 0, words_size(table->mask + 1, table->key_size));
}

uint32_t table_count(const struct table *table)
{
	return table->count;
}
