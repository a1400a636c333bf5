/* The kernel adds up what 802.11 n, ac, ax and older rates come to, so that their own attributes
 * need not be known: BITRATE32 holds every rate, BITRATE those under 6.5 Gbit/s and is the only one
 * of old kernels. linux/nl80211.h. */
#include "link/station.h"

#include <linux/nl80211.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

enum { RATE_UNIT_BPS = 100000 };

/* Reads NL80211_STA_INFO_TX_BITRATE. */
static uint64_t rate_read(struct nlattr *rate)
{
	static const struct nla_policy policy[NL80211_RATE_INFO_MAX + 1] = {
		[NL80211_RATE_INFO_BITRATE] = {.type = NLA_U16},
		[NL80211_RATE_INFO_BITRATE32] = {.type = NLA_U32},
	};
	struct nlattr *found[NL80211_RATE_INFO_MAX + 1];
	uint64_t units = 0;

	if (nla_parse_nested(found, NL80211_RATE_INFO_MAX, rate, policy) < 0)
		return 0;
	if (found[NL80211_RATE_INFO_BITRATE32] != NULL)
		units = nla_get_u32(found[NL80211_RATE_INFO_BITRATE32]);
	else if (found[NL80211_RATE_INFO_BITRATE] != NULL)
		units = nla_get_u16(found[NL80211_RATE_INFO_BITRATE]);
	return units * RATE_UNIT_BPS;
}

uint64_t station_rate_bps(const struct nlmsghdr *message)
{
	/* libnl reads through pointers to what is not const. */
	struct nlmsghdr *head = (struct nlmsghdr *)(uintptr_t)message;
	struct nlattr *attributes[NL80211_ATTR_MAX + 1], *facts[NL80211_STA_INFO_MAX + 1];

	if (!genlmsg_valid_hdr(head, 0) || genlmsg_hdr(head)->cmd != NL80211_CMD_NEW_STATION ||
	    genlmsg_parse(head, 0, attributes, NL80211_ATTR_MAX, NULL) < 0 ||
	    attributes[NL80211_ATTR_STA_INFO] == NULL ||
	    nla_parse_nested(facts, NL80211_STA_INFO_MAX, attributes[NL80211_ATTR_STA_INFO], NULL) <
		    0 ||
	    facts[NL80211_STA_INFO_TX_BITRATE] == NULL)
		return 0;
	return rate_read(facts[NL80211_STA_INFO_TX_BITRATE]);
}
