/* The number stands in the first bytes after the UDP header. */
#include "sim/traffic.h"

#include "meshp/packet.h"
#include "meshp/wire.h"
#include "sim/memory.h"
#include "sim/stream.h"

#include <stdlib.h>
#include <string.h>

enum {
	NUMBER_AT = WIRE_IPV6_HEADER + 8,
	PORT_NOISE = 9, /* discard (RFC 863) */
};

uint32_t traffic_add(struct traffic *traffic, const struct parcel *parcel)
{
	traffic->parcels = memory_grown(traffic->parcels, traffic->count, &traffic->room,
					sizeof(*traffic->parcels));
	traffic->parcels[traffic->count] = *parcel;
	if (parcel->hop_limit == 0)
		traffic->parcels[traffic->count].hop_limit = TRAFFIC_HOPS;
	return (uint32_t)traffic->count++;
}

void traffic_write(uint32_t number, const struct parcel *parcel, const struct address *from,
		   const struct address *to, uint8_t packet[TRAFFIC_MOST])
{
	struct packet header = {.next_header = PROTOCOL_UDP,
				.hop_limit = parcel->hop_limit,
				.source = *from,
				.destination = *to};
	struct writer out = writer_of(packet, TRAFFIC_MOST);
	bool noise = parcel->payload == NULL;
	uint32_t size = parcel->size;
	struct rng stream;

	REQUIRE(size >= TRAFFIC_HEADERS && size <= TRAFFIC_MOST);
	packet_header_write(&header, size - WIRE_IPV6_HEADER, &out);
	writer_u16(&out, noise ? (uint16_t)(1024 + number % 60000) : parcel->source_port);
	writer_u16(&out, noise ? PORT_NOISE : parcel->destination_port);
	writer_u16(&out, (uint16_t)(size - WIRE_IPV6_HEADER));
	writer_u16(&out, 0);
	writer_u32(&out, number);
	stream_begin(&stream, number, "packet", size);
	if (noise)
		rng_fill(&stream, packet + out.used, size - out.used);
	else
		writer_copy(&out, parcel->payload, size - out.used);
	REQUIRE(packet_complete(packet, size));
}

uint32_t traffic_number(const struct traffic *traffic, const uint8_t *packet, size_t size)
{
	struct reader reader = reader_of(packet, size);

	reader_take(&reader, NUMBER_AT);
	uint32_t number = reader_u32(&reader);
	return reader.failed || number >= traffic->count ? UINT32_MAX : number;
}

void traffic_forget(struct traffic *traffic, uint32_t number)
{
	free(traffic->parcels[number].payload);
	traffic->parcels[number].payload = NULL;
}

void traffic_free(struct traffic *traffic)
{
	for (size_t i = 0; i < traffic->count; i++)
		free(traffic->parcels[i].payload);
	free(traffic->parcels);
	*traffic = (struct traffic){0};
}
