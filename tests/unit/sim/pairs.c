/* Pairs are all that a line selects, or as many as it says. */
#include "sim/pairs.h"

#include "sim/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { NODES = 9 };

static bool read_as(const char *text, struct expectation *expectation)
{
	struct scenario scenario = {.pattern = {.kind = PATTERN_LINE, .a = NODES}};
	struct line line;

	*expectation = (struct expectation){0};
	line_begin(&line, "file", 1, text, strlen(text));
	pairs_read(&scenario, &line, expectation);
	return line_end(&line);
}

static struct pairs made_of(const char *text)
{
	struct expectation expectation;
	struct pairs pairs = {0};

	assert_true(read_as(text, &expectation));
	pairs_make(&pairs, &expectation, NODES, 1, 0);
	return pairs;
}

static void assert_count(const char *text, uint32_t count)
{
	struct pairs pairs = made_of(text);

	if (pairs.count != count)
		fail_msg("%s: %u pairs", text, pairs.count);
	for (uint32_t i = 0; i < pairs.count; i++) {
		assert_true(pairs.pairs[i].from != pairs.pairs[i].to);
		assert_true(pairs.pairs[i].from < NODES && pairs.pairs[i].to < NODES);
	}
	pairs_free(&pairs);
}

static void a_selection_has_its_pairs(void **state)
{
	assert_count("all", NODES * (NODES - 1));
	assert_count("2..4", 6);
	assert_count("5", 2 * (NODES - 1));
	assert_count("1-2", 2);
	assert_count("1>2", 1);
	assert_count("all pairs 7", 7);
	assert_count("2..4 pairs 100", 100);
}

static void a_range_has_both_ends(void **state)
{
	struct pairs pairs = made_of("3..5 pairs 50");

	for (uint32_t i = 0; i < pairs.count; i++) {
		assert_in_range(pairs.pairs[i].from, 3, 5);
		assert_in_range(pairs.pairs[i].to, 3, 5);
	}
	pairs_free(&pairs);
}

static void the_same_seed_draws_the_same(void **state)
{
	struct pairs one = made_of("all pairs 20"), again = made_of("all pairs 20");

	assert_memory_equal(one.pairs, again.pairs, one.count * sizeof(*one.pairs));
	pairs_free(&one);
	pairs_free(&again);
}

static void too_many_are_drawn(void **state)
{
	struct expectation expectation = {.select = {.kind = SELECT_ALL}};
	struct pairs pairs = {0};

	pairs_make(&pairs, &expectation, 1000, 1, 0);
	assert_int_equal(pairs.count, PAIRS_ALL);
	pairs_free(&pairs);
}

static void nonsense_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", "wire 0", "9", "all pairs", "all pairs 0", "all pairs x", "5..2"};
	struct expectation expectation;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (read_as(wrong[i], &expectation))
			fail_msg("accepted: %s", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_selection_has_its_pairs),
		cmocka_unit_test(a_range_has_both_ends),
		cmocka_unit_test(the_same_seed_draws_the_same),
		cmocka_unit_test(too_many_are_drawn),
		cmocka_unit_test(nonsense_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/pairs", tests, NULL, NULL);
}
