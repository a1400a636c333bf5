/* Descriptors that outlive the process: the service manager keeps those it was asked to keep, and
 * hands them to the next process of the unit by their names. Who has handed one in is not told
 * apart, so a socket of a socket unit comes the same way. sd_listen_fds(3), sd_notify(3). */
#ifndef DAEMON_STORE_H
#define DAEMON_STORE_H

#include "base/require.h"

#include <stdbool.h>
#include <stdint.h>

enum { STORE_MOST = 64, STORE_NAME = 32 };

/* What was handed in and is not taken yet. What lies beyond count is not defined. */
struct store {
	uint32_t count;
	struct {
		char name[STORE_NAME];
		int fd; /* -1: taken */
	} kept[STORE_MOST];
};

/* Takes over what the service manager handed to this process; none is not an error. Descriptors
 * become close-on-exec; those that find no room, or whose names are too long to be ours, are
 * closed. */
void store_open(struct store *store);

/* The next descriptor of a name, which is the caller's from now on; -1 if there is none left. They
 * come as they were handed in, which need not be the order they were kept in: where that matters
 * each has a name of its own. */
MUST_USE int store_take(struct store *store, const char *name);

/* True if one of that name was handed over and not taken yet. */
MUST_USE bool store_has(const struct store *store, const char *name);

/* True if a descriptor that was handed over is a UNIX stream socket that listens. */
MUST_USE bool store_listens(int fd);

/* True if the service manager says that it keeps descriptors, by FDSTORE= in the environment. */
bool store_keeps(void);

/* Has the service manager keep a descriptor, until it is told otherwise or the unit is stopped; a
 * name is shorter than STORE_NAME and may be given to several. 0 or -errno, -ENOTCONN where there
 * is no service manager. That it does not keep any, or no more, is not told. */
MUST_USE int store_keep(const char *name, int fd);

/* Has it forget all of a name. 0 or -errno as above. */
MUST_USE int store_forget(const char *name);

/* Closes what nobody took. */
void store_close(struct store *store);

#endif
