/* Names of interfaces as people write them, and the line they read when something fails. */
#include "tun/interface.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_takes_names_the_kernel_takes(void **state)
{
	static const char *const names[] = {"t", "tun0", "lo2", "mesh-0_a.7", "0123456789abcde"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_true(interface_name_fits(names[i]));
}

static void test_refuses_names_that_mean_something_else(void **state)
{
	static const char *const names[] = {
		"",	 ".",	   "..",    "0123456789abcdef", "../eth0", "eth0:1", "tun%d",
		"tun 0", "tun\t0", "tun\n", "t\xc3\xbcn",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_false(interface_name_fits(names[i]));
}

static void test_explains_and_passes_the_error_on(void **state)
{
	char why[80];

	assert_int_equal(interface_explain(-EPERM, "make", "lo2", why, sizeof(why)), -EPERM);
	assert_string_equal(why, "cannot make lo2: the right is missing (CAP_NET_ADMIN)");
	assert_int_equal(interface_explain(-EBUSY, "set up", "tun0", why, 12), -EBUSY);
	assert_string_equal(why, "cannot set ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takes_names_the_kernel_takes),
		cmocka_unit_test(test_refuses_names_that_mean_something_else),
		cmocka_unit_test(test_explains_and_passes_the_error_on),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tun/interface", tests, NULL, NULL);
}
