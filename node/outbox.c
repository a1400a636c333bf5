/* The outbox: two arrays filled from the front, one of actions and one of the bytes they carry. */
#include "node/outbox.h"

#include "base/bytes.h"

#include <string.h>

void outbox_clear(struct outbox *outbox)
{
	outbox->eye = NULL;
	outbox->count = 0;
	outbox->used = 0;
}

bool outbox_spare(const struct outbox *outbox)
{
	return outbox->count + OUTBOX_SPARE_ACTIONS <= OUTBOX_ACTIONS &&
	       outbox->used + OUTBOX_SPARE_BYTES <= OUTBOX_BYTES;
}

uint8_t *outbox_room(struct outbox *outbox, size_t size)
{
	if (outbox->count == OUTBOX_ACTIONS || size > OUTBOX_BYTES - outbox->used)
		return NULL;
	return outbox->bytes + outbox->used;
}

static struct action *outbox_append(struct outbox *outbox, enum action_kind kind, size_t size)
{
	REQUIRE(outbox->count < OUTBOX_ACTIONS && size <= OUTBOX_BYTES - outbox->used);
	struct action *action = &outbox->actions[outbox->count++];
	*action = (struct action){.kind = kind, .offset = outbox->used, .size = (uint32_t)size};
	outbox->used += (uint32_t)size;
	return action;
}

void outbox_frame(struct outbox *outbox, uint32_t link, struct lladdr to, size_t size)
{
	struct action *action = outbox_append(outbox, ACTION_FRAME, size);

	action->link = link;
	action->to = to;
}

void outbox_packet(struct outbox *outbox, size_t size, bool partial)
{
	outbox_append(outbox, ACTION_PACKET, size)->partial = partial;
}

void outbox_handover(struct outbox *outbox, const struct handover *handover, size_t size)
{
	outbox_append(outbox, ACTION_HANDOVER, size)->handover = *handover;
}

bool outbox_handover_copy(struct outbox *outbox, const struct handover *handover, struct span bytes)
{
	uint8_t *room = outbox_room(outbox, bytes.size);

	if (room == NULL)
		return false;
	if (bytes.size > 0)
		memcpy(room, bytes.bytes, bytes.size);
	outbox_handover(outbox, handover, bytes.size);
	return true;
}

void outbox_notice(struct outbox *outbox, const struct notice *notice)
{
	if (outbox->count < OUTBOX_ACTIONS)
		outbox_append(outbox, ACTION_NOTICE, 0)->notice = *notice;
}

static void notice_write(struct writer *writer, const struct notice *notice)
{
	writer_u32(writer, notice->kind);
	writer_copy(writer, notice->address.bytes, ADDRESS);
	writer_u32(writer, notice->link);
	writer_copy(writer, notice->lladdr.bytes, LLADDR);
	writer_u32(writer, notice->from);
	writer_u32(writer, notice->to);
	writer_u32(writer, notice->epoch);
	writer_u8(writer, notice->suite);
	writer_u32(writer, notice->nodes);
	writer_u8(writer, notice->synced);
}

void outbox_hash(uint8_t hash[HASH_256], instant now, uint32_t whose, const struct outbox *outbox)
{
	for (uint32_t i = 0; i < outbox->count; i++) {
		const struct action *action = &outbox->actions[i];
		uint8_t head[80];
		struct writer writer = writer_of(head, sizeof(head));

		writer_u64(&writer, (uint64_t)now.us);
		writer_u32(&writer, whose);
		writer_u32(&writer, action->kind);
		writer_u32(&writer, action->size);
		if (action->kind == ACTION_FRAME) {
			writer_u32(&writer, action->link);
			writer_copy(&writer, action->to.bytes, LLADDR);
		}
		if (action->kind == ACTION_PACKET)
			writer_u8(&writer, action->partial);
		if (action->kind == ACTION_NOTICE)
			notice_write(&writer, &action->notice);
		REQUIRE(writer_ok(&writer));
		const struct span parts[] = {{hash, HASH_256},
					     {head, writer.used},
					     {outbox->bytes + action->offset, action->size}};
		hash_parts(hash, HASH_256, (struct span){0}, parts, 3);
	}
}
