/* What the neighbour table shows of itself, on a wire that has just become crowded. That it shows
 * what it tells is in invariants.c, which of several entries is best in way.c. */
#include "mesharp/mesharp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ENTRIES = 40, LEFT_OUT = 17 };

static struct mesharp *table_of(uint32_t neighbours, bool radio, instant now)
{
	const struct address own = {{0xbe, 0xef, 0x80}};
	const struct mesharp_link facts = {.running = true, .radio = radio, .lladdr = {{2, 0xff}}};
	struct rng rng = {{1}};
	struct mesharp *mesharp =
		mesharp_init(calloc(1, mesharp_size(1, ENTRIES)), 1, ENTRIES, &own, 7, &rng);

	mesharp_link(mesharp, now, 0, &facts);
	for (uint32_t i = 0; i < neighbours; i++) {
		const struct address address = {{0xbe, 0xef, 1, (uint8_t)i}};
		const struct lladdr lladdr = {{2, 0, 0, 0, 0, (uint8_t)i}};
		const struct hello hello = {.instance = 1};

		assert_int_equal(mesharp_heard(mesharp, now, 0, lladdr, &address, &hello, false),
				 DROP_NONE);
	}
	return mesharp;
}

static void test_a_crowd_is_more_than_16_on_a_wire(void **state)
{
	for (uint32_t count = 1; count <= LEFT_OUT; count++) {
		for (uint32_t radio = 0; radio < 2; radio++) {
			struct mesharp *mesharp = table_of(count, radio, (instant){1});
			struct mesharp_entry entry;
			uint32_t cursor = 0, seen = 0;

			while (mesharp_entries(mesharp, &cursor, &entry)) {
				assert_int_equal(entry.crowd, count == LEFT_OUT && !radio);
				assert_int_equal(entry.state, NEIGHBOUR_HEARD);
				seen++;
			}
			assert_int_equal(seen, count);
			assert_int_equal(mesharp_count(mesharp), count);
			free(mesharp);
		}
	}
}

/* How many of the neighbours are greeted in the first seconds. */
static uint32_t greeted(uint32_t neighbours, bool radio)
{
	instant now = {duration_s(9).us};
	struct mesharp *mesharp = table_of(neighbours, radio, now);
	instant end = instant_after(now, duration_ms(700));
	struct mesharp_action action;
	uint64_t seen = 0;

	while (now.us < end.us) {
		while (mesharp_next(mesharp, now, &action))
			if (action.deed == MESHARP_INITIATE)
				seen |= (uint64_t)1 << action.address.bytes[3];
		now = mesharp_deadline(mesharp);
	}
	free(mesharp);
	return (uint32_t)__builtin_popcountll(seen);
}

static void test_of_a_crowd_only_the_selected_are_greeted(void **state)
{
	assert_int_equal(greeted(16, false), 16);
	assert_int_equal(greeted(LEFT_OUT, false), 8);
	assert_int_equal(greeted(ENTRIES, false), 8);
	/* On radio all are, as fast as strangers may be greeted. */
	assert_in_range(greeted(LEFT_OUT, true), 16, LEFT_OUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_crowd_is_more_than_16_on_a_wire),
		cmocka_unit_test(test_of_a_crowd_only_the_selected_are_greeted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/view", tests, NULL, NULL);
}
