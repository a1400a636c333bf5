/* Packets out of what a captured frame carries: those the receiver's host is handed, checksums and
 * all. docs/protocol/meshp.md, section 2. */
#include "meshp/opened.h"

#include "meshp/bundle.h"
#include "meshp/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A datagram from port 1 to port 2 with 4 bytes of data and a checksum that was left. */
static const uint8_t datagram[] = {0, 1, 0, 2, 0, 12, 0xab, 0xcd, 'd', 'a', 't', 'a'};

static struct eye_opened carried(uint8_t next_header, const uint8_t *payload, size_t size)
{
	return (struct eye_opened){.source = {{0xbe, 0xef, 1}},
				   .destination = {{0xbe, 0xef, 2}},
				   .lane = 1,
				   .hop_limit = 63,
				   .traffic_class = 0xb8,
				   .next_header = next_header,
				   .payload = {payload, size}};
}

/* Reads the next packet, which is whole; false if there is none. */
static bool next(struct opened *opened, struct packet *packet, uint8_t bytes[OPENED_PACKET])
{
	struct writer out = writer_of(bytes, OPENED_PACKET);

	if (!opened_next(opened, &out))
		return false;
	assert_int_equal(packet_read(bytes, out.used, packet), DROP_NONE);
	return true;
}

static void a_packet_has_its_header_again(void **state)
{
	const struct eye_opened frame = carried(58, datagram, sizeof(datagram));
	struct opened opened = opened_of(&frame);
	uint8_t bytes[OPENED_PACKET];
	struct packet packet;

	assert_true(next(&opened, &packet, bytes));
	assert_int_equal(packet.next_header, 58);
	assert_int_equal(packet.hop_limit, 63);
	assert_int_equal(packet.traffic_class, 0xb8);
	assert_true(address_equal(&packet.source, &frame.source));
	assert_true(address_equal(&packet.destination, &frame.destination));
	assert_int_equal(packet.payload.size, sizeof(datagram));
	assert_memory_equal(packet.payload.bytes, datagram, sizeof(datagram));
	assert_false(next(&opened, &packet, bytes));
}

static void a_checksum_that_was_left_is_made(void **state)
{
	struct eye_opened frame = carried(PROTOCOL_UDP, datagram, sizeof(datagram));
	uint8_t bytes[OPENED_PACKET];
	struct packet packet;

	frame.partial = true;
	struct opened opened = opened_of(&frame);
	assert_true(next(&opened, &packet, bytes));
	assert_int_equal(packet_checksum(&packet.source, &packet.destination, PROTOCOL_UDP,
					 packet.payload.bytes, packet.payload.size),
			 0xffff);
}

static void a_bundle_comes_packet_by_packet(void **state)
{
	uint8_t payload[WIRE_BUNDLE_SIZE], bytes[OPENED_PACKET];
	struct writer out = writer_of(payload, sizeof(payload));
	struct packet packet;

	bundle_put(&(struct bundled){58, false, {datagram, sizeof(datagram)}}, &out);
	bundle_put(&(struct bundled){17, true, {datagram, sizeof(datagram)}}, &out);
	const struct eye_opened frame = carried(WIRE_NEXT_HEADER_BUNDLE, payload, out.used);
	struct opened opened = opened_of(&frame);
	assert_true(next(&opened, &packet, bytes));
	assert_int_equal(packet.next_header, 58);
	assert_memory_equal(packet.payload.bytes, datagram, sizeof(datagram));
	assert_true(next(&opened, &packet, bytes));
	assert_int_equal(packet.next_header, 17);
	assert_memory_not_equal(packet.payload.bytes, datagram, sizeof(datagram));
	assert_false(next(&opened, &packet, bytes));
}

static void what_is_no_bundle_and_what_is_no_datagram_is_shown_as_it_is(void **state)
{
	struct eye_opened frame = carried(WIRE_NEXT_HEADER_BUNDLE, datagram, sizeof(datagram));
	struct opened opened = opened_of(&frame);
	uint8_t bytes[OPENED_PACKET];
	struct packet packet;

	assert_true(next(&opened, &packet, bytes));
	assert_int_equal(packet.next_header, WIRE_NEXT_HEADER_BUNDLE);
	assert_false(next(&opened, &packet, bytes));

	frame = carried(PROTOCOL_UDP, datagram, 3);
	frame.partial = true;
	opened = opened_of(&frame);
	assert_true(next(&opened, &packet, bytes));
	assert_int_equal(packet.payload.size, 3);
	assert_memory_equal(packet.payload.bytes, datagram, 3);
}

static void an_empty_message_is_a_packet_and_one_too_long_is_none(void **state)
{
	const uint8_t much[OPENED_PACKET] = {0};
	struct eye_opened frame = carried(WIRE_NEXT_HEADER_CONTROL, NULL, 0);
	struct opened opened = opened_of(&frame);
	uint8_t bytes[OPENED_PACKET];
	struct packet packet;

	assert_true(next(&opened, &packet, bytes));
	assert_int_equal(packet.payload.size, 0);
	frame = carried(58, much, sizeof(much));
	opened = opened_of(&frame);
	assert_false(next(&opened, &packet, bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_has_its_header_again),
		cmocka_unit_test(a_checksum_that_was_left_is_made),
		cmocka_unit_test(a_bundle_comes_packet_by_packet),
		cmocka_unit_test(what_is_no_bundle_and_what_is_no_datagram_is_shown_as_it_is),
		cmocka_unit_test(an_empty_message_is_a_packet_and_one_too_long_is_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/opened", tests, NULL, NULL);
}
