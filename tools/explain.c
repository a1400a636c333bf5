/* `meshctl explain DST`: the way packets take to a node, and why not another. */
#include "tools/columns.h"
#include "tools/nouns.h"

#include <stdio.h>

enum { LANES_TEXT = 32 };

static bool is_so(const json_t *answer, const char *member)
{
	return json_is_true(json_object_get(answer, member));
}

static json_int_t number_of(const json_t *object, const char *member)
{
	return json_integer_value(json_object_get(object, member));
}

/* [0,2] as "0 2". */
static const char *lanes_text(const json_t *lanes, char text[LANES_TEXT])
{
	size_t used = 0, index;
	const json_t *lane;

	text[0] = '\0';
	json_array_foreach(lanes, index, lane)
	{
		int size = snprintf(text + used, LANES_TEXT - used, "%s%d", used > 0 ? " " : "",
				    (int)json_integer_value(lane));
		used += used + (size_t)size < LANES_TEXT ? (size_t)size : 0;
	}
	return text;
}

static void head_print(const json_t *answer)
{
	const char *why = "no path leads there";

	printf("%s (%s): ", column_text(answer, "address"), column_text(answer, "id"));
	if (!is_so(answer, "known"))
		why = is_so(answer, "synced") ? "no node of the zone has that address"
					      : "not known yet, no neighbour has told which nodes "
						"there are";
	else if (!is_so(answer, "connected"))
		why = "was in the zone and is lost";
	if (is_so(answer, "own"))
		puts("that is this node");
	else if (!is_so(answer, "reached"))
		printf("no route: %s\n", why);
	else
		printf("metric %" JSON_INTEGER_FORMAT " µs, %" JSON_INTEGER_FORMAT
		       " hop%s, MTU %" JSON_INTEGER_FORMAT "\n",
		       number_of(answer, "metric"), number_of(answer, "hops"),
		       number_of(answer, "hops") == 1 ? "" : "s", number_of(answer, "mtu"));
}

static void path_print(const json_t *path)
{
	char lanes[LANES_TEXT];
	const json_t *link;
	size_t index;

	printf("lanes %s:", lanes_text(json_object_get(path, "lanes"), lanes));
	json_array_foreach(json_object_get(path, "links"), index, link)
		printf("\n  %s  %" JSON_INTEGER_FORMAT " µs, MTU %" JSON_INTEGER_FORMAT ", %s",
		       column_text(link, "to"), number_of(link, "cost"), number_of(link, "mtu"),
		       column_text(link, "medium"));
	putchar('\n');
}

static void candidates_print(const json_t *candidates, bool colour)
{
	static const struct column columns[] = {
		{"VIA", "address", COLUMN_TEXT},
		{"LINK", "link", COLUMN_TEXT},
		{"FIXED", "fixed_us", COLUMN_COUNT},
		{"RATE", "transmit_us", COLUMN_COUNT},
		{"LOSS", "loss_us", COLUMN_COUNT},
		{"RTT", "rtt_us", COLUMN_COUNT},
		{"OPERATOR", "operator_us", COLUMN_COUNT},
		{"COST", "cost", COLUMN_COUNT},
		{"BEYOND", "beyond", COLUMN_COUNT},
		{"TOTAL", "total", COLUMN_COUNT},
		{"HOPS", "hops", COLUMN_COUNT},
		{"LANES", "lanes_text", COLUMN_TEXT},
		{"WHY", "reason", COLUMN_TEXT},
	};
	char lanes[LANES_TEXT];
	json_t *candidate;
	size_t index;

	json_array_foreach(candidates, index, candidate)
	{
		json_object_update(candidate, json_object_get(candidate, "parts"));
		lanes_text(json_object_get(candidate, "lanes"), lanes);
		json_object_set_new(candidate, "lanes_text",
				    json_string(lanes[0] != '\0' ? lanes : "-"));
	}
	columns_print(candidates, columns, sizeof(columns) / sizeof(columns[0]), colour);
}

void explain_print(const json_t *answer, bool colour)
{
	const json_t *candidates = json_object_get(answer, "candidates");
	const json_t *path;
	size_t index;

	head_print(answer);
	json_array_foreach(json_object_get(answer, "paths"), index,
			   path) if (json_array_size(json_object_get(path, "links")) > 0)
		path_print(path);
	if (json_array_size(candidates) > 0)
		candidates_print(candidates, colour);
}

enum verdict explain_judge(const json_t *answer)
{
	return is_so(answer, "reached") ? VERDICT_YES : VERDICT_NO;
}
