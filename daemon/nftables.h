/* The kernel's side of the firewall: puts the table there, takes it away, and hears when another
 * program has laid hands on it. nft(8), libnftables(3). */
#ifndef DAEMON_NFTABLES_H
#define DAEMON_NFTABLES_H

#include "base/require.h"
#include "daemon/firewall.h"

#include <stdbool.h>

enum { NFTABLES_PROGRAM = 16 }; /* a program's name as the kernel knows it, and a NUL */

/* Has the kernel do what a firewall says, in place of what it did, in one step. The calling thread
 * needs CAP_NET_ADMIN in its network namespace. 0 or -errno, with one line for people in why; then
 * nothing has changed. */
MUST_USE int nftables_apply(const struct firewall *firewall, char *why, size_t size);

/* Takes the table away. 0, also where there was none, or -errno. */
MUST_USE int nftables_remove(void);

/* What is heard of other programs, up to the end of what they did in one step. */
struct nftables_watch {
	int fd;	      /* hears of all changes of nftables, non-blocking; the caller's */
	bool touched; /* our table is, in a step that has not ended yet */
};

/* Reads all that came. True if a program that is none of ours changed the table, or may have: then
 * its name is in program, or "?". */
MUST_USE bool nftables_disturbed(struct nftables_watch *watch, char program[NFTABLES_PROGRAM]);

#endif
