/* `meshctl neighbours`: who is on our links. */
#include "tools/columns.h"
#include "tools/nouns.h"

void neighbours_print(const json_t *answer, bool colour)
{
	static const struct column columns[] = {
		{"ADDRESS", "address", COLUMN_TEXT},	{"LINK", "link", COLUMN_TEXT},
		{"LLADDR", "lladdr", COLUMN_TEXT},	{"STATE", "state", COLUMN_TEXT},
		{"RTT", "rtt_us", COLUMN_MICROSECONDS}, {"LOSS", "loss", COLUMN_SHARE},
		{"METRIC", "metric", COLUMN_COUNT},
	};

	columns_print(json_object_get(answer, "neighbours"), columns,
		      sizeof(columns) / sizeof(columns[0]), colour);
}
