/* The clear bytes of frames, written and read field by field. A value read is written as the same
 * bytes again: what has no place in the structs is refused, all but the padding of short frames.
 * docs/protocol/meshp.md, sections 2 to 4. */
#include "meshp/header.h"

enum frame_form frame_form(uint8_t first)
{
	if (first >> WIRE_VERSION_SHIFT != WIRE_VERSION)
		return FRAME_FORM_OTHER_VERSION;
	if (first & WIRE_DATA)
		return FRAME_FORM_DATA;
	return first == WIRE_CONTROL_BYTE ? FRAME_FORM_CONTROL : FRAME_FORM_MALFORMED;
}

uint8_t frame_lane(uint8_t first)
{
	return frame_form(first) == FRAME_FORM_DATA ? first & WIRE_LANE : WIRE_LANE_CONTROL;
}

static void ids_write(const struct node_id *destination, const struct node_id *source,
		      struct writer *out)
{
	writer_copy(out, destination->bytes, NODE_ID);
	writer_copy(out, source->bytes, NODE_ID);
}

static void ids_read(struct reader *in, struct node_id *destination, struct node_id *source)
{
	reader_copy(in, destination->bytes, NODE_ID);
	reader_copy(in, source->bytes, NODE_ID);
}

void control_header_write(const struct control_header *header, struct writer *out)
{
	writer_u8(out, WIRE_CONTROL_BYTE);
	writer_u8(out, header->type);
	writer_u8(out, header->hop_limit);
	ids_write(&header->destination, &header->source, out);
}

static enum drop control_form(uint8_t first)
{
	switch (frame_form(first)) {
	case FRAME_FORM_CONTROL:
		return DROP_NONE;
	case FRAME_FORM_OTHER_VERSION:
		return DROP_VERSION;
	case FRAME_FORM_DATA:
	case FRAME_FORM_MALFORMED:
		return DROP_MALFORMED;
	}
	abort();
}

enum drop control_header_read(struct reader *in, struct control_header *header)
{
	struct control_header read;
	enum drop drop;

	if (in->left == 0)
		return DROP_FRAME_SHORT;
	drop = control_form(reader_u8(in));
	if (drop)
		return drop;
	read.type = reader_u8(in);
	read.hop_limit = reader_u8(in);
	ids_read(in, &read.destination, &read.source);
	if (in->failed)
		return DROP_FRAME_SHORT;
	*header = read;
	return DROP_NONE;
}

enum drop control_frame_read(struct reader *in, enum frame_type type, size_t size,
			     struct control_header *header)
{
	struct control_header read;
	size_t left = in->left;
	enum drop drop = control_header_read(in, &read);

	if (drop)
		return drop;
	if (read.type != type)
		return DROP_TYPE;
	if (left != size)
		return left < size ? DROP_FRAME_SHORT : DROP_FRAME_LONG;
	*header = read;
	return DROP_NONE;
}

/* Bytes of a control frame that may have its destination's address behind it; 0 of others. */
static size_t addressable_size(enum frame_type type)
{
	if (type == FRAME_INITIATION)
		return WIRE_INITIATION;
	if (type == FRAME_RESPONSE)
		return WIRE_RESPONSE;
	return type == FRAME_COOKIE ? WIRE_COOKIE_REPLY : 0;
}

bool control_addressed(const struct control_header *header, const uint8_t *bytes, size_t size,
		       struct address *to)
{
	size_t before = addressable_size(header->type);
	struct node_id id;

	if (before == 0 || size != before + ADDRESS_HASH)
		return false;
	*to = address_of_hash(bytes + before);
	id = address_id(to);
	return node_id_equal(&id, &header->destination);
}

/* Byte 0 of the compact form. */
static uint8_t compact_first(const struct data_header *header)
{
	REQUIRE(header->lane < WIRE_LANES);
	return (uint8_t)(WIRE_CONTROL_BYTE | WIRE_DATA | (header->parity ? WIRE_PARITY : 0) |
			 (header->partial ? WIRE_PARTIAL : 0) | header->lane);
}

/* Byte 19 of the extended form. */
static uint8_t extended_flags(const struct data_header *header)
{
	REQUIRE(header->lane < WIRE_LANES);
	return (uint8_t)((header->parity ? WIRE_EXT_PARITY : 0) |
			 (header->partial ? WIRE_EXT_PARTIAL : 0) |
			 (header->addressed ? WIRE_EXT_ADDRESSES : 0) | header->lane);
}

static void addresses_write(const struct data_header *header, struct writer *out)
{
	if (!header->addressed)
		return;
	writer_copy(out, header->to.bytes + ADDRESS_PREFIX, ADDRESS_HASH);
	writer_copy(out, header->from.bytes + ADDRESS_PREFIX, ADDRESS_HASH);
}

void data_header_write(const struct data_header *header, struct writer *out)
{
	if (!header->extended) {
		writer_u8(out, compact_first(header));
		writer_u8(out, header->hop_limit);
		writer_u8(out, header->traffic_class);
		ids_write(&header->destination, &header->source, out);
		writer_u32(out, header->counter);
		return;
	}
	control_header_write(&(struct control_header){.type = FRAME_DATA_EXT,
						      .hop_limit = header->hop_limit,
						      .destination = header->destination,
						      .source = header->source},
			     out);
	writer_u8(out, extended_flags(header));
	writer_u8(out, header->traffic_class);
	writer_u16(out, header->length);
	writer_u32(out, header->counter);
	addresses_write(header, out);
}

static enum drop compact_read(struct reader *in, struct data_header *header)
{
	uint8_t first = reader_u8(in);

	header->parity = first & WIRE_PARITY;
	header->partial = first & WIRE_PARTIAL;
	header->lane = first & WIRE_LANE;
	header->hop_limit = reader_u8(in);
	header->traffic_class = reader_u8(in);
	ids_read(in, &header->destination, &header->source);
	header->counter = reader_u32(in);
	if (in->failed || in->left < 1 + WIRE_COMPACT_PAYLOAD + WIRE_TAG)
		return DROP_FRAME_SHORT;
	return DROP_NONE;
}

/* An address whose first bytes must be the id that stands in the header already. */
static bool address_read(struct reader *in, const struct node_id *id, struct address *address)
{
	uint8_t hash[ADDRESS_HASH];
	struct node_id inside;

	reader_copy(in, hash, ADDRESS_HASH);
	*address = address_of_hash(hash);
	inside = address_id(address);
	return node_id_equal(&inside, id);
}

static enum drop addresses_read(struct reader *in, struct data_header *header)
{
	bool good = address_read(in, &header->destination, &header->to);

	good = address_read(in, &header->source, &header->from) && good;
	if (in->failed)
		return DROP_FRAME_SHORT;
	return good ? DROP_NONE : DROP_MALFORMED;
}

/* The fields after the control header; size is that of the whole frame. */
static enum drop extended_rest(struct reader *in, size_t size, struct data_header *header)
{
	uint8_t flags = reader_u8(in);
	enum drop drop = DROP_NONE;

	header->parity = flags & WIRE_EXT_PARITY;
	header->partial = flags & WIRE_EXT_PARTIAL;
	header->addressed = flags & WIRE_EXT_ADDRESSES;
	header->lane = flags & WIRE_LANE;
	header->traffic_class = reader_u8(in);
	header->length = reader_u16(in);
	header->counter = reader_u32(in);
	if (in->failed)
		return DROP_FRAME_SHORT;
	if (flags & WIRE_EXT_ZERO || header->length == 0)
		return DROP_MALFORMED;
	if (flags & WIRE_EXT_ZONES)
		return DROP_TYPE;
	if (header->addressed)
		drop = addresses_read(in, header);
	if (drop)
		return drop;
	if (size < WIRE_FRAME_LEAST || in->left < header->length + (size_t)WIRE_TAG)
		return DROP_FRAME_SHORT;
	if (in->left > header->length + (size_t)WIRE_TAG && size > WIRE_FRAME_LEAST)
		return DROP_FRAME_LONG;
	in->left = header->length + (size_t)WIRE_TAG;
	return DROP_NONE;
}

static enum drop extended_read(struct reader *in, struct data_header *header)
{
	struct control_header control;
	size_t size = in->left;
	enum drop drop = control_header_read(in, &control);

	if (drop)
		return drop;
	if (control.type != FRAME_DATA_EXT)
		return DROP_TYPE;
	header->extended = true;
	header->hop_limit = control.hop_limit;
	header->destination = control.destination;
	header->source = control.source;
	return extended_rest(in, size, header);
}

enum drop data_header_read(struct reader *in, struct data_header *header)
{
	struct data_header read = {.extended = false};
	enum drop drop = DROP_FRAME_SHORT;

	if (in->left == 0)
		return drop;
	switch (frame_form(in->at[0])) {
	case FRAME_FORM_DATA:
		drop = compact_read(in, &read);
		break;
	case FRAME_FORM_CONTROL:
		drop = extended_read(in, &read);
		break;
	case FRAME_FORM_OTHER_VERSION:
		return DROP_VERSION;
	case FRAME_FORM_MALFORMED:
		return DROP_MALFORMED;
	}
	if (!drop)
		*header = read;
	return drop;
}

size_t data_header_associated(const struct data_header *header, uint8_t out[ASSOCIATED_MAX])
{
	struct writer writer = writer_of(out, ASSOCIATED_MAX);
	uint8_t dscp = header->traffic_class & ~WIRE_ECN;

	if (header->extended) {
		writer_u8(&writer, WIRE_CONTROL_BYTE);
		writer_u8(&writer, FRAME_DATA_EXT);
		ids_write(&header->destination, &header->source, &writer);
		writer_u8(&writer, extended_flags(header));
		writer_u8(&writer, dscp);
		writer_u16(&writer, header->length);
		addresses_write(header, &writer);
	} else {
		writer_u8(&writer, compact_first(header));
		writer_u8(&writer, dscp);
		ids_write(&header->destination, &header->source, &writer);
	}
	REQUIRE(writer_ok(&writer));
	return writer.used;
}

void data_header_nonce(const struct data_header *header, uint8_t nonce[AEAD_NONCE])
{
	struct writer writer = writer_of(nonce, AEAD_NONCE);

	writer_copy(&writer, (const uint8_t[7]){0}, 7);
	writer_u8(&writer, header->lane);
	writer_u32(&writer, header->counter);
	REQUIRE(writer_ok(&writer));
}
