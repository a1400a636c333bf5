/* tun0's MTU, address, route and label. The address label comes from RFC 6724: an address and a
 * destination with the same label belong together, before temporary addresses are preferred. */
#include "tun/addressing.h"
#include "tun/interface.h"

#include <linux/if_addrlabel.h>

#include <errno.h>
#include <stdio.h>

enum {
	QUEUE_PACKETS = 10000, /* held while the daemon restarts; 500, the default, is too short */
	MESH_LABEL = 0xbeef,   /* a number no other label has */
	MESH_PREFIX = 16,
	MTU_LEAST = 1280, /* RFC 8200 section 5 */
};

static const uint8_t mesh[16] = {0xbe, 0xef};

static int size_set(struct netlink *netlink, const struct interface *interface, uint32_t mtu)
{
	struct ifinfomsg header = {.ifi_index = (int)interface->index};
	struct request request = request_of(RTM_NEWLINK, 0, &header, sizeof(header));

	request_u32(&request, IFLA_MTU, mtu);
	request_u32(&request, IFLA_TXQLEN, QUEUE_PACKETS);
	return netlink_send(netlink, &request);
}

/* `beef::/16 dev TUN src OWN`, to be added or removed. */
static int route_change(struct netlink *netlink, int type, int flags,
			const struct interface *interface, const uint8_t own[16])
{
	struct rtmsg header = {.rtm_family = AF_INET6,
			       .rtm_dst_len = MESH_PREFIX,
			       .rtm_table = RT_TABLE_MAIN,
			       .rtm_protocol = HOST_ROUTE_PROTOCOL,
			       .rtm_scope = RT_SCOPE_UNIVERSE,
			       .rtm_type = RTN_UNICAST};
	struct request request = request_of(type, flags, &header, sizeof(header));

	request_put(&request, RTA_DST, mesh, sizeof(mesh));
	request_put(&request, RTA_PREFSRC, own, 16);
	request_u32(&request, RTA_OIF, interface->index);
	return netlink_send(netlink, &request);
}

static int label_set(struct netlink *netlink)
{
	struct ifaddrlblmsg header = {.ifal_family = AF_INET6, .ifal_prefixlen = MESH_PREFIX};
	struct request request =
		request_of(RTM_NEWADDRLABEL, NLM_F_CREATE | NLM_F_REPLACE, &header, sizeof(header));

	request_put(&request, IFAL_ADDRESS, mesh, sizeof(mesh));
	request_u32(&request, IFAL_LABEL, MESH_LABEL);
	return netlink_send(netlink, &request);
}

static int addressing_bring_up(struct netlink *netlink, const struct host *host, char *why,
			       size_t size)
{
	struct interface tun;
	int error = interface_find(netlink, host->tun, &tun);

	if (error)
		return interface_explain(error, "find", host->tun, why, size);
	error = size_set(netlink, &tun, host->mtu);
	if (error)
		return interface_explain(error, "set the MTU of", tun.name, why, size);
	error = interface_quiet(netlink, &tun);
	if (!error)
		error = interface_set_up(netlink, &tun, true);
	if (error)
		return interface_explain(error, "set up", tun.name, why, size);
	error = interface_remove_others(netlink, &tun, &host->address, 1);
	if (!error)
		error = interface_add_address(netlink, &tun, host->address);
	if (error)
		return interface_explain(error, "add the address to", tun.name, why, size);
	error = route_change(netlink, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &tun,
			     host->address);
	if (error)
		return interface_explain(error, "add route beef::/16 to", tun.name, why, size);
	error = label_set(netlink);
	if (error)
		return interface_explain(error, "set the address label of", "beef::/16", why, size);
	return 0;
}

int addressing_up(int rtnetlink, const struct host *host, char *why, size_t size)
{
	struct netlink netlink;

	if (host->mtu < MTU_LEAST) {
		snprintf(why, size, "%s needs an MTU of at least %d bytes, not %u", host->tun,
			 MTU_LEAST, host->mtu);
		return -EINVAL;
	}
	int error = netlink_open(&netlink, rtnetlink);
	if (error)
		return interface_explain(error, "use", "the rtnetlink socket", why, size);
	error = addressing_bring_up(&netlink, host, why, size);
	netlink_close(&netlink);
	return error;
}

static int tun_rename(struct netlink *netlink, const char *from, const char *to)
{
	struct interface tun;
	int error = interface_find(netlink, from, &tun);

	if (error)
		return error;
	struct ifinfomsg header = {.ifi_index = (int)tun.index};
	struct request request = request_of(RTM_NEWLINK, 0, &header, sizeof(header));
	request_string(&request, IFLA_IFNAME, to);
	return netlink_send(netlink, &request);
}

int addressing_rename(int rtnetlink, const char *from, const char *to, char *why, size_t size)
{
	struct netlink netlink;
	int error = netlink_open(&netlink, rtnetlink);

	if (!error) {
		error = tun_rename(&netlink, from, to);
		netlink_close(&netlink);
	}
	return error ? interface_explain(error, "rename", from, why, size) : 0;
}

int addressing_down(int rtnetlink, const struct host *host)
{
	struct netlink netlink;
	struct interface tun;
	int error = netlink_open(&netlink, rtnetlink);

	if (error)
		return error;
	error = interface_find(&netlink, host->tun, &tun);
	if (!error)
		error = route_change(&netlink, RTM_DELROUTE, 0, &tun, host->address);
	if (!error || error == -ESRCH)
		error = interface_remove_others(&netlink, &tun, NULL, 0);
	if (!error)
		error = interface_set_up(&netlink, &tun, false);
	netlink_close(&netlink);
	return error == -ENODEV ? 0 : error;
}
