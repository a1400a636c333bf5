/* Every reason has a name of its own, fit for a counter that people and programs read. */
#include "meshp/drop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_every_name_is_a_word(void **state)
{
	for (enum drop drop = DROP_NONE; drop < DROP_COUNT; drop++) {
		const char *name = drop_name(drop);

		assert_non_null(name);
		assert_true(strlen(name) > 2 && strlen(name) < 24);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
				 strlen(name));
	}
}

static void test_no_name_twice(void **state)
{
	for (enum drop a = DROP_NONE; a < DROP_COUNT; a++) {
		for (enum drop b = a + 1; b < DROP_COUNT; b++)
			assert_string_not_equal(drop_name(a), drop_name(b));
	}
}

/* Callers ask "if (drop)". */
static void test_none_is_zero(void **state)
{
	assert_int_equal(DROP_NONE, 0);
	assert_string_equal(drop_name(DROP_NONE), "none");
	assert_string_equal(drop_name(DROP_STAGED_EXPIRED), "staged_expired");
}

static void test_reasons_are_counted(void **state)
{
	struct drops drops = {0}, sum = {0};

	for (enum drop drop = DROP_NONE; drop < DROP_COUNT; drop++) {
		for (uint32_t i = 0; i < 1 + drop; i++)
			drops_count(&drops, drop);
	}
	drops_add(&sum, &drops);
	drops_add(&sum, &drops);
	assert_int_equal(sum.counts[DROP_NONE], 0);
	for (enum drop drop = DROP_NONE + 1; drop < DROP_COUNT; drop++) {
		assert_int_equal(drops.counts[drop], 1 + drop);
		assert_int_equal(sum.counts[drop], 2 * (1 + drop));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_name_is_a_word),
		cmocka_unit_test(test_no_name_twice),
		cmocka_unit_test(test_none_is_zero),
		cmocka_unit_test(test_reasons_are_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/drop", tests, NULL, NULL);
}
