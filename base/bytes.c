/* The bounded reader and writer. Both have one function that moves, *_take, and everything else
 * goes through it, so the bound is checked in one line each. The memory belongs to the caller; the
 * invariant is that [at, at + left) and [start, start + size) never grow. */
#include "base/bytes.h"

#include <string.h>

struct reader reader_of(const void *bytes, size_t size)
{
	/* An empty reader points at something too: to take nothing from it is not a failure. */
	return (struct reader){.at = size > 0 ? bytes : "", .left = size};
}

const uint8_t *reader_take(struct reader *reader, size_t size)
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

static uint64_t reader_number(struct reader *reader, size_t size)
{
	const uint8_t *taken = reader_take(reader, size);
	uint64_t value = 0;

	for (size_t i = 0; taken && i < size; i++)
		value = value << 8 | taken[i];
	return value;
}

uint8_t reader_u8(struct reader *reader)
{
	return (uint8_t)reader_number(reader, 1);
}

uint16_t reader_u16(struct reader *reader)
{
	return (uint16_t)reader_number(reader, 2);
}

uint32_t reader_u32(struct reader *reader)
{
	return (uint32_t)reader_number(reader, 4);
}

uint64_t reader_u64(struct reader *reader)
{
	return reader_number(reader, 8);
}

void reader_copy(struct reader *reader, void *out, size_t size)
{
	const uint8_t *taken = reader_take(reader, size);

	if (size == 0)
		return;
	if (taken)
		memcpy(out, taken, size);
	else
		memset(out, 0, size);
}

bool reader_done(const struct reader *reader)
{
	return !reader->failed && reader->left == 0;
}

struct writer writer_of(void *buffer, size_t size)
{
	return (struct writer){.start = buffer, .size = size};
}

uint8_t *writer_take(struct writer *writer, size_t size)
{
	uint8_t *room = writer->start + writer->used;

	if (writer->failed || size > writer->size - writer->used) {
		writer->failed = true;
		return NULL;
	}
	writer->used += size;
	return room;
}

static void writer_number(struct writer *writer, uint64_t value, size_t size)
{
	uint8_t *room = writer_take(writer, size);

	for (size_t i = size; room && i > 0; i--) {
		room[i - 1] = (uint8_t)value;
		value >>= 8;
	}
}

void writer_u8(struct writer *writer, uint8_t value)
{
	writer_number(writer, value, 1);
}

void writer_u16(struct writer *writer, uint16_t value)
{
	writer_number(writer, value, 2);
}

void writer_u32(struct writer *writer, uint32_t value)
{
	writer_number(writer, value, 4);
}

void writer_u64(struct writer *writer, uint64_t value)
{
	writer_number(writer, value, 8);
}

void writer_copy(struct writer *writer, const void *bytes, size_t size)
{
	uint8_t *room = writer_take(writer, size);

	if (room && size > 0)
		memcpy(room, bytes, size);
}

bool writer_ok(const struct writer *writer)
{
	return !writer->failed;
}
