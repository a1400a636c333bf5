/* Token buckets to the microsecond: the burst, the moment the next token comes, the sum over a long
 * time, and values at the ends of their types. */
#include "base/bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static uint32_t take_all(struct bucket *bucket, struct rate rate, instant now)
{
	uint32_t taken = 0;

	while (bucket_take(bucket, rate, now))
		taken++;
	return taken;
}

static void test_zeroed_is_full(void **state)
{
	static const int64_t starts[] = {0, 1, -5000000, 86400000000};
	const struct rate rate = {.per_second = 2, .burst = 5};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct bucket bucket = {0};

		assert_int_equal(take_all(&bucket, rate, (instant){starts[i]}), 5);
	}
}

/* A third of a second is no whole number of microseconds: the token comes when it is complete. */
static void test_next_token_to_the_microsecond(void **state)
{
	const struct rate rate = {.per_second = 3, .burst = 1};
	struct bucket bucket = {0};

	assert_true(bucket_take(&bucket, rate, (instant){0}));
	assert_false(bucket_take(&bucket, rate, (instant){333333}));
	assert_true(bucket_take(&bucket, rate, (instant){333334}));
	/* The bucket was full by then and spilled what came too much: the wait begins anew. */
	assert_false(bucket_take(&bucket, rate, (instant){666667}));
	assert_true(bucket_take(&bucket, rate, (instant){666668}));
}

/* Polled every 1,013 µs and never full again, it gives the burst and then the exact rate. */
static void test_long_sum_is_exact(void **state)
{
	const struct rate rate = {.per_second = 7, .burst = 5};
	struct bucket bucket = {0};
	uint32_t taken = 0;

	for (int64_t us = 0; us < 100000000; us += 1013)
		taken += bucket_take(&bucket, rate, (instant){us});
	taken += bucket_take(&bucket, rate, (instant){100000000});
	assert_int_equal(taken, 5 + 7 * 100);
}

static void test_refusals_cost_nothing(void **state)
{
	const struct rate rate = {.per_second = 1, .burst = 1};
	struct bucket bucket = {0};

	assert_true(bucket_take(&bucket, rate, (instant){0}));
	for (int64_t us = 1; us < 1000000; us += 997)
		assert_false(bucket_take(&bucket, rate, (instant){us}));
	assert_true(bucket_take(&bucket, rate, (instant){1000000}));
}

static void test_never_more_than_the_burst(void **state)
{
	const struct rate rate = {.per_second = 1000000, .burst = 3};
	struct bucket bucket = {0};

	assert_int_equal(take_all(&bucket, rate, (instant){0}), 3);
	assert_int_equal(take_all(&bucket, rate, (instant){2}), 2);
	assert_int_equal(take_all(&bucket, rate, (instant){1000}), 3);
	assert_int_equal(take_all(&bucket, rate, (instant){INT64_MAX - 1}), 3);
}

static void test_largest_rate_does_not_overflow(void **state)
{
	const struct rate rate = {.per_second = UINT32_MAX, .burst = UINT32_MAX};
	struct bucket bucket = {.spent = (int64_t)UINT32_MAX * 1000000};

	assert_true(bucket_strained(&bucket, rate, (instant){0}));
	assert_false(bucket_take(&bucket, rate, (instant){0}));
	assert_int_equal(take_all(&bucket, rate, (instant){1}), 4294);
	assert_false(bucket_strained(&bucket, rate, (instant){INT64_MAX - 1}));
}

static void test_time_that_goes_back_gives_nothing(void **state)
{
	const struct rate rate = {.per_second = 1, .burst = 1};
	struct bucket bucket = {0};

	assert_true(bucket_take(&bucket, rate, (instant){5000000}));
	assert_false(bucket_take(&bucket, rate, (instant){1000000}));
	assert_true(bucket_take(&bucket, rate, (instant){2000000}));
}

static void test_strained_below_half(void **state)
{
	const struct rate rate = {.per_second = 1, .burst = 4};
	const instant now = {0};
	struct bucket bucket = {0};

	assert_false(bucket_strained(&bucket, rate, now));
	assert_true(bucket_take(&bucket, rate, now));
	assert_true(bucket_take(&bucket, rate, now));
	assert_false(bucket_strained(&bucket, rate, now));
	assert_true(bucket_take(&bucket, rate, now));
	assert_true(bucket_strained(&bucket, rate, now));
	assert_true(bucket_strained(&bucket, rate, (instant){999999}));
	assert_false(bucket_strained(&bucket, rate, (instant){1000000}));
	/* Asking changed nothing: one is left now, and two after a second. */
	assert_int_equal(take_all(&bucket, rate, (instant){1000000}), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zeroed_is_full),
		cmocka_unit_test(test_next_token_to_the_microsecond),
		cmocka_unit_test(test_long_sum_is_exact),
		cmocka_unit_test(test_refusals_cost_nothing),
		cmocka_unit_test(test_never_more_than_the_burst),
		cmocka_unit_test(test_largest_rate_does_not_overflow),
		cmocka_unit_test(test_time_that_goes_back_gives_nothing),
		cmocka_unit_test(test_strained_below_half),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("base/bucket", tests, NULL, NULL);
}
