/* Tests of config/value.c: what is taken, what is refused, and that a refusal changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/value.h"

#include <string.h>

static void numbers_are_whole_and_bounded(void **state)
{
	static const char *const refused[] = {"",   "-1",  "+1",	 "65536",
					      "1x", "x1",  "0x",	 " 1",
					      "1 ", "1.5", "4294967296", "99999999999999999999"};
	struct why why;
	uint32_t number = 7;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_false(value_number(refused[i], 0, 65535, &number, &why));
		assert_non_null(strstr(why.text, "from 0 to 65535"));
		assert_int_equal(number, 7);
	}
	assert_true(value_number("65535", 0, 65535, &number, &why));
	assert_int_equal(number, 65535);
	assert_true(value_number("0xfF", 0, 65535, &number, &why));
	assert_int_equal(number, 255);
	assert_true(value_number("010", 0, 65535, &number, &why));
	assert_int_equal(number, 10);
	assert_false(value_number("0", 1, 120, &number, &why));
}

static void workers_are_auto_or_few(void **state)
{
	struct why why;
	int workers = 3;

	assert_false(value_workers("65", &workers, &why));
	assert_false(value_workers("Auto", &workers, &why));
	assert_int_equal(workers, 3);
	assert_true(value_workers("auto", &workers, &why));
	assert_int_equal(workers, CONFIG_WORKERS_AUTO);
	assert_true(value_workers("0", &workers, &why));
	assert_int_equal(workers, 0);
}

static void ethertypes_of_others_are_refused(void **state)
{
	static const char *const refused[] = {"0x0800", "0x86dd", "34525", "0x05ff", "0x10000", ""};
	struct why why;
	uint16_t type = 1;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_false(value_ethertype(refused[i], &type, &why));
	assert_int_equal(type, 1);
	assert_false(value_ethertype("0x86DD", &type, &why));
	assert_non_null(strstr(why.text, "IPv6"));
	assert_true(value_ethertype("0x88B5", &type, &why));
	assert_int_equal(type, 0x88b5);
}

static void interface_names_fit_the_kernel(void **state)
{
	static const char *const refused[] = {
		"", "abcdefghijklmnop", "a/b", "a b", "a%d", "..", ".a", "a:1"};
	char name[CONFIG_NAME] = "kept";
	struct why why;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_false(value_interface(refused[i], name, &why));
	assert_string_equal(name, "kept");
	assert_true(value_interface("abcdefghijklmno", name, &why));
	assert_string_equal(name, "abcdefghijklmno");
	assert_true(value_interface("eth0.5", name, &why));
}

static void patterns_need_one_at_least(void **state)
{
	char patterns[CONFIG_TEXT] = "kept";
	struct why why;

	assert_false(value_patterns("", patterns, &why));
	assert_false(value_patterns("   ", patterns, &why));
	assert_false(value_patterns("eth0;rm", patterns, &why));
	assert_string_equal(patterns, "kept");
	assert_true(value_patterns("en* wl[0-9]?", patterns, &why));
	assert_string_equal(patterns, "en* wl[0-9]?");
}

static void paths_are_full_and_fit(void **state)
{
	char path[8] = "/kept";
	struct why why;

	assert_false(value_path("", path, sizeof(path), &why));
	assert_false(value_path("a/b", path, sizeof(path), &why));
	assert_false(value_path("/", path, sizeof(path), &why));
	assert_false(value_path("/a/", path, sizeof(path), &why));
	assert_false(value_path("/1234567", path, sizeof(path), &why));
	assert_non_null(strstr(why.text, "at most 7"));
	assert_string_equal(path, "/kept");
	assert_true(value_path("/123456", path, sizeof(path), &why));
	assert_string_equal(path, "/123456");
}

static void users_may_be_empty_but_not_strange(void **state)
{
	char user[CONFIG_TEXT] = "kept";
	struct why why;

	assert_false(value_user("a b", user, &why));
	assert_false(value_user("-a", user, &why));
	assert_false(value_user("a:b", user, &why));
	assert_string_equal(user, "kept");
	assert_true(value_user("meshpd-2", user, &why));
	assert_true(value_user("", user, &why));
	assert_string_equal(user, "");
}

static void suites_hold_the_common_one(void **state)
{
	struct why why;
	uint32_t suites = 9;

	assert_false(value_suites("", &suites, &why));
	assert_false(value_suites("aes-256-gcm", &suites, &why));
	assert_non_null(strstr(why.text, "chacha20-poly1305"));
	assert_false(value_suites("chacha20-poly1305 rot13", &suites, &why));
	assert_non_null(strstr(why.text, "'rot13'"));
	assert_false(value_suites("chacha20-poly1305,aes-256-gcm", &suites, &why));
	assert_int_equal(suites, 9);
	assert_true(value_suites("chacha20-poly1305", &suites, &why));
	assert_int_equal(suites, CONFIG_CHACHA20_POLY1305);
	assert_true(value_suites(" aes-256-gcm  chacha20-poly1305 ", &suites, &why));
	assert_int_equal(suites, CONFIG_CHACHA20_POLY1305 | CONFIG_AES_256_GCM);
}

static void inbound_is_one_of_two(void **state)
{
	struct why why;
	bool allowed = true;

	assert_false(value_allowed("yes", &allowed, &why));
	assert_false(value_allowed("", &allowed, &why));
	assert_true(allowed);
	assert_true(value_allowed("deny", &allowed, &why));
	assert_false(allowed);
	assert_true(value_allowed("allow", &allowed, &why));
	assert_true(allowed);
	assert_false(value_yes("allow", &allowed, &why));
	assert_true(allowed);
	assert_true(value_yes("no", &allowed, &why));
	assert_false(allowed);
	assert_true(value_yes("yes", &allowed, &why));
	assert_true(allowed);
}

static void a_switch_is_yes_or_no(void **state)
{
	struct why why;
	bool on = true;

	assert_false(value_yes("on", &on, &why));
	assert_false(value_yes("", &on, &why));
	assert_true(on);
	assert_true(value_yes("no", &on, &why));
	assert_false(on);
	assert_true(value_yes("yes", &on, &why));
	assert_true(on);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_whole_and_bounded),
		cmocka_unit_test(workers_are_auto_or_few),
		cmocka_unit_test(ethertypes_of_others_are_refused),
		cmocka_unit_test(interface_names_fit_the_kernel),
		cmocka_unit_test(patterns_need_one_at_least),
		cmocka_unit_test(paths_are_full_and_fit),
		cmocka_unit_test(users_may_be_empty_but_not_strange),
		cmocka_unit_test(suites_hold_the_common_one),
		cmocka_unit_test(inbound_is_one_of_two),
		cmocka_unit_test(a_switch_is_yes_or_no),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config/value", tests, NULL, NULL);
}
