/* Lists of JSON objects as tables for people: one object a line, columns as wide as they must be.
 */
#ifndef TOOLS_COLUMNS_H
#define TOOLS_COLUMNS_H

#include <jansson.h>
#include <stdbool.h>

/* How a member is shown. */
enum column_kind {
	COLUMN_TEXT,
	COLUMN_COUNT,
	COLUMN_MICROSECONDS, /* as milliseconds */
	COLUMN_MILLISECONDS, /* as a time in its largest units */
	COLUMN_SHARE,	     /* 0 … 1 as percent */
};

struct column {
	const char *title;
	const char *member;
	enum column_kind kind;
};

enum { COLUMN_TEXT_MAX = 64 }; /* longest cell and its NUL; what is longer is cut */

/* A member's text; "" if it has none. */
const char *column_text(const json_t *object, const char *member);

/* Writes one member as a cell, without what would steer a terminal. Returns text. */
const char *column_cell(const json_t *object, const struct column *column,
			char text[COLUMN_TEXT_MAX]);

/* Prints the list under its titles, which are bold with colour. */
void columns_print(const json_t *list, const struct column *columns, size_t count, bool colour);

#endif
