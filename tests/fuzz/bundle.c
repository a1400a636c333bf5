/* Bundles: what is taken is written again as it was and holds as much as it may, and cut anywhere
 * it is none; what is refused is refused under one of four names. */
#include "meshp/bundle.h"
#include "meshp/packet.h"
#include "meshp/wire.h"
#include "tests/fuzz/fuzz.h"

static void fuzz_taken(struct span bundle)
{
	uint8_t again[WIRE_BUNDLE_SIZE];
	struct writer out = writer_of(again, sizeof(again));
	struct reader in = reader_of(bundle.bytes, bundle.size);
	uint32_t packets = 0;

	for (struct bundled packet; bundle_next(&in, &packet); packets++) {
		EXPECT(bundle_takes(packet.payload.size));
		EXPECT(packet.next_header != WIRE_NEXT_HEADER_CONTROL &&
		       packet.next_header != WIRE_NEXT_HEADER_BUNDLE);
		EXPECT(!packet.partial ||
		       packet_partial_fits(packet.next_header, packet.payload.size));
		bundle_put(&packet, &out);
	}
	EXPECT(reader_done(&in) && packets >= 2 && packets <= WIRE_BUNDLE_PACKETS);
	EXPECT(writer_ok(&out) && out.used == bundle.size);
	EXPECT(memcmp(again, bundle.bytes, out.used) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct span bundle = {bytes, size};
	enum drop drop = bundle_check(bundle);

	EXPECT(drop == DROP_NONE || drop == DROP_MALFORMED || drop == DROP_LANE ||
	       drop == DROP_INNER || drop == DROP_CHECKSUM_PARTIAL);
	if (drop != DROP_NONE)
		return 0;
	fuzz_taken(bundle);
	EXPECT(bundle_check((struct span){bytes, size - 1}) == DROP_MALFORMED);
	return 0;
}
