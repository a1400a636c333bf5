/* Events are only looked at for losses, so that what the mesh itself does, which adds, causes none.
 * RFC 3549. */
#include "tun/presence.h"

#include <netlink/msg.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <net/if.h>
#include <sys/socket.h>

#include <errno.h>
#include <string.h>

enum {
	EVENT_BYTES = 32768, /* as much as the kernel puts into one read */
	EVENT_READS = 64,    /* at once; the socket stays readable if there is more */
	MESH_PREFIX = 16,
};

int presence_open(int events)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	socklen_t size = sizeof(address);

	/* One that a process before has bound keeps its number. */
	if (getsockname(events, (struct sockaddr *)&address, &size) < 0)
		return -errno;
	address.nl_groups = RTMGRP_LINK | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE;
	return bind(events, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

/* An attribute behind a header of that size, or NULL if it is not there as long as that. */
static const void *attribute(const struct nlmsghdr *message, size_t header, int type, int size)
{
	struct nlmsghdr *whole = (struct nlmsghdr *)(uintptr_t)message; /* libnl only reads it */
	const struct nlattr *found = nlmsg_find_attr(whole, (int)header, type);

	return found != NULL && nla_len(found) >= size ? nla_data(found) : NULL;
}

/* True if the name in a message about an interface is this one. */
static bool link_is(const struct nlmsghdr *message, const char *name)
{
	int size = (int)strlen(name) + 1;
	const char *told = attribute(message, sizeof(struct ifinfomsg), IFLA_IFNAME, size);

	return told != NULL && memcmp(told, name, (size_t)size) == 0;
}

static bool link_concerns(const struct nlmsghdr *message, const struct host *host)
{
	const struct ifinfomsg *link = nlmsg_data(message);
	const void *told = attribute(message, sizeof(*link), IFLA_MTU, sizeof(uint32_t));
	bool tun = host->mtu != 0 && link_is(message, host->tun);
	uint32_t mtu = host->mtu;

	/* A bridge that loses a port says so by RTM_DELLINK, too. */
	if (link->ifi_family != AF_UNSPEC || (!tun && !link_is(message, host->loopback)))
		return false;
	if (told != NULL && tun)
		memcpy(&mtu, told, sizeof(mtu));
	return message->nlmsg_type == RTM_DELLINK || (link->ifi_flags & IFF_UP) == 0 ||
	       mtu != host->mtu;
}

static bool address_concerns(const struct nlmsghdr *message, const struct host *host)
{
	static const uint8_t node[16] = {0xbe, 0xef};
	const uint8_t *told = attribute(message, sizeof(struct ifaddrmsg), IFA_ADDRESS, 16);

	return told != NULL &&
	       (memcmp(told, host->address, 16) == 0 || memcmp(told, node, 16) == 0);
}

static bool route_concerns(const struct nlmsghdr *message)
{
	static const uint8_t mesh[16] = {0xbe, 0xef};
	const struct rtmsg *route = nlmsg_data(message);
	const uint8_t *told = attribute(message, sizeof(*route), RTA_DST, 16);

	return route->rtm_dst_len == MESH_PREFIX && route->rtm_protocol == HOST_ROUTE_PROTOCOL &&
	       told != NULL && memcmp(told, mesh, 16) == 0;
}

bool presence_concerns(const struct nlmsghdr *message, const struct host *host)
{
	int size = nlmsg_datalen(message);

	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return size >= (int)sizeof(struct ifinfomsg) && link_concerns(message, host);
	case RTM_DELADDR:
		return size >= (int)sizeof(struct ifaddrmsg) && address_concerns(message, host);
	case RTM_DELROUTE:
		return size >= (int)sizeof(struct rtmsg) && route_concerns(message);
	default:
		return false;
	}
}

/* True if one of the size bytes of messages concerns the host. */
static bool messages_concern(const uint8_t *bytes, int size, const struct host *host)
{
	struct nlmsghdr *at = (struct nlmsghdr *)(uintptr_t)bytes;
	bool concern = false;

	for (; nlmsg_ok(at, size) && !concern; at = nlmsg_next(at, &size))
		concern = presence_concerns(at, host);
	return concern;
}

bool presence_lost(int events, const struct host *host)
{
	_Alignas(struct nlmsghdr) uint8_t bytes[EVENT_BYTES];
	struct iovec part = {bytes, sizeof(bytes)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	bool lost = false;

	for (int i = 0; i < EVENT_READS; i++) {
		ssize_t got = recvmsg(events, &message, MSG_DONTWAIT | MSG_TRUNC);
		if (got < 0 && errno != ENOBUFS && errno != EINTR)
			break;
		/* ENOBUFS: the kernel had more to say than the socket holds. */
		lost |= got < 0 || got > (ssize_t)sizeof(bytes) ||
			messages_concern(bytes, (int)got, host);
	}
	return lost;
}
