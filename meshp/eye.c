/* Records written and read. Of a frame: kind, place, ifindex, size, then its bytes; of what was
 * opened: kind, the fields of its header in order, next header, payload. */
#include "meshp/eye.h"

enum {
	HEAD_MOST = 64,
	PARITY = 1, /* flags of what was opened */
	EXTENDED = 2,
	PARTIAL = 4,
};

struct reel eye_reel(void *memory, uint32_t number)
{
	REQUIRE(number < EYE_REELS);
	return reel_of((uint8_t *)memory + (size_t)number * (REEL_HEAD + EYE_REEL), EYE_REEL);
}

void eye_frame(struct eye *eye, const struct eye_frame *frame)
{
	uint8_t head[HEAD_MOST];
	struct writer out = writer_of(head, sizeof(head));
	size_t whole = EYE_ETHERNET + frame->payload.size;
	size_t room = eye->snap > EYE_ETHERNET ? eye->snap - EYE_ETHERNET : 0;

	writer_u64(&out, eye->time_ns);
	writer_u8(&out, frame->out ? EYE_FRAME_OUT : EYE_FRAME_IN);
	writer_u8(&out, frame->place);
	writer_u32(&out, frame->ifindex);
	writer_u32(&out, (uint32_t)whole);
	writer_copy(&out, frame->destination, EYE_LLADDR);
	writer_copy(&out, frame->source, EYE_LLADDR);
	writer_u16(&out, eye->ethertype);
	REQUIRE(writer_ok(&out) && frame->place < EYE_OPENED_PLACE);
	const struct span parts[] = {
		{head, out.used},
		{frame->payload.bytes, frame->payload.size < room ? frame->payload.size : room},
	};
	reel_put(&eye->reel, parts, 2, frame->place);
}

void eye_opened(struct eye *eye, const struct eye_opened *opened)
{
	uint8_t head[HEAD_MOST];
	struct writer out = writer_of(head, sizeof(head));

	if (!eye->opened)
		return;
	writer_u64(&out, eye->time_ns);
	writer_u8(&out, opened->out ? EYE_OPENED_OUT : EYE_OPENED_IN);
	writer_copy(&out, opened->source.bytes, ADDRESS);
	writer_copy(&out, opened->destination.bytes, ADDRESS);
	writer_u8(&out, opened->lane);
	writer_u8(&out, opened->hop_limit);
	writer_u8(&out, opened->traffic_class);
	writer_u8(&out, (opened->parity ? PARITY : 0) | (opened->extended ? EXTENDED : 0) |
				(opened->partial ? PARTIAL : 0));
	writer_u32(&out, opened->counter);
	writer_u8(&out, opened->next_header);
	REQUIRE(writer_ok(&out));
	const struct span parts[] = {{head, out.used}, opened->payload};
	reel_put(&eye->reel, parts, 2, EYE_OPENED_PLACE);
}

static bool frame_read(struct reader *in, struct eye_record *record)
{
	record->place = reader_u8(in);
	record->ifindex = reader_u32(in);
	record->whole = reader_u32(in);
	record->bytes = (struct span){in->at, in->left};
	return !in->failed && in->left >= EYE_ETHERNET && record->whole >= in->left &&
	       record->whole <= EYE_RECORD && record->place < EYE_OPENED_PLACE;
}

static bool opened_read(struct reader *in, struct eye_opened *opened)
{
	uint8_t flags;

	reader_copy(in, opened->source.bytes, ADDRESS);
	reader_copy(in, opened->destination.bytes, ADDRESS);
	opened->lane = reader_u8(in);
	opened->hop_limit = reader_u8(in);
	opened->traffic_class = reader_u8(in);
	flags = reader_u8(in);
	opened->parity = flags & PARITY;
	opened->extended = flags & EXTENDED;
	opened->partial = flags & PARTIAL;
	opened->counter = reader_u32(in);
	opened->next_header = reader_u8(in);
	opened->payload = (struct span){in->at, in->left};
	return !in->failed && opened->lane < WIRE_LANES && flags <= (PARITY | EXTENDED | PARTIAL);
}

bool eye_read(struct span bytes, struct eye_record *record)
{
	struct reader in = reader_of(bytes.bytes, bytes.size);

	*record = (struct eye_record){.time_ns = reader_u64(&in)};
	uint8_t kind = reader_u8(&in);
	record->kind = kind;
	if (kind == EYE_FRAME_IN || kind == EYE_FRAME_OUT)
		return frame_read(&in, record);
	record->opened.out = kind == EYE_OPENED_OUT;
	return (kind == EYE_OPENED_IN || kind == EYE_OPENED_OUT) &&
	       opened_read(&in, &record->opened);
}
