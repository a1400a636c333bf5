/* Bytes enter the program through a reader and leave it through a writer, and through nothing else.
 * Both are bounded and their failure sticks: a decoder reads every field without looking, asks once
 * at the end, and trusts nothing it read if the answer is no. A reader that failed yields zeros; a
 * writer that failed writes nothing more. Integers are in network byte order. Both have one
 * function that moves, *_take, and everything else goes through it, so the bound is checked in one
 * line each. All of it stands here for compilers to see, for a packet is some dozens of such calls.
 * The memory belongs to the caller; [at, at + left) and [start, start + size) never grow. The shape
 * was learned from OpenBGPD's ibuf. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/require.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A run of bytes that somebody else owns. */
struct span {
	const uint8_t *bytes;
	size_t size;
};

struct reader {
	const uint8_t *at; /* next byte, owned by whoever made the reader */
	size_t left;	   /* bytes that may still be read */
	bool failed;	   /* a read went past the end; stays set */
};

struct writer {
	uint8_t *start; /* first byte of the buffer, owned by whoever made the writer */
	size_t used;	/* bytes written so far */
	size_t size;	/* capacity, bytes */
	bool failed;	/* a write did not fit; stays set */
};

/* A reader over size bytes; bytes may be NULL when size is 0. */
static inline struct reader reader_of(const void *bytes, size_t size)
{
	/* An empty reader points at something too: to take nothing from it is not a failure. */
	return (struct reader){.at = size > 0 ? bytes : "", .left = size};
}

/* The next size bytes in place, or NULL on failure. They live as long as the buffer read from. */
static inline const uint8_t *reader_take(struct reader *reader, size_t size)
{
	const uint8_t *taken = reader->at;

	if (reader->failed || size > reader->left) {
		reader->failed = true;
		return NULL;
	}
	reader->at += size;
	reader->left -= size;
	return taken;
}

static inline uint8_t reader_u8(struct reader *reader)
{
	const uint8_t *taken = reader_take(reader, 1);

	return taken ? taken[0] : 0;
}

static inline uint16_t reader_u16(struct reader *reader)
{
	const uint8_t *taken = reader_take(reader, 2);

	return taken ? (uint16_t)(taken[0] << 8 | taken[1]) : 0;
}

static inline uint32_t reader_u32(struct reader *reader)
{
	const uint8_t *taken = reader_take(reader, 4);

	return taken ? (uint32_t)taken[0] << 24 | (uint32_t)taken[1] << 16 |
			       (uint32_t)taken[2] << 8 | taken[3]
		     : 0;
}

static inline uint64_t reader_u64(struct reader *reader)
{
	struct reader half = *reader;

	if (reader_take(reader, 8) == NULL)
		return 0;
	uint64_t upper = reader_u32(&half);
	return upper << 32 | reader_u32(&half);
}

/* Copies the next size bytes to out; on failure out is zeroed. */
static inline void reader_copy(struct reader *reader, void *out, size_t size)
{
	const uint8_t *taken = reader_take(reader, size);

	if (size == 0)
		return;
	if (taken)
		memcpy(out, taken, size);
	else
		memset(out, 0, size);
}

/* True if nothing failed and nothing is left over: the only question a decoder asks. */
MUST_USE static inline bool reader_done(const struct reader *reader)
{
	return !reader->failed && reader->left == 0;
}

/* A writer over a buffer of size bytes. */
static inline struct writer writer_of(void *buffer, size_t size)
{
	return (struct writer){.start = buffer, .size = size};
}

/* Room for size bytes that the caller fills, or NULL when they do not fit. */
static inline uint8_t *writer_take(struct writer *writer, size_t size)
{
	uint8_t *room = writer->start + writer->used;

	if (writer->failed || size > writer->size - writer->used) {
		writer->failed = true;
		return NULL;
	}
	writer->used += size;
	return room;
}

static inline void writer_u8(struct writer *writer, uint8_t value)
{
	uint8_t *room = writer_take(writer, 1);

	if (room)
		room[0] = value;
}

static inline void writer_u16(struct writer *writer, uint16_t value)
{
	uint8_t *room = writer_take(writer, 2);

	if (room) {
		room[0] = (uint8_t)(value >> 8);
		room[1] = (uint8_t)value;
	}
}

static inline void writer_u32(struct writer *writer, uint32_t value)
{
	uint8_t *room = writer_take(writer, 4);

	if (room) {
		room[0] = (uint8_t)(value >> 24);
		room[1] = (uint8_t)(value >> 16);
		room[2] = (uint8_t)(value >> 8);
		room[3] = (uint8_t)value;
	}
}

static inline void writer_u64(struct writer *writer, uint64_t value)
{
	uint8_t *room = writer_take(writer, 8);

	for (size_t i = 0; room && i < 8; i++)
		room[i] = (uint8_t)(value >> (56 - 8 * i));
}

static inline void writer_copy(struct writer *writer, const void *bytes, size_t size)
{
	uint8_t *room = writer_take(writer, size);

	if (room && size > 0)
		memcpy(room, bytes, size);
}

/* True if everything written fitted. */
MUST_USE static inline bool writer_ok(const struct writer *writer)
{
	return !writer->failed;
}

#endif
