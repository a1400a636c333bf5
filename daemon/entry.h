/* Entries of the journal, as journald takes them: sd_journal_sendv(3). */
#ifndef DAEMON_ENTRY_H
#define DAEMON_ENTRY_H

#include <stdbool.h>
#include <sys/uio.h>

/* True if this process's stderr is the journal, which then takes entries, too. */
bool entry_possible(void);

/* Writes an entry: each part one field, NAME=value. One that cannot be written is lost. */
void entry_send(const struct iovec *parts, int count);

#endif
