/* Tests of config/flags.c: options wherever they stand, and help that wraps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/flags.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { SOCKET, FORMAT, WATCH, COUNT };

static const struct flag flags[COUNT] = {
	[SOCKET] = {"socket", 'S', "PATH", NULL, "where to ask"},
	[FORMAT] = {"format", 0, "FORMAT", "dot netjson", "one of two"},
	[WATCH] = {"watch", 0, "[=SECONDS]", NULL, "again and again"},
};

static bool read_words(const char *const words[], const char *given[COUNT])
{
	char *argv[8] = {(char *)(uintptr_t) "program"};
	int argc = 1;

	for (; words[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	optind = 0;
	opterr = 0;
	return flags_read(flags, COUNT, argc, argv, given);
}

static void options_are_found_among_words(void **state)
{
	const char *given[COUNT];

	assert_true(read_words((const char *[]){"verb", "-S", "x", "word", "--format=dot", NULL},
			       given));
	assert_string_equal(given[SOCKET], "x");
	assert_string_equal(given[FORMAT], "dot");
	assert_null(given[WATCH]);
	assert_int_equal(optind, 4);
}

static void the_last_counts(void **state)
{
	const char *given[COUNT];

	assert_true(read_words(
		(const char *[]){"--watch=3", "-Sa", "--socket", "b", "--watch", NULL}, given));
	assert_string_equal(given[SOCKET], "b");
	assert_string_equal(given[WATCH], "");
}

static void what_is_no_option_is_refused(void **state)
{
	const char *given[COUNT];

	assert_false(read_words((const char *[]){"--colour", NULL}, given));
	assert_false(read_words((const char *[]){"-x", NULL}, given));
	assert_false(read_words((const char *[]){"--format", NULL}, given));
	assert_false(read_words((const char *[]){"-S", NULL}, given));
}

static void only_listed_values_fit(void **state)
{
	assert_true(flag_fits(&flags[FORMAT], "dot"));
	assert_true(flag_fits(&flags[FORMAT], "netjson"));
	assert_false(flag_fits(&flags[FORMAT], "net"));
	assert_false(flag_fits(&flags[FORMAT], "dot netjson"));
	assert_false(flag_fits(&flags[FORMAT], ""));
	assert_true(flag_fits(&flags[SOCKET], "anything"));
}

/* What words_print writes, the caller's to free. */
static char *printed(const char *head, const char *text)
{
	size_t size;
	char *written;
	FILE *out = open_memstream(&written, &size);

	words_print(head, text, out);
	fclose(out);
	return written;
}

static void words_stand_in_a_column(void **state)
{
	char *text = printed("head", "two words\nand a line");

	assert_string_equal(text, "  head                  two words\n"
				  "                        and a line\n");
	free(text);
	text = printed("a head that is too long for it", "word");
	assert_string_equal(text, "  a head that is too long for it\n"
				  "                        word\n");
	free(text);
}

static void lines_are_no_longer_than_80(void **state)
{
	char *text = printed("x", "11 22 33 44 55 66 77 88 99 00 11 22 33 44 55 66 77 88 99 22 33");

	assert_int_equal(strcspn(text, "\n"), 80);
	assert_string_equal(text + 80, "\n                        22 33\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_found_among_words),
		cmocka_unit_test(the_last_counts),
		cmocka_unit_test(what_is_no_option_is_refused),
		cmocka_unit_test(only_listed_values_fit),
		cmocka_unit_test(words_stand_in_a_column),
		cmocka_unit_test(lines_are_no_longer_than_80),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
