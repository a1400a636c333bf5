/* Datagrams: what the packet of each leg says, who it is for, the way back, and that what is no leg
 * is refused. */
#include "sim/datagram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct address from = {{0xbe, 0xef, 1}}, to = {{0xbe, 0xef, 2}};

static const struct datagram routed = {.from = 5,
				       .to = 8,
				       .source_port = 1024,
				       .destination_port = PORT_DISCARD,
				       .via = {2, {6, 7}},
				       .payload = {(const uint8_t *)"hello", 5}};

/* What a host reads from a parcel that came through the mesh. */
static bool comes(const struct parcel *parcel, uint8_t packet[TRAFFIC_MOST],
		  struct datagram *datagram)
{
	traffic_write(3, parcel, &from, &to, packet);
	return datagram_read(parcel, packet, parcel->size, datagram);
}

static void a_datagram_goes_as_it_is(void **state)
{
	struct datagram sent = routed, got;
	uint8_t packet[TRAFFIC_MOST];

	sent.via.count = 0;
	struct parcel parcel = datagram_parcel(&sent, 5);
	assert_int_equal(parcel.from, 5);
	assert_int_equal(parcel.to, 8);
	assert_int_equal(parcel.size, TRAFFIC_HEADERS + 5);
	assert_true(comes(&parcel, packet, &got));
	assert_int_equal(got.from, 5);
	assert_int_equal(got.to, 8);
	assert_int_equal(got.source_port, 1024);
	assert_int_equal(got.destination_port, PORT_DISCARD);
	assert_int_equal(got.payload.size, 5);
	assert_memory_equal(got.payload.bytes, "hello", 5);
	assert_true(datagram_last_leg(&got));
	free(parcel.payload);
}

static void a_route_goes_leg_by_leg(void **state)
{
	static const uint32_t hosts[] = {5, 6, 7, 8};
	struct datagram datagram = routed;
	uint8_t packet[3][TRAFFIC_MOST];

	for (uint32_t leg = 0; leg < 3; leg++) {
		struct parcel parcel = datagram_parcel(&datagram, hosts[leg]);
		assert_int_equal(parcel.from, hosts[leg]);
		assert_int_equal(parcel.to, hosts[leg + 1]);
		assert_int_equal(parcel.size, datagram_size(&routed));
		assert_true(comes(&parcel, packet[leg], &datagram));
		free(parcel.payload);
		assert_int_equal(datagram.passed, leg);
		assert_int_equal(datagram_last_leg(&datagram), leg == 2);
		assert_int_equal(datagram.from, 5);
		assert_int_equal(datagram.to, 8);
		assert_int_equal(datagram.destination_port, PORT_DISCARD);
		assert_memory_equal(datagram.payload.bytes, "hello", 5);
		datagram.passed++;
	}
}

static void an_answer_goes_the_same_way_back(void **state)
{
	struct datagram answer = datagram_answer(&routed, (struct span){NULL, 0});

	assert_int_equal(answer.from, 8);
	assert_int_equal(answer.to, 5);
	assert_int_equal(answer.source_port, PORT_DISCARD);
	assert_int_equal(answer.destination_port, 1024);
	assert_int_equal(answer.via.count, 2);
	assert_int_equal(answer.via.hosts[0], 7);
	assert_int_equal(answer.via.hosts[1], 6);
	assert_int_equal(datagram_next(&answer), 7);
}

static void what_is_no_leg_is_refused(void **state)
{
	enum { PASSED = 12, COUNT = 13 };
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {
		{COUNT, 0}, {COUNT, VIA_MOST + 1}, {PASSED, 3}, {PASSED, 1}, {17, 9},
		{COUNT, 8}, /* longer than the packet */
	};
	uint8_t packet[TRAFFIC_MOST];
	struct datagram got;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct parcel parcel = datagram_parcel(&routed, 5);
		assert_true(comes(&parcel, packet, &got));
		parcel.payload[changes[i].at] = changes[i].value;
		if (comes(&parcel, packet, &got))
			fail_msg("taken: %u at %zu", changes[i].value, changes[i].at);
		free(parcel.payload);
	}
}

static bool reads(const char *text, struct via *via)
{
	struct line line;

	line_begin(&line, "file", 1, text, strlen(text));
	via_read(&line, 9, via);
	via_check(&line, 1, via, 2);
	return line_end(&line);
}

static void routes_are_read(void **state)
{
	static const char *const wrong[] = {"",	   "9", "3,", ",3",  "3..4",
					    "3,x", "1", "2",  "3,3", "0,3,4,5,6,7,8,3,4"};
	struct via via;

	assert_true(reads("3", &via));
	assert_int_equal(via.count, 1);
	assert_true(reads("0,3,1,8,4,5,6,7", &via));
	assert_int_equal(via.count, VIA_MOST);
	assert_int_equal(via.hosts[3], 8);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (reads(wrong[i], &via))
			fail_msg("accepted: %s", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_datagram_goes_as_it_is),
		cmocka_unit_test(a_route_goes_leg_by_leg),
		cmocka_unit_test(an_answer_goes_the_same_way_back),
		cmocka_unit_test(what_is_no_leg_is_refused),
		cmocka_unit_test(routes_are_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/datagram", tests, NULL, NULL);
}
