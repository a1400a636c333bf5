/* What must outlive the process, in StateDirectory: the identity, made once and never overwritten,
 * the boot epoch, which is greater at every start than ever before and on the disk before the first
 * frame, and what was exposed by command. The files belong to the user the daemon runs as: only
 * state_open may be called before becoming it. */
#ifndef DAEMON_STATE_H
#define DAEMON_STATE_H

#include "base/require.h"
#include "daemon/failure.h"

#include <stdbool.h>
#include <stdint.h>

struct state {
	int directory;	  /* descriptor, -1 if not open */
	const char *path; /* the caller's */
};

/* Opens the directory; with `alone` also locks it against a second daemon with the same state,
 * until state_close. 0 or -errno: -EBUSY if it is locked. */
MUST_USE int state_open(struct state *state, const char *path, bool alone, struct failure *failure);

void state_close(struct state *state);

/* Reads the identity's seed of 32 bytes, making one if there is none. 0 or -errno: -EBADMSG if the
 * file holds something else, -EACCES if it is not its owner's alone. The caller wipes seed. */
MUST_USE int state_identity(const struct state *state, uint8_t seed[32], struct failure *failure);

/* Counts the epoch up by one; on return 0 it is safe on the disk. Or -errno. */
MUST_USE int state_epoch_next(const struct state *state, uint32_t *epoch, struct failure *failure);

/* What was exposed by command, as daemon/exposures writes it: at most size - 1 bytes of it, none if
 * it was never written. 0 or -errno. */
MUST_USE int state_exposed_read(const struct state *state, char *text, size_t size,
				struct failure *failure);
MUST_USE int state_exposed_write(const struct state *state, const char *text,
				 struct failure *failure);

#endif
