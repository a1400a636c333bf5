/* The packets lie as the bundle has them from the first on, so one that stays alone is its own
 * payload behind a head that is left out. */
#include "node/gather.h"

#include <string.h>

bool gather_may(const struct packet *packet)
{
	return bundle_takes(packet->payload.size) && packet->hop_limit >= RECENT_HOP_LIMIT;
}

bool gather_fits(const struct gathered *gathered, const struct outgoing *outgoing)
{
	size_t size = WIRE_BUNDLE_HEAD + outgoing->packet.payload.size;

	if (gathered->packets == 0)
		return true;
	return gathered->packets < WIRE_BUNDLE_PACKETS && gathered->index == outgoing->index &&
	       gathered->hop_limit == outgoing->packet.hop_limit &&
	       gathered->traffic_class == outgoing->packet.traffic_class &&
	       size <= WIRE_BUNDLE_SIZE - gathered->used;
}

void gather_put(struct gathered *gathered, const struct outgoing *outgoing)
{
	const struct bundled bundled = {outgoing->packet.next_header, outgoing->partial,
					outgoing->packet.payload};

	if (gathered->packets == 0) {
		gathered->node = outgoing->node;
		gathered->index = outgoing->index;
		gathered->used = 0;
		gathered->hop_limit = outgoing->packet.hop_limit;
		gathered->traffic_class = outgoing->packet.traffic_class;
		memcpy(gathered->header, outgoing->bytes.bytes, WIRE_IPV6_HEADER);
	}
	struct writer out =
		writer_of(gathered->bytes + gathered->used, WIRE_BUNDLE_SIZE - gathered->used);
	bundle_put(&bundled, &out);
	REQUIRE(writer_ok(&out));
	gathered->used += (uint32_t)out.used;
	gathered->packets++;
}

/* The first packet, read from where it was put. */
static struct bundled gather_head(const struct gathered *gathered)
{
	struct reader in = reader_of(gathered->bytes, gathered->used);
	struct bundled first;

	REQUIRE(bundle_next(&in, &first));
	return first;
}

struct frame_content gather_content(const struct gathered *gathered, uint8_t lane)
{
	const struct bundled first = gather_head(gathered);
	bool alone = gathered->packets == 1;

	return (struct frame_content){
		.lane = lane,
		.hop_limit = gathered->hop_limit,
		.traffic_class = gathered->traffic_class,
		.next_header = alone ? first.next_header : WIRE_NEXT_HEADER_BUNDLE,
		.partial = alone && first.partial,
		.payload = alone ? first.payload : (struct span){gathered->bytes, gathered->used},
	};
}

size_t gather_first(const struct gathered *gathered, uint8_t first[RECENT_BYTES])
{
	const struct span payload = gather_head(gathered).payload;
	size_t most = RECENT_BYTES - WIRE_IPV6_HEADER;
	size_t size = payload.size < most ? payload.size : most;

	memcpy(first, gathered->header, WIRE_IPV6_HEADER);
	memcpy(first + WIRE_IPV6_HEADER, payload.bytes, size);
	return WIRE_IPV6_HEADER + size;
}
