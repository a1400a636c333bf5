/* What nl80211 says of a station, another host of a radio link. Pure. Private to link/. */
#ifndef LINK_STATION_H
#define LINK_STATION_H

#include "base/require.h"

#include <linux/netlink.h>

#include <stdint.h>

/* The rate at which frames go to the station that an NL80211_CMD_NEW_STATION tells of, bit/s. 0 if
 * it does not say, or the message is another or malformed. */
MUST_USE uint64_t station_rate_bps(const struct nlmsghdr *message);

#endif
