/* The replayer: one pass, one record after the other. An event without its answer at the end of a
 * journal is handed over too: it may be the one that ended the recorder. */
#include "sim/replay.h"

#include "crypto/aead.h"
#include "node/check.h"

#include <string.h>

/* True if the next answer in the journal is the node's, or if it was cut off. */
static bool answer_equal(struct replay *replay, struct reader *reader)
{
	uint8_t answer[JOURNAL_ANSWER];

	if (journal_answer_read(reader, answer) == JOURNAL_CUT) {
		replay->cut = true;
		reader->left = 0;
		return true;
	}
	return memcmp(answer, replay->hash, JOURNAL_ANSWER) == 0;
}

/* True if an event asks for a cipher this machine cannot do. */
static bool event_foreign(const struct journal_event *event)
{
	return (event->settings.suites & ~aead_suites()) != 0;
}

/* Takes the next event out of the journal; false at its end. */
static bool event_next(struct replay *replay, const struct node_limits *limits,
		       struct reader *reader, struct journal_event *event)
{
	if (reader->left == 0)
		return false;
	enum journal_found found = journal_event_read(reader, limits, event);
	if (found == JOURNAL_CUT)
		replay->cut = true;
	else if (found == JOURNAL_MALFORMED || event->now.us < replay->now.us ||
		 event_foreign(event))
		replay->kind = REPLAY_MALFORMED;
	return found == JOURNAL_WHOLE && replay->kind == REPLAY_EQUAL;
}

void replay_run(struct replay *replay, const struct journal_head *head, struct reader *reader,
		void *memory, struct outbox *outbox)
{
	struct node *node = node_init(memory, &head->limits, &head->secrets, &head->settings);
	size_t size = reader->left;
	struct journal_event event;

	*replay = (struct replay){.kind = REPLAY_EQUAL, .offset = JOURNAL_HEAD};
	outbox_clear(outbox);
	while (event_next(replay, &head->limits, reader, &event)) {
		replay->first = replay->events++ == 0 ? event.now : replay->first;
		replay->now = event.now;
		replay->event = event.kind;
		journal_apply(node, &event, outbox);
		outbox_hash(replay->hash, event.now, 0, outbox);
		outbox_clear(outbox);
		if (!answer_equal(replay, reader)) {
			replay->kind = REPLAY_DIFFERENT;
			break;
		}
		node_check(node);
		replay->offset = JOURNAL_HEAD + size - reader->left;
	}
	node_wipe(node);
}

const char *replay_event_name(enum journal_kind kind)
{
	switch (kind) {
	case JOURNAL_LINK:
		return "link";
	case JOURNAL_FRAME:
		return "frame";
	case JOURNAL_PACKET:
		return "packet";
	case JOURNAL_TIME:
		return "time";
	case JOURNAL_SESSION_KEY:
		return "session_key";
	case JOURNAL_TRACE:
		return "trace";
	case JOURNAL_LEAVE:
		return "leave";
	case JOURNAL_CARRIED:
		return "carried";
	case JOURNAL_CHANGE:
		return "change";
	case JOURNAL_ALLOW:
		return "allow";
	}
	return "";
}
