/* What an eye sees comes out of its reel as it was: frames cut to what is kept, what they carry,
 * and nothing of it where it is not wanted. What is no record is refused. */
#include "meshp/eye.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SIZE = 4096, TIME = 1234567890 };

struct fixture {
	uint8_t *memory;
	struct eye eye;
	struct reel out;
	uint8_t record[EYE_RECORD];
};

static const uint8_t to[EYE_LLADDR] = {2, 0, 0, 0, 0, 1}, from[EYE_LLADDR] = {2, 0, 0, 0, 0, 2};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (posix_memalign((void **)&fixture->memory, 64, REEL_HEAD + SIZE) != 0)
		return -1;
	memset(fixture->memory, 0, REEL_HEAD + SIZE);
	fixture->eye = (struct eye){.reel = reel_of(fixture->memory, SIZE),
				    .time_ns = TIME,
				    .snap = 64,
				    .opened = true,
				    .ethertype = 0x88b5};
	fixture->out = reel_of(fixture->memory, SIZE);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	free(fixture->memory);
	free(fixture);
	return 0;
}

/* The next record's size; read, if there is one. */
static size_t take(struct fixture *fixture, struct eye_record *record)
{
	size_t size = reel_take(&fixture->out, fixture->record, sizeof(fixture->record));

	if (size > 0)
		assert_true(eye_read((struct span){fixture->record, size}, record));
	return size;
}

static struct eye_frame frame_of(const uint8_t *payload, size_t size)
{
	return (struct eye_frame){.out = true,
				  .place = 3,
				  .ifindex = 70000,
				  .destination = to,
				  .source = from,
				  .payload = {payload, size}};
}

static void a_frame_is_kept_as_it_was_on_the_link(void **state)
{
	const uint8_t head[EYE_ETHERNET] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5};
	const uint8_t payload[] = {0x40, 1, 255, 9};
	const struct eye_frame frame = frame_of(payload, sizeof(payload));
	struct fixture *fixture = *state;
	struct eye_record record;

	eye_frame(&fixture->eye, &frame);
	assert_int_not_equal(take(fixture, &record), 0);
	assert_int_equal(record.kind, EYE_FRAME_OUT);
	assert_int_equal(record.time_ns, TIME);
	assert_int_equal(record.place, 3);
	assert_int_equal(record.ifindex, 70000);
	assert_int_equal(record.whole, EYE_ETHERNET + sizeof(payload));
	assert_int_equal(record.bytes.size, record.whole);
	assert_memory_equal(record.bytes.bytes, head, sizeof(head));
	assert_memory_equal(record.bytes.bytes + sizeof(head), payload, sizeof(payload));
}

static void a_long_frame_is_cut_and_says_how_long_it_was(void **state)
{
	const uint8_t payload[500] = {1};
	const struct eye_frame frame = frame_of(payload, sizeof(payload));
	struct fixture *fixture = *state;
	struct eye_record record;

	eye_frame(&fixture->eye, &frame);
	fixture->eye.snap = 3; /* less than a header, which is kept whole */
	eye_frame(&fixture->eye, &frame);
	assert_int_not_equal(take(fixture, &record), 0);
	assert_int_equal(record.bytes.size, 64);
	assert_int_equal(record.whole, EYE_ETHERNET + 500);
	assert_int_not_equal(take(fixture, &record), 0);
	assert_int_equal(record.bytes.size, EYE_ETHERNET);
}

static void what_a_frame_carries_is_kept_with_its_name(void **state)
{
	const uint8_t payload[] = {1, 2, 3};
	struct eye_opened said = {.source = {{0xbe, 0xef, 1}},
				  .destination = {{0xbe, 0xef, 2}},
				  .lane = 5,
				  .hop_limit = 63,
				  .traffic_class = 0xb8,
				  .parity = true,
				  .partial = true,
				  .counter = 0x01020304,
				  .next_header = 17,
				  .payload = {payload, sizeof(payload)}};
	struct fixture *fixture = *state;
	struct eye_record record;

	eye_opened(&fixture->eye, &said);
	assert_int_not_equal(take(fixture, &record), 0);
	assert_int_equal(record.kind, EYE_OPENED_IN);
	assert_int_equal(record.opened.payload.size, sizeof(payload));
	assert_memory_equal(record.opened.payload.bytes, payload, sizeof(payload));
	assert_true(address_equal(&record.opened.source, &said.source));
	assert_true(address_equal(&record.opened.destination, &said.destination));
	assert_int_equal(record.opened.lane, said.lane);
	assert_int_equal(record.opened.hop_limit, said.hop_limit);
	assert_int_equal(record.opened.traffic_class, said.traffic_class);
	assert_int_equal(record.opened.counter, said.counter);
	assert_int_equal(record.opened.next_header, said.next_header);
	assert_true(record.opened.parity && record.opened.partial);
	assert_false(record.opened.out || record.opened.extended);

	said.out = said.extended = true;
	fixture->eye.opened = false;
	eye_opened(&fixture->eye, &said);
	assert_int_equal(take(fixture, &record), 0);
}

static void what_finds_no_room_counts_for_its_link(void **state)
{
	const uint8_t payload[500] = {1};
	const struct eye_frame frame = frame_of(payload, sizeof(payload));
	const struct eye_opened said = {.payload = {payload, sizeof(payload)}};
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 100; i++) {
		eye_frame(&fixture->eye, &frame);
		eye_opened(&fixture->eye, &said);
	}
	assert_true(reel_lost(&fixture->out, 3) > 0);
	assert_true(reel_lost(&fixture->out, EYE_OPENED_PLACE) > 0);
	assert_int_equal(reel_lost(&fixture->out, 4), 0);
}

static void what_is_no_record_is_refused(void **state)
{
	const uint8_t payload[20] = {0};
	const struct eye_frame frame = frame_of(payload, sizeof(payload));
	struct fixture *fixture = *state;
	struct eye_record record;
	size_t size;

	eye_frame(&fixture->eye, &frame);
	size = take(fixture, &record);
	for (size_t cut = 0; cut < size - sizeof(payload); cut++)
		assert_false(eye_read((struct span){fixture->record, cut}, &record));
	fixture->record[8] = 5; /* no kind */
	assert_false(eye_read((struct span){fixture->record, size}, &record));
	fixture->record[8] = EYE_FRAME_IN;
	fixture->record[9] = EYE_OPENED_PLACE;
	assert_false(eye_read((struct span){fixture->record, size}, &record));
	fixture->record[9] = 0;
	fixture->record[17] = 1; /* it had less than there is of it */
	assert_false(eye_read((struct span){fixture->record, size}, &record));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_frame_is_kept_as_it_was_on_the_link, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_long_frame_is_cut_and_says_how_long_it_was, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_a_frame_carries_is_kept_with_its_name, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_finds_no_room_counts_for_its_link, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_no_record_is_refused, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/eye", tests, NULL, NULL);
}
