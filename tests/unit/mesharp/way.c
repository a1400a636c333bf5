/* Which of several ways to one node is used: entries are put into the table as they would have come
 * there, with a metric of 91 µs without loss. */
#include "mesharp/way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { LINKS = 3, ENTRIES = 8 };

static const struct address node = {{0xbe, 0xef, 1}};

static struct mesharp *table_new(void)
{
	const struct address own = {{0xbe, 0xef, 0x80}};
	const struct mesharp_link facts = {
		.running = true, .rate_bps = 100000000, .lladdr = {{2, 0xff}}};
	struct rng rng = {{1}};
	struct mesharp *mesharp = mesharp_init(calloc(1, mesharp_size(LINKS, ENTRIES)), LINKS,
					       ENTRIES, &own, 7, &rng);

	for (uint32_t link = 0; link < LINKS; link++)
		mesharp_link(mesharp, (instant){1}, link, &facts);
	return mesharp;
}

/* One more way to the node, in FULL; nothing is in use by that alone. */
static struct entry *way_add(struct mesharp *mesharp, uint32_t link, uint8_t lladdr)
{
	struct roster *roster = mesharp_roster(mesharp);
	uint32_t place = roster_add(roster, link, (struct lladdr){{2, 0, 0, 0, 0, lladdr}}, &node);

	roster_entry(roster, place)->state = NEIGHBOUR_FULL;
	return roster_entry(roster, place);
}

static const struct entry *best_of(const struct mesharp *mesharp)
{
	uint32_t best = way_best(mesharp, &node);

	return best == ROSTER_NONE ? NULL : roster_entry(mesharp_roster(mesharp), best);
}

/* An event of one of the entries is over. */
static const struct entry *used_of(struct mesharp *mesharp)
{
	way_use(mesharp, &node);
	return best_of(mesharp);
}

static void test_without_a_full_entry_there_is_no_way(void **state)
{
	struct mesharp *mesharp = table_new();
	struct entry *entry;

	assert_null(used_of(mesharp));
	entry = way_add(mesharp, 0, 1);
	assert_ptr_equal(used_of(mesharp), entry);
	assert_true(entry->in_use);
	entry->state = NEIGHBOUR_LOST;
	assert_null(best_of(mesharp));
	assert_null(used_of(mesharp));
	assert_false(entry->in_use);
	free(mesharp);
}

static void test_of_equal_ways_the_lower_link_then_link_address(void **state)
{
	static const struct {
		uint32_t link;
		uint8_t lladdr;
		bool better;
	} ways[] = {{2, 8, true}, {2, 7, true}, {2, 9, false}, {1, 9, true}, {2, 6, false}};
	struct mesharp *mesharp = table_new();
	const struct entry *best = NULL;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const struct entry *entry = way_add(mesharp, ways[i].link, ways[i].lladdr);

		best = ways[i].better ? entry : best;
		assert_ptr_equal(best_of(mesharp), best);
	}
	free(mesharp);
}

/* With a second one as good and a lower one beside it, a few lost probes change nothing. */
static void test_the_one_in_use_is_left_for_a_quarter(void **state)
{
	struct mesharp *mesharp = table_new();
	struct entry *one = way_add(mesharp, 1, 1), *other;

	assert_ptr_equal(used_of(mesharp), one);
	other = way_add(mesharp, 0, 1);
	assert_ptr_equal(used_of(mesharp), one);
	one->quality.told = 0xfdfdfdff; /* 3 of 32: 100 µs */
	assert_ptr_equal(used_of(mesharp), one);
	one->quality.told = 0xfcfcfcfc; /* 8 of 32: 121 µs, less a quarter 90.75 */
	assert_ptr_equal(used_of(mesharp), one);
	one->quality.told = 0xfcfcfcf8; /* 9 of 32: 126 µs, less a quarter 95 */
	assert_ptr_equal(used_of(mesharp), other);
	one->quality.told = 0xffffffff;
	assert_ptr_equal(used_of(mesharp), other);
	other->quality.told = 0xf0f0f0ff;
	assert_ptr_equal(used_of(mesharp), one);
	assert_true(one->in_use && !other->in_use);
	free(mesharp);
}

static void test_what_fails_is_left_at_once(void **state)
{
	struct mesharp *mesharp = table_new();
	struct entry *one = way_add(mesharp, 0, 1), *other;

	assert_ptr_equal(used_of(mesharp), one);
	other = way_add(mesharp, 1, 1);
	other->quality.told = 0x80000001;
	assert_ptr_equal(used_of(mesharp), one);
	one->state = NEIGHBOUR_LOST;
	assert_ptr_equal(best_of(mesharp), other); /* before the event is over, too */
	assert_ptr_equal(used_of(mesharp), other);
	free(mesharp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_full_entry_there_is_no_way),
		cmocka_unit_test(test_of_equal_ways_the_lower_link_then_link_address),
		cmocka_unit_test(test_the_one_in_use_is_left_for_a_quarter),
		cmocka_unit_test(test_what_fails_is_left_at_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/way", tests, NULL, NULL);
}
