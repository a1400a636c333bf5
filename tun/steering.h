/* Which queue of a TUN device a packet of the host comes out of: the one whose reader owns its
 * lane. A BPF program of the kernel's works out the lane as the protocol does (docs/protocol/
 * meshp.md, section 2), so that a flow stays with one reader. tun(4), TUNSETSTEERINGEBPF. */
#ifndef TUN_STEERING_H
#define TUN_STEERING_H

#include "base/require.h"

#include <stdint.h>

enum { STEERING_LANES = 7 };

/* The program for so many queues: lane 1 + n comes out of queue n mod queues, in the order in which
 * they were attached. A descriptor, which closes on exec, or -errno: -EPERM without CAP_BPF. */
MUST_USE int steering_load(uint32_t queues);

/* Gives the device one of whose queues is fd the program, which stays when its descriptor is
 * closed and goes with the device. 0 or -errno. */
MUST_USE int steering_set(int fd, int program);

#endif
