/* Frames received by a packet socket without a system call: the kernel writes them into a ring of
 * memory that it shares with us (TPACKET_V2), and they are read where they lie. A frame longer than
 * its place in the ring waits in the socket as well and is copied from there. Private to link/. */
#ifndef LINK_RING_H
#define LINK_RING_H

#include "base/require.h"
#include "link/arrival.h"

struct ring;

/* Gives a packet socket that is not bound a ring, for which the kernel takes 8 to 24 ms, and binds
 * it to an EtherType (in network order) and no interface: from here on it receives. The descriptor
 * stays the caller's. 0 or -errno. */
MUST_USE int ring_open(struct ring **ring, int fd, uint16_t ethertype);

/* Goes on with the ring another process left on that socket, if there is one; *ring is NULL if not.
 * Frames that process had taken and not given back come again. 0 or -errno: there is one that
 * cannot be had, and nothing comes by another way, for that process had closed it. */
MUST_USE int ring_resume(struct ring **ring, int fd, uint16_t ethertype);

/* Releases the ring, which stays with its socket until that is closed: whoever has it then can go
 * on. Frames taken are given back. NULL is fine. */
void ring_close(struct ring *ring);

/* The next frame, good until ring_release. False if none waits, or if 16 long ones were copied: the
 * next of these waits for ring_release. */
MUST_USE bool ring_next(struct ring *ring, struct arrival *arrival);

/* Gives the frames taken by ring_next back to the kernel. */
void ring_release(struct ring *ring);

#endif
