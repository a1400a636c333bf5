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

	for (uint8_t i = 0; i < 60; i++) {
		uint8_t *room = outbox_room(outbox, 200);
		assert_non_null(room);
		memset(room, i, 200);
		if (i % 3 == 0)
			outbox_frame(outbox, i, to, 100u + i);
		else if (i % 3 == 1)
			outbox_packet(outbox, 100u + i);
		else
			outbox_notice(outbox, &notice);
	}
	assert_int_equal(outbox->count, 60);
	for (uint8_t i = 0; i < 60; i++) {
		const struct action *action = &outbox->actions[i];
		assert_int_equal(action->kind, (enum action_kind)(i % 3));
		if (i % 3 == 2) {
			assert_int_equal(action->notice.kind, NOTICE_SESSION_UP);
			assert_int_equal(action->notice.epoch, 9);
			continue;
		}
		assert_int_equal(action->size, 100 + i);
		for (uint32_t k = 0; k < action->size; k++)
			assert_int_equal(outbox->bytes[action->offset + k], i);
		if (i % 3 == 0) {
			assert_int_equal(action->link, i);
			assert_memory_equal(action->to.bytes, to.bytes, LLADDR);
		}
	}
	free(outbox);
}

static void there_is_room_for_so_many_actions(void **state)
{
	struct outbox *outbox = outbox_new();
	struct notice notice = {.kind = NOTICE_SESSION_UP};

	for (uint32_t i = 0; i < OUTBOX_ACTIONS; i++) {
		assert_int_equal(outbox_spare(outbox), i + OUTBOX_SPARE_ACTIONS <= OUTBOX_ACTIONS);
		assert_non_null(outbox_room(outbox, 1));
		outbox_packet(outbox, 1);
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
	outbox_packet(outbox, OUTBOX_BYTES - OUTBOX_SPARE_BYTES);
	assert_true(outbox_spare(outbox));
	outbox_packet(outbox, 1);
	assert_false(outbox_spare(outbox));
	assert_non_null(outbox_room(outbox, OUTBOX_SPARE_BYTES - 1));
	assert_null(outbox_room(outbox, OUTBOX_SPARE_BYTES));
	free(outbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions_come_out_in_order),
		cmocka_unit_test(there_is_room_for_so_many_actions),
		cmocka_unit_test(there_is_room_for_so_many_bytes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/outbox", tests, NULL, NULL);
}
