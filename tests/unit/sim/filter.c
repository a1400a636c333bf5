/* Chains of filters: what each lets go on, in what order they count, what is remembered and for how
 * long, and how they are written. */
#include "sim/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A chain as a scenario writes it. */
struct written {
	struct filter filters[FILTERS_MOST];
	struct chain chain;
	uint64_t did[FILTER_COUNT];
};

static void add(struct written *written, const char *text)
{
	struct filter *filter = &written->filters[written->chain.count];
	struct line line;

	line_begin(&line, "file", 1, text, strlen(text));
	filter_read(&line, true, filter);
	if (!line_end(&line))
		fail_msg("%s", line.complaint);
	chain_add(&written->chain, filter);
}

/* A datagram whose payload lies in `number`. */
static struct datagram datagram_of(const uint32_t *number)
{
	return (struct datagram){.from = 1,
				 .to = 2,
				 .source_port = 1024,
				 .destination_port = PORT_DISCARD,
				 .payload = {(const uint8_t *)number, sizeof(*number)}};
}

static uint32_t goes_on(struct written *written, uint32_t number)
{
	struct datagram datagram = datagram_of(&number);

	return chain_pass(&written->chain, &datagram, written->did).on;
}

static void an_empty_chain_lets_everything_pass(void **state)
{
	struct written written = {0};

	assert_int_equal(goes_on(&written, 1), 1);
}

static void duplicates_multiply(void **state)
{
	struct written written = {0};

	for (uint32_t i = 0; i < FILTERS_MOST; i++)
		add(&written, "duplicate");
	assert_int_equal(goes_on(&written, 1), 256);
	assert_int_equal(written.did[FILTER_DUPLICATE], 255);
}

static void what_loops_back_does_not_go_on(void **state)
{
	struct written written = {0};
	uint32_t number = 1;
	struct datagram datagram = datagram_of(&number);

	add(&written, "duplicate");
	add(&written, "loopback");
	add(&written, "duplicate");
	struct passage passage = chain_pass(&written.chain, &datagram, written.did);
	assert_int_equal(passage.on, 0);
	assert_int_equal(passage.looped, 2);
	assert_int_equal(written.did[FILTER_LOOPBACK], 2);
	assert_int_equal(written.did[FILTER_DUPLICATE], 1);
}

static void the_order_counts(void **state)
{
	struct written before = {0}, after = {0};

	add(&before, "unique");
	add(&before, "duplicate");
	add(&after, "duplicate");
	add(&after, "unique");
	assert_int_equal(goes_on(&before, 1), 2);
	assert_int_equal(goes_on(&before, 1), 0);
	assert_int_equal(goes_on(&after, 1), 1);
	assert_int_equal(goes_on(&after, 1), 0);
	assert_int_equal(before.did[FILTER_UNIQUE], 1);
	assert_int_equal(after.did[FILTER_UNIQUE], 3);
	chain_free(&before.chain);
	chain_free(&after.chain);
}

static void the_oldest_is_forgotten_first(void **state)
{
	struct written written = {0};

	add(&written, "unique");
	for (uint32_t i = 0; i < FILTER_REMEMBERED; i++)
		assert_int_equal(goes_on(&written, i), 1);
	assert_int_equal(goes_on(&written, 0), 0);
	assert_int_equal(goes_on(&written, FILTER_REMEMBERED), 1);
	assert_int_equal(goes_on(&written, 1), 0);
	assert_int_equal(goes_on(&written, 0), 1);
	assert_int_equal(goes_on(&written, 1), 1);
	assert_int_equal(goes_on(&written, FILTER_REMEMBERED), 0);
	chain_forget(&written.chain);
	assert_int_equal(goes_on(&written, FILTER_REMEMBERED), 1);
	chain_free(&written.chain);
}

static void unique_looks_at_all_that_tells_two_apart(void **state)
{
	struct written written = {0};
	uint32_t number = 1;
	struct datagram same = datagram_of(&number), changed[5];

	add(&written, "unique");
	for (size_t i = 0; i < 5; i++)
		changed[i] = same;
	changed[0].from = 3;
	changed[1].to = 3;
	changed[2].source_port = 3;
	changed[3].destination_port = 3;
	changed[4].payload.size = 3;
	assert_int_equal(chain_pass(&written.chain, &same, written.did).on, 1);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(chain_pass(&written.chain, &changed[i], written.did).on, 1);
	assert_int_equal(chain_pass(&written.chain, &same, written.did).on, 0);
	chain_free(&written.chain);
}

static void a_field_matches_or_not(void **state)
{
	static const struct {
		const char *field;
		bool matches;
	} cases[] = {
		{"size 56", true},     {"size 55", false}, {"size 57..99", false},
		{"size 50..56", true}, {"from 1", true},   {"from 2", false},
		{"to 2", true},	       {"to 0..1", false}, {"port 9", true},
		{"port 1024", false},  {"text llo", true}, {"text hello", false},
	};
	struct datagram datagram = datagram_of((const uint32_t[]){0});

	datagram.payload = (struct span){(const uint8_t *)"allo", 4};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct written yes = {0}, no = {0};
		char text[LINE_BYTES];
		snprintf(text, sizeof(text), "match %s", cases[i].field);
		add(&yes, text);
		snprintf(text, sizeof(text), "no-match %s", cases[i].field);
		add(&no, text);
		assert_int_equal(chain_pass(&yes.chain, &datagram, yes.did).on, cases[i].matches);
		assert_int_equal(chain_pass(&no.chain, &datagram, no.did).on, !cases[i].matches);
		assert_int_equal(yes.did[FILTER_MATCH], !cases[i].matches);
		assert_int_equal(no.did[FILTER_NO_MATCH], cases[i].matches);
	}
}

static void nonsense_is_refused(void **state)
{
	static const struct {
		const char *text, *complaint;
		bool out;
	} wrong[] = {
		{"", "a filter is missing", true},
		{"sieve", "\"sieve\" is no filter", true},
		{"burst", "\"burst\" is no filter", true},
		{"loopback", "loopback is for the way out", false},
		{"match", "a field is missing", true},
		{"match colour blue", "\"colour\" is no field", true},
		{"match size 9..3", "\"9..3\" is no number", true},
		{"match port x", "\"x\" is no number", true},
		{"no-match text", "the text is missing", true},
		{"unique twice", "\"twice\" is one word too many", true},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct filter filter;
		struct line line;
		line_begin(&line, "file", 1, wrong[i].text, strlen(wrong[i].text));
		filter_read(&line, wrong[i].out, &filter);
		if (line_end(&line))
			fail_msg("accepted: %s", wrong[i].text);
		if (strstr(line.complaint, wrong[i].complaint) == NULL)
			fail_msg("%s: %s", wrong[i].text, line.complaint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_chain_lets_everything_pass),
		cmocka_unit_test(duplicates_multiply),
		cmocka_unit_test(what_loops_back_does_not_go_on),
		cmocka_unit_test(the_order_counts),
		cmocka_unit_test(the_oldest_is_forgotten_first),
		cmocka_unit_test(unique_looks_at_all_that_tells_two_apart),
		cmocka_unit_test(a_field_matches_or_not),
		cmocka_unit_test(nonsense_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/filter", tests, NULL, NULL);
}
