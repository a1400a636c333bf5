/* Interfaces, addresses and routes as rtnetlink tells them (RFC 3549), which everybody may ask; and
 * what the kernel would put into a packet for the mesh, which is asked by connecting a socket: no
 * packet is sent. */
#include "tools/doctor/sources.h"

#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANY_PORT = 9 }; /* discard: nothing is sent there */

static void link_take(struct nl_object *object, void *context)
{
	struct rtnl_link *link = (struct rtnl_link *)object;
	struct facts *facts = context;
	struct interface_facts *interface = &facts->interfaces[facts->interface_count];
	const char *kind = rtnl_link_get_type(link);
	unsigned flags = rtnl_link_get_flags(link);

	if (facts->interface_count == FACTS_INTERFACES || rtnl_link_get_name(link) == NULL)
		return;
	*interface = (struct interface_facts){
		.there = true,
		.up = (flags & IFF_UP) != 0,
		.running = (flags & IFF_RUNNING) != 0,
		.index = (uint32_t)rtnl_link_get_ifindex(link),
		.mtu = rtnl_link_get_mtu(link),
		.queue = rtnl_link_get_txqlen(link),
		.tx_dropped = rtnl_link_get_stat(link, RTNL_LINK_TX_DROPPED),
	};
	snprintf(interface->name, sizeof(interface->name), "%s", rtnl_link_get_name(link));
	snprintf(interface->kind, sizeof(interface->kind), "%s", kind != NULL ? kind : "");
	interface_settings_read(interface);
	facts->interface_count++;
}

static void address_take(struct nl_object *object, void *context)
{
	struct rtnl_addr *given = (struct rtnl_addr *)object;
	struct facts *facts = context;
	const struct nl_addr *local = rtnl_addr_get_local(given);
	int index = rtnl_addr_get_ifindex(given);

	if (local == NULL || nl_addr_get_family(local) != AF_INET6)
		return;
	for (uint32_t i = 0; i < facts->interface_count; i++) {
		struct interface_facts *interface = &facts->interfaces[i];

		if ((int)interface->index != index || interface->address_count == FACTS_ADDRESSES)
			continue;
		memcpy(interface->addresses[interface->address_count++].bytes,
		       nl_addr_get_binary_addr(local), ADDRESS);
	}
}

/* True if the destination lies within beef::/16 and leaves the host. */
static bool route_concerns(struct rtnl_route *route)
{
	const struct nl_addr *to = rtnl_route_get_dst(route);

	return rtnl_route_get_family(route) == AF_INET6 && to != NULL &&
	       nl_addr_get_len(to) == ADDRESS && nl_addr_get_prefixlen(to) >= 8 * ADDRESS_PREFIX &&
	       address_in_mesh(nl_addr_get_binary_addr(to)) &&
	       rtnl_route_get_table(route) == RT_TABLE_MAIN;
}

static bool source_is(struct rtnl_route *route, const struct address *own)
{
	const struct nl_addr *source = rtnl_route_get_pref_src(route);

	return source != NULL && nl_addr_get_len(source) == ADDRESS &&
	       memcmp(nl_addr_get_binary_addr(source), own->bytes, ADDRESS) == 0;
}

/* A route of another's making, as `ip -6 route del` takes it. */
static void other_write(struct facts *facts, struct rtnl_route *route, uint32_t index)
{
	char to[64], device[IF_NAMESIZE] = "";
	int size;

	nl_addr2str(rtnl_route_get_dst(route), to, sizeof(to));
	size = snprintf(facts->routes.other, sizeof(facts->routes.other), "%s metric %u", to,
			rtnl_route_get_priority(route));
	if (index != 0 && if_indextoname(index, device) != NULL)
		snprintf(facts->routes.other + size, sizeof(facts->routes.other) - (size_t)size,
			 " dev %s", device);
}

static void route_take(struct nl_object *object, void *context)
{
	struct rtnl_route *route = (struct rtnl_route *)object;
	struct facts *facts = context;
	const struct interface_facts *tun = facts_interface(facts, facts->tun);
	struct rtnl_nexthop *hop = rtnl_route_nexthop_n(route, 0);
	uint32_t index = hop != NULL ? (uint32_t)rtnl_route_nh_get_ifindex(hop) : 0;
	struct address own;

	if (!route_concerns(route))
		return;
	if (rtnl_route_get_type(route) == RTN_UNREACHABLE &&
	    nl_addr_get_prefixlen(rtnl_route_get_dst(route)) == 8 * ADDRESS_PREFIX) {
		facts->routes.unreachable = true;
	} else if (tun != NULL && index == tun->index) {
		facts->routes.mesh = true;
		facts->routes.source |= facts_own(facts, &own) && source_is(route, &own);
	} else if (rtnl_route_get_protocol(route) != RTPROT_KERNEL) {
		other_write(facts, route, index);
	}
}

static bool host_ask(struct facts *facts, struct nl_sock *socket)
{
	struct nl_cache *links = NULL, *addresses = NULL, *routes = NULL;
	bool told = rtnl_link_alloc_cache(socket, AF_UNSPEC, &links) == 0 &&
		    rtnl_addr_alloc_cache(socket, &addresses) == 0;

	if (told) {
		nl_cache_foreach(links, link_take, facts);
		nl_cache_foreach(addresses, address_take, facts);
	}
	if (told && rtnl_route_alloc_cache(socket, AF_INET6, 0, &routes) == 0) {
		nl_cache_foreach(routes, route_take, facts);
		facts->routes.read = true;
	}
	nl_cache_free(routes);
	nl_cache_free(addresses);
	nl_cache_free(links);
	return told;
}

bool host_read(struct facts *facts)
{
	struct nl_sock *socket = nl_socket_alloc();
	bool told =
		socket != NULL && nl_connect(socket, NETLINK_ROUTE) == 0 && host_ask(facts, socket);

	if (socket != NULL)
		nl_socket_free(socket);
	return told;
}

void source_read(struct source_facts *source, const struct address *destination)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(ANY_PORT)}, from;
	socklen_t size = sizeof(from);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	source->destination = *destination;
	memcpy(to.sin6_addr.s6_addr, destination->bytes, ADDRESS);
	source->error = fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 ||
					getsockname(fd, (struct sockaddr *)&from, &size) != 0
				? errno
				: 0;
	if (source->error == 0)
		memcpy(source->chosen.bytes, from.sin6_addr.s6_addr, ADDRESS);
	if (fd >= 0)
		close(fd);
}
