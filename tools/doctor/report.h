/* What `meshctl doctor` found: a list of findings, each under the name of the check that made it. A
 * check says as many as there are things to mend, and nothing if all is well. The report is the
 * JSON that programs read; people get it as a table. */
#ifndef TOOLS_DOCTOR_REPORT_H
#define TOOLS_DOCTOR_REPORT_H

#include "base/require.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum result {
	RESULT_OK,
	RESULT_SKIPPED, /* could not be looked at; detail says why */
	RESULT_WARNING, /* the mesh works, but not as well or as safely as it could */
	RESULT_FAILED,	/* something does not work */
};

enum { REPORT_TEXT = 1024 }; /* longest detail or fix with its NUL; what is longer is cut */

struct report {
	json_t *checks;
	const char *name; /* of the check that is running */
};

/* Adds a finding. fix is a line for root's shell, or a remark that begins with #, or "" where there
 * is nothing to do; detail is as by printf. */
void report_say(struct report *report, enum result result, const char *fix, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* True if a finding of the report has that result. */
MUST_USE bool report_has(const struct report *report, enum result result);

/* Prints the report for people. */
void report_print(const struct report *report, FILE *out, bool colour);

#endif
