/* `meshctl sessions`: with whom we share keys. */
#include "tools/columns.h"
#include "tools/nouns.h"

void sessions_print(const json_t *answer, bool colour)
{
	static const struct column columns[] = {
		{"ADDRESS", "address", COLUMN_TEXT},	  {"STATE", "state", COLUMN_TEXT},
		{"SUITE", "suite", COLUMN_TEXT},	  {"EPOCH", "epoch", COLUMN_COUNT},
		{"AGE", "age_ms", COLUMN_MILLISECONDS},	  {"SENT", "tx_packets", COLUMN_COUNT},
		{"RECEIVED", "rx_packets", COLUMN_COUNT}, {"REPLAYED", "rx_replay", COLUMN_COUNT},
	};

	columns_print(json_object_get(answer, "sessions"), columns,
		      sizeof(columns) / sizeof(columns[0]), colour);
}
