/* What makes an interface a link, whatever its kind: Ethernet frames that nobody else takes.
 * Devices of 802.1Q, veth pairs, bridges themselves, Wi-Fi stations and Bluetooth networks all
 * qualify; the ports of a bridge or bond do not. Whether it is a radio, and how fast it is, is only
 * told by sysfs. */
#include "link/facts.h"

#include <linux/if_arp.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RATE_MOST_MBPS = 1000000000 }; /* more is no figure of a link */

/* True if there is such an entry for the interface in sysfs. */
static bool sysfs_has(const char *name, const char *entry)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", name, entry);
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Reads an entry of sysfs for the interface as text; false if there is none, or it says nothing. */
static bool sysfs_read(const char *name, const char *entry, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", name, entry);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t got = read(fd, text, size - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	return got > 0;
}

/* The kernel asks the driver as ethtool does, and says Mbit/s, or nothing, or −1. */
static uint64_t facts_rate_bps(const char *name)
{
	char text[32];

	if (!sysfs_read(name, "speed", text, sizeof(text)))
		return 0;
	long long mbps = strtoll(text, NULL, 10);
	return mbps > 0 && mbps <= RATE_MOST_MBPS ? (uint64_t)mbps * 1000000 : 0;
}

/* True for Wi-Fi, by either of its kernel interfaces, and for Bluetooth (bnep). */
static bool facts_radio(const char *name)
{
	char text[256];

	if (sysfs_has(name, "wireless") || sysfs_has(name, "phy80211"))
		return true;
	return sysfs_read(name, "uevent", text, sizeof(text)) &&
	       strstr(text, "DEVTYPE=bluetooth\n");
}

/* True if another interface takes the frames this one receives: a bridge, bond or team does, a VRF
 * does not. */
static bool facts_port(struct rtnl_link *link)
{
	const char *owner = rtnl_link_get_slave_type(link);

	return rtnl_link_get_master(link) != 0 && (!owner || strcmp(owner, "vrf") != 0);
}

/* True if the link's queueing discipline is none of those the kernel or systemd chooses unasked. */
static bool facts_shaped(struct rtnl_link *link)
{
	static const char *const unasked[] = {"noop", "noqueue",  "pfifo_fast",
					      "mq",   "fq_codel", "fq"};
	const char *discipline = rtnl_link_get_qdisc(link);
	bool shaped = discipline != NULL;

	for (size_t i = 0; shaped && i < sizeof(unasked) / sizeof(*unasked); i++)
		shaped = strcmp(discipline, unasked[i]) != 0;
	return shaped;
}

bool facts_read(struct rtnl_link *link, struct link_facts *facts)
{
	const unsigned int up = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
	const char *name = rtnl_link_get_name(link);
	struct nl_addr *lladdr = rtnl_link_get_addr(link);

	if (!name || facts_port(link) || rtnl_link_get_arptype(link) != ARPHRD_ETHER || !lladdr ||
	    nl_addr_get_len(lladdr) != LINK_LLADDR)
		return false;
	*facts = (struct link_facts){
		.ifindex = (uint32_t)rtnl_link_get_ifindex(link),
		.mtu = rtnl_link_get_mtu(link),
		.running = (rtnl_link_get_flags(link) & up) == up,
		.radio = facts_radio(name),
		.watched = rtnl_link_get_promiscuity(link) > 0,
		.shaped = facts_shaped(link),
		.rate_bps = facts_rate_bps(name),
	};
	snprintf(facts->name, sizeof(facts->name), "%s", name);
	memcpy(facts->lladdr, nl_addr_get_binary_addr(lladdr), LINK_LLADDR);
	return true;
}

void facts_steady(struct link_facts *facts, const struct link_facts *last)
{
	uint64_t quarter = last->rate_bps / 4;

	if (facts->radio && facts->rate_bps + quarter >= last->rate_bps &&
	    facts->rate_bps <= last->rate_bps + quarter)
		facts->rate_bps = last->rate_bps;
}

bool facts_equal(const struct link_facts *a, const struct link_facts *b)
{
	return !strcmp(a->name, b->name) && !memcmp(a->lladdr, b->lladdr, LINK_LLADDR) &&
	       a->mtu == b->mtu && a->running == b->running && a->radio == b->radio &&
	       a->watched == b->watched && a->shaped == b->shaped && a->rate_bps == b->rate_bps;
}
