/* The names of the states, which people and programs read. */
#include "mesharp/neighbour.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_every_state_has_its_name(void **state)
{
	static const char *const names[] = {"NONE", "HEARD", "HANDSHAKE", "ONEWAY", "TWOWAY",
					    "SYNC", "FULL",  "LOST",	  "BLOCKED"};

	for (uint32_t i = 0; i <= NEIGHBOUR_BLOCKED; i++)
		assert_string_equal(neighbour_state_name((enum neighbour_state)i), names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_state_has_its_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/neighbour", tests, NULL, NULL);
}
