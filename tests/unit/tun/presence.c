/* Which messages of rtnetlink tell of a loss. They are built as the kernel builds them. */
#include "tun/presence.h"

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct host HOST = {
	.tun = "tun0", .loopback = "lo2", .address = {0xbe, 0xef, [15] = 7}, .mtu = 1500};

/* Says whether the message concerns the host, and frees it. */
static bool judge(struct nl_msg *message, const struct host *host)
{
	bool concerns = presence_concerns(nlmsg_hdr(message), host);

	nlmsg_free(message);
	return concerns;
}

static struct nl_msg *link_message(int type, const char *name, unsigned int flags, uint32_t mtu)
{
	struct ifinfomsg header = {.ifi_family = AF_UNSPEC, .ifi_flags = flags};
	struct nl_msg *message = nlmsg_alloc_simple(type, 0);

	assert_int_equal(nlmsg_append(message, &header, sizeof(header), NLMSG_ALIGNTO), 0);
	assert_int_equal(nla_put_string(message, IFLA_IFNAME, name), 0);
	assert_int_equal(nla_put_u32(message, IFLA_MTU, mtu), 0);
	return message;
}

static struct nl_msg *address_message(int type, const uint8_t address[16])
{
	struct ifaddrmsg header = {.ifa_family = AF_INET6, .ifa_prefixlen = 128};
	struct nl_msg *message = nlmsg_alloc_simple(type, 0);

	assert_int_equal(nlmsg_append(message, &header, sizeof(header), NLMSG_ALIGNTO), 0);
	assert_int_equal(nla_put(message, IFA_ADDRESS, 16, address), 0);
	return message;
}

static struct nl_msg *route_message(int type, uint8_t bits, uint8_t protocol)
{
	static const uint8_t mesh[16] = {0xbe, 0xef};
	struct rtmsg header = {
		.rtm_family = AF_INET6, .rtm_dst_len = bits, .rtm_protocol = protocol};
	struct nl_msg *message = nlmsg_alloc_simple(type, 0);

	assert_int_equal(nlmsg_append(message, &header, sizeof(header), NLMSG_ALIGNTO), 0);
	assert_int_equal(nla_put(message, RTA_DST, 16, mesh), 0);
	return message;
}

static void interfaces_are_missed(void **state)
{
	struct host early = HOST;

	early.mtu = 0;
	assert_true(judge(link_message(RTM_DELLINK, "tun0", IFF_UP, 1500), &HOST));
	assert_true(judge(link_message(RTM_DELLINK, "lo2", IFF_UP, 1500), &HOST));
	assert_true(judge(link_message(RTM_NEWLINK, "tun0", 0, 1500), &HOST));
	assert_true(judge(link_message(RTM_NEWLINK, "lo2", 0, 1500), &HOST));
	assert_true(judge(link_message(RTM_NEWLINK, "tun0", IFF_UP, 1400), &HOST));
	assert_false(judge(link_message(RTM_NEWLINK, "tun0", IFF_UP, 1500), &HOST));
	assert_false(judge(link_message(RTM_NEWLINK, "lo2", IFF_UP, 9000), &HOST));
	assert_false(judge(link_message(RTM_DELLINK, "tun", IFF_UP, 1500), &HOST));
	assert_false(judge(link_message(RTM_DELLINK, "tun01", IFF_UP, 1500), &HOST));
	assert_false(judge(link_message(RTM_DELLINK, "tun0", IFF_UP, 1500), &early));
}

static void addresses_are_missed(void **state)
{
	static const uint8_t node[16] = {0xbe, 0xef}, other[16] = {0xbe, 0xef, [15] = 8};

	assert_true(judge(address_message(RTM_DELADDR, HOST.address), &HOST));
	assert_true(judge(address_message(RTM_DELADDR, node), &HOST));
	assert_false(judge(address_message(RTM_DELADDR, other), &HOST));
	assert_false(judge(address_message(RTM_NEWADDR, HOST.address), &HOST));
}

static void routes_are_missed(void **state)
{
	assert_true(judge(route_message(RTM_DELROUTE, 16, HOST_ROUTE_PROTOCOL), &HOST));
	assert_false(judge(route_message(RTM_DELROUTE, 128, HOST_ROUTE_PROTOCOL), &HOST));
	assert_false(judge(route_message(RTM_DELROUTE, 16, RTPROT_KERNEL), &HOST));
	assert_false(judge(route_message(RTM_NEWROUTE, 16, HOST_ROUTE_PROTOCOL), &HOST));
}

static void short_messages_say_nothing(void **state)
{
	static const int types[] = {RTM_NEWLINK, RTM_DELLINK, RTM_DELADDR, RTM_DELROUTE};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		assert_false(judge(nlmsg_alloc_simple(types[i], 0), &HOST));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interfaces_are_missed),
		cmocka_unit_test(addresses_are_missed),
		cmocka_unit_test(routes_are_missed),
		cmocka_unit_test(short_messages_say_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tun/presence", tests, NULL, NULL);
}
