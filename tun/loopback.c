/* lo2 is made of the first kind of interface the kernel has; any that is up without a wire and eats
 * what it is sent will do. With its addresses stand the unreachable route. What one run made, the
 * next finds and leaves; an interface that somebody else made of another kind is not touched. */
#include "tun/loopback.h"
#include "tun/interface.h"

#include <netlink/route/link.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* In the order in which they are tried. */
static const char *const kinds[] = {"dummy", "ifb", "bridge"};

enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static int loopback_make(struct netlink *netlink, const char *name, const char *kind)
{
	struct ifinfomsg header = {.ifi_family = AF_UNSPEC};
	struct request request =
		request_of(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof(header));

	request_string(&request, IFLA_IFNAME, name);
	struct nlattr *info = request_nest(&request, IFLA_LINKINFO);
	request_string(&request, IFLA_INFO_KIND, kind);
	request_nest_end(&request, info);
	return netlink_send(netlink, &request);
}

/* True if some interface is a port of this one. */
static bool interface_has_ports(struct netlink *netlink, const struct interface *interface)
{
	struct nl_cache *all;
	bool found = false;

	if (rtnl_link_alloc_cache(netlink->socket, AF_UNSPEC, &all) < 0)
		return true;
	for (struct nl_object *at = nl_cache_get_first(all); at && !found;
	     at = nl_cache_get_next(at))
		found = rtnl_link_get_master((struct rtnl_link *)at) == (int)interface->index;
	nl_cache_free(all);
	return found;
}

/* 0 if an interface that is there already can carry the addresses, else -EEXIST and why not. */
static int loopback_examine(struct netlink *netlink, const struct interface *interface, char *why,
			    size_t size)
{
	const char *obstacle = interface->kind[0] ? interface->kind : "network card";

	for (size_t i = 0; i < KINDS; i++)
		if (!strcmp(interface->kind, kinds[i]))
			obstacle = interface_has_ports(netlink, interface) ? "bridge with ports"
									   : NULL;
	if (interface->loopback || !obstacle)
		return 0;
	snprintf(why, size, "%s exists and is a %s; set Tun.Loopback= to another name",
		 interface->name, obstacle);
	return -EEXIST;
}

/* Finds the interface, or makes it, or settles for lo. */
static int loopback_choose(struct netlink *netlink, const char *name, struct interface *interface,
			   char *why, size_t size)
{
	int error = interface_find(netlink, name, interface);

	for (size_t i = 0; error == -ENODEV && i < KINDS; i++) {
		int made = loopback_make(netlink, name, kinds[i]);
		if (made == -EOPNOTSUPP)
			continue;
		/* One that came in between is judged like one that was there before. */
		if (made && made != -EEXIST)
			return interface_explain(made, "make", name, why, size);
		error = interface_find(netlink, name, interface);
	}
	if (error == -ENODEV)
		error = interface_find(netlink, "lo", interface);
	if (error)
		return interface_explain(error, "find", name, why, size);
	return loopback_examine(netlink, interface, why, size);
}

/* The host hands packets to itself through lo whichever interface has the address, so lo must be
 * up, as it is everywhere but in a new network namespace. Nothing else of lo is touched. */
static int loopback_prepare(struct netlink *netlink, const struct interface *interface)
{
	struct interface lo;
	int error = interface_find(netlink, "lo", &lo);

	if (!error)
		error = interface_set_up(netlink, &lo, true);
	if (error || interface->loopback)
		return error;
	error = interface_quiet(netlink, interface);
	return error ? error : interface_set_up(netlink, interface, true);
}

/* The interface's own ff00::/8 would draw multicast that names no interface. The kernel puts it
 * back with each address, so it goes last. */
static int multicast_route_remove(struct netlink *netlink, const struct interface *interface)
{
	static const uint8_t group[16] = {0xff};
	struct rtmsg header = {.rtm_family = AF_INET6,
			       .rtm_dst_len = 8,
			       .rtm_table = RT_TABLE_LOCAL,
			       .rtm_scope = RT_SCOPE_NOWHERE};
	struct request request = request_of(RTM_DELROUTE, 0, &header, sizeof(header));

	request_put(&request, RTA_DST, group, sizeof(group));
	request_u32(&request, RTA_OIF, interface->index);
	int error = netlink_send(netlink, &request);
	return error == -ESRCH ? 0 : error;
}

static int addresses_add(struct netlink *netlink, const struct interface *interface,
			 const uint8_t own[16])
{
	uint8_t addresses[2][16] = {{0}, {0xbe, 0xef}};

	memcpy(addresses[0], own, 16);
	int error = interface_remove_others(netlink, interface, addresses, 2);
	for (size_t i = 0; !error && i < 2; i++)
		error = interface_add_address(netlink, interface, addresses[i]);
	return error;
}

/* The route of last resort for beef::/16, behind any other. */
static int unreachable_route_add(struct netlink *netlink)
{
	static const uint8_t mesh[16] = {0xbe, 0xef};
	struct rtmsg header = {.rtm_family = AF_INET6,
			       .rtm_dst_len = 16,
			       .rtm_table = RT_TABLE_MAIN,
			       .rtm_protocol = HOST_ROUTE_PROTOCOL,
			       .rtm_type = RTN_UNREACHABLE};
	struct request request =
		request_of(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &header, sizeof(header));

	request_put(&request, RTA_DST, mesh, sizeof(mesh));
	request_u32(&request, RTA_PRIORITY, UINT32_MAX);
	return netlink_send(netlink, &request);
}

static int loopback_bring_up(struct netlink *netlink, const struct host *host,
			     struct interface *interface, char *why, size_t size)
{
	const char *name = interface->name;
	int error = loopback_choose(netlink, host->loopback, interface, why, size);

	if (error)
		return error;
	error = loopback_prepare(netlink, interface);
	if (error)
		return interface_explain(error, "set up", name, why, size);
	error = addresses_add(netlink, interface, host->address);
	if (!error && !interface->loopback)
		error = multicast_route_remove(netlink, interface);
	if (error)
		return interface_explain(error, "add the addresses to", name, why, size);
	error = unreachable_route_add(netlink);
	if (error)
		return interface_explain(error, "add route", "unreachable beef::/16", why, size);
	return 0;
}

int loopback_up(int rtnetlink, const struct host *host, struct loopback *result, char *why,
		size_t size)
{
	struct netlink netlink;
	struct interface interface;

	if (!interface_name_fits(host->loopback)) {
		snprintf(why, size,
			 "'%s' cannot name an interface; correct Tun.Loopback=", host->loopback);
		return -EINVAL;
	}
	int error = netlink_open(&netlink, rtnetlink);
	if (error)
		return interface_explain(error, "use", "the rtnetlink socket", why, size);
	error = loopback_bring_up(&netlink, host, &interface, why, size);
	netlink_close(&netlink);
	if (error)
		return error;
	snprintf(result->name, sizeof(result->name), "%s", interface.name);
	snprintf(result->kind, sizeof(result->kind), "%s",
		 interface.loopback ? "lo" : interface.kind);
	return 0;
}
