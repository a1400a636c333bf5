/* Records from one thread to another: a ring of bytes that one writes and the other reads, neither
 * ever waiting, and a descriptor that is readable while there may be something. A record is a head,
 * which both know the type of, and bytes behind it. What finds no room is refused; whoever is
 * refused counts it. */
#ifndef DAEMON_CHANNEL_H
#define DAEMON_CHANNEL_H

#include "base/bytes.h"
#include "base/require.h"

#include <stdbool.h>

struct channel;

/* Makes one with room for size bytes, a power of 2, of records with heads of that size. 0 or
 * -errno. */
MUST_USE int channel_open(struct channel **channel, size_t size, size_t head);

/* Releases it when neither thread uses it any more. NULL is fine. */
void channel_close(struct channel *channel);

/* The writer's: appends a record, a copy of head and bytes. False if there is no room. */
MUST_USE bool channel_put(struct channel *channel, const void *head, struct span bytes);

/* The reader's: copies the oldest record's head and points at its bytes, which stay until the next
 * call. False if there is none. */
MUST_USE bool channel_take(struct channel *channel, void *head, struct span *bytes);

/* Readable when the reader has reason to look: a record came since it last found none. */
int channel_descriptor(const struct channel *channel);

/* Makes the descriptor readable, whoever calls. */
void channel_wake(const struct channel *channel);

/* The reader's, before it looks: the descriptor is not readable until there is reason again. */
void channel_quiet(struct channel *channel);

#endif
