/* A packet is a function of its number: an IPv6 packet between the two it is for, that tells its
 * number to whoever gets it. */
#include "sim/traffic.h"

#include "meshp/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct address from = {{0xbe, 0xef, 1}}, to = {{0xbe, 0xef, 2}};

static void a_packet_is_whole(void **state)
{
	static const uint32_t sizes[] = {TRAFFIC_LEAST, 61, 1280, TRAFFIC_MOST};
	uint8_t bytes[TRAFFIC_MOST];
	struct packet packet;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		traffic_write(7, &(struct parcel){.size = sizes[i]}, &from, &to, bytes);
		assert_int_equal(packet_read(bytes, sizes[i], &packet), DROP_NONE);
		assert_true(address_equal(&packet.source, &from));
		assert_true(address_equal(&packet.destination, &to));
		assert_int_equal(packet.next_header, PROTOCOL_UDP);
		assert_int_equal(packet_checksum(&from, &to, PROTOCOL_UDP, packet.payload.bytes,
						 packet.payload.size),
				 0xffff);
	}
}

static void a_packet_tells_its_number(void **state)
{
	struct traffic traffic = {0};
	uint8_t bytes[TRAFFIC_MOST], again[TRAFFIC_MOST];

	for (uint32_t i = 0; i < 40; i++) {
		struct parcel parcel = {.size = 100 + i};
		assert_int_equal(traffic_add(&traffic, &parcel), i);
	}
	traffic_write(39, &traffic.parcels[39], &from, &to, bytes);
	traffic_write(39, &traffic.parcels[39], &from, &to, again);
	assert_memory_equal(bytes, again, 139);
	assert_int_equal(traffic_number(&traffic, bytes, 139), 39);
	assert_int_equal(traffic_number(&traffic, bytes, 50), UINT32_MAX);
	traffic_write(40, &traffic.parcels[39], &from, &to, bytes);
	assert_int_equal(traffic_number(&traffic, bytes, 139), UINT32_MAX);
	traffic_free(&traffic);
}

static void a_payload_is_carried(void **state)
{
	struct traffic traffic = {0};
	struct parcel parcel = {.size = TRAFFIC_HEADERS + 5,
				.source_port = 7,
				.destination_port = 531,
				.payload = malloc(5)};
	uint8_t bytes[TRAFFIC_MOST];
	struct packet packet;

	memcpy(parcel.payload, "hello", 5);
	assert_int_equal(traffic_add(&traffic, &parcel), 0);
	traffic_write(0, &traffic.parcels[0], &from, &to, bytes);
	assert_int_equal(packet_read(bytes, parcel.size, &packet), DROP_NONE);
	assert_memory_equal(packet.payload.bytes, "\0\7\2\23", 4);
	assert_memory_equal(bytes + TRAFFIC_HEADERS, "hello", 5);
	assert_int_equal(packet_checksum(&from, &to, PROTOCOL_UDP, packet.payload.bytes,
					 packet.payload.size),
			 0xffff);
	traffic_forget(&traffic, 0);
	assert_null(traffic.parcels[0].payload);
	traffic_free(&traffic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_is_whole),
		cmocka_unit_test(a_packet_tells_its_number),
		cmocka_unit_test(a_payload_is_carried),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/traffic", tests, NULL, NULL);
}
