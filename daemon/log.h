/* Where the daemon tells people: the journal with fields where stderr is the journal, else plain
 * lines on stderr. At most 20 entries a second over time, so that what strangers do never fills a
 * disk; what was left out is counted and said. */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include "base/bucket.h"

#include <stdbool.h>

struct log {
	bool systemd; /* stderr is the journal */
	struct bucket rate;
	uint32_t left_out; /* entries since the last one written */
};

/* Looks where stderr goes. */
void log_init(struct log *log);

/* The kinds of messages that the catalog explains (systemd/meshpd.catalog), as fields. */
#define MESSAGE_FAILED "MESSAGE_ID=a7091653405b468fbe536f5e9e40900f"
#define MESSAGE_NEIGHBOUR_UP "MESSAGE_ID=559b141737f84204856838a2f3bda9fb"
#define MESSAGE_NEIGHBOUR_DOWN "MESSAGE_ID=e56f82b6af794ddd8688aaae58b0dd9b"
#define MESSAGE_SESSION_LOST "MESSAGE_ID=47c4ee389359487890009ae4d427d83a"
#define MESSAGE_DUPLICATE_NODE "MESSAGE_ID=94cca430553b4079b907fb5bddc7970a"
#define MESSAGE_DATABASE_FULL "MESSAGE_ID=5be1f0a3c9d84e7fb26a4d19e83c7052"
#define MESSAGE_NO_LINK "MESSAGE_ID=8d765b7ae1d143ac8dcd067d3b21b261"
#define MESSAGE_NO_BYPASS "MESSAGE_ID=8e0db6c0c8ef4069813805803fb1b27d"
#define MESSAGE_NO_FIREWALL "MESSAGE_ID=08e37f103bb645d4bc5c75d9df35b0f7"
#define MESSAGE_RELOAD_REFUSED "MESSAGE_ID=8eacc0fc15464c3b972d69f97da7e020"

/* Writes one entry with a priority of syslog(3); LOG_DEBUG goes to the journal only. fields are
 * further ones for programs, `NAME=value`, one a line, or NULL. */
void log_say(struct log *log, int priority, const char *fields, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
