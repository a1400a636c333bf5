/* Layout. A rate is the difference of two counters by the time between; a counter that went back is
 * of another process, and has none. */
#include "tools/panel.h"

#include "tools/columns.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A row of a list and what it can be sorted by. */
struct row {
	char text[PANEL_COLUMNS];
	char name[COLUMN_TEXT_MAX];
	double by[PANEL_SORTS]; /* BY_NAME is not used */
};

/* A list of the panel: where its entries are, and how one becomes a row. */
struct list {
	const char *title;
	const char *verb;
	const char *member;
	void (*tell)(const struct panel *panel, const json_t *entry, struct row *row);
};

/* Where lines are put. */
struct page {
	const struct panel *panel;
	struct panel_line *lines;
	size_t used, size;
};

enum { CELL = 12 };

static void page_put(struct page *page, bool title, const char *text)
{
	struct panel_line *line = &page->lines[page->used];
	int width = page->panel->columns;

	if (page->used == page->size)
		return;
	width = width < PANEL_COLUMNS ? width : PANEL_COLUMNS - 1;
	snprintf(line->text, sizeof(line->text), "%.*s", width, text);
	line->title = title;
	page->used++;
}

__attribute__((format(printf, 2, 3))) static void row_say(struct row *row, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(row->text, sizeof(row->text), format, arguments);
	va_end(arguments);
}

static void name_take(struct row *row, const json_t *entry, const char *member)
{
	const struct column column = {NULL, member, COLUMN_TEXT};

	column_cell(entry, &column, row->name);
}

/* A counter's growth a second; −1 if it is not known. */
static double rate_of(const struct panel *panel, const json_t *before, const json_t *now,
		      const char *member)
{
	const json_t *was = json_object_get(before, member), *is = json_object_get(now, member);
	double growth = json_number_value(is) - json_number_value(was);

	if (!json_is_integer(is) || !json_is_integer(was) || growth < 0 || panel->seconds <= 0)
		return -1;
	return growth / panel->seconds;
}

/* "1.2k", or "-" if it is not known. */
static const char *rate_text(double rate, char text[CELL])
{
	static const char units[] = " kMGTP";
	size_t unit = 0;

	if (rate < 0) {
		snprintf(text, CELL, "-");
		return text;
	}
	for (; rate >= 999.5 && unit + 2 < sizeof(units); unit++)
		rate /= 1000;
	snprintf(text, CELL, unit == 0 ? "%.0f" : "%.3g%c", rate, units[unit]);
	return text;
}

/* The entry of a list that has the same text in a member, or NULL. */
static const json_t *same_entry(const json_t *list, const json_t *entry, const char *member)
{
	const json_t *other;
	size_t i;

	json_array_foreach(list, i, other)
	{
		if (strcmp(column_text(other, member), column_text(entry, member)) == 0)
			return other;
	}
	return NULL;
}

static const json_t *reading_list(const json_t *reading, const char *verb, const char *member)
{
	return json_object_get(json_object_get(reading, verb), member);
}

static void link_tell(const struct panel *panel, const json_t *entry, struct row *row)
{
	static const char *const counters[] = {"rx_bytes", "rx_frames", "tx_bytes", "tx_frames"};
	const char *name = column_text(entry, "name");
	const json_t *was = reading_list(panel->before, "interfaces", name);
	const json_t *is = reading_list(panel->now, "interfaces", name);
	const char *state = json_is_true(json_object_get(entry, "running")) ? "running" : "down";
	char cells[4][CELL];
	double rates[4];

	for (size_t i = 0; i < 4; i++) {
		rates[i] = rate_of(panel, was, is, counters[i]);
		rate_text(rates[i], cells[i]);
	}
	name_take(row, entry, "name");
	row->by[PANEL_BY_IN] = rates[0];
	row->by[PANEL_BY_OUT] = rates[2];
	row_say(row, "%-16s %-10s %10s %10s %10s %10s", row->name, state, cells[0], cells[1],
		cells[2], cells[3]);
}

static void neighbour_tell(const struct panel *panel, const json_t *entry, struct row *row)
{
	static const struct column columns[] = {
		{NULL, "link", COLUMN_TEXT},	       {NULL, "state", COLUMN_TEXT},
		{NULL, "rtt_us", COLUMN_MICROSECONDS}, {NULL, "loss", COLUMN_SHARE},
		{NULL, "metric", COLUMN_COUNT},
	};
	char cells[5][COLUMN_TEXT_MAX];

	for (size_t i = 0; i < 5; i++)
		column_cell(entry, &columns[i], cells[i]);
	name_take(row, entry, "address");
	row->by[PANEL_BY_METRIC] = json_number_value(json_object_get(entry, "metric"));
	row_say(row, "%-39s %-9.9s %-5.5s %9.9s %6.6s %7.7s", row->name, cells[0], cells[1],
		cells[2], cells[3], cells[4]);
}

static void session_tell(const struct panel *panel, const json_t *entry, struct row *row)
{
	const json_t *list = reading_list(panel->before, "sessions", "sessions");
	const json_t *was = same_entry(list, entry, "address");
	double in = rate_of(panel, was, entry, "rx_packets");
	double out = rate_of(panel, was, entry, "tx_packets");
	char cells[2][CELL];

	name_take(row, entry, "address");
	row->by[PANEL_BY_IN] = in;
	row->by[PANEL_BY_OUT] = out;
	row_say(row, "%-39s %-12.12s %10s %10s", row->name, column_text(entry, "state"),
		rate_text(in, cells[0]), rate_text(out, cells[1]));
}

/* Every drop becomes an entry with its name and how fast it grows; those that do not are left out.
 */
static json_t *drops_of(const struct panel *panel)
{
	json_t *was = json_object_get(json_object_get(panel->before, "status"), "drops");
	json_t *is = json_object_get(json_object_get(panel->now, "status"), "drops");
	json_t *list = json_array(), *count;
	const char *reason;

	json_object_foreach(is, reason, count)
	{
		json_int_t before = json_integer_value(json_object_get(was, reason));
		double growth = (double)json_integer_value(count) - (double)before;

		if (panel->before != NULL && growth > 0 && panel->seconds > 0)
			json_array_append_new(list,
					      json_pack("{s:s, s:f, s:O}", "reason", reason, "rate",
							growth / panel->seconds, "count", count));
	}
	return list;
}

static void drop_tell(const struct panel *panel, const json_t *entry, struct row *row)
{
	double rate = json_number_value(json_object_get(entry, "rate"));
	char cell[CELL];

	name_take(row, entry, "reason");
	row->by[PANEL_BY_IN] = row->by[PANEL_BY_OUT] = row->by[PANEL_BY_METRIC] = rate;
	row_say(row, "%-39s %10s %12" JSON_INTEGER_FORMAT, row->name, rate_text(rate, cell),
		json_integer_value(json_object_get(entry, "count")));
}

static int rows_compare(const void *one, const void *other, void *sort)
{
	const enum panel_sort *by = sort;
	const struct row *a = one, *b = other;

	if (*by != PANEL_BY_NAME && a->by[*by] != b->by[*by])
		return a->by[*by] < b->by[*by] ? 1 : -1;
	return strcmp(a->name, b->name);
}

/* The entries of a list as rows, sorted; the caller's to free. NULL if there are none. */
static struct row *rows_make(const struct panel *panel, const struct list *list,
			     const json_t *entries)
{
	size_t count = json_array_size(entries);
	struct row *rows = count > 0 ? calloc(count, sizeof(*rows)) : NULL;
	enum panel_sort sort = panel->sort;

	for (size_t i = 0; rows != NULL && i < count; i++)
		list->tell(panel, json_array_get(entries, i), &rows[i]);
	if (rows != NULL)
		qsort_r(rows, count, sizeof(*rows), rows_compare, &sort);
	return rows;
}

/* Puts a list with its title into at most room lines. */
static void list_put(struct page *page, const struct list *list, const json_t *entries, size_t room)
{
	size_t count = json_array_size(entries), shown = count;
	struct row *rows = rows_make(page->panel, list, entries);
	char more[64];

	if (room > 0)
		page_put(page, true, list->title);
	if (shown + 1 > room)
		shown = room > 2 ? room - 2 : 0;
	for (size_t i = 0; rows != NULL && i < shown; i++)
		page_put(page, false, rows[i].text);
	free(rows);
	if (shown == count || room < 2)
		return;
	snprintf(more, sizeof(more), "... and %zu more", count - shown);
	page_put(page, false, more);
}

static const char *const sort_names[PANEL_SORTS] = {"name", "in", "out", "metric"};

char panel_sort_key(enum panel_sort sort)
{
	return sort_names[sort][0];
}

static void head_put(struct page *page)
{
	static const struct column uptime = {NULL, "uptime_ms", COLUMN_MILLISECONDS};
	const struct panel *panel = page->panel;
	const json_t *status = json_object_get(panel->now, "status");
	char text[PANEL_COLUMNS], up[COLUMN_TEXT_MAX];

	snprintf(text, sizeof(text), "%.40s  up %s  %d nodes  by %s",
		 column_text(status, "address"), column_cell(status, &uptime, up),
		 (int)json_integer_value(json_object_get(status, "nodes")),
		 sort_names[panel->sort]);
	page_put(page, false, text);
	page_put(page, false,
		 panel->trouble != NULL ? panel->trouble
					: "q quit; sort by n name, i in, o out, m metric");
}

size_t panel_lay(const struct panel *panel, struct panel_line lines[PANEL_ROWS])
{
	static const struct list lists[] = {
		{"INTERFACE        STATE       IN byte/s    frame/s OUT byte/s    frame/s", "links",
		 "links", link_tell},
		{"NEIGHBOUR                               LINK      STATE       RTT   LOSS  METRIC",
		 "neighbours", "neighbours", neighbour_tell},
		{"SESSION                                 STATE         IN pkt/s  OUT pkt/s",
		 "sessions", "sessions", session_tell},
		{"DROPPED                                    frame/s        ALL", NULL, NULL,
		 drop_tell},
	};
	size_t rows = panel->rows > 0 ? (size_t)panel->rows : 0;
	struct page page = {panel, lines, 0, rows < PANEL_ROWS ? rows : PANEL_ROWS};
	json_t *drops = drops_of(panel);

	head_put(&page);
	for (size_t i = 0; i < 4; i++) {
		const json_t *entries =
			lists[i].verb == NULL
				? drops
				: reading_list(panel->now, lists[i].verb, lists[i].member);

		list_put(&page, &lists[i], entries, (page.size - page.used + 3 - i) / (4 - i));
	}
	json_decref(drops);
	return page.used;
}
