/* `meshctl trace DST` and meshtraceroute: the hops of a lane, each with the link it is reached by,
 * the worst link marked. */
#include "tools/trace.h"

#include "tools/columns.h"

#include <stdio.h>
#include <string.h>

/* True if the hops differ in a member: then the worst of them is worth a mark. */
static bool differs(const json_t *hops, const char *member)
{
	const json_t *first = NULL, *hop, *value;
	size_t index;

	json_array_foreach(hops, index, hop)
	{
		value = json_object_get(hop, member);
		if (json_is_null(value))
			continue;
		if (first == NULL)
			first = value;
		if (!json_equal(first, value))
			return true;
	}
	return false;
}

/* Puts a member as a cell: "-" if it is not known, with a star if it is the worst. */
static void cell_put(json_t *hop, const struct column *column, const char *title, bool worst)
{
	char text[COLUMN_TEXT_MAX];
	bool known = !json_is_null(json_object_get(hop, column->member));

	json_object_set_new(hop, title,
			    json_sprintf("%s%s", known ? column_cell(hop, column, text) : "-",
					 known && worst ? "*" : ""));
}

/* How the hop answered, and whether the way back is the same. */
static void words_put(json_t *hop)
{
	const char *state = column_text(hop, "state"), *back = column_text(hop, "back");
	const json_t *symmetric = json_object_get(hop, "symmetric");

	json_object_set_new(hop, "signed_text",
			    json_string(strcmp(state, "ok") == 0 ? "yes" : state));
	if (json_is_null(symmetric))
		json_object_set_new(hop, "back_text", json_string("-"));
	else if (json_is_true(symmetric))
		json_object_set_new(hop, "back_text", json_string("same"));
	else
		json_object_set_new(hop, "back_text", json_string(back[0] != '\0' ? back : "none"));
}

static void cells_put(json_t *answer)
{
	static const struct {
		const char *title, *worst; /* worst: the member of bottleneck */
		struct column column;
	} cells[] = {
		{"link_text", NULL, {.member = "link", .kind = COLUMN_TEXT}},
		{"rtt_text", NULL, {.member = "rtt_us", .kind = COLUMN_MICROSECONDS}},
		{"link_rtt_text", NULL, {.member = "link_rtt_us", .kind = COLUMN_MICROSECONDS}},
		{"loss_text", "loss", {.member = "loss", .kind = COLUMN_SHARE}},
		{"metric_text", "metric", {.member = "metric", .kind = COLUMN_COUNT}},
		{"mtu_text", "mtu", {.member = "mtu", .kind = COLUMN_COUNT}},
		{"queue_text", NULL, {.member = "queue", .kind = COLUMN_COUNT}},
	};
	const json_t *bottleneck = json_object_get(answer, "bottleneck");
	json_t *hops = json_object_get(answer, "hops"), *hop;
	size_t index;

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		json_int_t worst =
			cells[i].worst != NULL && differs(hops, cells[i].column.member)
				? json_integer_value(json_object_get(bottleneck, cells[i].worst))
				: 0;
		json_array_foreach(hops, index, hop) cell_put(hop, &cells[i].column, cells[i].title,
							      worst == (json_int_t)index + 1);
	}
	json_array_foreach(hops, index, hop) words_put(hop);
}

static void lies_print(const json_t *hops)
{
	const json_t *hop;
	size_t index;

	json_array_foreach(hops, index, hop)
	{
		if (strcmp(column_text(hop, "state"), "LIE") == 0)
			printf("hop %zu lies: %s\n", index + 1, column_text(hop, "lie"));
	}
}

static const char *result_text(const json_t *answer)
{
	static const struct {
		const char *result, *text;
	} results[] = {
		{"reached", "reached"},
		{"no_route", "no route from the last hop"},
		{"lost", "not reached, nobody says who comes next"},
		{"loop", "goes round: the last hop sends it back to one it came by"},
		{"timeout", "not reached in time"},
	};

	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (strcmp(results[i].result, column_text(answer, "result")) == 0)
			return results[i].text;
	return "";
}

void trace_print_hops(const json_t *answer, bool colour)
{
	static const struct column columns[] = {
		{"HOP", "hop", COLUMN_COUNT},		{"ADDRESS", "address", COLUMN_TEXT},
		{"RTT", "rtt_text", COLUMN_TEXT},	{"SIGNED", "signed_text", COLUMN_TEXT},
		{"OVER", "link_text", COLUMN_TEXT},	{"LINK RTT", "link_rtt_text", COLUMN_TEXT},
		{"LOSS", "loss_text", COLUMN_TEXT},	{"METRIC", "metric_text", COLUMN_TEXT},
		{"MTU", "mtu_text", COLUMN_TEXT},	{"QUEUE", "queue_text", COLUMN_TEXT},
		{"WAY BACK", "back_text", COLUMN_TEXT},
	};
	json_t *shown = json_deep_copy(answer);
	const json_t *hops = json_object_get(shown, "hops");

	cells_put(shown);
	if (json_array_size(hops) > 0)
		columns_print(hops, columns, sizeof(columns) / sizeof(columns[0]), colour);
	lies_print(hops);
	puts(result_text(answer));
	json_decref(shown);
}

void trace_print(const json_t *answer, bool colour)
{
	printf("to %s (%s), lane %d\n", column_text(answer, "address"), column_text(answer, "id"),
	       (int)json_integer_value(json_object_get(answer, "lane")));
	trace_print_hops(answer, colour);
}

enum verdict trace_judge(const json_t *answer)
{
	const char *result = column_text(answer, "result");

	if (strcmp(result, "reached") == 0)
		return VERDICT_YES;
	return strcmp(result, "timeout") == 0 ? VERDICT_TIMEOUT : VERDICT_NO;
}
