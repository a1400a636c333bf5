/* `meshctl links`: the interfaces the mesh uses, and what goes over each. */
#include "tools/columns.h"
#include "tools/nouns.h"

#include <stdio.h>
#include <string.h>

/* 1000000000 as "1 Gbit/s". */
static void rate_text(json_int_t bps, char text[COLUMN_TEXT_MAX])
{
	static const char *const units[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
	size_t unit = 0;
	double rate = (double)bps;

	for (; rate >= 1000 && unit < 3; unit++)
		rate /= 1000;
	if (bps == 0)
		snprintf(text, COLUMN_TEXT_MAX, "unknown");
	else
		snprintf(text, COLUMN_TEXT_MAX, "%.4g %s", rate, units[unit]);
}

static json_int_t count_full(const json_t *neighbours)
{
	json_int_t count = 0;
	const json_t *neighbour;
	size_t index;

	json_array_foreach(neighbours, index, neighbour)
	{
		const char *state = json_string_value(json_object_get(neighbour, "state"));

		count += state != NULL && strcmp(state, "FULL") == 0;
	}
	return count;
}

/* Where the kernel relays, with what it has relayed: "native 1234", or "off". */
static void bypass_text(const json_t *bypass, char text[COLUMN_TEXT_MAX])
{
	const char *mode = json_string_value(json_object_get(bypass, "mode"));
	json_int_t frames = json_integer_value(json_object_get(bypass, "frames"));

	if (mode == NULL || strcmp(mode, "off") == 0)
		snprintf(text, COLUMN_TEXT_MAX, "off");
	else
		snprintf(text, COLUMN_TEXT_MAX, "%s %" JSON_INTEGER_FORMAT, mode, frames);
}

/* What of a link's members a table shows in another form. */
static void link_tell(json_t *link)
{
	bool running = json_is_true(json_object_get(link, "running"));
	json_int_t full = count_full(json_object_get(link, "neighbours"));
	char text[COLUMN_TEXT_MAX];

	rate_text(json_integer_value(json_object_get(link, "rate_bps")), text);
	json_object_set_new(link, "state", json_string(running ? "running" : "no carrier"));
	json_object_set_new(link, "rate", json_string(text));
	json_object_set_new(link, "full", json_integer(full));
	bypass_text(json_object_get(link, "bypass"), text);
	json_object_set_new(link, "bypass", json_string(text));
}

/* Prints the first columns of a list of links, in which some members are added. */
static void links_table(json_t *links, size_t count, bool colour)
{
	static const struct column columns[] = {
		{"LINK", "name", COLUMN_TEXT},	      {"STATE", "state", COLUMN_TEXT},
		{"LLADDR", "lladdr", COLUMN_TEXT},    {"MTU", "mtu", COLUMN_COUNT},
		{"RATE", "rate", COLUMN_TEXT},	      {"COST", "cost_us", COLUMN_MICROSECONDS},
		{"NEIGHBOURS", "full", COLUMN_COUNT}, {"CARRIES TO", "carries", COLUMN_COUNT},
		{"BYPASS", "bypass", COLUMN_TEXT},    {"SENT BY", "way", COLUMN_TEXT},
	};
	json_t *link;
	size_t index;

	json_array_foreach(links, index, link) link_tell(link);
	columns_print(links, columns, count, colour);
}

void links_print(const json_t *answer, bool colour)
{
	links_table(json_object_get(answer, "links"), 10, colour);
}

void links_print_facts(const json_t *answer, bool colour)
{
	links_table(json_object_get(answer, "links"), 6, colour);
}
