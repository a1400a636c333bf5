/* The outbox: what is appended comes out in order, what does not fit is refused, and "spare" means
 * that one more step fits. */
#include "node/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct outbox *outbox_new(void)
{
	struct outbox *outbox = malloc(sizeof(*outbox));

	assert_non_null(outbox);
	memset(outbox, 0xdb, sizeof(*outbox));
	outbox_clear(outbox);
	return outbox;
}

static void actions_come_out_in_order(void **state)
{
	struct outbox *outbox = outbox_new();
	struct lladdr to = {{1, 2, 3, 4, 5, 6}};
	struct notice notice = {.kind = NOTICE_SESSION_UP, .epoch = 9};
	struct handover handover = {.kind = HANDOVER_HOP, .link = 8};

	for (uint8_t i = 0; i < 60; i++) {
		uint8_t *room = outbox_room(outbox, 200);
		assert_non_null(room);
		memset(room, i, 200);
		if (i % 4 == ACTION_FRAME)
			outbox_frame(outbox, i, to, 100u + i);
		else if (i % 4 == ACTION_PACKET)
			outbox_packet(outbox, 100u + i, i % 8 == ACTION_PACKET);
		else if (i % 4 == ACTION_NOTICE)
			outbox_notice(outbox, &notice);
		else
			outbox_handover(outbox, &handover, 100u + i);
	}
	assert_int_equal(outbox->count, 60);
	for (uint8_t i = 0; i < 60; i++) {
		const struct action *action = &outbox->actions[i];
		assert_int_equal(action->kind, (enum action_kind)(i % 4));
		if (action->kind == ACTION_NOTICE) {
			assert_int_equal(action->notice.kind, NOTICE_SESSION_UP);
			assert_int_equal(action->notice.epoch, 9);
			continue;
		}
		assert_int_equal(action->size, 100 + i);
		for (uint32_t k = 0; k < action->size; k++)
			assert_int_equal(outbox->bytes[action->offset + k], i);
		if (action->kind == ACTION_FRAME) {
			assert_int_equal(action->link, i);
			assert_memory_equal(action->to.bytes, to.bytes, LLADDR);
		}
		if (action->kind == ACTION_HANDOVER) {
			assert_int_equal(action->handover.kind, HANDOVER_HOP);
			assert_int_equal(action->handover.link, 8);
		}
		assert_int_equal(action->partial, i % 8 == ACTION_PACKET);
	}
	free(outbox);
}

/* A handover may go without bytes; one that does not fit is not there at all. */
static void handovers_are_copied(void **state)
{
	struct outbox *outbox = outbox_new();
	const struct handover handover = {.kind = HANDOVER_FRAME, .lane = 3, .link = 8};
	uint8_t bytes[90];

	memset(bytes, 0x77, sizeof(bytes));
	for (size_t size = 0; size < sizeof(bytes); size++) {
		assert_true(outbox_handover_copy(outbox, &handover, (struct span){bytes, size}));
		const struct action *action = &outbox->actions[size];
		assert_int_equal(action->size, size);
		assert_memory_equal(outbox->bytes + action->offset, bytes, size);
		assert_int_equal(action->handover.lane, 3);
	}
	outbox_packet(outbox, OUTBOX_BYTES - outbox->used - 89, false);
	assert_false(outbox_handover_copy(outbox, &handover, (struct span){bytes, 90}));
	assert_int_equal(outbox->count, 91);
	assert_true(outbox_handover_copy(outbox, &handover, (struct span){bytes, 89}));
	outbox->count = OUTBOX_ACTIONS;
	assert_false(outbox_handover_copy(outbox, &handover, (struct span){0}));
	free(outbox);
}

static void there_is_room_for_so_many_actions(void **state)
{
	struct outbox *outbox = outbox_new();
	struct notice notice = {.kind = NOTICE_SESSION_UP};

	for (uint32_t i = 0; i < OUTBOX_ACTIONS; i++) {
		assert_int_equal(outbox_spare(outbox), i + OUTBOX_SPARE_ACTIONS <= OUTBOX_ACTIONS);
		assert_non_null(outbox_room(outbox, 1));
		outbox_packet(outbox, 1, false);
	}
	assert_null(outbox_room(outbox, 1));
	outbox_notice(outbox, &notice);
	assert_int_equal(outbox->count, OUTBOX_ACTIONS);
	outbox_clear(outbox);
	assert_true(outbox_spare(outbox));
	assert_non_null(outbox_room(outbox, OUTBOX_BYTES));
	free(outbox);
}

static void there_is_room_for_so_many_bytes(void **state)
{
	struct outbox *outbox = outbox_new();

	assert_null(outbox_room(outbox, OUTBOX_BYTES + 1));
	assert_null(outbox_room(outbox, SIZE_MAX));
	outbox_packet(outbox, OUTBOX_BYTES - OUTBOX_SPARE_BYTES, false);
	assert_true(outbox_spare(outbox));
	outbox_packet(outbox, 1, false);
	assert_false(outbox_spare(outbox));
	assert_non_null(outbox_room(outbox, OUTBOX_SPARE_BYTES - 1));
	assert_null(outbox_room(outbox, OUTBOX_SPARE_BYTES));
	free(outbox);
}

/* The hash of an outbox with one frame and one notice, some of it changed. */
struct change {
	int64_t now;
	uint32_t whose, link;
	uint8_t to, byte, epoch, suite;
};

static void hash_with(const struct change *change, uint8_t hash[HASH_256])
{
	struct outbox *outbox = outbox_new();
	struct notice notice = {
		.kind = NOTICE_SESSION_UP, .epoch = change->epoch, .suite = change->suite};

	memset(outbox_room(outbox, 40), change->byte, 40);
	outbox_frame(outbox, change->link, (struct lladdr){{change->to}}, 40);
	outbox_notice(outbox, &notice);
	memset(hash, 0, HASH_256);
	outbox_hash(hash, (instant){change->now}, change->whose, outbox);
	free(outbox);
}

static void all_that_is_wanted_is_in_the_hash(void **state)
{
	const struct change changes[] = {{.now = 1},  {.whose = 1}, {.link = 1}, {.to = 1},
					 {.byte = 1}, {.epoch = 1}, {.suite = 1}};
	const struct change none = {.now = 0};
	uint8_t first[HASH_256], again[HASH_256], other[HASH_256];

	hash_with(&none, first);
	hash_with(&none, again);
	assert_memory_equal(first, again, HASH_256);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		hash_with(&changes[i], other);
		assert_memory_not_equal(first, other, HASH_256);
	}
}

static void an_empty_outbox_leaves_the_hash(void **state)
{
	struct outbox *outbox = outbox_new();
	uint8_t hash[HASH_256] = {1, 2, 3}, before[HASH_256] = {1, 2, 3};

	outbox_hash(hash, (instant){5}, 1, outbox);
	assert_memory_equal(hash, before, HASH_256);
	outbox_packet(outbox, 0, false);
	outbox_hash(hash, (instant){5}, 1, outbox);
	assert_memory_not_equal(hash, before, HASH_256);
	free(outbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions_come_out_in_order),
		cmocka_unit_test(handovers_are_copied),
		cmocka_unit_test(there_is_room_for_so_many_actions),
		cmocka_unit_test(there_is_room_for_so_many_bytes),
		cmocka_unit_test(all_that_is_wanted_is_in_the_hash),
		cmocka_unit_test(an_empty_outbox_leaves_the_hash),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/outbox", tests, NULL, NULL);
}
