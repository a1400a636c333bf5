/* What lo2 and tun0 have in common, told to the kernel by rtnetlink; and by /proc/sys where
 * rtnetlink has no word for it. Every call says what should be, so it may be repeated. RFC 4861 and
 * 4862 are what is turned off here: nobody on the mesh advertises routers or prefixes to us. */
#include "tun/interface.h"

#include <netlink/route/addr.h>
#include <netlink/route/link.h>

#include <linux/if_addr.h>
#include <linux/if_arp.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool interface_name_fits(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length >= IF_NAMESIZE || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (size_t i = 0; i < length; i++)
		/* The kernel would read a % as a request for the next free number. */
		if (!isgraph((unsigned char)name[i]) || strchr("/:%", name[i]))
			return false;
	return true;
}

int interface_find(struct netlink *netlink, const char *name, struct interface *interface)
{
	struct rtnl_link *link = NULL;
	int error = rtnl_link_get_kernel(netlink->socket, 0, name, &link);

	if (error >= 0 && link == NULL)
		return -EIO;
	if (error < 0)
		return error == -NLE_NODEV || error == -NLE_OBJ_NOTFOUND ? -ENODEV : -EIO;
	const char *kind = rtnl_link_get_type(link);
	*interface = (struct interface){
		.index = (uint32_t)rtnl_link_get_ifindex(link),
		.loopback = rtnl_link_get_arptype(link) == ARPHRD_LOOPBACK,
	};
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	snprintf(interface->kind, sizeof(interface->kind), "%s", kind ? kind : "");
	rtnl_link_put(link);
	return 0;
}

/* Sets one of the interface's IPv6 settings to 0, if it is not. */
static int setting_clear(const struct interface *interface, const char *setting)
{
	char path[128], value = 0;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", interface->name, setting);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -EAFNOSUPPORT : -errno;
	ssize_t got = read(fd, &value, 1);
	close(fd);
	/* Where /proc/sys is read-only, as in containers, the right value is good enough. */
	if (got == 1 && value == '0')
		return 0;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int error = write(fd, "0\n", 2) == 2 ? 0 : -errno;
	close(fd);
	return error;
}

/* A request about the interface itself. */
static struct request link_request(const struct interface *interface, unsigned int flags,
				   unsigned int change)
{
	struct ifinfomsg header = {
		.ifi_index = (int)interface->index, .ifi_flags = flags, .ifi_change = change};

	return request_of(RTM_NEWLINK, 0, &header, sizeof(header));
}

int interface_quiet(struct netlink *netlink, const struct interface *interface)
{
	static const char *const settings[] = {"disable_ipv6", "accept_ra"};
	struct request request = link_request(interface, 0, 0);
	struct nlattr *families = request_nest(&request, IFLA_AF_SPEC);
	struct nlattr *inet6 = request_nest(&request, AF_INET6);

	request_u8(&request, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	request_nest_end(&request, inet6);
	request_nest_end(&request, families);
	int error = netlink_send(netlink, &request);
	for (size_t i = 0; !error && i < sizeof(settings) / sizeof(*settings); i++)
		error = setting_clear(interface, settings[i]);
	return error;
}

int interface_set_up(struct netlink *netlink, const struct interface *interface, bool up)
{
	struct request request = link_request(interface, up ? IFF_UP : 0, IFF_UP);

	return netlink_send(netlink, &request);
}

/* A request about a /128 on the interface. */
static struct request address_request(int type, int flags, const struct interface *interface,
				      const uint8_t address[16], uint8_t prefix)
{
	struct ifaddrmsg header = {
		.ifa_family = AF_INET6, .ifa_prefixlen = prefix, .ifa_index = interface->index};
	struct request request = request_of(type, flags, &header, sizeof(header));

	request_put(&request, IFA_LOCAL, address, 16);
	return request;
}

int interface_add_address(struct netlink *netlink, const struct interface *interface,
			  const uint8_t address[16])
{
	struct request request =
		address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, interface, address, 128);

	request_u32(&request, IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
	return netlink_send(netlink, &request);
}

/* True if the address is of the interface, in beef::/16, and none of keep as a /128. */
static bool address_is_other(struct rtnl_addr *entry, const struct interface *interface,
			     const uint8_t (*keep)[16], size_t count)
{
	struct nl_addr *local = rtnl_addr_get_local(entry);

	if (rtnl_addr_get_ifindex(entry) != (int)interface->index || !local ||
	    nl_addr_get_family(local) != AF_INET6)
		return false;
	const uint8_t *bytes = nl_addr_get_binary_addr(local);
	bool kept = false;
	for (size_t i = 0; i < count; i++)
		kept |= !memcmp(bytes, keep[i], 16) && rtnl_addr_get_prefixlen(entry) == 128;
	return bytes[0] == 0xbe && bytes[1] == 0xef && !kept;
}

int interface_remove_others(struct netlink *netlink, const struct interface *interface,
			    const uint8_t (*keep)[16], size_t count)
{
	struct nl_cache *all;
	int error = 0;

	if (rtnl_addr_alloc_cache(netlink->socket, &all) < 0)
		return -EIO;
	for (struct nl_object *at = nl_cache_get_first(all); at && !error;
	     at = nl_cache_get_next(at)) {
		struct rtnl_addr *entry = (struct rtnl_addr *)at;
		if (!address_is_other(entry, interface, keep, count))
			continue;
		struct request request =
			address_request(RTM_DELADDR, 0, interface,
					nl_addr_get_binary_addr(rtnl_addr_get_local(entry)),
					(uint8_t)rtnl_addr_get_prefixlen(entry));
		error = netlink_send(netlink, &request);
		if (error == -EADDRNOTAVAIL)
			error = 0;
	}
	nl_cache_free(all);
	return error;
}

int interface_explain(int error, const char *what, const char *name, char *why, size_t size)
{
	const char *reason = strerrordesc_np(-error);

	if (error == -EPERM)
		reason = "the right is missing (CAP_NET_ADMIN)";
	if (error == -EAFNOSUPPORT)
		reason = "it has no IPv6: the kernel runs without, or the MTU is under 1280";
	if (error == -EROFS)
		reason = "/proc/sys is read-only; set accept_ra and disable_ipv6 to 0 by other "
			 "means";
	snprintf(why, size, "cannot %s %s: %s", what, name, reason);
	return error;
}
