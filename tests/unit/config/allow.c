/* Tests of config/allow.c: what a list of keys may look like, and what is wrong with others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/allow.h"
#include "place.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Public keys of RFC 8032, section 7.1, tests 1 and 2, in base64. */
#define ONE "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define TWO "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="

struct read {
	struct allow allow;
	char said[512];
	bool good;
};

/* Reads a file of that text. */
static void read_text(struct place *place, const char *text, size_t size, struct read *read)
{
	char path[128];
	FILE *report = fmemopen(read->said, sizeof(read->said), "w");

	place_write(place->etc, "allow", "");
	snprintf(path, sizeof(path), "%s/allow", place->etc);
	FILE *file = fopen(path, "we");
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	read->good = allow_read(&read->allow, path, report);
	fclose(report);
}

static void good(void **state, const char *text, uint32_t keys)
{
	struct read *read = calloc(1, sizeof(*read));

	read_text(*state, text, strlen(text), read);
	assert_true(read->good);
	assert_int_equal(read->allow.count, keys);
	assert_string_equal(read->said, "");
	free(read);
}

static void bad(void **state, const char *text, size_t size, const char *where, const char *why)
{
	struct read *read = calloc(1, sizeof(*read));

	read_text(*state, text, size, read);
	assert_false(read->good);
	assert_non_null(strstr(read->said, where));
	assert_non_null(strstr(read->said, why));
	free(read);
}

static void keys_are_lines_and_the_rest_is_for_people(void **state)
{
	struct read *read = calloc(1, sizeof(*read));

	good(state, "", 0);
	good(state, ONE, 1);
	good(state, "# us\n\n" ONE "\n" TWO "\t # a laptop\r\n  # no key\n", 2);
	read_text(*state, TWO "\n", sizeof(TWO), read);
	assert_memory_equal(read->allow.keys[0], "\x3d\x40\x17\xc3\xe8\x43\x89\x5a", 8);
	free(read);
}

static void what_looks_like_a_key_and_is_none_is_refused(void **state)
{
	static const char nul[] = ONE "\n" TWO "\0x\n";
	char text[300];

	bad(state, "alice\n", 6, "allow:1: ", "not a public key");
	bad(state, ONE "\n" ONE "=\n", 2 * sizeof(ONE) + 1, "allow:2: ", "not a public key");
	bad(state, ONE " " TWO "\n", 2 * sizeof(ONE), "allow:1: ", "more than a key");
	bad(state, "\n " ONE "\n", sizeof(ONE) + 2, "allow:2: ", "indented");
	/* The neutral element, with which anybody's signature is good. */
	bad(state, "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", 45, "allow:1: ", "not a pub");
	bad(state, nul, sizeof(nul) - 1, "allow:2: ", "NUL");
	memset(text, '#', sizeof(text));
	bad(state, text, sizeof(text), "allow:1: ", "over 255");
}

static void as_many_as_a_zone_has_nodes_fit(void **state)
{
	char *text = calloc(ALLOW_MOST + 1, sizeof(ONE));

	for (int i = 0; i < ALLOW_MOST; i++)
		memcpy(text + (size_t)i * sizeof(ONE), ONE "\n", sizeof(ONE));
	good(state, text, ALLOW_MOST);
	memcpy(text + (size_t)ALLOW_MOST * sizeof(ONE), TWO, sizeof(TWO));
	bad(state, text, strlen(text), "allow:2049: ", "2048");
	free(text);
}

static void a_file_that_is_none_is_refused(void **state)
{
	struct place *place = *state;
	struct read *read = calloc(1, sizeof(*read));
	FILE *report = fmemopen(read->said, sizeof(read->said), "w");
	char path[128];

	assert_false(allow_read(&read->allow, "/nowhere/allow", report));
	assert_false(allow_read(&read->allow, place->root, report));
	place_write(place->etc, "open", ONE "\n");
	snprintf(path, sizeof(path), "%s/open", place->etc);
	assert_int_equal(chmod(path, 0666), 0);
	assert_false(allow_read(&read->allow, path, report));
	fclose(report);
	assert_non_null(strstr(read->said, "No such file"));
	assert_non_null(strstr(read->said, "regular"));
	assert_non_null(strstr(read->said, "chmod"));
	free(read);
}

static void lists_are_compared_as_sets(void **state)
{
	struct read *one = calloc(1, sizeof(*one)), *both = calloc(1, sizeof(*both));

	read_text(*state, ONE, sizeof(ONE) - 1, one);
	read_text(*state, TWO "\n" ONE, 2 * sizeof(ONE) - 1, both);
	assert_int_equal(allow_beyond(&one->allow, &both->allow), 0);
	assert_int_equal(allow_beyond(&both->allow, &one->allow), 1);
	free(one);
	free(both);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys_are_lines_and_the_rest_is_for_people,
						place_make, place_remove),
		cmocka_unit_test_setup_teardown(what_looks_like_a_key_and_is_none_is_refused,
						place_make, place_remove),
		cmocka_unit_test_setup_teardown(as_many_as_a_zone_has_nodes_fit, place_make,
						place_remove),
		cmocka_unit_test_setup_teardown(a_file_that_is_none_is_refused, place_make,
						place_remove),
		cmocka_unit_test_setup_teardown(lists_are_compared_as_sets, place_make,
						place_remove),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config/allow", tests, NULL, NULL);
}
