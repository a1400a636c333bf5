/* A datagram with descriptors beside it, on a SOCK_SEQPACKET socket. unix(7), SCM_RIGHTS. */
#ifndef DAEMON_PARCEL_H
#define DAEMON_PARCEL_H

#include "base/require.h"

#include <stddef.h>
#include <stdint.h>

enum { PARCEL_DESCRIPTORS = 8 }; /* at most, in either direction */

/* Sends it; the descriptors stay the caller's. 0 or -errno: -EPIPE if nobody is there any more. */
MUST_USE int parcel_send(int fd, const void *bytes, size_t size, const int *descriptors,
			 uint32_t count);

/* Waits for one; a socket that does not block does not. Its descriptors, *count of them, are the
 * caller's and close on exec. The size, 0 if the other side has closed, or -errno: -EMSGSIZE if it,
 * or what came beside it, is more than there is room for; then nothing was kept. */
MUST_USE int parcel_receive(int fd, void *bytes, size_t size, int *descriptors, uint32_t most,
			    uint32_t *count);

#endif
