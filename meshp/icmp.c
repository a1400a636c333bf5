/* ICMPv6 errors about packets of our own host's. Which packets may be answered is RFC 4443 section
 * 2.4(e): in doubt, as with a later fragment of an ICMPv6 message, none is written. The caller
 * owns all bytes and limits the rate. */
#include "meshp/icmp.h"

#include "meshp/packet.h"
#include "meshp/wire.h"

enum {
	ICMP_HEADER = 8,
	ICMP_CHECKSUM = 2,	/* offset in the message */
	ICMP_INFORMATION = 128, /* types below it are errors */
	ICMP_REDIRECT = 137,
	EXTENSION_UNIT = 8, /* extension headers are multiples of it */
	FRAGMENT_OFFSET = 0xfff8,
	ROUTING = 43,
	DESTINATION_OPTIONS = 60,
	MULTICAST = 0xff, /* first byte of a multicast address */
};

/* The numbers of an error on the wire. */
struct numbers {
	uint8_t type, code;
};

static struct numbers numbers_of(enum icmp_error error)
{
	switch (error) {
	case ICMP_NO_ROUTE:
		return (struct numbers){1, 0};
	case ICMP_PROHIBITED:
		return (struct numbers){1, 1};
	case ICMP_ADDRESS:
		return (struct numbers){1, 3};
	case ICMP_SOURCE_POLICY:
		return (struct numbers){1, 5};
	case ICMP_TOO_BIG:
		return (struct numbers){2, 0};
	case ICMP_TIME_EXCEEDED:
		return (struct numbers){3, 0};
	}
	abort();
}

/* Steps over one extension header, which says what follows it. */
static uint8_t extension_skip(struct reader *in, uint8_t kind, bool *later_fragment)
{
	uint8_t next = reader_u8(in);
	uint8_t units = reader_u8(in);

	if (kind == PROTOCOL_FRAGMENT) {
		*later_fragment = reader_u16(in) & FRAGMENT_OFFSET;
		reader_u32(in);
	} else {
		reader_take(in, (size_t)units * EXTENSION_UNIT + EXTENSION_UNIT - 2);
	}
	return next;
}

static bool is_extension(uint8_t next_header)
{
	return next_header == PROTOCOL_HOP_BY_HOP || next_header == PROTOCOL_FRAGMENT ||
	       next_header == ROUTING || next_header == DESTINATION_OPTIONS;
}

/* True if the packet is certain not to be an ICMPv6 error or redirect. */
static bool is_harmless(const struct packet *packet)
{
	struct reader in = reader_of(packet->payload.bytes, packet->payload.size);
	uint8_t next = packet->next_header;
	bool later_fragment = false;
	uint8_t type;

	while (is_extension(next) && !later_fragment && !in.failed)
		next = extension_skip(&in, next, &later_fragment);
	if (in.failed)
		return false;
	if (next != PROTOCOL_ICMPV6)
		return true;
	if (later_fragment || in.left == 0)
		return false;
	type = reader_u8(&in);
	return type >= ICMP_INFORMATION && type != ICMP_REDIRECT;
}

static bool may_answer(enum icmp_error error, const struct packet *packet)
{
	static const struct address unspecified;

	if (packet->source.bytes[0] == MULTICAST || address_equal(&packet->source, &unspecified))
		return false;
	if (packet->destination.bytes[0] == MULTICAST && error != ICMP_TOO_BIG)
		return false;
	return is_harmless(packet);
}

/* Writes type, code, checksum, MTU and the quotation: size bytes in all. */
static void message_write(enum icmp_error error, uint32_t mtu, const struct packet *header,
			  const uint8_t *culprit, uint8_t *message, size_t size)
{
	struct numbers numbers = numbers_of(error);
	struct writer out = writer_of(message, size);
	struct writer field = writer_of(message + ICMP_CHECKSUM, sizeof(uint16_t));

	writer_u8(&out, numbers.type);
	writer_u8(&out, numbers.code);
	writer_u16(&out, 0);
	writer_u32(&out, error == ICMP_TOO_BIG ? mtu : 0);
	writer_copy(&out, culprit, size - ICMP_HEADER);
	writer_u16(&field, packet_checksum(&header->source, &header->destination, PROTOCOL_ICMPV6,
					   message, size));
}

bool icmp_error_write(enum icmp_error error, uint32_t mtu, const struct icmp_source *from,
		      const uint8_t *culprit, size_t size, struct writer *out)
{
	const size_t most = ICMP_ERROR_MAX - WIRE_IPV6_HEADER - ICMP_HEADER;
	size_t message = ICMP_HEADER + (size < most ? size : most);
	struct packet packet, header;
	struct writer ipv6;
	uint8_t *room;

	if (packet_begin_read(culprit, size, &packet) || !may_answer(error, &packet))
		return false;
	room = writer_take(out, WIRE_IPV6_HEADER + message);
	if (!room)
		return false;
	header = (struct packet){
		.next_header = PROTOCOL_ICMPV6,
		.hop_limit = from->hop_limit,
		.source = from->address,
		.destination = packet.source,
	};
	ipv6 = writer_of(room, WIRE_IPV6_HEADER);
	packet_header_write(&header, message, &ipv6);
	message_write(error, mtu, &header, culprit, room + WIRE_IPV6_HEADER, message);
	return true;
}
