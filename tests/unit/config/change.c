/* Tests of config/change.c: what differs is told, and what takes effect is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/change.h"
#include "config/keys.h"

#include <string.h>

enum { TOLD = 16 };

/* What was told, a line each: KEY BEFORE>AFTER, with ! if it waits. */
struct told {
	char lines[TOLD][200];
	uint32_t count;
};

static void tell(void *owner, const struct change *change)
{
	struct told *told = owner;

	assert_true(told->count < TOLD);
	snprintf(told->lines[told->count++], sizeof(told->lines[0]), "%s %s>%s%s", change->key,
		 change->before != NULL ? change->before : "-",
		 change->after != NULL ? change->after : "-", change->live ? "" : "!");
}

static void defaults(struct config *config)
{
	struct why why;

	keys_set_defaults(config);
	assert_true(keys_add_link(config, &why));
}

static void set(struct config *config, const char *section, const char *name, const char *text)
{
	struct why why;

	assert_true(key_set(key_find(section, name), config, text, &why));
}

static void compare(struct told *told, const struct config *before, const struct config *after)
{
	*told = (struct told){.count = 0};
	assert_true(config_compare(before, after, tell, told));
}

static void equal_ones_differ_in_nothing(void **state)
{
	struct config before, after;
	struct told told;

	defaults(&before);
	defaults(&after);
	set(&after, "Mesh", "Zone", "5");
	set(&after, "Mesh", "Zone", "0");
	compare(&told, &before, &after);
	assert_int_equal(told.count, 0);
}

static void each_key_is_told_with_both_values(void **state)
{
	struct config before, after;
	struct told told;

	defaults(&before);
	defaults(&after);
	set(&after, "Mesh", "Zone", "5");
	set(&after, "Mesh", "Transit", "no");
	set(&after, "Link", "Cost", "9");
	compare(&told, &before, &after);
	assert_int_equal(told.count, 3);
	assert_string_equal(told.lines[0], "Mesh.Zone 0>5!");
	assert_string_equal(told.lines[1], "Mesh.Transit yes>no");
	assert_string_equal(told.lines[2], "Link.Cost 0>9");
}

static void sections_are_numbered_and_may_be_missing(void **state)
{
	struct config before, after;
	struct told told;
	struct why why;

	defaults(&before);
	defaults(&after);
	assert_true(keys_add_link(&after, &why));
	set(&after, "Link", "Match", "wl*");
	compare(&told, &before, &after);
	assert_int_equal(told.count, 3);
	assert_string_equal(told.lines[0], "Link(2).Match ->wl*");
	assert_string_equal(told.lines[1], "Link(2).Cost ->0");
	assert_string_equal(told.lines[2], "Link(2).Bypass ->no");
	compare(&told, &after, &before);
	assert_string_equal(told.lines[0], "Link(2).Match wl*>-");
}

/* One key after the other: a second comparison tells those that wait, and no other. */
static void what_takes_effect_is_taken_and_the_rest_waits(void **state)
{
	static const char *const texts[] = {
		"7",	"/k",	  "/a",	   "no",    "0x88B6", "3",    "chacha20-poly1305",
		"m0",	"lo7",	  "w*",	   "5",	    "yes",    "root", "3",
		"/srv", "/srv/s", "allow", "tcp/80"};
	size_t at = 0;

	for (const struct key *key = key_first(); key != NULL; key = key_next(key), at++) {
		struct config running, read;
		struct told told;
		defaults(&running);
		defaults(&read);
		set(&read, key->section, key->name, texts[at]);
		compare(&told, &running, &read);
		assert_int_equal(told.count, 1);
		config_take(&running, &read);
		compare(&told, &running, &read);
		assert_int_equal(told.count, key->effect == AT_START);
	}
	assert_int_equal(at, sizeof(texts) / sizeof(texts[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_ones_differ_in_nothing),
		cmocka_unit_test(each_key_is_told_with_both_values),
		cmocka_unit_test(sections_are_numbered_and_may_be_missing),
		cmocka_unit_test(what_takes_effect_is_taken_and_the_rest_waits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config/change", tests, NULL, NULL);
}
