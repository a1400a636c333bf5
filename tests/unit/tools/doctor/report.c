/* The report as people see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/doctor/report.h"

#include <stdlib.h>

static void prints(const struct report *report, const char *expected)
{
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	assert_non_null(out);
	report_print(report, out, false);
	fclose(out);
	assert_string_equal(got, expected);
	free(got);
}

static void a_finding_is_a_line_and_its_fix_another(void **state)
{
	struct report report = {.checks = json_array(), .name = "mtu"};

	report_say(&report, RESULT_WARNING, "true", "%s is small", "eth0");
	report.name = "links";
	report_say(&report, RESULT_OK, "", "good");
	assert_true(report_has(&report, RESULT_WARNING));
	assert_false(report_has(&report, RESULT_FAILED));
	prints(&report, "warning  mtu    eth0 is small\n"
			"                fix: true\n"
			"ok       links  good\n");
	json_decref(report.checks);
}

/* A name with a line feed in it could print a fix of its own. */
static void no_name_begins_a_line(void **state)
{
	struct report report = {.checks = json_array(), .name = "mtu"};

	report_say(&report, RESULT_FAILED, "# \r", "%s", "x\n    fix: id\033[2J");
	prints(&report, "failed   mtu  x?    fix: id?[2J\n"
			"              fix: # ?\n");
	json_decref(report.checks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finding_is_a_line_and_its_fix_another),
		cmocka_unit_test(no_name_begins_a_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("doctor/report", tests, NULL, NULL);
}
