/* Findings as objects {name, result, detail, fix}. Nothing but text goes in, so that the report
 * stands by itself wherever it is sent. */
#include "tools/doctor/report.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const result_names[] = {[RESULT_OK] = "ok",
					   [RESULT_SKIPPED] = "skipped",
					   [RESULT_WARNING] = "warning",
					   [RESULT_FAILED] = "failed"};

void report_say(struct report *report, enum result result, const char *fix, const char *format, ...)
{
	char detail[REPORT_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(detail, sizeof(detail), format, arguments);
	va_end(arguments);
	json_array_append_new(report->checks,
			      json_pack("{s:s, s:s, s:s, s:s}", "name", report->name, "result",
					result_names[result], "detail", detail, "fix", fix));
}

static const char *member(const json_t *finding, const char *name)
{
	const char *text = json_string_value(json_object_get(finding, name));

	return text != NULL ? text : "";
}

bool report_has(const struct report *report, enum result result)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(report->checks, i, finding)
	{
		if (strcmp(member(finding, "result"), result_names[result]) == 0)
			return true;
	}
	return false;
}

/* Green, dim, yellow, red. */
static const char *result_colour(const char *result)
{
	static const char *const colours[] = {[RESULT_OK] = "\033[32m",
					      [RESULT_SKIPPED] = "\033[2m",
					      [RESULT_WARNING] = "\033[33m",
					      [RESULT_FAILED] = "\033[1;31m"};

	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
		if (strcmp(result, result_names[i]) == 0)
			return colours[i];
	return "";
}

/* Names that others chose stand in it: none of them may begin a line or steer the terminal. */
static void words_print(const char *words, FILE *out)
{
	for (; *words != '\0'; words++)
		fputc(iscntrl((unsigned char)*words) ? '?' : *words, out);
	fputc('\n', out);
}

void report_print(const struct report *report, FILE *out, bool colour)
{
	const json_t *finding;
	size_t i;
	int width = 0;

	json_array_foreach(report->checks, i, finding)
	{
		int size = (int)strlen(member(finding, "name"));

		width = size > width ? size : width;
	}
	json_array_foreach(report->checks, i, finding)
	{
		const char *result = member(finding, "result"), *fix = member(finding, "fix");

		fprintf(out, "%s%-7s%s  %-*s  ", colour ? result_colour(result) : "", result,
			colour ? "\033[0m" : "", width, member(finding, "name"));
		words_print(member(finding, "detail"), out);
		if (fix[0] == '\0')
			continue;
		fprintf(out, "%*s    fix: ", width + 7, "");
		words_print(fix, out);
	}
}
