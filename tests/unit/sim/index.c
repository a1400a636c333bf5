/* Names keep their numbers however many there are. */
#include "sim/index.h"

#include <stddef.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { NAMES = 5000 };

static void names_keep_their_numbers(void **state)
{
	struct index index = {0};
	uint8_t name[INDEX_NAME] = {0};

	for (uint32_t round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < NAMES; i++) {
			memcpy(name, &i, sizeof(i));
			assert_int_equal(index_number(&index, name), i);
		}
	}
	assert_int_equal(index.count, NAMES);
	index_free(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_keep_their_numbers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/index", tests, NULL, NULL);
}
