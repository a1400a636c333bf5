/* The sealed messages of flooding and synchronisation. docs/protocol/route.md, section 3. */
#ifndef ROUTE_MESSAGE_H
#define ROUTE_MESSAGE_H

#include "base/bytes.h"
#include "base/require.h"
#include "meshp/wire.h"

enum {
	MESSAGE_MAX = 1200, /* bytes, the type byte included */
	MESSAGE_BUCKETS = 256,
};

/* RECORDS: begins one, in a writer of no more than MESSAGE_MAX bytes; appends a fragment, false
 * (and nothing written) if it does not fit. */
void message_records(struct writer *out, uint32_t number);
MUST_USE bool message_records_add(struct writer *out, struct span fragment);

/* Reads the number of RECORDS, its type byte already taken, as in all readers here, and makes sure
 * that the fragments, of whatever size each, fill the rest exactly. Then they come one by one;
 * after the last message_records_next is false. */
MUST_USE bool message_records_read(struct reader *in, uint32_t *number);
MUST_USE bool message_records_next(struct reader *in, struct span *fragment);

struct message_ack {
	uint32_t greatest;
	uint32_t bitmap; /* bit n: greatest − 1 − n was received, too */
};

/* Only what was sent can have been received: an ACK that names number 0 or below is not read. */
void message_ack(struct writer *out, const struct message_ack *ack);
MUST_USE bool message_ack_read(struct reader *in, struct message_ack *ack);

/* True if the ACK covers a number. */
bool message_ack_covers(const struct message_ack *ack, uint32_t number);

struct message_compare {
	bool ask; /* say yours, too */
	uint32_t sums[MESSAGE_BUCKETS];
};

void message_compare(struct writer *out, const struct message_compare *compare);
MUST_USE bool message_compare_read(struct reader *in, struct message_compare *compare);

#endif
