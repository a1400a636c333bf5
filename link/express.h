/* Which links have an AF_XDP socket of their own to send by. The sockets are opened beforehand, as
 * that takes a right, and bound to a link when much is sent over it; each serves one link until
 * that is gone. All other links share the packet socket. Private to link/. */
#ifndef LINK_EXPRESS_H
#define LINK_EXPRESS_H

#include "base/require.h"
#include "link/ethernet.h"
#include "link/xdp.h"

enum { EXPRESS_LINKS = 64 }; /* known at once; the packet socket serves any beyond */

/* A link we send over. */
struct express_link {
	uint32_t ifindex;
	uint32_t mtu;
	bool tried;	      /* to get a socket: it costs one, so this happens once */
	bool fit;	      /* running, and of a kind that is better off with an AF_XDP socket */
	unsigned int queued;  /* frames since the last express_flush, sent by the packet socket */
	unsigned int batches; /* large ones less small ones */
	struct xdp *xdp;      /* once there was need, and a socket */
};

/* The table, and the sockets not yet in use. Zeroed but for the sockets it is empty. */
struct express {
	int *sockets; /* the caller's; −1 where one was taken */
	size_t sockets_count;
	uint32_t count;
	uint32_t last; /* found */
	uint64_t refused;
	struct express_link links[EXPRESS_LINKS];
};

/* Closes what was bound. */
void express_close(struct express *express);

/* Takes in what a link is now, whether it was known or not. */
void express_set(struct express *express, const struct link_facts *facts);

/* Forgets a link. */
void express_remove(struct express *express, uint32_t ifindex);

/* The link, or NULL. */
struct express_link *express_find(struct express *express, uint32_t ifindex);

/* True if a frame with such a payload goes by the link's own socket. */
MUST_USE bool express_takes(const struct express_link *link, size_t size);

/* Sends what is queued, and gives a socket to links that have become busy. The packet socket must
 * have been flushed before. */
void express_flush(struct express *express, struct ethernet_counters *counters);

/* True if frames wait for room in the kernel. */
MUST_USE bool express_waits(const struct express *express);

/* Frames the kernel did not accept, by all sockets there were. */
MUST_USE uint64_t express_refused(const struct express *express);

#endif
