/* The warden: the one process that keeps rights while the daemon has none. This is the side that
 * asks, and the wire between: a SOCK_SEQPACKET socket, one datagram a request and one an answer, of
 * sizes fixed for each verb, descriptors beside them (SCM_RIGHTS). The verbs are a closed list;
 * what each does, and checks first, stands in daemon/verbs. */
#ifndef DAEMON_WARDEN_H
#define DAEMON_WARDEN_H

#include "base/require.h"
#include "daemon/firewall.h"
#include "daemon/privileges.h"
#include "node/limits.h"
#include "tun/host.h"
#include "tun/loopback.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum warden_verb {
	WARDEN_HOST,   /* struct warden_host: lo2, and tun0 if it has a packet size, as it says */
	WARDEN_LEAVE,  /* struct warden_host: takes the address and route off tun0 */
	WARDEN_DEVICE, /* no body, queues: makes tun0 anew of them */
	WARDEN_BYPASS, /* struct warden_bypass and a program: attaches it; the attachment comes back
			*/
	WARDEN_FIREWALL, /* struct firewall: puts the table there; its name of tun0 is not read */
	WARDEN_NO_FIREWALL, /* no body: takes the table away */
	WARDEN_VERBS,
};

struct warden_host {
	uint8_t address[16]; /* our own */
	uint32_t mtu;	     /* of tun0; 0: leave tun0 alone */
};

struct warden_bypass {
	uint32_t ifindex;
	uint32_t native; /* 1: in the driver; 0: before the stack */
};

enum {
	WARDEN_BODY = sizeof(struct firewall), /* of the largest request */
	WARDEN_LINE = 512,
	WARDEN_PATIENCE_MS = 2000, /* less than the service manager's with the daemon */
};

/* A request as it is sent: its body as long as its verb says, and not a byte more. */
struct warden_request {
	uint32_t verb;
	uint32_t serial; /* the answer has the same */
	uint8_t body[WARDEN_BODY];
};

struct warden_answer {
	uint32_t serial;
	int32_t status;		  /* 0 or -errno */
	struct loopback loopback; /* WARDEN_HOST */
	char line[WARDEN_LINE];	  /* for people, if it failed */
};

/* The asking side. */
struct warden {
	const char *path; /* NULL: the conversation with a child is open all the time */
	int fd;		  /* -1: there is none */
	uint32_t serial;
};

/* True if the environment names a socket of a warden, MESHPD_WARDEN=, as the service has it. */
MUST_USE bool warden_is_served(void);

/* Readies the asking side: of the warden that is served, if there is one, else of one that is made
 * of a child of this process, which ends when this one does, serving the two
 * interfaces of these names. It keeps CAP_NET_ADMIN and no other right, and none of the
 * descriptors. To be called while there is one thread. 0 or -errno. */
MUST_USE int warden_open(struct warden *warden, const struct account *account, const char *tun,
			 const char *loopback, struct failure *failure);

/* Ends the conversation, and with it a warden that was forked. */
void warden_close(struct warden *warden);

/* What goes along with a request or comes back with its answer. */
struct warden_freight {
	const int *sent; /* descriptors, which stay the caller's */
	uint32_t sent_count;
	int *received; /* as many as are wanted if the answer's status is 0; the caller's then */
	uint32_t received_count;
};

/* Asks one thing and waits for the answer, WARDEN_PATIENCE_MS at most. The answer's status, or
 * -errno if there was none; either way answer.line is for people if it is not 0. */
MUST_USE int warden_ask(struct warden *warden, enum warden_verb verb, const void *body, size_t size,
			const struct warden_freight *freight, struct warden_answer *answer);

/* Brings lo2 to what host says, and tun0, too, if host.mtu is not 0. result: where lo2's addresses
 * went. 0 or -errno, with one line for people in why: -ENODEV if there is no tun0. */
MUST_USE int warden_host(struct warden *warden, const struct host *host, struct loopback *result,
			 char *why, size_t size);

/* Takes tun0 its address and route and sets it down. 0 or -errno. */
MUST_USE int warden_leave(struct warden *warden, const struct host *host);

/* Makes tun0 anew, which was deleted or renamed: its queues are the descriptors that were those of
 * the old one, in their order. 0 or -errno, with one line for people in why. */
MUST_USE int warden_device(struct warden *warden, const int *queues, uint32_t count, char *why,
			   size_t size);

/* Has the kernel do what a firewall says, in one step. 0 or -errno, with one line for people in
 * why; then nothing has changed. */
MUST_USE int warden_firewall(struct warden *warden, const struct firewall *firewall, char *why,
			     size_t size);

/* Takes the firewall out of the kernel. 0 or -errno. */
MUST_USE int warden_no_firewall(struct warden *warden);

/* Puts an XDP program before an interface: native in its driver, else before the stack. A
 * descriptor, with which it goes again, or -errno. */
MUST_USE int warden_bypass(struct warden *warden, int program, uint32_t ifindex, bool native);

#endif
