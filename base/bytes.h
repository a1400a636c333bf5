/* Bytes enter the program through a reader and leave it through a writer, and through nothing else.
 * Both are bounded and their failure sticks: a decoder reads every field without looking, asks once
 * at the end, and trusts nothing it read if the answer is no. A reader that failed yields zeros; a
 * writer that failed writes nothing more. Integers are in network byte order. The shape was learned
 * from OpenBGPD's ibuf. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/require.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
struct reader reader_of(const void *bytes, size_t size);

uint8_t reader_u8(struct reader *reader);
uint16_t reader_u16(struct reader *reader);
uint32_t reader_u32(struct reader *reader);
uint64_t reader_u64(struct reader *reader);

/* Copies the next size bytes to out; on failure out is zeroed. */
void reader_copy(struct reader *reader, void *out, size_t size);

/* The next size bytes in place, or NULL on failure. They live as long as the buffer read from. */
const uint8_t *reader_take(struct reader *reader, size_t size);

/* True if nothing failed and nothing is left over: the only question a decoder asks. */
MUST_USE bool reader_done(const struct reader *reader);

/* A writer over a buffer of size bytes. */
struct writer writer_of(void *buffer, size_t size);

void writer_u8(struct writer *writer, uint8_t value);
void writer_u16(struct writer *writer, uint16_t value);
void writer_u32(struct writer *writer, uint32_t value);
void writer_u64(struct writer *writer, uint64_t value);
void writer_copy(struct writer *writer, const void *bytes, size_t size);

/* Room for size bytes that the caller fills, or NULL when they do not fit. */
uint8_t *writer_take(struct writer *writer, size_t size);

/* True if everything written fitted. */
MUST_USE bool writer_ok(const struct writer *writer);

#endif
