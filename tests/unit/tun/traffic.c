/* Packets made field by field. The checksum is one sum over a copy of pseudo-header and payload, as
 * RFC 8200, section 8.1, draws it. */
#include "tests/unit/tun/traffic.h"

#include "base/bytes.h"

#include <string.h>

static const uint8_t source[15] = {0xbe, 0xef, 1, 2, 3}, destination[16] = {0xbe, 0xef, 9, 8, 7};

struct traffic traffic_tcp(uint32_t sequence, size_t payload)
{
	return (struct traffic){
		.hop_limit = 64,
		.next_header = 6,
		.source = 1,
		.port = 40000,
		.flags = ACK,
		.sequence = sequence,
		.acknowledgement = 77,
		.window = 512,
		.options = 12,
		.option = 1,
		.payload = payload,
	};
}

struct traffic traffic_udp(uint16_t port, size_t payload)
{
	return (struct traffic){
		.hop_limit = 64, .next_header = 17, .source = 1, .port = port, .payload = payload};
}

size_t traffic_head(const struct traffic *traffic)
{
	return 40U + traffic->extension + (traffic->next_header == 6 ? 20U + traffic->options : 8U);
}

static void transport_write(const struct traffic *traffic, struct writer *out)
{
	writer_u16(out, traffic->port);
	writer_u16(out, 443);
	if (traffic->next_header == 17) {
		writer_u16(out, (uint16_t)(8 + traffic->payload));
		writer_u16(out, 0);
		return;
	}
	writer_u32(out, traffic->sequence);
	writer_u32(out, traffic->acknowledgement);
	writer_u8(out, (uint8_t)((5 + traffic->options / 4) << 4));
	writer_u8(out, traffic->flags);
	writer_u16(out, traffic->window);
	writer_u16(out, 0);
	writer_u16(out, traffic->urgent);
	for (size_t i = 0; i < traffic->options; i++)
		writer_u8(out, traffic->option);
}

/* A header of destination options: one PadN that fills it. RFC 8200, section 4.6. */
static void extension_write(const struct traffic *traffic, struct writer *out)
{
	if (traffic->extension == 0)
		return;
	writer_u8(out, traffic->next_header);
	writer_u8(out, (uint8_t)(traffic->extension / 8 - 1));
	writer_u8(out, 1);
	writer_u8(out, (uint8_t)(traffic->extension - 4));
	for (size_t i = 4; i < traffic->extension; i++)
		writer_u8(out, 0);
}

size_t traffic_write(const struct traffic *traffic, uint8_t *bytes)
{
	size_t head = traffic_head(traffic), size = head + traffic->payload;
	struct writer out = writer_of(bytes, size);

	writer_u32(&out, 0x60000000U | (uint32_t)traffic->traffic_class << 20 | 0x12345);
	writer_u16(&out, (uint16_t)(size - 40));
	writer_u8(&out, traffic->extension ? 60 : traffic->next_header);
	writer_u8(&out, traffic->hop_limit);
	writer_copy(&out, source, sizeof(source));
	writer_u8(&out, traffic->source);
	writer_copy(&out, destination, sizeof(destination));
	extension_write(traffic, &out);
	transport_write(traffic, &out);
	for (size_t i = 0; i < traffic->payload; i++)
		writer_u8(&out, (uint8_t)((traffic->sequence + i) * 2654435761U >> 24));
	REQUIRE(writer_ok(&out) && out.used == size);
	traffic_complete(bytes, size);
	return size;
}

static size_t transport_at(const uint8_t *packet, uint8_t *next_header)
{
	size_t at = 40;

	*next_header = packet[6];
	while (*next_header == 60) {
		*next_header = packet[at];
		at += 8U + 8U * packet[at + 1];
	}
	return at;
}

size_t traffic_checksum_at(const uint8_t *packet)
{
	uint8_t next_header;
	size_t at = transport_at(packet, &next_header);

	return at + (next_header == 6 ? 16 : 6);
}

static uint16_t sum_of(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i++) {
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)sum;
}

static size_t pseudo_write(const uint8_t *packet, size_t size, uint8_t *pseudo)
{
	uint8_t next_header;
	size_t length = size - transport_at(packet, &next_header);
	struct writer out = writer_of(pseudo, 40);

	writer_copy(&out, packet + 8, 32);
	writer_u32(&out, (uint32_t)length);
	writer_u32(&out, next_header);
	return length;
}

uint16_t traffic_partial(const uint8_t *packet, size_t size)
{
	uint8_t pseudo[40];

	pseudo_write(packet, size, pseudo);
	return sum_of(pseudo, sizeof(pseudo));
}

uint16_t traffic_checksum(const uint8_t *packet, size_t size)
{
	uint8_t whole[40 + 65536];
	size_t length = pseudo_write(packet, size, whole);
	size_t field = traffic_checksum_at(packet) - (size - length);

	memcpy(whole + 40, packet + size - length, length);
	memset(whole + 40 + field, 0, 2);
	uint16_t checksum = (uint16_t)~sum_of(whole, 40 + length);
	return checksum == 0 ? 0xffff : checksum;
}

void traffic_complete(uint8_t *packet, size_t size)
{
	struct writer field = writer_of(packet + traffic_checksum_at(packet), 2);

	writer_u16(&field, traffic_checksum(packet, size));
}

struct traffic traffic_next(struct rng *rng, struct traffic *flow)
{
	struct traffic made;

	if (rng_below(rng, 12) == 0)
		flow->acknowledgement++;
	if (rng_below(rng, 20) == 0)
		flow->window ^= 7;
	made = *flow;
	if (rng_below(rng, 10) == 0) {
		made.payload = rng_below(rng, 500);
		made.flags |= PSH;
	}
	if (rng_below(rng, 15) == 0)
		made.flags |= (uint8_t)(1 << rng_below(rng, 8));
	if (flow->next_header == 6)
		flow->sequence += (uint32_t)made.payload;
	return made;
}
