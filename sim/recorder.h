/* Writes the journal of one node of a run to a file: `meshsim run FILE --journal NODE:PATH`. It
 * tells one life of the node, from its first start to its end or the run's. An event is in the file
 * before the node gets it, so a run whose process ends in the middle of one leaves it there. */
#ifndef SIM_RECORDER_H
#define SIM_RECORDER_H

#include "node/journal.h"
#include "sim/world.h"

struct recorder {
	const char *path; /* the caller's */
	int fd;
	uint32_t node;
	bool ended;  /* the node's first life */
	int trouble; /* errno of the first write that failed; then nothing more is written */
	uint8_t hash[HASH_256]; /* of all outboxes so far */
	uint8_t buffer[JOURNAL_EVENT];
};

/* Begins to record a node of a world that has not run yet, in a file that is made or emptied. path
 * NULL: nothing is recorded. False and a complaint if that cannot be. */
MUST_USE bool recorder_begin(struct world *world, uint32_t node, const char *path,
			     char complaint[LINE_COMPLAINT]);

/* Ends it. False and a complaint if the file could not be written. Nothing if none was begun. */
MUST_USE bool recorder_end(struct world *world, char complaint[LINE_COMPLAINT]);

/* Records, of the node that is recorded alone: what it is made from, an event it is about to be
 * handed, what it answered, its end. */
void recorder_start(struct world *world, uint32_t node, const struct journal_head *head);
void recorder_event(struct world *world, uint32_t node, const struct journal_event *event);
void recorder_answer(struct world *world, uint32_t node, instant now);
void recorder_stop(struct world *world, uint32_t node);

#endif
