/* The outbox: two arrays filled from the front, one of actions and one of the bytes they carry. */
#include "node/outbox.h"

#include "base/require.h"

#include <string.h>

void outbox_clear(struct outbox *outbox)
{
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

void outbox_packet(struct outbox *outbox, size_t size)
{
	outbox_append(outbox, ACTION_PACKET, size);
}

void outbox_notice(struct outbox *outbox, const struct notice *notice)
{
	if (outbox->count < OUTBOX_ACTIONS)
		outbox_append(outbox, ACTION_NOTICE, 0)->notice = *notice;
}
