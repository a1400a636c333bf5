/* Lists as tables. Numbers stand to the right, text to the left; the last column is not padded. */
#include "tools/columns.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 16 };

static void cell_time(int64_t ms, char text[COLUMN_TEXT_MAX])
{
	int64_t s = ms / 1000;

	if (s < 60)
		snprintf(text, COLUMN_TEXT_MAX, "%" PRId64 ".%" PRId64 "s", s, ms % 1000 / 100);
	else if (s < 3600)
		snprintf(text, COLUMN_TEXT_MAX, "%" PRId64 "m%02" PRId64 "s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(text, COLUMN_TEXT_MAX, "%" PRId64 "h%02" PRId64 "m", s / 3600,
			 s % 3600 / 60);
	else
		snprintf(text, COLUMN_TEXT_MAX, "%" PRId64 "d%02" PRId64 "h", s / 86400,
			 s % 86400 / 3600);
}

const char *column_text(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text != NULL ? text : "";
}

static void cell_text(const char *words, char text[COLUMN_TEXT_MAX])
{
	snprintf(text, COLUMN_TEXT_MAX, "%s", words);
	for (; *text != '\0'; text++)
		if (iscntrl((unsigned char)*text))
			*text = '?';
}

const char *column_cell(const json_t *object, const struct column *column,
			char text[COLUMN_TEXT_MAX])
{
	const json_t *member = json_object_get(object, column->member);
	int64_t number = json_integer_value(member);

	text[0] = '\0';
	switch (column->kind) {
	case COLUMN_TEXT:
		cell_text(column_text(object, column->member), text);
		break;
	case COLUMN_COUNT:
		snprintf(text, COLUMN_TEXT_MAX, "%" PRId64, number);
		break;
	case COLUMN_MICROSECONDS:
		snprintf(text, COLUMN_TEXT_MAX, "%" PRId64 ".%03" PRId64 "ms", number / 1000,
			 number % 1000);
		break;
	case COLUMN_MILLISECONDS:
		cell_time(number, text);
		break;
	case COLUMN_SHARE:
		snprintf(text, COLUMN_TEXT_MAX, "%.1f%%", json_number_value(member) * 100);
		break;
	}
	return text;
}

static void cell_print(const char *text, int width, bool left, bool last)
{
	if (last && left)
		printf("%s", text);
	else
		printf(left ? "%-*s" : "%*s", width, text);
	fputs(last ? "\n" : "  ", stdout);
}

static void widths_find(const json_t *list, const struct column *columns, size_t count,
			int widths[COLUMNS_MAX])
{
	char text[COLUMN_TEXT_MAX];
	const json_t *row;
	size_t index;

	for (size_t i = 0; i < count; i++)
		widths[i] = (int)strlen(columns[i].title);
	json_array_foreach(list, index, row) for (size_t i = 0; i < count; i++)
	{
		int width = (int)strlen(column_cell(row, &columns[i], text));

		widths[i] = width > widths[i] ? width : widths[i];
	}
}

void columns_print(const json_t *list, const struct column *columns, size_t count, bool colour)
{
	char text[COLUMN_TEXT_MAX];
	int widths[COLUMNS_MAX];
	const json_t *row;
	size_t index;

	widths_find(list, columns, count, widths);
	fputs(colour ? "\033[1m" : "", stdout);
	for (size_t i = 0; i < count; i++)
		cell_print(columns[i].title, widths[i], columns[i].kind == COLUMN_TEXT,
			   i + 1 == count);
	fputs(colour ? "\033[0m" : "", stdout);
	json_array_foreach(list, index, row) for (size_t i = 0; i < count; i++)
		cell_print(column_cell(row, &columns[i], text), widths[i],
			   columns[i].kind == COLUMN_TEXT, i + 1 == count);
}
