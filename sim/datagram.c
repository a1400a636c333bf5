/* A leg of a route begins with: source port, destination port (2 bytes each), both ends (4 bytes
 * each), how many hosts it passed, how many there are (1 byte each), and those (4 bytes each). */
#include "sim/datagram.h"

#include "meshp/wire.h"
#include "sim/memory.h"

enum { LEG_FIXED = 14 };

void via_read(struct line *line, uint32_t nodes, struct via *via)
{
	const char *word = line_word(line, "the hosts on the way"), *at = word;
	uint64_t host;

	via->count = 0;
	do {
		bool fits = via->count < VIA_MOST && line_digits(&at, &host) && host < nodes;
		if (!fits || (*at != ',' && *at != '\0')) {
			line_refuse(line, "\"%s\" is no way over at most %d of the %u nodes", word,
				    VIA_MOST, nodes);
			return;
		}
		via->hosts[via->count++] = (uint32_t)host;
	} while (*at++ == ',');
}

void via_check(struct line *line, uint32_t from, const struct via *via, uint32_t to)
{
	uint32_t last = from;

	for (uint32_t i = 0; i <= via->count; i++) {
		uint32_t next = i < via->count ? via->hosts[i] : to;
		if (next == last)
			line_refuse(line, "node %u would have to send to itself", last);
		last = next;
	}
}

uint32_t datagram_headers(const struct via *via)
{
	return TRAFFIC_HEADERS + (via->count == 0 ? 0 : LEG_FIXED + 4 * via->count);
}

uint32_t datagram_size(const struct datagram *datagram)
{
	return datagram_headers(&datagram->via) + (uint32_t)datagram->payload.size;
}

bool datagram_last_leg(const struct datagram *datagram)
{
	return datagram->passed == datagram->via.count;
}

uint32_t datagram_next(const struct datagram *datagram)
{
	return datagram_last_leg(datagram) ? datagram->to : datagram->via.hosts[datagram->passed];
}

struct datagram datagram_answer(const struct datagram *datagram, struct span payload)
{
	struct datagram answer = {.from = datagram->to,
				  .to = datagram->from,
				  .source_port = datagram->destination_port,
				  .destination_port = datagram->source_port,
				  .via.count = datagram->via.count,
				  .payload = payload};

	for (uint32_t i = 0; i < answer.via.count; i++)
		answer.via.hosts[i] = datagram->via.hosts[answer.via.count - 1 - i];
	return answer;
}

static void leg_write(const struct datagram *datagram, struct writer *out)
{
	writer_u16(out, datagram->source_port);
	writer_u16(out, datagram->destination_port);
	writer_u32(out, datagram->from);
	writer_u32(out, datagram->to);
	writer_u8(out, (uint8_t)datagram->passed);
	writer_u8(out, (uint8_t)datagram->via.count);
	for (uint32_t i = 0; i < datagram->via.count; i++)
		writer_u32(out, datagram->via.hosts[i]);
}

struct parcel datagram_parcel(const struct datagram *datagram, uint32_t host)
{
	bool routed = datagram->via.count > 0;
	struct parcel parcel = {.kind = PARCEL_SENT,
				.from = host,
				.to = datagram_next(datagram),
				.size = datagram_size(datagram),
				.source_port = routed ? PORT_SWITCH : datagram->source_port,
				.destination_port =
					routed ? PORT_SWITCH : datagram->destination_port};
	size_t size = parcel.size - TRAFFIC_HEADERS;

	parcel.payload = memory_array(NULL, size, 1);
	struct writer out = writer_of(parcel.payload, size);
	if (routed)
		leg_write(datagram, &out);
	writer_copy(&out, datagram->payload.bytes, datagram->payload.size);
	REQUIRE(writer_ok(&out));
	return parcel;
}

/* False if it is no route, or not at the place of it where this host is. */
static bool leg_read(struct reader *reader, uint32_t host, struct datagram *datagram)
{
	struct via *via = &datagram->via;

	datagram->source_port = reader_u16(reader);
	datagram->destination_port = reader_u16(reader);
	datagram->from = reader_u32(reader);
	datagram->to = reader_u32(reader);
	datagram->passed = reader_u8(reader);
	via->count = reader_u8(reader);
	if (via->count == 0 || via->count > VIA_MOST || datagram->passed > via->count)
		return false;
	for (uint32_t i = 0; i < via->count; i++)
		via->hosts[i] = reader_u32(reader);
	return !reader->failed && datagram_next(datagram) == host;
}

bool datagram_read(const struct parcel *parcel, const uint8_t *packet, size_t size,
		   struct datagram *datagram)
{
	struct reader reader = reader_of(packet, size);
	struct datagram read = {.from = parcel->from, .to = parcel->to};

	reader_take(&reader, WIRE_IPV6_HEADER);
	read.source_port = reader_u16(&reader);
	read.destination_port = reader_u16(&reader);
	reader_take(&reader, TRAFFIC_HEADERS - WIRE_IPV6_HEADER - 4);
	bool leg = read.source_port == PORT_SWITCH && read.destination_port == PORT_SWITCH;
	if (leg && !leg_read(&reader, parcel->to, &read))
		return false;
	read.payload = (struct span){reader.at, reader.left};
	*datagram = read;
	return !reader.failed;
}
