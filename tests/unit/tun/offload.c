/* The header before a packet, against bytes written down by hand from VIRTIO 1.2, section 5.1.6:
 * flags, type, and four numbers in the machine's byte order. */
#include "tun/offload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void form_write(uint8_t flags, uint8_t type, const uint16_t numbers[4],
		       uint8_t out[OFFLOAD_HEADER])
{
	out[0] = flags;
	out[1] = type;
	memcpy(out + 2, numbers, 8);
}

static bool form_read(uint8_t flags, uint8_t type, struct offload *offload)
{
	uint8_t header[OFFLOAD_HEADER];

	form_write(flags, type, (const uint16_t[4]){72, 1428, 40, 16}, header);
	return offload_read((struct span){header, sizeof(header)}, offload);
}

static void test_super_packets_of_tcp(void **state)
{
	struct offload offload;

	for (int ecn = 0; ecn < 2; ecn++) {
		assert_true(form_read(1, ecn ? 0x84 : 4, &offload));
		assert_int_equal(offload.kind, OFFLOAD_TCP);
		assert_int_equal(offload.ecn, ecn);
		assert_true(offload.partial);
		assert_int_equal(offload.head, 72);
		assert_int_equal(offload.segment, 1428);
		assert_int_equal(offload.checksum_at, 40);
		assert_int_equal(offload.checksum_field, 16);
	}
}

static void test_packets_and_datagrams(void **state)
{
	struct offload offload;

	assert_true(form_read(1, 5, &offload));
	assert_int_equal(offload.kind, OFFLOAD_UDP);
	assert_true(form_read(1, 0, &offload));
	assert_int_equal(offload.kind, OFFLOAD_NONE);
	assert_true(offload.partial);
	assert_int_equal(offload.segment, 0);
	assert_int_equal(offload.checksum_at, 40);
	for (uint8_t flags = 0; flags <= 2; flags += 2) {
		assert_true(form_read(flags, 0, &offload));
		assert_false(offload.partial);
		assert_int_equal(offload.checksum_at, 0);
	}
}

static void test_what_was_never_offered_is_refused(void **state)
{
	struct offload offload;
	uint8_t header[OFFLOAD_HEADER + 1] = {0};

	for (unsigned int type = 0; type < 256; type++)
		assert_int_equal(form_read(1, (uint8_t)type, &offload),
				 type == 0 || type == 4 || type == 5 || type == 0x84);
	for (unsigned int flags = 0; flags < 256; flags++)
		assert_int_equal(form_read((uint8_t)flags, 0, &offload), flags < 4);
	assert_false(form_read(0, 4, &offload));
	assert_false(form_read(2, 5, &offload));
	form_write(1, 4, (const uint16_t[4]){72, 0, 40, 16}, header);
	assert_false(offload_read((struct span){header, OFFLOAD_HEADER}, &offload));
	memset(header, 0, sizeof(header));
	assert_false(offload_read((struct span){header, OFFLOAD_HEADER + 1}, &offload));
	assert_false(offload_read((struct span){header, OFFLOAD_HEADER - 1}, &offload));
}

static void test_what_is_written_reads_the_same(void **state)
{
	static const uint8_t types[] = {0, 4, 5, 0x84};
	uint8_t expected[OFFLOAD_HEADER], header[OFFLOAD_HEADER];
	struct offload offload;

	for (size_t i = 0; i < sizeof(types); i++) {
		uint16_t super = types[i] == 0 ? 0 : 1400;

		form_write(1, types[i], (const uint16_t[4]){super, super, 40, 6}, expected);
		assert_true(offload_read((struct span){expected, sizeof(expected)}, &offload));
		offload_write(&offload, header);
		assert_memory_equal(header, expected, sizeof(header));
	}
	offload_write(&(struct offload){.kind = OFFLOAD_NONE}, header);
	memset(expected, 0, sizeof(expected));
	assert_memory_equal(header, expected, sizeof(header));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_super_packets_of_tcp),
		cmocka_unit_test(test_packets_and_datagrams),
		cmocka_unit_test(test_what_was_never_offered_is_refused),
		cmocka_unit_test(test_what_is_written_reads_the_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tun/offload", tests, NULL, NULL);
}
