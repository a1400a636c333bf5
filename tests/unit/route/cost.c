/* Costs and codes: every code there is, and that costs are never understated. */
#include "route/cost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

enum { CODES = 1 << 16 };

static void test_every_code_of_a_cost_is_that_of_its_cost(void **state)
{
	uint32_t last = 0, codes = 0;

	for (uint32_t code = 0; code < CODES; code++) {
		uint32_t us = cost_us((uint16_t)code);

		if (us == 0)
			continue;
		assert_true(us > last); /* codes order as costs, and no two are of one */
		if (us <= COST_MOST_US)
			assert_int_equal(cost_code(us), code);
		last = us;
		codes++;
	}
	assert_int_equal(last, COST_MOST_US + 1);
	/* 1 … 4,095, then 2,048 for each exponent from 1 to 12, and one. */
	assert_int_equal(codes, 4095 + 12 * 2048 + 1);
}

/* The codes that are none: written out again, they would have been others. */
static void test_a_value_has_one_form(void **state)
{
	for (uint32_t code = 0; code < CODES; code++) {
		uint32_t exponent = code >> 12, mantissa = code & 0xfff;
		uint64_t us = (uint64_t)mantissa << exponent;
		bool form = exponent == 0 ? mantissa > 0 : mantissa >= 2048;
		bool taken = form && us <= COST_MOST_US + 1;

		assert_int_equal(cost_us((uint16_t)code), taken ? us : 0);
	}
}

static void test_costs_are_rounded_up_to_the_next_code(void **state)
{
	for (uint32_t us = 1; us <= COST_MOST_US; us += 1 + us / 4096) {
		uint16_t code = cost_code(us);

		assert_true(cost_us(code) >= us);
		if (code == 1)
			continue;
		/* The code before, past those that are none. */
		do
			code--;
		while (cost_us(code) == 0);
		assert_true(cost_us(code) < us);
	}
}

static void test_examples(void **state)
{
	assert_int_equal(cost_code(1), 0x0001);
	assert_int_equal(cost_code(4095), 0x0fff);
	assert_int_equal(cost_code(4096), 0x1800);
	assert_int_equal(cost_code(4097), 0x1801);
	assert_int_equal(cost_code(8190), 0x1fff);
	assert_int_equal(cost_code(8191), 0x2800);
	assert_int_equal(cost_code(COST_MOST_US), 0xd800);
	assert_int_equal(cost_us(0x1801), 4098);
}

static void test_costs_out_of_range_are_the_nearest(void **state)
{
	assert_int_equal(cost_code(0), 1);
	assert_int_equal(cost_code(COST_MOST_US + 1), cost_code(COST_MOST_US));
	assert_int_equal(cost_code(UINT32_MAX), cost_code(COST_MOST_US));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code_of_a_cost_is_that_of_its_cost),
		cmocka_unit_test(test_a_value_has_one_form),
		cmocka_unit_test(test_costs_are_rounded_up_to_the_next_code),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_costs_out_of_range_are_the_nearest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/cost", tests, NULL, NULL);
}
