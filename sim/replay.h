/* Journals played back: the events of a file handed to a fresh node, and its answers compared with
 * those the file holds. The journal may come from a daemon or from a run of the simulator; the node
 * does not know. */
#ifndef SIM_REPLAY_H
#define SIM_REPLAY_H

#include "crypto/hash.h"
#include "node/journal.h"

enum replay_kind {
	REPLAY_EQUAL,	  /* every answer is the one recorded */
	REPLAY_DIFFERENT, /* the event named is answered differently; nothing after it was tried */
	REPLAY_MALFORMED, /* what follows the events counted is no event */
};

/* Where a replay is, or how it ended. */
struct replay {
	enum replay_kind kind;
	bool cut;	    /* the bytes ended in the middle of a record */
	uint64_t events;    /* handed to the node so far, that at work included: its number */
	size_t offset;	    /* of the record after those, bytes from the head's beginning */
	instant first, now; /* of the first event and the last */
	enum journal_kind event;
	uint8_t hash[HASH_256]; /* of all outboxes */
};

/* Plays what follows the head in a reader to a node made of that head, in memory of node_size
 * bytes, zero-filled, aligned to 16. Keeps *replay up to date all the time, for whoever watches a
 * process that a broken invariant may end. */
void replay_run(struct replay *replay, const struct journal_head *head, struct reader *reader,
		void *memory, struct outbox *outbox);

/* The word for a kind of event. */
const char *replay_event_name(enum journal_kind kind);

#endif
