/* Records on their way from one process to another, in memory that both have mapped: one writes,
 * one reads, neither ever waits or is woken. The memory is nobody's in particular, so each side
 * keeps its own position to itself and takes the other's for a hint: whatever stands there, the
 * writer stays within the memory, and so does the reader, who copies before it looks. */
#ifndef BASE_REEL_H
#define BASE_REEL_H

#include "base/bytes.h"

enum {
	REEL_HEAD = 1024,   /* bytes in front of the records */
	REEL_COUNTERS = 65, /* of records that found no room, by whose they were */
};

/* One end. Memory is the caller's; the fields are this file's own. */
struct reel {
	struct reel_head *head;
	uint8_t *bytes;
	size_t size;	   /* of bytes; a power of two */
	uint64_t position; /* ours: bytes put in or done with since ever */
};

/* An end in memory of REEL_HEAD + size bytes, aligned to 64, which is all zero when the first of
 * both is made; size is a power of two, 64 or more. */
struct reel reel_of(void *memory, size_t size);

/* Appends a record of these parts one after another. False, and counted under that counter, if it
 * finds no room. */
bool reel_put(struct reel *reel, const struct span *parts, size_t count, uint32_t counter);

/* Takes the next record, copying it to out. Its size; 0 if there is none; REEL_TORN if what is
 * there is no record, or one longer than size bytes: then nothing can be taken any more. */
MUST_USE size_t reel_take(struct reel *reel, uint8_t *out, size_t size);

#define REEL_TORN SIZE_MAX

/* How many records of a counter found no room until now. */
uint64_t reel_lost(const struct reel *reel, uint32_t counter);

#endif
