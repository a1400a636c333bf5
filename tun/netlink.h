/* Requests to the kernel's rtnetlink (RFC 3549), over libnl, on a socket somebody else opened. A
 * request is built like a writer writes: failure sticks and shows when it is sent. libnl folds the
 * kernel's answers into fewer codes of its own; here they stay -errno. Private to tun/. */
#ifndef TUN_NETLINK_H
#define TUN_NETLINK_H

#include "base/require.h"

#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netlink {
	struct nl_sock *socket;
	int refusal; /* -errno of the last answer that was an error */
};

struct request {
	struct nl_msg *message; /* NULL if there was no memory for it */
	bool failed;
};

/* Works on a copy of the descriptor, which stays the caller's. netlink must not move until
 * netlink_close. 0 or -errno. */
MUST_USE int netlink_open(struct netlink *netlink, int rtnetlink);
void netlink_close(struct netlink *netlink);

/* A request of a type (RTM_…) and flags (NLM_F_…) that begins with the type's fixed header. */
struct request request_of(int type, int flags, const void *header, size_t size);

void request_put(struct request *request, int attribute, const void *bytes, size_t size);
void request_u8(struct request *request, int attribute, uint8_t value);
void request_u32(struct request *request, int attribute, uint32_t value);
void request_string(struct request *request, int attribute, const char *string);

/* Attributes put between the two lie inside one of this kind. */
struct nlattr *request_nest(struct request *request, int attribute);
void request_nest_end(struct request *request, struct nlattr *nest);

/* Sends the request, releases it and waits for the answer. 0 or -errno. */
MUST_USE int netlink_send(struct netlink *netlink, struct request *request);

#endif
