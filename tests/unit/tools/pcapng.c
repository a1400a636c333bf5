/* The blocks of a capture file byte for byte, as draft-ietf-opsawg-pcapng draws them. */
#include "tools/pcapng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void same(const struct writer *out, const char *bytes, size_t size)
{
	assert_true(writer_ok(out));
	assert_int_equal(out->used, size);
	assert_memory_equal(out->start, bytes, size);
}

#define SAME(out, text) same(out, text, sizeof(text) - 1)

static void a_section_says_its_byte_order(void **state)
{
	uint8_t bytes[128];
	struct writer out = writer_of(bytes, sizeof(bytes));

	pcapng_section("meshctl", &out);
	SAME(&out, "\x0a\x0d\x0d\x0a\0\0\0\x2c\x1a\x2b\x3c\x4d\0\1\0\0"
		   "\xff\xff\xff\xff\xff\xff\xff\xff"
		   "\0\4\0\7meshctl\0"
		   "\0\0\0\0\0\0\0\x2c");
}

static void an_interface_says_what_it_is(void **state)
{
	const uint8_t lladdr[6] = {2, 0, 0, 0, 0, 1};
	uint8_t bytes[128];
	struct writer out = writer_of(bytes, sizeof(bytes));

	pcapng_interface(&(struct pcapng_interface){.link = PCAPNG_ETHERNET,
						    .snap = 256,
						    .name = "eth0",
						    .description = "link",
						    .lladdr = lladdr,
						    .rate_bps = 1000000000},
			 &out);
	SAME(&out, "\0\0\0\1\0\0\0\x48\0\1\0\0\0\0\1\0"
		   "\0\2\0\4eth0"
		   "\0\3\0\4link"
		   "\0\6\0\6\2\0\0\0\0\1\0\0"
		   "\0\x08\0\x08\0\0\0\0\x3b\x9a\xca\0"
		   "\0\x09\0\1\x09\0\0\0"
		   "\0\0\0\0\0\0\0\x48");
}

static void an_interface_may_say_little(void **state)
{
	uint8_t bytes[128];
	struct writer out = writer_of(bytes, sizeof(bytes));

	pcapng_interface(&(struct pcapng_interface){.link = PCAPNG_IPV6}, &out);
	SAME(&out, "\0\0\0\1\0\0\0\x20\0\xe5\0\0\0\0\0\0"
		   "\0\x09\0\1\x09\0\0\0"
		   "\0\0\0\0\0\0\0\x20");
}

static void a_packet_has_its_time_direction_and_comment(void **state)
{
	uint8_t bytes[128];
	struct writer out = writer_of(bytes, sizeof(bytes));

	pcapng_packet(&(struct pcapng_packet){.interface = 2,
					      .time_ns = 0x0102030405060708,
					      .direction = PCAPNG_OUT,
					      .cast = PCAPNG_MULTICAST,
					      .whole = 1500,
					      .bytes = {(const uint8_t *)"frame", 5},
					      .comment = "ab"},
		      &out);
	SAME(&out, "\0\0\0\6\0\0\0\x3c\0\0\0\2\1\2\3\4\5\6\7\x08\0\0\0\5\0\0\5\xdc"
		   "frame\0\0\0"
		   "\0\1\0\2ab\0\0"
		   "\0\2\0\4\0\0\0\x0a"
		   "\0\0\0\0\0\0\0\x3c");
}

static void statistics_say_what_was_lost(void **state)
{
	uint8_t bytes[128];
	struct writer out = writer_of(bytes, sizeof(bytes));

	pcapng_statistics(
		&(struct pcapng_statistics){
			.interface = 1, .began_ns = 1, .ended_ns = 2, .received = 10, .dropped = 3},
		&out);
	SAME(&out, "\0\0\0\5\0\0\0\x4c\0\0\0\1\0\0\0\0\0\0\0\2"
		   "\0\2\0\x08\0\0\0\0\0\0\0\1"
		   "\0\3\0\x08\0\0\0\0\0\0\0\2"
		   "\0\4\0\x08\0\0\0\0\0\0\0\x0a"
		   "\0\5\0\x08\0\0\0\0\0\0\0\3"
		   "\0\0\0\0\0\0\0\x4c");
}

static void what_does_not_fit_is_said(void **state)
{
	uint8_t bytes[40];
	struct writer out = writer_of(bytes, sizeof(bytes));

	pcapng_section("meshctl", &out);
	assert_false(writer_ok(&out));
	assert_true(out.used <= sizeof(bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_says_its_byte_order),
		cmocka_unit_test(an_interface_says_what_it_is),
		cmocka_unit_test(an_interface_may_say_little),
		cmocka_unit_test(a_packet_has_its_time_direction_and_comment),
		cmocka_unit_test(statistics_say_what_was_lost),
		cmocka_unit_test(what_does_not_fit_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tools/pcapng", tests, NULL, NULL);
}
