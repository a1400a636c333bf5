/* IPv6 packets of the host: the header rebuilt is the one read but for the flow label, the lane is
 * one of seven and the same both ways, and an ICMPv6 error about any packet is itself a packet with
 * a good checksum. */
#include "meshp/icmp.h"
#include "meshp/packet.h"
#include "meshp/wire.h"
#include "tests/fuzz/fuzz.h"

static void fuzz_header(const uint8_t *bytes, const struct packet *packet)
{
	uint8_t again[WIRE_IPV6_HEADER];
	struct writer out = writer_of(again, sizeof(again));

	packet_header_write(packet, packet->payload.size, &out);
	EXPECT(writer_ok(&out));
	EXPECT(again[0] == bytes[0] && again[1] == (bytes[1] & 0xf0));
	EXPECT(memcmp(again + 4, bytes + 4, WIRE_IPV6_HEADER - 4) == 0);
}

static void fuzz_lane(const struct packet *packet)
{
	struct packet back = *packet;

	back.source = packet->destination;
	back.destination = packet->source;
	EXPECT(packet_lane(packet) >= 1 && packet_lane(packet) <= 7);
	if (packet->payload.size == 0)
		EXPECT(packet_lane(packet) == packet_lane(&back));
}

static void fuzz_error(enum icmp_error error, const uint8_t *bytes, size_t size)
{
	static const struct icmp_source own = {{{0xbe, 0xef, [15] = 1}}, ICMP_HOP_LIMIT};
	uint8_t made[ICMP_ERROR_MAX];
	struct writer out = writer_of(made, sizeof(made));
	struct packet packet;

	if (!icmp_error_write(error, 1280, &own, bytes, size, &out))
		return;
	EXPECT(writer_ok(&out) && packet_read(made, out.used, &packet) == DROP_NONE);
	EXPECT(packet_checksum(&packet.source, &packet.destination, PROTOCOL_ICMPV6,
			       packet.payload.bytes, packet.payload.size) == 0);
	struct writer none = writer_of(made, sizeof(made));
	EXPECT(!icmp_error_write(error, 1280, &own, made, out.used, &none));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct packet packet;

	if (packet_read(bytes, size, &packet) == DROP_NONE) {
		fuzz_header(bytes, &packet);
		fuzz_lane(&packet);
	}
	for (enum icmp_error error = ICMP_NO_ROUTE; error <= ICMP_TIME_EXCEEDED; error++)
		fuzz_error(error, bytes, size);
	return 0;
}
