/* Balances are kept for each node and link address. */
#include "sim/ledger.h"

#include <stddef.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void balances_are_of_a_node_and_a_link_address(void **state)
{
	const struct lladdr one = {{2, 0, 0, 0, 0, 1}}, two = {{2, 0, 0, 0, 0, 2}};
	struct ledger ledger = {0};

	assert_int_equal(ledger_note(&ledger, 1, one, 300), 300);
	assert_int_equal(ledger_note(&ledger, 1, one, -250), 50);
	assert_int_equal(ledger_note(&ledger, 1, two, -1), -1);
	assert_int_equal(ledger_note(&ledger, 2, one, 7), 7);
	assert_int_equal(ledger_note(&ledger, 1, one, -83), -33);
	ledger_free(&ledger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(balances_are_of_a_node_and_a_link_address),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/ledger", tests, NULL, NULL);
}
