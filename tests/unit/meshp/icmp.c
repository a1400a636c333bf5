/* ICMPv6 errors: what they look like, and each case of RFC 4443 section 2.4(e) in which none may be
 * written. */
#include "meshp/icmp.h"

#include "meshp/packet.h"
#include "meshp/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { CULPRIT = 2000 };

static const struct icmp_source relay = {{{0xbe, 0xef, [15] = 9}}, 61};

/* A packet from beef::1 to beef::2 whose payload is the given bytes and zeros. */
struct culprit {
	uint8_t bytes[CULPRIT];
	size_t size;
};

static struct culprit culprit_of(uint8_t next_header, const void *payload, size_t given,
				 size_t size)
{
	struct culprit culprit = {.size = WIRE_IPV6_HEADER + size};
	const struct packet packet = {
		.traffic_class = 0x12,
		.next_header = next_header,
		.hop_limit = 64,
		.source = {{0xbe, 0xef, [15] = 1}},
		.destination = {{0xbe, 0xef, [15] = 2}},
	};
	struct writer out = writer_of(culprit.bytes, CULPRIT);

	packet_header_write(&packet, size, &out);
	writer_copy(&out, payload, given);
	assert_true(writer_ok(&out));
	return culprit;
}

static bool answered_as(enum icmp_error error, const struct culprit *culprit)
{
	uint8_t bytes[ICMP_ERROR_MAX];
	struct writer out = writer_of(bytes, sizeof(bytes));
	bool written = icmp_error_write(error, 1280, &relay, culprit->bytes, culprit->size, &out);

	assert_int_equal(written, out.used > 0);
	return written;
}

static bool answered(const struct culprit *culprit)
{
	return answered_as(ICMP_NO_ROUTE, culprit);
}

static bool chain_answered(uint8_t next_header, const void *payload, size_t size)
{
	struct culprit culprit = culprit_of(next_header, payload, size, size);

	return answered(&culprit);
}

static void error_try(enum icmp_error error, uint8_t type, uint8_t code, uint32_t mtu)
{
	struct culprit culprit = culprit_of(PROTOCOL_UDP, "\0\1\0\2\0\12\0\0hi", 10, 10);
	uint8_t bytes[ICMP_ERROR_MAX];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct packet packet;
	struct reader in;

	assert_true(icmp_error_write(error, 1400, &relay, culprit.bytes, culprit.size, &out));
	assert_int_equal(packet_read(bytes, out.used, &packet), DROP_NONE);
	assert_int_equal(packet.next_header, PROTOCOL_ICMPV6);
	assert_int_equal(packet.hop_limit, relay.hop_limit);
	assert_int_equal(packet.traffic_class, 0);
	assert_true(address_equal(&packet.source, &relay.address));
	assert_memory_equal(packet.destination.bytes, culprit.bytes + 8, ADDRESS);
	assert_int_equal(packet_checksum(&packet.source, &packet.destination, PROTOCOL_ICMPV6,
					 packet.payload.bytes, packet.payload.size),
			 0);
	in = reader_of(packet.payload.bytes, packet.payload.size);
	assert_int_equal(reader_u8(&in), type);
	assert_int_equal(reader_u8(&in), code);
	reader_u16(&in);
	assert_int_equal(reader_u32(&in), mtu);
	assert_int_equal(in.left, culprit.size);
	assert_memory_equal(in.at, culprit.bytes, culprit.size);
}

static void test_every_error(void **state)
{
	error_try(ICMP_NO_ROUTE, 1, 0, 0);
	error_try(ICMP_PROHIBITED, 1, 1, 0);
	error_try(ICMP_ADDRESS, 1, 3, 0);
	error_try(ICMP_SOURCE_POLICY, 1, 5, 0);
	error_try(ICMP_TOO_BIG, 2, 0, 1400);
	error_try(ICMP_TIME_EXCEEDED, 3, 0, 0);
}

static void test_quotes_no_more_than_1280_bytes(void **state)
{
	for (size_t payload = 1180; payload < 1200; payload++) {
		struct culprit culprit = culprit_of(PROTOCOL_UDP, "", 0, payload);
		uint8_t bytes[CULPRIT];
		struct writer out = writer_of(bytes, sizeof(bytes));
		size_t whole = 48 + culprit.size;

		assert_true(icmp_error_write(ICMP_TOO_BIG, 1280, &relay, culprit.bytes,
					     culprit.size, &out));
		assert_int_equal(out.used, whole < 1280 ? whole : 1280);
		assert_memory_equal(bytes + 48, culprit.bytes, out.used - 48);
	}
}

static void test_no_room_writes_nothing(void **state)
{
	struct culprit culprit = culprit_of(PROTOCOL_UDP, "", 0, 8);
	uint8_t bytes[WIRE_IPV6_HEADER + 8 + WIRE_IPV6_HEADER + 8];
	struct writer out = writer_of(bytes, sizeof(bytes) - 1);

	assert_false(icmp_error_write(ICMP_NO_ROUTE, 0, &relay, culprit.bytes, culprit.size, &out));
	assert_int_equal(out.used, 0);
	out = writer_of(bytes, sizeof(bytes));
	assert_true(icmp_error_write(ICMP_NO_ROUTE, 0, &relay, culprit.bytes, culprit.size, &out));
}

/* 2.4(e.1) and (e.2) */
static void test_not_about_icmp_errors_and_redirects(void **state)
{
	for (unsigned int type = 0; type < 256; type++) {
		const uint8_t payload[8] = {(uint8_t)type};

		assert_int_equal(chain_answered(PROTOCOL_ICMPV6, payload, 8),
				 type >= 128 && type != 137);
	}
	assert_false(chain_answered(PROTOCOL_ICMPV6, "", 0));
}

static void test_errors_behind_extension_headers(void **state)
{
	static const uint8_t chain[] = {43, 1, [16] = 60, 0, [24] = 44, 0, [32] = 58, 0, [40] = 1};
	uint8_t payload[48] = {0};

	memcpy(payload, chain, sizeof(chain));
	assert_false(chain_answered(PROTOCOL_HOP_BY_HOP, payload, sizeof(payload)));
	payload[40] = 128;
	assert_true(chain_answered(PROTOCOL_HOP_BY_HOP, payload, sizeof(payload)));
	payload[32] = 17;
	payload[40] = 1;
	assert_true(chain_answered(PROTOCOL_HOP_BY_HOP, payload, sizeof(payload)));
	for (size_t cut = 0; cut < 40; cut++)
		assert_false(chain_answered(PROTOCOL_HOP_BY_HOP, payload, cut));
}

static void test_fragments(void **state)
{
	const uint8_t first[16] = {58, 0, 0, 1, [8] = 128};
	const uint8_t first_error[16] = {58, 0, 0, 1, [8] = 1};
	const uint8_t later[16] = {58, 0, 0, 8, [8] = 128};
	const uint8_t later_udp[16] = {17, 0, 0, 8};

	assert_true(chain_answered(PROTOCOL_FRAGMENT, first, 16));
	assert_false(chain_answered(PROTOCOL_FRAGMENT, first_error, 16));
	assert_false(chain_answered(PROTOCOL_FRAGMENT, later, 16));
	assert_true(chain_answered(PROTOCOL_FRAGMENT, later_udp, 16));
}

/* 2.4(e.3): to a multicast address, but for packet too big. */
static void test_multicast_destination(void **state)
{
	struct culprit culprit = culprit_of(PROTOCOL_UDP, "", 0, 8);

	culprit.bytes[24] = 0xff;
	assert_false(answered_as(ICMP_NO_ROUTE, &culprit));
	assert_false(answered_as(ICMP_PROHIBITED, &culprit));
	assert_false(answered_as(ICMP_ADDRESS, &culprit));
	assert_false(answered_as(ICMP_SOURCE_POLICY, &culprit));
	assert_false(answered_as(ICMP_TIME_EXCEEDED, &culprit));
	assert_true(answered_as(ICMP_TOO_BIG, &culprit));
}

/* 2.4(e.6): from an address that is not one node's. */
static void test_source_that_is_no_node(void **state)
{
	struct culprit culprit = culprit_of(PROTOCOL_UDP, "", 0, 8);

	memset(culprit.bytes + 8, 0, ADDRESS);
	assert_false(answered(&culprit));
	culprit.bytes[8 + 15] = 1;
	assert_true(answered(&culprit));
	culprit.bytes[8] = 0xff;
	assert_false(answered(&culprit));
	assert_false(answered_as(ICMP_TOO_BIG, &culprit));
}

static void test_what_is_no_packet(void **state)
{
	struct culprit culprit = culprit_of(PROTOCOL_UDP, "", 0, 8);

	culprit.size++;
	assert_false(answered(&culprit));
	culprit.size = 0;
	assert_false(answered(&culprit));
	culprit.size = WIRE_IPV6_HEADER + 8;
	culprit.bytes[0] = 0x45;
	assert_false(answered(&culprit));
}

/* The beginning of a packet is quoted as it is, if it says what the packet carries. */
static void test_culprit_that_was_cut_off(void **state)
{
	struct culprit culprit = culprit_of(PROTOCOL_UDP, "\0\1\0\2\0\12\0\0hi", 10, 1000);
	uint8_t bytes[ICMP_ERROR_MAX];
	struct packet packet;

	for (culprit.size = WIRE_IPV6_HEADER; culprit.size < 200; culprit.size++) {
		struct writer out = writer_of(bytes, sizeof(bytes));
		assert_true(icmp_error_write(ICMP_TIME_EXCEEDED, 0, &relay, culprit.bytes,
					     culprit.size, &out));
		assert_int_equal(out.used, WIRE_IPV6_HEADER + 8 + culprit.size);
		assert_int_equal(packet_read(bytes, out.used, &packet), DROP_NONE);
		assert_memory_equal(packet.payload.bytes + 8, culprit.bytes, culprit.size);
		assert_int_equal(packet_checksum(&packet.source, &packet.destination,
						 PROTOCOL_ICMPV6, packet.payload.bytes,
						 packet.payload.size),
				 0);
	}
	for (culprit.size = 0; culprit.size < WIRE_IPV6_HEADER; culprit.size++)
		assert_false(answered(&culprit));
	/* Cut off before its type, a message may be an error. */
	culprit = culprit_of(PROTOCOL_ICMPV6, "\200", 1, 1000);
	culprit.size = WIRE_IPV6_HEADER;
	assert_false(answered(&culprit));
	culprit.size++;
	assert_true(answered(&culprit));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_error),
		cmocka_unit_test(test_quotes_no_more_than_1280_bytes),
		cmocka_unit_test(test_no_room_writes_nothing),
		cmocka_unit_test(test_not_about_icmp_errors_and_redirects),
		cmocka_unit_test(test_errors_behind_extension_headers),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_multicast_destination),
		cmocka_unit_test(test_source_that_is_no_node),
		cmocka_unit_test(test_what_is_no_packet),
		cmocka_unit_test(test_culprit_that_was_cut_off),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/icmp", tests, NULL, NULL);
}
