/* Joining packets. Every packet gathered has an entry; super-packets are chains of them, which
 * begin at their first. The invariant is that a flow that is open is the latest of its kind: a
 * packet that does not join it closes it, so nothing joins what it would overtake, and what is left
 * in while the rest is taken out, which is open, overtakes nothing either. Headers are written when
 * a chain is taken out, so a packet gathered is looked at once and touched never. */
#include "tun/merge.h"

#include "tun/checksum.h"
#include "tun/transport.h"

#include <string.h>

enum { TCP_AT = IPV6_HEADER }; /* where the TCP header of what is joined stands */

/* What a packet is to us. */
struct shape {
	uint8_t protocol; /* 0: not TCP or UDP right behind the IPv6 header */
	uint8_t head;	  /* with a protocol: bytes up to the payload */
	bool begins;	  /* may have others join it */
	bool joins;	  /* may join others */
	size_t payload;
	uint32_t sequence; /* TCP */
};

void merge_init(struct merge *merge, bool udp)
{
	merge->udp = udp;
	merge->count = 0;
	merge->next = 0;
	for (size_t i = 0; i < MERGE_FLOWS; i++)
		merge->flows[i].open = false;
}

static void shape_tcp(struct span packet, struct shape *shape)
{
	struct reader in = reader_of(packet.bytes + TCP_AT + TCP_SEQUENCE, sizeof(uint32_t));
	size_t head = IPV6_HEADER + (packet.bytes[TCP_AT + TCP_OFFSET] >> 4) * sizeof(uint32_t);
	uint8_t flags = packet.bytes[TCP_AT + TCP_FLAGS];
	uint8_t alone = TCP_SYN | TCP_FIN | TCP_RST | TCP_URG;

	shape->head = IPV6_HEADER + TCP_HEADER;
	shape->sequence = reader_u32(&in);
	if (head < shape->head || head >= packet.size)
		return;
	shape->head = (uint8_t)head;
	shape->payload = packet.size - head;
	shape->begins = (flags & (TCP_ACK | alone)) == TCP_ACK;
	shape->joins = shape->begins && (flags & TCP_CWR) == 0;
}

static void shape_udp(struct span packet, struct shape *shape)
{
	struct reader in = reader_of(packet.bytes + IPV6_HEADER + UDP_LENGTH, sizeof(uint16_t));

	shape->head = IPV6_HEADER + UDP_HEADER;
	shape->payload = packet.size - shape->head;
	shape->begins = shape->payload > 0 && reader_u16(&in) == packet.size - IPV6_HEADER;
	shape->joins = shape->begins;
}

static struct shape shape_of(struct span packet)
{
	struct shape shape = {0};
	struct reader in = reader_of(packet.bytes, packet.size);
	uint8_t version = reader_u8(&in) >> 4;

	reader_take(&in, IPV6_LENGTH - 1);
	uint16_t length = reader_u16(&in);
	uint8_t next_header = reader_u8(&in);
	if (version != IPV6_VERSION || packet.size != (size_t)IPV6_HEADER + length)
		return shape;
	if (next_header == NEXT_TCP && length >= TCP_HEADER) {
		shape.protocol = NEXT_TCP;
		shape_tcp(packet, &shape);
	} else if (next_header == NEXT_UDP && length >= UDP_HEADER) {
		shape.protocol = NEXT_UDP;
		shape_udp(packet, &shape);
	}
	return shape;
}

static const uint8_t *flow_bytes(const struct merge *merge, const struct merge_flow *flow)
{
	return merge->packets[flow->first].bytes.bytes;
}

/* True if both packets have the same protocol, addresses and ports. */
static bool flow_is(const uint8_t *first, const uint8_t *packet)
{
	return first[IPV6_NEXT] == packet[IPV6_NEXT] &&
	       memcmp(first + IPV6_ADDRESSES, packet + IPV6_ADDRESSES,
		      IPV6_ADDRESSES_SIZE + PORTS) == 0;
}

/* The open flow of a packet that has a protocol, or NULL. */
static struct merge_flow *flow_find(struct merge *merge, const uint8_t *packet)
{
	for (size_t i = 0; i < MERGE_FLOWS; i++) {
		struct merge_flow *flow = &merge->flows[i];

		if (flow->open && flow_is(flow_bytes(merge, flow), packet))
			return flow;
	}
	return NULL;
}

/* What stands behind other headers may be of any flow between the two addresses. */
static void flows_close(struct merge *merge, const uint8_t *packet)
{
	for (size_t i = 0; i < MERGE_FLOWS; i++) {
		struct merge_flow *flow = &merge->flows[i];

		if (flow->open && memcmp(flow_bytes(merge, flow) + IPV6_ADDRESSES,
					 packet + IPV6_ADDRESSES, IPV6_ADDRESSES_SIZE) == 0)
			flow->open = false;
	}
}

/* True if the headers are equal but for what changes from segment to segment; the flow is the same,
 * the sequence is not looked at. */
static bool head_matches(const uint8_t *first, const uint8_t *packet, const struct shape *shape)
{
	uint8_t free_flags = TCP_PSH | TCP_CWR;
	const uint8_t *a = first + TCP_AT, *b = packet + TCP_AT;

	if (memcmp(first, packet, IPV6_LENGTH) != 0 ||
	    first[IPV6_HOP_LIMIT] != packet[IPV6_HOP_LIMIT])
		return false;
	if (shape->protocol == NEXT_UDP)
		return true;
	return memcmp(a + TCP_ACKNOWLEDGEMENT, b + TCP_ACKNOWLEDGEMENT,
		      TCP_FLAGS - TCP_ACKNOWLEDGEMENT) == 0 &&
	       ((a[TCP_FLAGS] ^ b[TCP_FLAGS]) & ~free_flags) == 0 &&
	       memcmp(a + TCP_WINDOW, b + TCP_WINDOW, TCP_CHECKSUM - TCP_WINDOW) == 0 &&
	       memcmp(a + TCP_URGENT, b + TCP_URGENT, shape->head - TCP_AT - TCP_URGENT) == 0;
}

static bool flow_takes(const struct merge *merge, const struct merge_flow *flow,
		       const uint8_t *packet, const struct shape *shape)
{
	return shape->joins && shape->payload <= flow->payload &&
	       flow->size + shape->payload <= MERGE_SIZE &&
	       (shape->protocol == NEXT_UDP || shape->sequence == flow->sequence) &&
	       head_matches(flow_bytes(merge, flow), packet, shape);
}

static void flow_append(struct merge *merge, struct merge_flow *flow, uint16_t index,
			const struct shape *shape)
{
	struct merge_packet *added = &merge->packets[index];

	added->gone = true;
	merge->packets[flow->last].next = index;
	if (shape->protocol == NEXT_TCP)
		merge->packets[flow->first].pushed |=
			added->bytes.bytes[TCP_AT + TCP_FLAGS] & TCP_PSH;
	flow->last = index;
	flow->count++;
	flow->size += shape->payload;
	flow->sequence += (uint32_t)shape->payload;
	flow->open = shape->payload == flow->payload && flow->count < MERGE_SEGMENTS;
}

static void flow_begin(struct merge *merge, struct merge_flow *flow, instant now, uint16_t index,
		       const struct shape *shape)
{
	*flow = (struct merge_flow){
		.open = true,
		.begun = now,
		.first = index,
		.last = index,
		.count = 1,
		.payload = shape->payload,
		.size = merge->packets[index].bytes.size,
		.sequence = shape->sequence + (uint32_t)shape->payload,
	};
}

/* A place for a flow: one that is closed, else that of the flow that began first. */
static struct merge_flow *flow_place(struct merge *merge)
{
	struct merge_flow *place = &merge->flows[0];

	for (size_t i = 0; i < MERGE_FLOWS && place->open; i++) {
		if (!merge->flows[i].open || merge->flows[i].first < place->first)
			place = &merge->flows[i];
	}
	return place;
}

bool merge_add(struct merge *merge, instant now, struct span packet, bool partial)
{
	struct shape shape = shape_of(packet);
	struct merge_flow *flow = NULL;
	uint16_t index = merge->count;

	REQUIRE(merge->next == 0);
	if (index == MERGE_PACKETS)
		return false;
	shape.begins &= partial && (merge->udp || shape.protocol != NEXT_UDP);
	shape.joins &= shape.begins;
	merge->packets[index] =
		(struct merge_packet){.bytes = packet, .head = partial ? shape.head : 0};
	merge->count++;
	if (shape.protocol != 0)
		flow = flow_find(merge, packet.bytes);
	else if (packet.size >= IPV6_HEADER)
		flows_close(merge, packet.bytes);
	if (flow && flow_takes(merge, flow, packet.bytes, &shape))
		flow_append(merge, flow, index, &shape);
	else if (shape.begins)
		flow_begin(merge, flow ? flow : flow_place(merge), now, index, &shape);
	else if (flow)
		flow->open = false;
	return true;
}

bool merge_holds(const struct merge *merge)
{
	return merge->count > 0;
}

/* Puts the payloads of a chain into out; the size of all of it. */
static size_t chain_write(const struct merge *merge, const struct merge_packet *first,
			  struct merge_out *out)
{
	const struct merge_packet *packet = first;
	size_t size = first->head;

	while (packet) {
		struct span payload = {packet->bytes.bytes + first->head,
				       packet->bytes.size - first->head};
		size += payload.size;
		out->parts[out->count++] = payload;
		packet = packet->next ? &merge->packets[packet->next] : NULL;
	}
	return size;
}

/* Leaves the checksum to the host: its field holds the pseudo-header's sum. */
static void checksum_leave(struct merge_out *out, size_t length, struct offload *offload)
{
	bool tcp = out->head[IPV6_NEXT] == NEXT_TCP;
	uint16_t at = tcp ? TCP_CHECKSUM : UDP_CHECKSUM;
	struct writer field = writer_of(out->head + IPV6_HEADER + at, sizeof(uint16_t));
	uint64_t addresses = checksum_sum(out->head + IPV6_ADDRESSES, IPV6_ADDRESSES_SIZE);

	writer_u16(&field, checksum_fold(addresses + length + out->head[IPV6_NEXT]));
	offload->partial = true;
	offload->checksum_at = IPV6_HEADER;
	offload->checksum_field = at;
}

/* Makes one head of a chain's first for length bytes behind the IPv6 header. */
static void head_join(struct merge_out *out, uint16_t length, uint8_t pushed,
		      struct offload *offload)
{
	struct writer ip = writer_of(out->head + IPV6_LENGTH, sizeof(length));
	struct writer udp = writer_of(out->head + IPV6_HEADER + UDP_LENGTH, sizeof(length));

	writer_u16(&ip, length);
	offload->head = (uint16_t)out->head_size;
	offload->segment = (uint16_t)out->parts[0].size;
	if (out->head[IPV6_NEXT] == NEXT_UDP) {
		offload->kind = OFFLOAD_UDP;
		writer_u16(&udp, length);
		return;
	}
	offload->kind = OFFLOAD_TCP;
	out->head[TCP_AT + TCP_FLAGS] |= pushed;
	offload->ecn = (out->head[TCP_AT + TCP_FLAGS] & TCP_CWR) != 0;
}

/* True if the chain that begins there is to be taken out; none joins it any more then. */
static bool chain_is_due(struct merge *merge, uint16_t index, instant until)
{
	for (size_t i = 0; i < MERGE_FLOWS; i++) {
		struct merge_flow *flow = &merge->flows[i];

		if (!flow->open || flow->first != index)
			continue;
		flow->open = !instant_reached(until, flow->begun);
		return !flow->open;
	}
	return true;
}

/* The next chain to be taken out, or NULL. */
static const struct merge_packet *chain_take(struct merge *merge, instant until)
{
	while (merge->next < merge->count) {
		uint16_t index = merge->next++;
		struct merge_packet *packet = &merge->packets[index];

		if (packet->gone || !chain_is_due(merge, index, until))
			continue;
		packet->gone = true;
		return packet;
	}
	return NULL;
}

/* All was looked at: what is still to grow stays, and nothing if there is none. */
static void merge_rest(struct merge *merge)
{
	bool open = false;

	for (size_t i = 0; i < MERGE_FLOWS; i++)
		open |= merge->flows[i].open;
	if (!open)
		merge->count = 0;
	merge->next = 0;
}

bool merge_next(struct merge *merge, instant until, struct merge_out *out)
{
	const struct merge_packet *first = chain_take(merge, until);
	struct offload offload = {0};
	size_t size;

	if (!first) {
		merge_rest(merge);
		return false;
	}
	out->head_size = first->head;
	out->count = 0;
	size = chain_write(merge, first, out);
	if (first->head > 0) {
		memcpy(out->head, first->bytes.bytes, first->head);
		if (out->count > 1)
			head_join(out, (uint16_t)(size - IPV6_HEADER), first->pushed, &offload);
		checksum_leave(out, size - IPV6_HEADER, &offload);
	}
	offload_write(&offload, out->offload);
	return true;
}
