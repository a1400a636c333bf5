/* Bundles written and read packet by packet. Shape comes first: nothing is said about a packet of
 * what is no bundle. */
#include "meshp/bundle.h"

#include "meshp/packet.h"
#include "meshp/wire.h"

bool bundle_takes(size_t payload_size)
{
	return payload_size >= WIRE_COMPACT_PAYLOAD && payload_size <= WIRE_BUNDLE_PAYLOAD;
}

void bundle_put(const struct bundled *packet, struct writer *out)
{
	REQUIRE(bundle_takes(packet->payload.size));
	writer_u8(out, packet->next_header);
	writer_u8(out, packet->partial ? WIRE_BUNDLE_PARTIAL : 0);
	writer_u16(out, (uint16_t)packet->payload.size);
	writer_copy(out, packet->payload.bytes, packet->payload.size);
}

/* Reads one packet; false if there is none of the right shape. */
static bool bundle_read(struct reader *in, struct bundled *packet)
{
	packet->next_header = reader_u8(in);
	uint8_t flags = reader_u8(in);
	packet->partial = flags == WIRE_BUNDLE_PARTIAL;
	packet->payload.size = reader_u16(in);
	packet->payload.bytes = reader_take(in, packet->payload.size);
	return !in->failed && flags <= WIRE_BUNDLE_PARTIAL && bundle_takes(packet->payload.size);
}

enum drop bundle_packet_check(uint8_t next_header, bool partial, size_t payload_size)
{
	if (next_header == WIRE_NEXT_HEADER_CONTROL)
		return DROP_LANE;
	if (next_header == WIRE_NEXT_HEADER_BUNDLE)
		return DROP_INNER;
	if (partial && !packet_partial_fits(next_header, payload_size))
		return DROP_CHECKSUM_PARTIAL;
	return DROP_NONE;
}

enum drop bundle_check(struct span bundle)
{
	struct reader in = reader_of(bundle.bytes, bundle.size);
	enum drop drop = DROP_NONE;
	uint32_t packets = 0;

	if (bundle.size > WIRE_BUNDLE_SIZE)
		return DROP_MALFORMED;
	for (struct bundled packet; in.left > 0; packets++) {
		if (!bundle_read(&in, &packet))
			return DROP_MALFORMED;
		if (drop == DROP_NONE)
			drop = bundle_packet_check(packet.next_header, packet.partial,
						   packet.payload.size);
	}
	return packets < 2 || packets > WIRE_BUNDLE_PACKETS ? DROP_MALFORMED : drop;
}

bool bundle_next(struct reader *in, struct bundled *packet)
{
	return in->left > 0 && bundle_read(in, packet);
}
