/* RECORDS, ACK and COMPARE, written and read. A message read is written as the same bytes again;
 * whether the fragments in it are any good is route/record.h's to say. docs/protocol/route.md,
 * section 3. */
#include "route/message.h"

enum {
	COMPARE_ASK = 0x01,
	ACK_BITS = 32,
};

void message_records(struct writer *out, uint32_t number)
{
	writer_u8(out, SEALED_RECORDS);
	writer_u32(out, number);
}

bool message_records_add(struct writer *out, struct span fragment)
{
	if (out->failed || out->size - out->used < sizeof(uint16_t) + fragment.size)
		return false;
	writer_u16(out, (uint16_t)fragment.size);
	writer_copy(out, fragment.bytes, fragment.size);
	return true;
}

bool message_records_read(struct reader *in, uint32_t *number)
{
	bool fits = in->left < MESSAGE_MAX;
	uint32_t read = reader_u32(in);
	struct reader rest = *in;
	struct span fragment;

	while (message_records_next(&rest, &fragment))
		;
	if (!fits || read == 0 || in->left == 0 || !reader_done(&rest))
		return false;
	*number = read;
	return true;
}

bool message_records_next(struct reader *in, struct span *fragment)
{
	struct span read;

	if (in->left == 0)
		return false;
	read.size = reader_u16(in);
	read.bytes = reader_take(in, read.size);
	if (in->failed)
		return false;
	*fragment = read;
	return true;
}

void message_ack(struct writer *out, const struct message_ack *ack)
{
	writer_u8(out, SEALED_ACK);
	writer_u32(out, ack->greatest);
	writer_u32(out, ack->bitmap);
}

bool message_ack_read(struct reader *in, struct message_ack *ack)
{
	struct message_ack read;

	read.greatest = reader_u32(in);
	read.bitmap = reader_u32(in);
	if (!reader_done(in) || read.greatest == 0)
		return false;
	/* There is no message number 0. */
	if (read.greatest <= ACK_BITS && read.bitmap >> (read.greatest - 1) != 0)
		return false;
	*ack = read;
	return true;
}

bool message_ack_covers(const struct message_ack *ack, uint32_t number)
{
	uint32_t behind = ack->greatest - number;

	if (number > ack->greatest || behind > ACK_BITS)
		return false;
	return behind == 0 || (ack->bitmap >> (behind - 1) & 1) != 0;
}

void message_compare(struct writer *out, const struct message_compare *compare)
{
	writer_u8(out, SEALED_COMPARE);
	writer_u8(out, compare->ask ? COMPARE_ASK : 0);
	for (uint32_t i = 0; i < MESSAGE_BUCKETS; i++)
		writer_u32(out, compare->sums[i]);
}

bool message_compare_read(struct reader *in, struct message_compare *compare)
{
	struct message_compare read;
	uint8_t flags = reader_u8(in);

	read.ask = (flags & COMPARE_ASK) != 0;
	for (uint32_t i = 0; i < MESSAGE_BUCKETS; i++)
		read.sums[i] = reader_u32(in);
	if (!reader_done(in) || (flags & ~COMPARE_ASK) != 0)
		return false;
	*compare = read;
	return true;
}
