/* Who was answered how much: of each node and link address the bytes of INITIATIONs that came from
 * there, and of the RESPONSEs and COOKIEs that went back, in all its lives. */
#ifndef SIM_LEDGER_H
#define SIM_LEDGER_H

#include "node/outbox.h"
#include "sim/index.h"

/* A zeroed one is empty. */
struct ledger {
	struct index index; /* of nodes and link addresses */
	int64_t *balances;  /* by number: bytes that came less bytes that went */
	size_t room;
};

/* Notes bytes that a node got from a link address; of those that it sent there, less than 0. The
 * balance. */
int64_t ledger_note(struct ledger *ledger, uint32_t node, struct lladdr with, int64_t bytes);

void ledger_free(struct ledger *ledger);

#endif
