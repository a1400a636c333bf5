/* Cutting up super-packets. The headers as they came are kept aside; each part gets a copy of them,
 * mended, right before its payload, where the bytes of the part before were. The invariant is that
 * given never exceeds the payload, so a header always lands inside the packet. What the host says
 * is checked like anything from outside. RFC 8200, section 4; VIRTIO 1.2, section 5.1.6.2. */
#include "tun/split.h"

#include "tun/checksum.h"
#include "tun/transport.h"

#include <string.h>

static uint16_t field_u16(const uint8_t *at)
{
	struct reader field = reader_of(at, sizeof(uint16_t));

	return reader_u16(&field);
}

static void field_set_u16(uint8_t *at, uint16_t value)
{
	struct writer field = writer_of(at, sizeof(value));

	writer_u16(&field, value);
}

static bool is_extension(uint8_t next_header)
{
	return next_header == NEXT_HOP_BY_HOP || next_header == NEXT_ROUTING ||
	       next_header == NEXT_OPTIONS;
}

/* Where the header of this protocol begins, 0 if it is not there. */
static size_t transport_find(const uint8_t *packet, size_t size, uint8_t protocol)
{
	struct reader in = reader_of(packet, size);
	uint8_t next_header = packet[IPV6_NEXT];

	reader_take(&in, IPV6_HEADER);
	while (!in.failed && is_extension(next_header)) {
		next_header = reader_u8(&in);
		reader_take(&in, 8U * reader_u8(&in) + 6);
	}
	return in.failed || next_header != protocol ? 0 : size - in.left;
}

static bool is_ipv6(const uint8_t *packet, size_t size)
{
	return size >= IPV6_HEADER && packet[0] >> 4 == IPV6_VERSION;
}

/* Bytes of the headers of a super-packet; 0 if it has not the shape its offload says. */
static size_t head_measure(const uint8_t *packet, size_t size, const struct offload *offload)
{
	bool tcp = offload->kind == OFFLOAD_TCP;
	size_t least = tcp ? TCP_HEADER : UDP_HEADER, transport = UDP_HEADER, at;

	if (!is_ipv6(packet, size) || field_u16(packet + IPV6_LENGTH) != size - IPV6_HEADER)
		return 0;
	at = transport_find(packet, size, tcp ? NEXT_TCP : NEXT_UDP);
	if (at == 0 || at != offload->checksum_at || size - at < least ||
	    offload->checksum_field != (tcp ? TCP_CHECKSUM : UDP_CHECKSUM))
		return 0;
	if (tcp)
		transport = (packet[at + TCP_OFFSET] >> 4) * sizeof(uint32_t);
	return transport >= least && transport < size - at ? at + transport : 0;
}

/* True if whoever gets the packet can tell by its header which checksum is partial. */
static bool is_direct(const uint8_t *packet, size_t size, const struct offload *offload)
{
	if (!is_ipv6(packet, size) || offload->checksum_at != IPV6_HEADER)
		return false;
	if (packet[IPV6_NEXT] == NEXT_TCP)
		return size >= IPV6_HEADER + TCP_HEADER && offload->checksum_field == TCP_CHECKSUM;
	return packet[IPV6_NEXT] == NEXT_UDP && size >= IPV6_HEADER + UDP_HEADER &&
	       offload->checksum_field == UDP_CHECKSUM;
}

static bool super_begin(struct split *split)
{
	const struct offload *offload = &split->offload;

	split->head_size = head_measure(split->packet, split->size, offload);
	if (split->head_size == 0 || split->head_size > SPLIT_HEAD)
		return false;
	split->segment = offload->segment;
	if (split->segment > split->size - split->head_size)
		split->segment = split->size - split->head_size;
	memcpy(split->head, split->packet, split->head_size);
	if (offload->kind == OFFLOAD_TCP) {
		struct reader sequence = reader_of(
			split->head + offload->checksum_at + TCP_SEQUENCE, sizeof(split->sequence));
		split->sequence = reader_u32(&sequence);
	}
	return true;
}

bool split_begin(struct split *split, uint8_t *packet, size_t size, const struct offload *offload)
{
	size_t field = (size_t)offload->checksum_at + offload->checksum_field;

	split->packet = packet;
	split->size = size;
	split->offload = *offload;
	split->given = 0;
	split->segment = size;
	split->head_size = 0;
	split->direct = is_direct(packet, size, offload);
	if (offload->partial && size < field + sizeof(uint16_t))
		return false;
	if (offload->kind != OFFLOAD_NONE && !super_begin(split))
		return false;
	return split->head_size + split->segment <= UINT16_MAX;
}

/* Makes the copy of the headers that stands before this much payload fit it. */
static void head_mend(const struct split *split, uint8_t *head, size_t payload)
{
	size_t at = split->offload.checksum_at, whole = split->size - at;
	size_t length = split->head_size - at + payload;
	bool last = split->given + payload == split->size - split->head_size;
	uint8_t *sum = head + at + split->offload.checksum_field;

	field_set_u16(head + IPV6_LENGTH, (uint16_t)(split->head_size - IPV6_HEADER + payload));
	/* Of the pseudo-header only the length changes; what is taken off is added inverted. */
	field_set_u16(sum, checksum_fold(field_u16(sum) + (UINT16_MAX - whole) + length));
	if (split->offload.kind == OFFLOAD_UDP) {
		field_set_u16(head + at + UDP_LENGTH, (uint16_t)length);
		return;
	}
	struct writer sequence = writer_of(head + at + TCP_SEQUENCE, sizeof(uint32_t));
	writer_u32(&sequence, split->sequence + (uint32_t)split->given);
	if (split->given > 0)
		head[at + TCP_FLAGS] &= (uint8_t)~TCP_CWR;
	if (!last)
		head[at + TCP_FLAGS] &= (uint8_t) ~(TCP_PSH | TCP_FIN);
}

static void checksum_complete(const struct split *split, struct split_part *part)
{
	size_t at = split->offload.checksum_at;
	uint16_t sum = checksum_fold(checksum_sum(part->bytes + at, part->size - at));

	field_set_u16(part->bytes + at + split->offload.checksum_field,
		      sum == UINT16_MAX ? UINT16_MAX : (uint16_t)~sum);
}

bool split_next(struct split *split, struct split_part *part)
{
	size_t left = split->size - split->head_size - split->given;
	size_t payload = left < split->segment ? left : split->segment;

	if (left == 0)
		return false;
	part->bytes = split->packet + split->given;
	part->size = split->head_size + payload;
	part->partial = split->offload.partial && split->direct;
	if (split->head_size > 0) {
		memcpy(part->bytes, split->head, split->head_size);
		head_mend(split, part->bytes, payload);
	}
	if (split->offload.partial && !split->direct)
		checksum_complete(split, part);
	split->given += payload;
	return true;
}
