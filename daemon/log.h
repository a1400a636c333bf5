/* Where the daemon tells people: the journal with fields where stderr is the journal, else plain
 * lines on stderr. At most 20 entries a second over time, and 5 for experts, so that what strangers
 * do never fills a disk; what was left out is counted and said. Whoever watches the mesh hears all
 * of it, and what is in no log. */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include "base/bucket.h"
#include "daemon/message.h"

struct log {
	bool systemd;			/* stderr is the journal */
	struct bucket rate, debug_rate; /* what is for experts costs others nothing */
	uint32_t left_out;		/* entries since the last one written */
	/* hears of every message first; NULL: nobody does */
	void (*heard)(void *owner, enum message_kind kind, const char *const *values);
	void *owner;
};

/* Looks where stderr goes. */
void log_init(struct log *log);

/* Tells a message with the values of its fields, WORDS(…), NULL for none. LOG_DEBUG goes to the
 * journal only. An entry of it has MESSAGE_ID=, and each field as MESHPD_ and its name in capitals.
 */
void log_tell(struct log *log, enum message_kind kind, const char *const *values);

/* Tells a message with one field, a printf. */
void log_say(struct log *log, enum message_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Tells a message with one field for each line of a text. */
void log_lines(struct log *log, enum message_kind kind, const char *text);

#endif
