/* Which frames a packet socket takes, by their first byte: several sockets of one EtherType share
 * the frames of all links that way, each in its own thread. The kernel looks before it copies. */
#ifndef LINK_SHARE_H
#define LINK_SHARE_H

#include "base/require.h"

#include <stdbool.h>
#include <stdint.h>

enum { SHARE_BYTES = 256 };

/* Lets a packet socket (SOCK_RAW) take a frame if the value of the first byte behind its Ethernet
 * header is accepted; a frame without one is as good as one of 0. To be called before the socket is
 * bound. 0 or -errno. */
MUST_USE int share_take(int fd, const bool accepted[SHARE_BYTES]);

#endif
