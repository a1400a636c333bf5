/* A block is its type, its length, what it says, options, and its length again; an option is a
 * code, a length and a value that is filled up to a multiple of four bytes. */
#include "tools/pcapng.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	ORDER_MAGIC = 0x1a2b3c4d,
	VERSION_MAJOR = 1,
	VERSION_MINOR = 0,
	NANOSECONDS = 9, /* decimal digits behind the second */
	CAST_SHIFT = 2,	 /* in a packet's flags */
};

enum option {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	SECTION_APPLICATION = 4,
	INTERFACE_NAME = 2,
	INTERFACE_DESCRIPTION = 3,
	INTERFACE_LLADDR = 6,
	INTERFACE_SPEED = 8,
	INTERFACE_RESOLUTION = 9,
	PACKET_FLAGS = 2,
	STATISTICS_BEGAN = 2,
	STATISTICS_ENDED = 3,
	STATISTICS_RECEIVED = 4,
	STATISTICS_DROPPED = 5,
};

/* Begins a block; where it began, for block_end. */
static size_t block_begin(uint32_t type, struct writer *out)
{
	size_t begun = out->used;

	writer_u32(out, type);
	writer_u32(out, 0);
	return begun;
}

/* Ends a block, which knows its length now. */
static void block_end(size_t begun, struct writer *out)
{
	uint32_t size = (uint32_t)(out->used + sizeof(uint32_t) - begun);
	struct writer length;

	writer_u32(out, size);
	if (!writer_ok(out))
		return;
	length = writer_of(out->start + begun + sizeof(uint32_t), sizeof(uint32_t));
	writer_u32(&length, size);
}

static void fill(struct writer *out)
{
	while (out->used % sizeof(uint32_t) != 0 && writer_ok(out))
		writer_u8(out, 0);
}

static void option_put(enum option option, const void *value, size_t size, struct writer *out)
{
	writer_u16(out, (uint16_t)option);
	writer_u16(out, (uint16_t)size);
	writer_copy(out, value, size);
	fill(out);
}

static void option_text(enum option option, const char *text, struct writer *out)
{
	if (text != NULL)
		option_put(option, text, strlen(text), out);
}

static void option_u64(enum option option, uint64_t value, struct writer *out)
{
	writer_u16(out, (uint16_t)option);
	writer_u16(out, sizeof(value));
	writer_u64(out, value);
}

static void options_end(struct writer *out)
{
	option_put(OPTION_END, NULL, 0, out);
}

void pcapng_section(const char *application, struct writer *out)
{
	size_t begun = block_begin(BLOCK_SECTION, out);

	writer_u32(out, ORDER_MAGIC);
	writer_u16(out, VERSION_MAJOR);
	writer_u16(out, VERSION_MINOR);
	writer_u64(out, UINT64_MAX); /* its length is not known */
	option_text(SECTION_APPLICATION, application, out);
	options_end(out);
	block_end(begun, out);
}

void pcapng_interface(const struct pcapng_interface *interface, struct writer *out)
{
	const uint8_t resolution = NANOSECONDS;
	size_t begun = block_begin(BLOCK_INTERFACE, out);

	writer_u16(out, (uint16_t)interface->link);
	writer_u16(out, 0);
	writer_u32(out, interface->snap);
	option_text(INTERFACE_NAME, interface->name, out);
	option_text(INTERFACE_DESCRIPTION, interface->description, out);
	if (interface->lladdr != NULL)
		option_put(INTERFACE_LLADDR, interface->lladdr, 6, out);
	if (interface->rate_bps != 0)
		option_u64(INTERFACE_SPEED, interface->rate_bps, out);
	option_put(INTERFACE_RESOLUTION, &resolution, sizeof(resolution), out);
	options_end(out);
	block_end(begun, out);
}

void pcapng_packet(const struct pcapng_packet *packet, struct writer *out)
{
	size_t begun = block_begin(BLOCK_PACKET, out);

	writer_u32(out, packet->interface);
	writer_u64(out, packet->time_ns);
	writer_u32(out, (uint32_t)packet->bytes.size);
	writer_u32(out, packet->whole);
	writer_copy(out, packet->bytes.bytes, packet->bytes.size);
	fill(out);
	option_text(OPTION_COMMENT, packet->comment, out);
	writer_u16(out, PACKET_FLAGS);
	writer_u16(out, sizeof(uint32_t));
	writer_u32(out, (uint32_t)packet->direction | (uint32_t)packet->cast << CAST_SHIFT);
	options_end(out);
	block_end(begun, out);
}

void pcapng_statistics(const struct pcapng_statistics *statistics, struct writer *out)
{
	size_t begun = block_begin(BLOCK_STATISTICS, out);

	writer_u32(out, statistics->interface);
	writer_u64(out, statistics->ended_ns);
	option_u64(STATISTICS_BEGAN, statistics->began_ns, out);
	option_u64(STATISTICS_ENDED, statistics->ended_ns, out);
	option_u64(STATISTICS_RECEIVED, statistics->received, out);
	option_u64(STATISTICS_DROPPED, statistics->dropped, out);
	options_end(out);
	block_end(begun, out);
}
