/* Each rate of the specification, counted: what passes at once, and what passes in the long run. */
#include "mesharp/admission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* How many of the asked pass, one every step from 1000 s on. */
static uint32_t passed(bool (*admit)(struct bucket *, instant), uint32_t asked, duration step)
{
	struct bucket bucket = {0};
	instant now = {duration_s(1000).us};
	uint32_t count = 0;

	for (uint32_t i = 0; i < asked; i++) {
		count += admit(&bucket, now) ? 1 : 0;
		now = instant_after(now, step);
	}
	return count;
}

static void test_bursts_are_those_of_the_specification(void **state)
{
	assert_int_equal(passed(admission_hello, 1000, duration_us(0)), 20);
	assert_int_equal(passed(admission_newcomer, 1000, duration_us(0)), 256);
	assert_int_equal(passed(admission_initiation, 1000, duration_us(0)), 16);
	assert_int_equal(passed(admission_reset, 1000, duration_us(0)), 3);
	assert_int_equal(passed(admission_doubt, 1000, duration_us(0)), 3);
}

static void test_rates_are_those_of_the_specification(void **state)
{
	/* 100 s of asking every millisecond; the last token flows in after the last request. */
	assert_in_range(passed(admission_hello, 100000, duration_ms(1)), 20 + 499, 20 + 500);
	assert_in_range(passed(admission_newcomer, 100000, duration_ms(1)), 256 + 4999, 256 + 5000);
	assert_in_range(passed(admission_initiation, 100000, duration_ms(1)), 16 + 499, 16 + 500);
	assert_in_range(passed(admission_reset, 100000, duration_ms(1)), 3 + 9, 3 + 10);
	assert_in_range(passed(admission_doubt, 100000, duration_ms(1)), 3 + 9, 3 + 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bursts_are_those_of_the_specification),
		cmocka_unit_test(test_rates_are_those_of_the_specification),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/admission", tests, NULL, NULL);
}
