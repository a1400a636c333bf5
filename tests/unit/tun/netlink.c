/* Requests to the kernel as they are built, and what happens when one grows too long. Nothing is
 * sent but to a descriptor that is no socket. */
#include "tun/netlink.h"

#include <linux/rtnetlink.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct rtgenmsg header = {.rtgen_family = AF_INET6};

static void test_attributes_follow_the_header(void **state)
{
	struct request request = request_of(RTM_GETLINK, NLM_F_CREATE, &header, sizeof(header));

	request_u8(&request, 9, 0x7f);
	request_string(&request, 3, "lo");
	assert_false(request.failed);
	struct nlmsghdr *built = nlmsg_hdr(request.message);
	assert_int_equal(built->nlmsg_type, RTM_GETLINK);
	assert_int_equal(built->nlmsg_flags & NLM_F_CREATE, NLM_F_CREATE);
	assert_int_equal(nlmsg_datalen(built), 4 + 8 + 8);
	assert_memory_equal(nlmsg_data(built), &header, sizeof(header));
	assert_int_equal(nla_get_u8(nlmsg_find_attr(built, sizeof(header), 9)), 0x7f);
	assert_int_equal(nla_strcmp(nlmsg_find_attr(built, sizeof(header), 3), "lo"), 0);
	nlmsg_free(request.message);
}

static void test_a_nest_holds_what_is_put_between(void **state)
{
	struct request request = request_of(RTM_NEWLINK, 0, &header, sizeof(header));
	struct nlattr *nest = request_nest(&request, 5);

	request_u32(&request, 6, 0x01020304);
	request_nest_end(&request, nest);
	request_u32(&request, 7, 0);
	assert_false(request.failed);
	assert_int_equal(nla_len(nest), nla_total_size(sizeof(uint32_t)));
	assert_int_equal(nla_get_u32(nla_data(nest)), 0x01020304);
	nlmsg_free(request.message);
}

static void test_failure_sticks(void **state)
{
	static const uint8_t much[60000];
	struct netlink netlink = {0};
	struct request request = request_of(RTM_NEWLINK, 0, &header, sizeof(header));

	request_put(&request, 1, much, sizeof(much));
	assert_true(request.failed);
	request_u8(&request, 2, 1);
	assert_true(request.failed);
	assert_null(request_nest(&request, 3));
	request_nest_end(&request, NULL);
	assert_int_equal(netlink_send(&netlink, &request), -ENOMEM);
}

static void test_refuses_what_is_no_netlink_socket(void **state)
{
	struct netlink netlink;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(netlink_open(&netlink, ends[0]), -EBADF);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(netlink_open(&netlink, -1), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attributes_follow_the_header),
		cmocka_unit_test(test_a_nest_holds_what_is_put_between),
		cmocka_unit_test(test_failure_sticks),
		cmocka_unit_test(test_refuses_what_is_no_netlink_socket),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tun/netlink", tests, NULL, NULL);
}
