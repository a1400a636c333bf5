/* A record is written by one call as soon as there is one, so that a capture reaches to the end of
 * a process that ends in the middle. The format is that of draft-ietf-opsawg-pcap. */
#include "sim/pcap.h"

#include "meshp/wire.h"
#include "sim/memory.h"
#include "sim/world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PCAP_MAGIC UINT32_C(0xa1b23c4d) /* times in nanoseconds */

enum {
	PCAP_MAJOR = 2,
	PCAP_MINOR = 4,
	PCAP_ETHERNET = 1,	 /* link type */
	PCAP_SNAP = 65535 + 14,	 /* longest frame, Ethernet header included */
	PCAP_FILE_HEADER = 24,	 /* bytes */
	PCAP_RECORD_HEADER = 16, /* bytes */
};

struct pcap_file {
	uint32_t wire;
	const char *path; /* the caller's */
	int fd;
	int error; /* what went wrong first; nothing is written after it */
};

struct pcap {
	struct pcap_file files[PCAP_WIRES];
	uint32_t count;
	uint8_t record[PCAP_RECORD_HEADER + PCAP_SNAP];
};

static void put(struct pcap_file *file, const struct writer *out)
{
	REQUIRE(writer_ok(out));
	ssize_t put = file->error == 0 ? write(file->fd, out->start, out->used) : 0;

	if (file->error == 0 && (size_t)put != out->used)
		file->error = put < 0 ? errno : ENOSPC;
}

static void put_header(struct pcap_file *file)
{
	uint8_t header[PCAP_FILE_HEADER];
	struct writer out = writer_of(header, sizeof(header));

	writer_u32(&out, PCAP_MAGIC);
	writer_u16(&out, PCAP_MAJOR);
	writer_u16(&out, PCAP_MINOR);
	writer_u64(&out, 0); /* reserved */
	writer_u32(&out, PCAP_SNAP);
	writer_u32(&out, PCAP_ETHERNET);
	put(file, &out);
}

static bool begin(struct world *world, const struct capture *capture,
		  char complaint[LINE_COMPLAINT])
{
	struct pcap_file *file = &world->pcap->files[world->pcap->count];

	if (capture->wire >= world->topology.wires) {
		snprintf(complaint, LINE_COMPLAINT, "%s: wire %u is none of the %u there are",
			 capture->path, capture->wire, world->topology.wires);
		return false;
	}
	*file = (struct pcap_file){.wire = capture->wire, .path = capture->path};
	file->fd = open(capture->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (file->fd < 0) {
		snprintf(complaint, LINE_COMPLAINT, "%s: %s", capture->path, strerror(errno));
		return false;
	}
	world->pcap->count++;
	put_header(file);
	return true;
}

static void forget(struct world *world)
{
	for (uint32_t i = 0; i < world->pcap->count; i++)
		close(world->pcap->files[i].fd);
	free(world->pcap);
	world->pcap = NULL;
}

bool pcap_begin(struct world *world, const struct capture *captures, uint32_t count,
		char complaint[LINE_COMPLAINT])
{
	bool begun = true;

	REQUIRE(world->pcap == NULL && count <= PCAP_WIRES);
	if (count > 0)
		world->pcap = memory_zeroed(1, sizeof(*world->pcap));
	for (uint32_t i = 0; begun && i < count; i++)
		begun = begin(world, &captures[i], complaint);
	if (!begun)
		forget(world);
	return begun;
}

void pcap_frame(const struct world *world, uint32_t wire, const struct frame *frame)
{
	struct pcap *pcap = world->pcap;
	uint64_t us = (uint64_t)instant_since(world->now, SCENARIO_BEGIN).us;
	uint32_t size = (uint32_t)(2 * LLADDR + sizeof(uint16_t) + frame->size);
	struct writer out = writer_of(pcap->record, sizeof(pcap->record));

	writer_u32(&out, (uint32_t)(us / 1000000));
	writer_u32(&out, (uint32_t)(us % 1000000 * 1000));
	writer_u32(&out, size);
	writer_u32(&out, size);
	writer_copy(&out, frame->to.bytes, LLADDR);
	writer_copy(&out, frame->from.bytes, LLADDR);
	writer_u16(&out, WIRE_ETHERTYPE);
	writer_copy(&out, frame->bytes, frame->size);
	for (uint32_t i = 0; i < pcap->count; i++)
		if (pcap->files[i].wire == wire)
			put(&pcap->files[i], &out);
}

bool pcap_end(struct world *world, char complaint[LINE_COMPLAINT])
{
	bool whole = true;

	if (world->pcap == NULL)
		return true;
	for (uint32_t i = 0; i < world->pcap->count; i++) {
		const struct pcap_file *file = &world->pcap->files[i];
		if (file->error == 0)
			continue;
		snprintf(complaint, LINE_COMPLAINT, "%s: %s", file->path, strerror(file->error));
		whole = false;
	}
	forget(world);
	return whole;
}
