/* What a warden does when it is asked: a closed list of verbs, each with a request of one size,
 * checked before anything is done. Who asks may have been taken over by somebody from the wire: of
 * what stands in a request nothing is believed that is not checked here, and the names of the
 * interfaces come from the configuration, not from requests. */
#ifndef DAEMON_VERBS_H
#define DAEMON_VERBS_H

#include "base/require.h"
#include "daemon/failure.h"
#include "daemon/privileges.h"

enum {
	VERBS_IDLE_MS = 60000,
	VERBS_PATIENCE_MS = 1000, /* with who connects and does not ask */
};

struct verbs {
	const char *tun;      /* borrowed */
	const char *loopback; /* borrowed */
	int rtnetlink;
};

/* Readies the verbs for the interfaces of these names. 0 or -errno. */
MUST_USE int verbs_open(struct verbs *verbs, const char *tun, const char *loopback,
			struct failure *failure);

/* Answers whoever connects to a listening SOCK_SEQPACKET socket, one after the other, if it is root
 * or the account; until nobody has for VERBS_IDLE_MS. 0 or -errno. */
MUST_USE int verbs_listen(const struct verbs *verbs, int listener, const struct account *account);

/* Answers what is asked on a SOCK_SEQPACKET socket, one request after the other, until the other
 * side closes it. */
void verbs_serve(const struct verbs *verbs, int fd);

#endif
