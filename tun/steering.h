/* Which queue of a TUN device a packet of the host comes out of: the one whose reader owns its
 * lane. A BPF program of the kernel's works out the lane as the protocol does (docs/protocol/
 * meshp.md, section 2), so that a flow stays with one reader. tun(4), TUNSETSTEERINGEBPF. */
#ifndef TUN_STEERING_H
#define TUN_STEERING_H

#include "base/require.h"

#include <stdint.h>

enum { STEERING_LANES = 7 };

/* Gives the device one of whose queues is fd, and which has so many, the program: lane 1 + n comes
 * out of queue n mod queues, in the order in which they were attached. The program goes with the
 * device. 0 or -errno: -EPERM without CAP_BPF and CAP_NET_ADMIN. */
MUST_USE int steering_set(int fd, uint32_t queues);

#endif
