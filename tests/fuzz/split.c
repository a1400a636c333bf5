/* Super-packets of a host that says anything: whatever is cut up stays inside the packet lent, in
 * parts that can be told apart by their own headers, and their payloads are the payload there was,
 * in order. An input is the header before a packet, then the packet. */
#include "tests/fuzz/fuzz.h"
#include "tun/split.h"

enum { ROOM = 4096 };

/* A part that was cut off by itself says how long it is. */
static void part_check(const struct split_part *part, const uint8_t *packet, size_t size)
{
	EXPECT(part->bytes >= packet && part->size <= UINT16_MAX);
	EXPECT(part->bytes + part->size <= packet + size);
	EXPECT(part->bytes[0] >> 4 == 6);
	EXPECT(((size_t)part->bytes[4] << 8 | part->bytes[5]) == part->size - 40);
	if (part->partial)
		EXPECT(part->bytes[6] == 6 ? part->size >= 60
					   : part->bytes[6] == 17 && part->size >= 48);
}

static void super_check(struct split *split, uint8_t *packet, const uint8_t *whole, size_t size)
{
	size_t head = split->head_size, given = 0;
	struct split_part part;

	for (; split_next(split, &part); given += part.size - head) {
		part_check(&part, packet, size);
		EXPECT(part.size > head);
		EXPECT(memcmp(part.bytes + head, whole + head + given, part.size - head) == 0);
	}
	EXPECT(head > 40 && given == size - head);
	EXPECT(!split_next(split, &part));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t *packet;
	struct offload offload;
	struct split split;
	struct split_part part;

	if (size < OFFLOAD_HEADER || size > OFFLOAD_HEADER + ROOM ||
	    !offload_read((struct span){bytes, OFFLOAD_HEADER}, &offload))
		return 0;
	bytes += OFFLOAD_HEADER;
	size -= OFFLOAD_HEADER;
	packet = malloc(size > 0 ? size : 1); /* of that very size, so that a byte beyond shows */
	EXPECT(packet != NULL);
	if (size > 0)
		memcpy(packet, bytes, size);
	if (!split_begin(&split, packet, size, &offload)) {
		EXPECT(size == 0 || memcmp(packet, bytes, size) == 0);
	} else if (offload.kind != OFFLOAD_NONE) {
		super_check(&split, packet, bytes, size);
	} else if (split_next(&split, &part)) {
		EXPECT(part.bytes == packet && part.size == size);
		EXPECT(!split_next(&split, &part));
	}
	free(packet);
	return 0;
}
