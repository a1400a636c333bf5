/* Anything a peer may have sent, joined: all of it comes out once, the packets of a flow in their
 * order, in super-packets that split takes and cuts back into as many packets of the same sizes. An
 * input is a list of packets, each behind two bytes: its length, and in the highest bit whether its
 * checksum is partial. */
#include "base/bytes.h"
#include "tests/fuzz/fuzz.h"
#include "tun/merge.h"
#include "tun/split.h"

enum { SOME = 16 }; /* packets after which what is due is taken out */

struct lent {
	struct span packets[MERGE_PACKETS];
	bool taken[MERGE_PACKETS];
	size_t count;
};

/* The packet of which this is the end. */
static size_t lent_find(const struct lent *lent, struct span part)
{
	for (size_t i = 0; i < lent->count; i++) {
		struct span packet = lent->packets[i];

		if (part.bytes >= packet.bytes &&
		    part.bytes + part.size == packet.bytes + packet.size)
			return i;
	}
	abort();
}

static bool same_flow(struct span a, struct span b)
{
	return a.size >= 48 && b.size >= 48 && a.bytes[6] == b.bytes[6] &&
	       (a.bytes[6] == 6 || a.bytes[6] == 17) && memcmp(a.bytes + 8, b.bytes + 8, 36) == 0;
}

/* Takes the packet off the list: none of its flow before it may be there still. */
static void lent_take(struct lent *lent, size_t index)
{
	EXPECT(!lent->taken[index]);
	lent->taken[index] = true;
	for (size_t i = 0; i < index; i++)
		EXPECT(lent->taken[i] || !same_flow(lent->packets[i], lent->packets[index]));
}

static void super_check(const struct merge_out *out, const struct offload *offload)
{
	uint8_t flat[OFFLOAD_PACKET];
	struct writer writer = writer_of(flat, sizeof(flat));
	struct split split;
	struct split_part part;

	writer_copy(&writer, out->head, out->head_size);
	for (size_t i = 0; i < out->count; i++)
		writer_copy(&writer, out->parts[i].bytes, out->parts[i].size);
	EXPECT(writer_ok(&writer) && writer.used <= MERGE_SIZE);
	EXPECT(split_begin(&split, flat, writer.used, offload));
	for (size_t i = 0; i < out->count; i++) {
		EXPECT(split_next(&split, &part) && part.partial);
		EXPECT(part.size == out->head_size + out->parts[i].size);
		EXPECT(memcmp(part.bytes + out->head_size, out->parts[i].bytes,
			      out->parts[i].size) == 0);
	}
	EXPECT(!split_next(&split, &part));
}

static void out_check(const struct merge_out *out, struct lent *lent)
{
	struct offload offload;

	EXPECT(offload_read((struct span){out->offload, OFFLOAD_HEADER}, &offload));
	EXPECT(out->count >= 1 && out->count <= MERGE_SEGMENTS);
	for (size_t i = 0; i < out->count; i++)
		lent_take(lent, lent_find(lent, out->parts[i]));
	if (out->count > 1)
		super_check(out, &offload);
	else
		EXPECT(offload.kind == OFFLOAD_NONE);
}

static void take(struct merge *merge, instant until, struct lent *lent)
{
	struct merge_out out;

	while (merge_next(merge, until, &out))
		out_check(&out, lent);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader in = reader_of(bytes, size);
	struct lent lent = {.count = 0};
	struct merge merge;

	merge_init(&merge, true);
	while (lent.count < MERGE_PACKETS) {
		uint16_t form = reader_u16(&in);
		struct span packet = {reader_take(&in, form & 0x7fff), form & 0x7fff};
		/* Without bytes the end of one would be the end of another. */
		if (in.failed || packet.size == 0)
			break;
		lent.packets[lent.count++] = packet;
		EXPECT(merge_add(&merge, (instant){(int64_t)lent.count}, packet, form >> 15));
		if (lent.count % SOME == 0)
			take(&merge, (instant){(int64_t)lent.count - SOME / 2}, &lent);
	}
	take(&merge, INSTANT_NEVER, &lent);
	for (size_t i = 0; i < lent.count; i++)
		EXPECT(lent.taken[i]);
	EXPECT(!merge_holds(&merge));
	return 0;
}
