/* IPv6 packets of the host's: nothing is kept, a packet points into the caller's bytes. Only the
 * fixed header is looked at, and the ports behind it. RFC 8200, RFC 1071; docs/protocol/meshp.md,
 * section 2. */
#include "meshp/packet.h"

#include "meshp/wire.h"

enum {
	IPV6 = 6,
	VERSION_SHIFT = 28, /* of the first 32 bits */
	CLASS_SHIFT = 20,
	PORTS = 4, /* two of 2 bytes, the first of TCP, UDP, SCTP and DCCP headers */
	TCP_HEADER = 20,
	TCP_CHECKSUM = 16, /* offset in the header */
	UDP_HEADER = 8,
	UDP_CHECKSUM = 6,
};

enum drop packet_begin_read(const uint8_t *bytes, size_t size, struct packet *packet)
{
	struct reader in = reader_of(bytes, size);
	struct packet read;
	uint32_t first;
	uint16_t length;

	if (size == 0)
		return DROP_PACKET_SHORT;
	if (bytes[0] >> 4 != IPV6)
		return DROP_PACKET_NOT_IPV6;
	first = reader_u32(&in);
	length = reader_u16(&in);
	read.traffic_class = (uint8_t)(first >> CLASS_SHIFT);
	read.next_header = reader_u8(&in);
	read.hop_limit = reader_u8(&in);
	reader_copy(&in, read.source.bytes, ADDRESS);
	reader_copy(&in, read.destination.bytes, ADDRESS);
	if (in.failed || in.left > length)
		return DROP_PACKET_SHORT;
	read.payload = (struct span){in.at, in.left};
	read.cut = length - (uint16_t)in.left;
	*packet = read;
	return DROP_NONE;
}

enum drop packet_read(const uint8_t *bytes, size_t size, struct packet *packet)
{
	struct packet read;
	enum drop drop = packet_begin_read(bytes, size, &read);

	if (drop)
		return drop;
	if (read.cut > 0)
		return DROP_PACKET_SHORT;
	*packet = read;
	return DROP_NONE;
}

void packet_header_write(const struct packet *packet, size_t payload_size, struct writer *out)
{
	if (payload_size > UINT16_MAX) {
		out->failed = true;
		return;
	}
	writer_u32(out, (uint32_t)IPV6 << VERSION_SHIFT | (uint32_t)packet->traffic_class
								  << CLASS_SHIFT);
	writer_u16(out, (uint16_t)payload_size);
	writer_u8(out, packet->next_header);
	writer_u8(out, packet->hop_limit);
	writer_copy(out, packet->source.bytes, ADDRESS);
	writer_copy(out, packet->destination.bytes, ADDRESS);
}

static bool has_ports(uint8_t next_header)
{
	return next_header == PROTOCOL_TCP || next_header == PROTOCOL_UDP ||
	       next_header == PROTOCOL_SCTP || next_header == PROTOCOL_DCCP;
}

/* Sums are symmetric, so both directions of a flow come to the same lane. */
uint8_t packet_lane(const struct packet *packet)
{
	struct reader source = reader_of(packet->source.bytes, ADDRESS);
	struct reader destination = reader_of(packet->destination.bytes, ADDRESS);
	struct reader payload = reader_of(packet->payload.bytes, packet->payload.size);
	uint32_t sum = packet->next_header;

	for (size_t i = 0; i < ADDRESS; i += 4)
		sum += reader_u32(&source) + reader_u32(&destination);
	if (has_ports(packet->next_header) && packet->payload.size >= PORTS) {
		sum += reader_u16(&payload);
		sum += reader_u16(&payload);
	}
	/* Multiplied by 2^32 over the golden ratio, so that the upper half depends on all bits. */
	return (uint8_t)(1 + (sum * 0x9e3779b1 >> 16) % (WIRE_LANES - 1));
}

/* The sum of all 16-bit words, not folded; an odd byte at the end is followed by a zero. */
static uint64_t sum_of(const uint8_t *bytes, size_t size)
{
	uint64_t sum = 0;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (size % 2 == 1)
		sum += (uint32_t)bytes[size - 1] << 8;
	return sum;
}

uint16_t packet_checksum(const struct address *source, const struct address *destination,
			 uint8_t next_header, const uint8_t *payload, size_t size)
{
	uint64_t sum = sum_of(source->bytes, ADDRESS) + sum_of(destination->bytes, ADDRESS) + size +
		       next_header + sum_of(payload, size);

	while (sum > UINT16_MAX)
		sum = (sum >> 16) + (sum & UINT16_MAX);
	sum = ~sum & UINT16_MAX;
	if (sum == 0 && next_header == PROTOCOL_UDP)
		return UINT16_MAX;
	return (uint16_t)sum;
}

/* Where the checksum stands in payload, or 0 if there is none that may be left out. */
static size_t checksum_offset(uint8_t next_header, size_t size)
{
	if (next_header == PROTOCOL_TCP && size >= TCP_HEADER)
		return TCP_CHECKSUM;
	if (next_header == PROTOCOL_UDP && size >= UDP_HEADER)
		return UDP_CHECKSUM;
	return 0;
}

bool packet_partial_fits(uint8_t next_header, size_t size)
{
	return checksum_offset(next_header, size) != 0;
}

bool packet_complete(uint8_t *bytes, size_t size)
{
	struct packet packet;

	if (packet_read(bytes, size, &packet) != DROP_NONE ||
	    !packet_partial_fits(packet.next_header, packet.payload.size))
		return false;
	size_t offset = checksum_offset(packet.next_header, packet.payload.size);
	struct writer field = writer_of(bytes + WIRE_IPV6_HEADER + offset, sizeof(uint16_t));
	struct writer zero = field;
	writer_u16(&zero, 0);
	writer_u16(&field, packet_checksum(&packet.source, &packet.destination, packet.next_header,
					   packet.payload.bytes, packet.payload.size));
	return true;
}
