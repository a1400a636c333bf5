/* The memory of the node, which outlives the process: while the service manager keeps it, the next
 * process goes on with the node that lies there. It is memory that only this process can read, and
 * not even the kernel by its own mapping (memfd_secret), or where there is none an ordinary memfd
 * that is locked. In front of the node lies a page that says whose it is, what the process is at
 * and what it knew of its links. A node is thrown away that another program or configuration left,
 * that was stopped within an event, or whose process failed (daemon/guard) three times in a minute;
 * to be killed is no failure. */
#ifndef DAEMON_VAULT_H
#define DAEMON_VAULT_H

#include "base/bytes.h"
#include "base/require.h"
#include "base/time.h"
#include "daemon/failure.h"
#include "daemon/guard.h"
#include "daemon/store.h"
#include "link/link.h"
#include "node/limits.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	VAULT_FAILURES = 3,  /* so many … */
	VAULT_MINUTE_S = 60, /* … in this time are too many */
};

/* What the memory is. */
enum vault_kind {
	VAULT_SECRET, /* memfd_secret: nobody else reads it, it is never written to a disk */
	VAULT_LOCKED, /* memfd: never written to a disk */
	VAULT_PLAIN,  /* memfd that could not be locked */
};

/* Why the node is what it is. */
enum vault_origin {
	VAULT_FIRST,   /* nothing was kept: it was made anew, as were those below */
	VAULT_OTHER,   /* what was kept is of another program or configuration, or was left */
	VAULT_TORN,    /* the process was stopped within an event */
	VAULT_FAILING, /* its processes failed too often */
	VAULT_ADOPTED, /* it goes on */
};

struct vault_head;

struct vault {
	struct vault_head *head; /* mapped, the node behind it; NULL: not open */
	size_t size;		 /* of all that is mapped, bytes */
	enum vault_origin origin;
	bool kept;	    /* by the service manager */
	struct guard guard; /* notes that a process fails */
};

/* Opens memory for a node of size bytes: what is left in the store if it is of this very program
 * and of the same terms (whatever decides whether the node is the one wanted), else new and zero,
 * which the service manager is asked to keep. origin is VAULT_ADOPTED if there is a node to adopt.
 * Needs CAP_IPC_LOCK, or a limit of locked memory beyond size, for it to be secret or locked. 0 or
 * -errno. */
MUST_USE int vault_open(struct vault *vault, struct store *store, size_t size, struct span terms,
			struct failure *failure);

/* The calling thread is one whose failure counts, of a number of its own, 0 … GUARD_THREADS − 1. 0
 * or -errno. */
MUST_USE int vault_thread(const struct vault *vault, uint32_t number);

/* Unmaps it. What the service manager keeps stays as it is. */
void vault_close(struct vault *vault);

/* Where the node lies, aligned to 4096. */
void *vault_memory(const struct vault *vault);

/* There is nothing to adopt after all: zeroes the memory. */
void vault_clear(struct vault *vault, enum vault_origin why);

/* Has the service manager forget it: the node is not to be gone on with. */
void vault_give_up(struct vault *vault);

/* The control side begins an event of the node, and has ended it. */
void vault_begin(struct vault *vault);
void vault_end(struct vault *vault);

/* Links by slot as the process knew them, ifindex 0 where there is none: LINKS_DAEMON of them. */
struct link_facts *vault_links(const struct vault *vault);

/* When the node's session key was made. */
instant *vault_key_made(const struct vault *vault);

/* Processes the node had before this one. */
uint32_t vault_restarts(const struct vault *vault);

enum vault_kind vault_kind(const struct vault *vault);

#endif
