/* Figures worked out by hand from the text of the specification. */
#include "mesharp/quality.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW ((instant){1000000000})

static void receive(struct quality *quality, uint32_t from, uint32_t to)
{
	for (uint32_t sequence = from; sequence <= to; sequence++)
		assert_true(quality_received(quality, sequence));
}

/* A quality with these records. */
static struct quality records(uint32_t told, uint32_t heard)
{
	return (struct quality){.last = 1000, .heard = heard, .told = told};
}

static void test_nothing_known_is_no_loss(void **state)
{
	struct quality quality = {0};

	assert_int_equal(quality_rtt_us(&quality), 0);
	assert_int_equal(quality_loss_ppm(&quality), 0);
	assert_int_equal(quality_patience(&quality), 3);
	assert_int_equal(quality_wait(&quality).us, 75000);
	assert_int_equal(quality_metric_us(&quality, 0, 0), 10);
}

static void test_no_sequence_counts_twice(void **state)
{
	struct quality quality = {0};

	receive(&quality, 5, 27);
	for (uint32_t sequence = 27 - QUALITY_PATIENCE_MOST; sequence <= 27; sequence++)
		assert_false(quality_received(&quality, sequence));
	assert_int_equal(quality.last, 27);
	assert_int_equal(quality.heard, 0x7fffff);
	assert_true(quality_received(&quality, UINT32_MAX));
	assert_false(quality_received(&quality, UINT32_MAX));
}

/* What went to a false link address comes here by a detour: it must not make the rest old. */
static void test_a_sequence_far_below_begins_anew(void **state)
{
	struct quality quality = {0};

	receive(&quality, 100, 140);
	assert_true(quality_received(&quality, 57601));
	assert_true(quality_received(&quality, 141));
	assert_int_equal(quality.last, 141);
	assert_int_equal(quality.heard, 1);
	receive(&quality, 142, 144);
	assert_int_equal(quality.heard, 0xf);
	assert_true(quality_received(&quality, UINT32_MAX));
	assert_true(quality_received(&quality, 8));
	assert_int_equal(quality.heard, 1);
	assert_true(quality_received(&quality, 8 + 12));
	assert_false(quality_received(&quality, 8));
	assert_true(quality_received(&quality, 7));
}

static void test_the_record_shows_what_is_missing(void **state)
{
	struct quality quality = {0};

	receive(&quality, 1, 4);
	assert_true(quality_received(&quality, 7));
	assert_int_equal(quality.heard, 0x79); /* 7, and 4 to 1 */
	assert_true(quality_received(&quality, 19));
	assert_int_equal(quality.heard, 0x79001); /* 12 on: the record goes on */
	assert_true(quality_received(&quality, 32));
	assert_int_equal(quality.heard, 1); /* 13 on: the other end has a new entry */
}

static void test_loss_is_of_the_worse_direction(void **state)
{
	struct quality quality = records(0xaaaaaaab, 0xffffffff); /* 17 of 32 */

	assert_int_equal(quality_loss_ppm(&quality), 468750);
	quality = records(0xaaaaaaab, 0x80000001); /* 2 of 32 */
	assert_int_equal(quality_loss_ppm(&quality), 937500);
	quality = records(0x7f, 0x41); /* fewer than 8 known */
	assert_int_equal(quality_loss_ppm(&quality), 0);
	quality = records(0x81, 0); /* 2 of 8 */
	assert_int_equal(quality_loss_ppm(&quality), 750000);
}

static void test_round_trip_time_is_smoothed_by_an_eighth(void **state)
{
	struct quality quality = {0};

	quality_measured(&quality, NOW, duration_us(8000));
	assert_int_equal(quality_rtt_us(&quality), 8000);
	quality_measured(&quality, NOW, duration_us(16000));
	assert_int_equal(quality_rtt_us(&quality), 9000);
	for (int i = 0; i < 200; i++)
		quality_measured(&quality, NOW, duration_us(500));
	assert_in_range(quality_rtt_us(&quality), 500, 501);
}

static void test_round_trip_times_out_of_reason_are_bounded(void **state)
{
	struct quality quality = {0};

	quality_measured(&quality, NOW, duration_us(-5)); /* the other end's delay was too long */
	assert_int_equal(quality_rtt_us(&quality), 1);
	quality = (struct quality){0};
	quality_measured(&quality, NOW, duration_us(0)); /* known, although too short to tell */
	assert_int_equal(quality_rtt_us(&quality), 1);
	quality = (struct quality){0};
	quality_measured(&quality, NOW, duration_s(1000000));
	assert_int_equal(quality_rtt_us(&quality), 60000000);
}

static void test_wait_follows_the_round_trip_time(void **state)
{
	struct quality quality = {0};

	quality_measured(&quality, NOW, duration_us(27500));
	assert_int_equal(quality_wait(&quality).us, 75000);
	quality = (struct quality){0};
	quality_measured(&quality, NOW, duration_ms(100));
	assert_int_equal(quality_wait(&quality).us, 220000);
}

static void test_patience_grows_with_loss(void **state)
{
	static const struct {
		uint32_t told, heard, patience;
	} cases[] = {
		{0xffffffff, 0xffffffff, 3},  /* no loss */
		{0xfffffffd, 0xffffffff, 3},  /* 1/32 lost: 0.03125^3 = 3·10⁻⁵ */
		{0xffff7777, 0xffffffff, 5},  /* 4/32: 0.125^4 = 2.4·10⁻⁴, ^5 = 3·10⁻⁵ */
		{0xaaaaaaaa, 0xffffffff, 12}, /* half: 0.5^12 is still 2.4·10⁻⁴ */
		{0xeeeeeeee, 0xeeeeeeee, 12}, /* 0.4375^11 = 1.1·10⁻⁴, ^12 = 4.9·10⁻⁵ */
		{0xfefefefe, 0xfefefefe, 7},  /* 0.234375^6 = 1.7·10⁻⁴, ^7 = 3.9·10⁻⁵ */
		{0x37f, 0xffffffff, 5},	      /* 1/10: 0.1^4 is not less than 10⁻⁴ */
		{0x80000001, 0x80000001, 12},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct quality quality = records(cases[i].told, cases[i].heard);

		assert_int_equal(quality_patience(&quality), cases[i].patience);
	}
}

static void test_metric_by_hand(void **state)
{
	struct quality quality = {0};

	assert_int_equal(quality_metric_us(&quality, 0, 90), 100);
	quality_measured(&quality, NOW, duration_us(1000)); /* up to 1 ms costs nothing */
	assert_int_equal(quality_metric_us(&quality, 0, 90), 100);
	quality = (struct quality){0};
	quality_measured(&quality, NOW, duration_us(3000)); /* half of the 2 ms above */
	assert_int_equal(quality_metric_us(&quality, 0, 90), 1100);
	quality_told(&quality, 0xaaaaaaaa); /* only what is sent once more is dearer */
	assert_int_equal(quality_metric_us(&quality, 0, 90), 1110);
	quality.heard = 0xaaaaaaaa;
	assert_int_equal(quality_metric_us(&quality, 0, 90), 1130);
}

/* Minutes of queues our own load fills are not a long wire; one that is long for good is. */
static void test_only_what_stays_for_minutes_is_a_long_wire(void **state)
{
	struct quality quality = {0};
	instant now = NOW;

	quality_measured(&quality, now, duration_us(11000));
	assert_int_equal(quality_metric_us(&quality, 0, 0), 10 + 5000);
	quality_measured(&quality, now, duration_us(3000)); /* less counts at once */
	assert_int_equal(quality_metric_us(&quality, 0, 0), 10 + 1000);
	for (int i = 1; i < 600; i++) {
		quality_measured(&quality, instant_after(now, duration_s(i)), duration_ms(200));
		assert_int_equal(quality_metric_us(&quality, 0, 0), 10 + 1000);
	}
	quality_measured(&quality, instant_after(now, duration_s(600)), duration_ms(101));
	assert_int_equal(quality_metric_us(&quality, 0, 0), 10 + 50000);
}

/* The least of a stretch counts in the next one as well, but not in that after it. */
static void test_the_least_counts_for_two_stretches(void **state)
{
	struct quality quality = {0};

	quality_measured(&quality, NOW, duration_ms(9));
	quality_measured(&quality, instant_after(NOW, duration_s(299)), duration_ms(5));
	quality_measured(&quality, instant_after(NOW, duration_s(300)), duration_ms(7));
	assert_int_equal(quality.floor_us, 5000);
	quality_measured(&quality, instant_after(NOW, duration_s(599)), duration_ms(8));
	assert_int_equal(quality.floor_us, 5000);
	quality_measured(&quality, instant_after(NOW, duration_s(600)), duration_ms(8));
	assert_int_equal(quality.floor_us, 7000);
	/* Then nothing was measured for a whole stretch and more. */
	quality_measured(&quality, instant_after(NOW, duration_s(1200)), duration_ms(9));
	assert_int_equal(quality.floor_us, 9000);
}

static void test_the_rate_of_the_link_counts(void **state)
{
	struct quality quality = {0};

	assert_int_equal(quality_metric_us(&quality, 1000000000, 0), 10 + 8);
	assert_int_equal(quality_metric_us(&quality, 100000000, 0), 10 + 81);
	assert_int_equal(quality_metric_us(&quality, 9600, 0), 10 + 853333);
	assert_int_equal(quality_metric_us(&quality, 1, 0), QUALITY_METRIC_MOST_US);
	quality_told(&quality, 0xaaaaaaaa);
	assert_int_equal(quality_metric_us(&quality, 100000000, 0), 2 * (10 + 81));
}

static void test_metric_is_the_sum_of_its_parts(void **state)
{
	struct quality quality = records(0xaaaaaaaa, 0xaaaaaaaa);

	quality_measured(&quality, NOW, duration_us(3000));
	struct metric metric = quality_metric(&quality, 100000000, 90);
	assert_int_equal(metric.fixed_us, 10);
	assert_int_equal(metric.transmit_us, 81);
	assert_int_equal(metric.loss_us, 3 * (10 + 81));
	assert_int_equal(metric.rtt_us, 1000);
	assert_int_equal(metric.operator_us, 90);
	assert_int_equal(metric.total_us, 4 * (10 + 81) + 1000 + 90);
	metric = quality_metric(&quality, 1, UINT32_MAX);
	assert_int_equal(metric.transmit_us, QUALITY_METRIC_MOST_US);
	assert_int_equal(metric.loss_us, QUALITY_METRIC_MOST_US);
	assert_int_equal(metric.operator_us, QUALITY_METRIC_MOST_US);
	assert_int_equal(metric.total_us, QUALITY_METRIC_MOST_US);
}

static void test_metric_does_not_overflow(void **state)
{
	struct quality quality = records(0x80000001, 0x80000001);

	quality_measured(&quality, NOW, duration_s(60));
	assert_int_equal(quality_metric_us(&quality, 0, UINT32_MAX), QUALITY_METRIC_MOST_US);
	assert_int_equal(quality_metric_us(&quality, 1, 0), QUALITY_METRIC_MOST_US);
}

static void test_the_share_is_never_zero(void **state)
{
	struct quality quality = {0};

	assert_int_equal(quality_share(&quality), 255);
	quality = records(0xaaaaaaaa, 0xffffffff);
	assert_int_equal(quality_share(&quality), 127);
	quality = records(0x80000001, 0x80000001);
	assert_int_equal(quality_share(&quality), 1);
}

static void test_an_outage_is_forgotten_but_not_its_sequences(void **state)
{
	struct quality quality = records(0x80000001, 0x80000001);

	quality_forget(&quality);
	assert_int_equal(quality_loss_ppm(&quality), 0);
	assert_false(quality_received(&quality, 1000));
	assert_true(quality_received(&quality, 1001));
	assert_int_equal(quality.heard, 3);
	quality = (struct quality){0};
	quality_forget(&quality);
	assert_int_equal(quality.heard, 0);
}

static void test_a_restarted_neighbour_counts_from_one(void **state)
{
	struct quality quality = records(0x80000001, 0x80000001);

	quality_measured(&quality, NOW, duration_us(700));
	quality_restart(&quality);
	assert_true(quality_received(&quality, 1));
	assert_int_equal(quality.heard, 1);
	assert_int_equal(quality_rtt_us(&quality), 700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_known_is_no_loss),
		cmocka_unit_test(test_no_sequence_counts_twice),
		cmocka_unit_test(test_a_sequence_far_below_begins_anew),
		cmocka_unit_test(test_the_record_shows_what_is_missing),
		cmocka_unit_test(test_loss_is_of_the_worse_direction),
		cmocka_unit_test(test_round_trip_time_is_smoothed_by_an_eighth),
		cmocka_unit_test(test_round_trip_times_out_of_reason_are_bounded),
		cmocka_unit_test(test_wait_follows_the_round_trip_time),
		cmocka_unit_test(test_patience_grows_with_loss),
		cmocka_unit_test(test_metric_by_hand),
		cmocka_unit_test(test_only_what_stays_for_minutes_is_a_long_wire),
		cmocka_unit_test(test_the_least_counts_for_two_stretches),
		cmocka_unit_test(test_the_rate_of_the_link_counts),
		cmocka_unit_test(test_metric_is_the_sum_of_its_parts),
		cmocka_unit_test(test_metric_does_not_overflow),
		cmocka_unit_test(test_the_share_is_never_zero),
		cmocka_unit_test(test_an_outage_is_forgotten_but_not_its_sequences),
		cmocka_unit_test(test_a_restarted_neighbour_counts_from_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/quality", tests, NULL, NULL);
}
