/* A rate that cannot be known is 0, each time it is asked for: without nl80211, as on most build
 * machines, or of an interface that has no stations. */
#include "link/radio.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

static void test_what_is_no_radio_has_no_rate(void **state)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	struct radio *radio;

	assert_true(fd >= 0);
	assert_int_equal(radio_open(&radio, fd), 0);
	for (int i = 0; i < 3; i++)
		assert_true(radio_rate_bps(radio, 1) == 0);
	radio_close(radio);
	assert_int_equal(close(fd), 0);
}

static void test_a_closed_descriptor_is_refused(void **state)
{
	struct radio *radio;

	assert_true(radio_open(&radio, -1) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_radio_has_no_rate),
		cmocka_unit_test(test_a_closed_descriptor_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("link/radio", tests, NULL, NULL);
}
