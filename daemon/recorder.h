/* Writes the journal of the node to a file, if one is asked for: `meshpd --journal FILE`. An event
 * is in the file before the node gets it, so the file of a daemon that crashed ends with the event
 * that crashed it; `meshsim replay FILE` shows it again. The file holds every secret of the node
 * (node/journal.h) and belongs to whoever started the daemon, for it is opened before the rights
 * are gone. Recording is no reason to stop: a file that cannot be written any more is said once and
 * left. */
#ifndef DAEMON_RECORDER_H
#define DAEMON_RECORDER_H

#include "daemon/failure.h"
#include "daemon/log.h"
#include "node/journal.h"

struct recorder {
	int fd; /* -1: nothing is recorded */
	struct log *log;
	uint8_t hash[HASH_256]; /* of all outboxes so far */
	size_t used;		/* bytes of the buffer that are not in the file yet */
	uint8_t buffer[JOURNAL_ANSWER + JOURNAL_EVENT];
};

/* Makes the file, with mode 0600. path may be NULL: then nothing will be recorded. log is the
 * caller's. 0 or -errno: -EEXIST if there is anything of that name. */
MUST_USE int recorder_open(struct recorder *recorder, const char *path, struct log *log,
			   struct failure *failure);

/* Records what the node is going to be made from. */
void recorder_head(struct recorder *recorder, const struct journal_head *head);

/* Records an event the node is about to be handed, and after it what the node answered. */
void recorder_event(struct recorder *recorder, const struct journal_event *event);
void recorder_answer(struct recorder *recorder, instant now, const struct outbox *outbox);

/* Writes what is still buffered: the answer to the last event of a batch. */
void recorder_flush(struct recorder *recorder);

void recorder_close(struct recorder *recorder);

#endif
