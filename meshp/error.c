/* Zeros where there must be zeros are checked, so that a frame has one form. */
#include "meshp/error.h"

#include <string.h>

/* Bits of byte 30. */
enum {
	ERROR_PARITY = 0x80,
	ERROR_EXTENDED = 0x40,
};

struct culprit culprit_of(const struct data_header *header, const uint8_t *sealed)
{
	struct culprit culprit = {
		.destination = header->destination,
		.parity = header->parity,
		.extended = header->extended,
		.lane = header->lane,
		.counter = header->counter,
	};

	memcpy(culprit.seal, sealed, ERROR_SEAL);
	return culprit;
}

bool culprit_equal(const struct culprit *a, const struct culprit *b)
{
	return node_id_equal(&a->destination, &b->destination) && a->parity == b->parity &&
	       a->extended == b->extended && a->lane == b->lane && a->counter == b->counter &&
	       memcmp(a->seal, b->seal, ERROR_SEAL) == 0;
}

void error_write(const struct error *error, struct writer *out)
{
	const struct culprit *culprit = &error->culprit;
	const struct control_header header = {
		.type = FRAME_ERROR,
		.hop_limit = WIRE_HOP_LIMIT_REMOTE,
		.destination = error->destination,
		.source = error->source,
	};
	uint8_t form = culprit->lane;

	form |= culprit->parity ? ERROR_PARITY : 0;
	form |= culprit->extended ? ERROR_EXTENDED : 0;
	control_header_write(&header, out);
	writer_u8(out, (uint8_t)error->kind);
	writer_u16(out, error->mtu);
	writer_copy(out, culprit->destination.bytes, NODE_ID);
	writer_u8(out, form);
	writer_u32(out, culprit->counter);
	writer_copy(out, culprit->seal, ERROR_SEAL);
	writer_copy(out, (const uint8_t[3]){0}, 3);
}

static bool is_canonical(const struct error *error, uint8_t form, const uint8_t zeros[3])
{
	bool big = error->kind == ERROR_TOO_BIG;

	return error->kind >= ERROR_NO_ROUTE && error->kind <= ERROR_HOP_LIMIT &&
	       (big ? error->mtu >= WIRE_MTU_LEAST : error->mtu == 0) &&
	       (form & ~(ERROR_PARITY | ERROR_EXTENDED | WIRE_LANE)) == 0 &&
	       error->culprit.lane != WIRE_LANE_CONTROL && (zeros[0] | zeros[1] | zeros[2]) == 0;
}

enum drop error_read(const uint8_t *frame, size_t size, struct error *error)
{
	struct reader in = reader_of(frame, size);
	struct control_header header;
	struct error read = {0};
	uint8_t zeros[3];
	enum drop drop = control_frame_read(&in, FRAME_ERROR, WIRE_ERROR, &header);

	if (drop)
		return drop;
	read.destination = header.destination;
	read.source = header.source;
	read.hop_limit = header.hop_limit;
	read.kind = (enum error_kind)reader_u8(&in);
	read.mtu = reader_u16(&in);
	reader_copy(&in, read.culprit.destination.bytes, NODE_ID);
	uint8_t form = reader_u8(&in);
	read.culprit.parity = form & ERROR_PARITY;
	read.culprit.extended = form & ERROR_EXTENDED;
	read.culprit.lane = form & WIRE_LANE;
	read.culprit.counter = reader_u32(&in);
	reader_copy(&in, read.culprit.seal, ERROR_SEAL);
	reader_copy(&in, zeros, sizeof(zeros));
	if (!reader_done(&in) || !is_canonical(&read, form, zeros))
		return DROP_MALFORMED;
	if (header.hop_limit == WIRE_HOP_LIMIT)
		return DROP_HOP_LIMIT;
	*error = read;
	return DROP_NONE;
}
