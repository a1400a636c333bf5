/* `meshctl routes`: which way to whom. */
#include "tools/columns.h"
#include "tools/nouns.h"

void routes_print(const json_t *answer, bool colour)
{
	static const struct column columns[] = {
		{"ADDRESS", "address", COLUMN_TEXT}, {"NEXT HOP", "next_hop", COLUMN_TEXT},
		{"LINK", "link", COLUMN_TEXT},	     {"METRIC", "metric", COLUMN_COUNT},
		{"HOPS", "hops", COLUMN_COUNT},	     {"MTU", "mtu", COLUMN_COUNT},
	};

	columns_print(json_object_get(answer, "routes"), columns,
		      sizeof(columns) / sizeof(columns[0]), colour);
}
