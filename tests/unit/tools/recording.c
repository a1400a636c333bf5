/* Frames of links that are not known: when it is worth asking for them, and that what is left out
 * counts as lost. */
#include "tools/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint8_t FRAME[64] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5};

static int recording_make(void **state)
{
	struct recording *recording = calloc(1, sizeof(*recording));

	if (recording == NULL)
		return -1;
	recording->left = UINT64_MAX;
	recording->snap = sizeof(FRAME);
	recording_begin(recording, "tun0");
	*state = recording;
	return 0;
}

static int recording_release(void **state)
{
	free(*state);
	return 0;
}

static void link_add(struct recording *recording, unsigned ifindex)
{
	json_t *link = json_pack("{s:s, s:I}", "name", "eth0", "ifindex", (json_int_t)ifindex);

	recording_link(recording, link);
	json_decref(link);
}

static struct eye_record frame_of(uint32_t ifindex, uint8_t place)
{
	return (struct eye_record){.kind = EYE_FRAME_IN,
				   .place = place,
				   .ifindex = ifindex,
				   .whole = sizeof(FRAME),
				   .bytes = {FRAME, sizeof(FRAME)}};
}

static void a_link_is_asked_for_once(void **state)
{
	const struct eye_record known = frame_of(1, 0), gone = frame_of(2, 1),
				next = frame_of(3, 1);
	struct recording *recording = *state;

	link_add(recording, 1);
	assert_false(recording_asks(recording, &known));
	assert_true(recording_asks(recording, &gone));
	assert_false(recording_asks(recording, &gone));
	assert_true(recording_asks(recording, &next));
	assert_false(recording_asks(recording, &next));
}

static void nothing_is_asked_for_what_frames_carry(void **state)
{
	const struct eye_record opened = {.kind = EYE_OPENED_IN};

	assert_false(recording_asks(*state, &opened));
}

static void nothing_is_asked_when_there_is_no_room(void **state)
{
	const struct eye_record beyond = frame_of(1000, 3);
	struct recording *recording = *state;

	for (unsigned i = 1; i < RECORDING_INTERFACES - 1; i++)
		link_add(recording, i);
	assert_true(recording_asks(recording,
				   &(struct eye_record){.kind = EYE_FRAME_OUT, .ifindex = 999}));
	link_add(recording, 999);
	assert_int_equal(recording->count, RECORDING_INTERFACES);
	assert_false(recording_asks(recording, &beyond));
}

static void what_is_left_out_is_lost(void **state)
{
	const struct eye_record known = frame_of(1, 0), gone = frame_of(2, 1);
	const uint64_t lost[REEL_COUNTERS] = {[0] = 5};
	struct recording *recording = *state;

	link_add(recording, 1);
	recording_put(recording, &known);
	recording_put(recording, &gone);
	recording_put(recording, &gone);
	assert_int_equal(recording->packets, 1);
	assert_int_equal(recording_end(recording, lost), 5 + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_link_is_asked_for_once, recording_make,
						recording_release),
		cmocka_unit_test_setup_teardown(nothing_is_asked_for_what_frames_carry,
						recording_make, recording_release),
		cmocka_unit_test_setup_teardown(nothing_is_asked_when_there_is_no_room,
						recording_make, recording_release),
		cmocka_unit_test_setup_teardown(what_is_left_out_is_lost, recording_make,
						recording_release),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tools/recording", tests, NULL, NULL);
}
