/* RECORDS, ACK and COMPARE: only the canonical form is read. docs/protocol/route.md, section 3. */
#include "route/message.h"
#include "tests/fuzz/fuzz.h"

static bool records_again(struct reader *in, struct writer *out)
{
	struct span fragment;
	uint32_t number;

	if (!message_records_read(in, &number))
		return false;
	message_records(out, number);
	while (message_records_next(in, &fragment))
		EXPECT(message_records_add(out, fragment));
	EXPECT(reader_done(in));
	return true;
}

static bool ack_again(struct reader *in, struct writer *out)
{
	struct message_ack ack;

	if (!message_ack_read(in, &ack))
		return false;
	EXPECT(message_ack_covers(&ack, ack.greatest) && !message_ack_covers(&ack, 0));
	message_ack(out, &ack);
	return true;
}

static bool compare_again(struct reader *in, struct writer *out)
{
	struct message_compare compare;

	if (!message_compare_read(in, &compare))
		return false;
	message_compare(out, &compare);
	return true;
}

/* Reads a message of a known type and writes it; false if it was refused. */
static bool message_again(struct reader *in, struct writer *out)
{
	switch ((enum sealed_type)reader_u8(in)) {
	case SEALED_RECORDS:
		return records_again(in, out);
	case SEALED_ACK:
		return ack_again(in, out);
	case SEALED_COMPARE:
		return compare_again(in, out);
	case SEALED_PROBE:
	case SEALED_TRACE:
	case SEALED_TRACED:
		break;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t again[MESSAGE_MAX];
	struct writer out = writer_of(again, sizeof(again));
	struct reader in = reader_of(bytes, size);

	if (!message_again(&in, &out))
		return 0;
	EXPECT(writer_ok(&out) && out.used == size && memcmp(again, bytes, size) == 0);
	return 0;
}
