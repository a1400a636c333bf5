/* How fast a radio link is, as its driver says over nl80211. Private to link/. */
#ifndef LINK_RADIO_H
#define LINK_RADIO_H

#include "base/require.h"

#include <stdint.h>

struct radio;

/* Asks by a NETLINK_GENERIC socket that nobody else reads and that stays the caller's. 0 or -errno.
 */
MUST_USE int radio_open(struct radio **radio, int fd);

/* Releases it. NULL is fine. */
void radio_close(struct radio *radio);

/* The rate at which frames go to the slowest station of a link, bit/s: a path is not promised more
 * than any neighbour gets. 0 if it is unknown, as it is where there is no nl80211 or no station. */
MUST_USE uint64_t radio_rate_bps(struct radio *radio, uint32_t ifindex);

#endif
