/* ERROR frames, about data frames of either form. docs/protocol/route.md, section 8. */
#include "meshp/error.h"
#include "tests/vectors/checks.h"

static struct node_id id_of(struct vector *vector, const char *field)
{
	struct node_id id;

	vector_bytes(vector, field, id.bytes, NODE_ID);
	return id;
}

/* The frame the ERROR is about, as it is named there. */
static struct culprit culprit_read(struct vector *vector)
{
	struct hex frame = vector_hex(vector, "culprit");
	struct reader in = reader_of(frame.bytes, frame.size);
	struct data_header header;

	assert_int_equal(data_header_read(&in, &header), DROP_NONE);
	vector_expect_number(vector, "parity", header.parity);
	vector_expect_number(vector, "extended", header.extended);
	vector_expect_number(vector, "lane", header.lane);
	vector_expect_number(vector, "counter", header.counter);
	vector_expect(vector, "seal", in.at, ERROR_SEAL);
	return culprit_of(&header, in.at);
}

void check_error(struct vector *vector)
{
	const struct error error = {
		.destination = id_of(vector, "source_id"),
		.source = id_of(vector, "relay_id"),
		.kind = (enum error_kind)vector_number(vector, "kind"),
		.mtu = (uint16_t)vector_number(vector, "mtu"),
		.culprit = culprit_read(vector),
	};
	struct node_id destination = id_of(vector, "destination_id");
	uint8_t frame[WIRE_ERROR];
	struct writer out = writer_of(frame, sizeof(frame));
	struct error read;

	assert_true(node_id_equal(&error.culprit.destination, &destination));
	error_write(&error, &out);
	assert_true(writer_ok(&out));
	vector_expect(vector, "frame", frame, out.used);
	assert_int_equal(error_read(frame, out.used, &read), DROP_NONE);
	assert_true(node_id_equal(&read.destination, &error.destination));
	assert_true(node_id_equal(&read.source, &error.source));
	assert_int_equal(read.kind, error.kind);
	assert_int_equal(read.mtu, error.mtu);
	assert_true(culprit_equal(&read.culprit, &error.culprit));
}
