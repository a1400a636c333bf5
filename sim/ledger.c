/* One balance for each pair of a node and a link address. */
#include "sim/ledger.h"

#include "base/bytes.h"
#include "sim/memory.h"

#include <stdlib.h>

int64_t ledger_note(struct ledger *ledger, uint32_t node, struct lladdr with, int64_t bytes)
{
	size_t known = ledger->index.count;
	uint8_t name[INDEX_NAME] = {0};
	struct writer out = writer_of(name, sizeof(name));

	writer_u32(&out, node);
	writer_copy(&out, with.bytes, LLADDR);
	uint32_t number = index_number(&ledger->index, name);
	ledger->balances =
		memory_grown(ledger->balances, number, &ledger->room, sizeof(*ledger->balances));
	if (number == known)
		ledger->balances[number] = 0;
	ledger->balances[number] += bytes;
	return ledger->balances[number];
}

void ledger_free(struct ledger *ledger)
{
	index_free(&ledger->index);
	free(ledger->balances);
	*ledger = (struct ledger){0};
}
