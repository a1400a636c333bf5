/* Tests of config/lines.c: what inih gets to see, and what it never does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/lines.h"

#include <string.h>

enum { BUFFER = 200 }; /* what inih hands in */

/* Reads text to its end or to the first refusal; the last line goes to buffer. */
static struct lines lines_of(const char *text, size_t size, char buffer[BUFFER])
{
	struct lines lines = {.stream = fmemopen((void *)(uintptr_t)text, size, "r")};

	assert_non_null(lines.stream);
	while (lines_next(buffer, BUFFER, &lines) != NULL)
		continue;
	fclose(lines.stream);
	return lines;
}

static void lines_and_sections_are_counted(void **state)
{
	static const char text[] = "# one\n[Link]\nMatch=a\n\n[Link]\r\nMatch=b";
	char buffer[BUFFER];
	struct lines lines = lines_of(text, strlen(text), buffer);

	assert_false(lines.refused);
	assert_int_equal(lines.line, 6);
	assert_int_equal(lines.sections, 2);
	assert_string_equal(buffer, "Match=b\n");
}

static void refused(const char *text, size_t size, uint32_t line, const char *why)
{
	char buffer[BUFFER];
	struct lines lines = lines_of(text, size, buffer);

	assert_true(lines.refused);
	assert_int_equal(lines.line, line);
	assert_non_null(strstr(lines.why.text, why));
	assert_null(lines_next(buffer, BUFFER, &lines));
}

static void refused_text(const char *text, uint32_t line, const char *why)
{
	refused(text, strlen(text), line, why);
}

static void misleading_lines_are_refused(void **state)
{
	refused_text("[Mesh]\n Zone=1\n", 2, "indented");
	refused_text("[Mesh]\n\tZone=1\n", 2, "indented");
	refused_text("Zone=1 ; two\n", 1, "comment");
	refused_text("Zone=1\t; two\n", 1, "comment");
	refused_text("[Mesh\nZone=1\n", 1, "heading");
	refused_text("[Mesh] Zone=1\n", 1, "heading");
	refused_text("Zone: 1\n", 1, "':'");
	refused_text("# fine\nZone\n", 2, "neither");
	refused("Zone=1\0 2\n", 10, 1, "NUL");
}

static void a_line_holds_190_bytes(void **state)
{
	char text[LINE_BYTES + 2];
	char buffer[BUFFER];

	memset(text, 'a', sizeof(text));
	text[1] = '=';
	text[LINE_BYTES] = '\n';
	assert_false(lines_of(text, LINE_BYTES + 1, buffer).refused);
	assert_int_equal(strlen(buffer), LINE_BYTES + 1);
	text[LINE_BYTES] = 'a';
	text[LINE_BYTES + 1] = '\n';
	refused(text, sizeof(text), 1, "190 bytes");
}

static void a_blank_line_may_have_spaces_after_nothing(void **state)
{
	char buffer[BUFFER];

	assert_false(lines_of("\r\n\nZone=1  \n", 12, buffer).refused);
	assert_string_equal(buffer, "Zone=1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_sections_are_counted),
		cmocka_unit_test(misleading_lines_are_refused),
		cmocka_unit_test(a_line_holds_190_bytes),
		cmocka_unit_test(a_blank_line_may_have_spaces_after_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config/lines", tests, NULL, NULL);
}
