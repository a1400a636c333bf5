/* Tests of config/expose.c: what is taken, what is refused, and that what is written reads back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/expose.h"

#include <string.h>

#define KEY "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=" /* bytes 1 to 32 */

static void others_are_refused_and_change_nothing(void **state)
{
	static const char *const refused[] = {
		"",
		"80",
		"tcp",
		"tcp/",
		"tcp/0",
		"tcp/65536",
		"tcp/-1",
		"tcp/80-",
		"tcp/-80",
		"tcp/81-80",
		"tcp/80-81-82",
		"tcp/80-65536",
		"tcp/000000000080",
		"sctp/80",
		"TCP/80",
		"tcp/80 udp/53",
		"tcp/80 ",
		"tcp/80 from",
		"tcp/80 from ",
		"tcp/80  from beef::1",
		"tcp/80 from  beef::1",
		"tcp/80 from 2001:db8::1",
		"tcp/80 from beef::1/15",
		"tcp/80 from beef::1/129",
		"tcp/80 from beef::1/",
		"tcp/80 from be::/16",
		"tcp/80 from 190.239.0.1",
		"tcp/80 from AQID",
		"tcp/80 from " KEY "x",
	};
	struct config_expose expose = {.first = 9};
	struct why why;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		why.text[0] = '\0';
		assert_false(expose_read(refused[i], &expose, &why));
		assert_true(strlen(why.text) > 0);
		assert_int_equal(expose.first, 9);
	}
}

static void ports_name_their_protocol(void **state)
{
	struct config_expose expose;
	struct why why;

	assert_true(expose_read("tcp/80", &expose, &why));
	assert_true(expose.tcp);
	assert_int_equal(expose.first, 80);
	assert_int_equal(expose.last, 80);
	assert_int_equal(expose.from, CONFIG_FROM_ALL);
	assert_true(expose_read("udp/8000-65535", &expose, &why));
	assert_false(expose.tcp);
	assert_int_equal(expose.first, 8000);
	assert_int_equal(expose.last, 65535);
}

static void a_prefix_is_cut_to_its_bits(void **state)
{
	struct config_expose one, other;
	struct why why;

	assert_true(expose_read("tcp/22 from beef:1234:5678::1/37", &one, &why));
	assert_int_equal(one.from, CONFIG_FROM_PREFIX);
	assert_int_equal(one.bits, 37);
	assert_memory_equal(one.who, "\xbe\xef\x12\x34\x50\0\0\0", 8);
	assert_true(expose_read("tcp/22 from beef:1234:5000::/37", &other, &why));
	assert_true(expose_equal(&one, &other));
	assert_memory_equal(&one, &other, sizeof(one));
}

static void what_is_written_reads_back(void **state)
{
	static const char *const texts[] = {
		"tcp/80",
		"udp/1-65535",
		"tcp/22 from beef::1",
		"tcp/22 from beef::/16",
		"udp/60000-65535 from beef:1234:1234:1234:1234:1234:1234:1230/124",
		("udp/60000-65535 from " KEY),
	};
	struct config_expose expose, again;
	char text[EXPOSE_TEXT];
	struct why why;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_true(expose_read(texts[i], &expose, &why));
		assert_string_equal(expose_write(&expose, text), texts[i]);
		assert_true(expose_read(text, &again, &why));
		assert_true(expose_equal(&expose, &again));
	}
}

static void equal_is_all_of_it(void **state)
{
	static const char *const texts[] = {
		"tcp/80",
		"udp/80",
		"tcp/80-81",
		"tcp/79-80",
		"tcp/80 from beef::1",
		"tcp/80 from beef::2",
		("tcp/80 from " KEY),
		"tcp/80 from beef::/127",
	};
	enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };
	struct config_expose read[TEXTS];
	struct why why;

	for (size_t i = 0; i < TEXTS; i++)
		assert_true(expose_read(texts[i], &read[i], &why));
	for (size_t i = 0; i < TEXTS; i++)
		for (size_t j = 0; j < TEXTS; j++)
			assert_int_equal(expose_equal(&read[i], &read[j]), i == j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_are_refused_and_change_nothing),
		cmocka_unit_test(ports_name_their_protocol),
		cmocka_unit_test(a_prefix_is_cut_to_its_bits),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(equal_is_all_of_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config/expose", tests, NULL, NULL);
}
