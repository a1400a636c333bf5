/* Frames sent over one link by an AF_XDP socket in copy mode: they are written into memory that the
 * kernel knows and handed over many at once, past the link's queueing discipline. No XDP program is
 * attached and nothing is received: what else the link does goes on as before. Private to link/. */
#ifndef LINK_XDP_H
#define LINK_XDP_H

#include "base/require.h"
#include "link/ethernet.h"

enum {
	XDP_CHUNK = 2048,			       /* bytes; a frame fits */
	XDP_PAYLOAD_MAX = XDP_CHUNK - ETHERNET_HEADER, /* of the links this is for: their MTU */
};

struct xdp;

/* Binds an AF_XDP socket to a link that is up and takes the descriptor over, which is closed if
 * this fails. 0 or -errno. */
MUST_USE int xdp_open(struct xdp **xdp, int fd, uint32_t ifindex);

/* Closes the socket; frames it still has are lost. NULL is fine. */
void xdp_close(struct xdp *xdp);

/* Copies a frame of at most XDP_PAYLOAD_MAX bytes behind its header to be sent by xdp_flush. False
 * if there is no room: 256 frames are with the kernel or wait for it. */
MUST_USE bool xdp_add(struct xdp *xdp, const uint8_t header[ETHERNET_HEADER], const uint8_t *bytes,
		      size_t size);

/* Hands over all frames and takes back the memory of those that have left. What the kernel drops is
 * counted; what it has no room for yet, or has while the link is down, waits for the next
 * xdp_flush. */
void xdp_flush(struct xdp *xdp, struct ethernet_counters *counters);

/* True if frames wait for room in the kernel, and so for another xdp_flush soon. */
MUST_USE bool xdp_waits(const struct xdp *xdp);

/* True if the interface is gone, and with it all use of this. */
MUST_USE bool xdp_gone(const struct xdp *xdp);

/* Frames whose description the kernel did not accept, as it counts them: none, if all is well. */
MUST_USE uint64_t xdp_refused(const struct xdp *xdp);

#endif
