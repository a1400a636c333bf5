/* Who of a crowded wire is chosen, who is kept, who has to part and to whom news goes, each rule by
 * itself. How it ends for two tables and for a whole wire is shown by mesharp.c and the simulator.
 */
#include "mesharp/select.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { LINKS = 2, CROWD = 60, LINK = 1 };

/* Entries of ranks 0 … CROWD − 1 on one link, at the places of the same numbers. */
struct wire {
	struct roster *roster;
	struct select_link on;
	struct selection selection;
	instant now;
};

static struct entry *at(const struct wire *wire, uint32_t rank)
{
	return roster_entry(wire->roster, rank);
}

static struct wire wire_new(enum neighbour_state state)
{
	const uint8_t secret[TABLE_SECRET] = {5};
	struct wire wire = {.now = {duration_s(1000).us}};

	wire.roster = roster_init(calloc(1, roster_size(LINKS, CROWD)), LINKS, CROWD, secret);
	wire.on = (struct select_link){.roster = wire.roster, .link = LINK};
	for (uint32_t rank = 0; rank < CROWD; rank++) {
		struct address address = {{0xbe, 0xef, 1, (uint8_t)rank}};
		uint32_t place = roster_add(wire.roster, LINK, (struct lladdr){{2}}, &address);

		assert_int_equal(place, rank);
		at(&wire, rank)->state = state;
		at(&wire, rank)->rank = rank;
		/* Those of highest rank are FULL the longest. */
		at(&wire, rank)->since = (instant){duration_s(CROWD - rank).us};
	}
	return wire;
}

static uint64_t chosen(struct wire *wire)
{
	uint64_t set = 0;

	select_choose(&wire->on, &wire->selection, wire->now);
	for (uint32_t rank = 0; rank < CROWD; rank++)
		set |= (uint64_t)at(wire, rank)->chosen << rank;
	return set;
}

static void test_strangers_are_chosen_by_rank(void **state)
{
	struct wire wire = wire_new(NEIGHBOUR_HEARD);

	assert_int_equal(chosen(&wire), 0xff);
	at(&wire, 0)->state = NEIGHBOUR_BLOCKED;
	at(&wire, 1)->state = NEIGHBOUR_LOST;
	at(&wire, 2)->declined_until = instant_after(wire.now, duration_us(1));
	assert_int_equal(chosen(&wire), 0x7f8);
	free(wire.roster);
}

static void test_only_their_own_link_counts(void **state)
{
	struct wire wire = wire_new(NEIGHBOUR_HEARD);

	wire.on.link = 0;
	assert_int_equal(chosen(&wire), 0);
	free(wire.roster);
}

static void test_the_proven_are_chosen_by_cost_besides(void **state)
{
	struct wire wire = wire_new(NEIGHBOUR_TWOWAY);

	for (uint32_t rank = 0; rank < CROWD; rank++)
		at(&wire, rank)->quality.floor_us = rank >= 40 && rank < 48 ? 2000 : 9000;
	assert_int_equal(chosen(&wire), 0xff000000000000 >> 8 | 0xff);
	free(wire.roster);
}

static void test_at_equal_cost_rank_decides(void **state)
{
	struct wire wire = wire_new(NEIGHBOUR_TWOWAY);

	assert_int_equal(chosen(&wire), 0xff);
	free(wire.roster);
}

static void test_whoever_is_selected_gives_way_to_a_quarter_less(void **state)
{
	struct wire wire = wire_new(NEIGHBOUR_TWOWAY);

	for (uint32_t rank = 0; rank < CROWD; rank++)
		at(&wire, rank)->quality.floor_us = 41000; /* a metric of 20 ms, and 10 µs */
	for (uint32_t rank = 20; rank < 28; rank++)
		at(&wire, rank)->selects = true;
	assert_int_equal(chosen(&wire), 0xff000ff | 0xff00000);
	at(&wire, 50)->quality.floor_us = 33000;
	assert_int_equal(chosen(&wire), 0xff000ff | 0xff00000);
	at(&wire, 50)->quality.floor_us = 29000;
	assert_int_equal(chosen(&wire), (uint64_t)1 << 50 | 0xff | 0x7f00000);
	free(wire.roster);
}

static void test_whom_no_path_leads_to_is_chosen_besides(void **state)
{
	struct wire wire = wire_new(NEIGHBOUR_HEARD);

	at(&wire, 50)->needed_until = instant_after(wire.now, duration_us(1));
	assert_int_equal(chosen(&wire), (uint64_t)1 << 50 | 0xff);
	free(wire.roster);
}

/* Twenty that are FULL and selected, of ranks 20 … 39; costs make no difference to them. */
static struct wire wire_grown(enum neighbour_state newcomers)
{
	struct wire wire = wire_new(NEIGHBOUR_HEARD);

	for (uint32_t rank = 0; rank < 8; rank++)
		at(&wire, rank)->state = newcomers;
	for (uint32_t rank = 20; rank < 40; rank++) {
		at(&wire, rank)->state = NEIGHBOUR_FULL;
		at(&wire, rank)->selects = true;
	}
	return wire;
}

static void test_hellos_alone_take_nothing_away(void **state)
{
	struct wire wire = wire_grown(NEIGHBOUR_HEARD);

	/* The eight of least cost are FULL; ten more of the others may not go but one. */
	for (uint32_t rank = 20; rank < 28; rank++)
		at(&wire, rank)->state = NEIGHBOUR_HEARD;
	for (uint32_t rank = 33; rank < 40; rank++)
		at(&wire, rank)->state = NEIGHBOUR_SYNC;
	assert_int_equal(chosen(&wire) >> 28 & 0x1f, 0x1f);
	free(wire.roster);
}

static void test_one_in_30_s_is_displaced_and_never_the_oldest_four(void **state)
{
	struct wire wire = wire_grown(NEIGHBOUR_FULL);
	uint64_t all = (uint64_t)0xfffff << 20 | 0xff;

	/* Ranks 36 … 39 are FULL the longest, so 35 is the first to go. */
	assert_int_equal(chosen(&wire), all & ~((uint64_t)1 << 35));
	at(&wire, 35)->selects = false;
	at(&wire, 35)->state = NEIGHBOUR_TWOWAY;
	wire.now = instant_after(wire.now, duration_us(29999999));
	assert_int_equal(chosen(&wire), all & ~((uint64_t)1 << 35));
	for (uint32_t rank = 34; rank >= 28; rank--) {
		wire.now = instant_after(wire.now, duration_s(30));
		assert_int_equal(chosen(&wire) >> rank & 1, 0);
		at(&wire, rank)->selects = false;
		at(&wire, rank)->state = NEIGHBOUR_TWOWAY;
	}
	/* What is left: eight by rank, eight by cost, and the four. */
	wire.now = instant_after(wire.now, duration_s(30));
	assert_int_equal(chosen(&wire), (uint64_t)0xf << 36 | 0xff00000 | 0xff);
	free(wire.roster);
}

static void test_up_to_32_are_accepted(void **state)
{
	struct wire wire = wire_new(NEIGHBOUR_HEARD);

	for (uint32_t rank = 0; rank < 33; rank++) {
		assert_int_equal(select_excess(&wire.on, &wire.selection, wire.now, 0),
				 ROSTER_NONE);
		at(&wire, rank)->state = rank % 2 ? NEIGHBOUR_FULL : NEIGHBOUR_SYNC;
	}
	/* The one of highest rank goes, then in 30 s nobody but the newcomer. */
	assert_int_equal(select_excess(&wire.on, &wire.selection, wire.now, 5), 32);
	assert_int_equal(select_excess(&wire.on, &wire.selection, wire.now, 5), 5);
	wire.now = instant_after(wire.now, duration_s(30));
	assert_int_equal(select_excess(&wire.on, &wire.selection, wire.now, 32), 32);
	at(&wire, 32)->selects = true;
	assert_int_equal(select_excess(&wire.on, &wire.selection, wire.now, 32), 30);
	free(wire.roster);
}

static void test_a_newcomer_of_high_rank_finds_no_room(void **state)
{
	struct wire wire = wire_new(NEIGHBOUR_HEARD);

	for (uint32_t rank = 0; rank < 32; rank++)
		at(&wire, rank)->state = NEIGHBOUR_FULL;
	at(&wire, 59)->state = NEIGHBOUR_SYNC;
	assert_int_equal(select_excess(&wire.on, &wire.selection, wire.now, 59), 59);
	free(wire.roster);
}

static void test_three_joined_are_picked_for_news(void **state)
{
	struct wire wire = wire_new(NEIGHBOUR_TWOWAY);

	assert_int_equal(select_eager(&wire.on), ROSTER_NONE);
	for (uint32_t rank = 10; rank < 20; rank++)
		at(&wire, rank)->state = rank % 2 ? NEIGHBOUR_FULL : NEIGHBOUR_SYNC;
	for (uint32_t rank = 10; rank < 13; rank++) {
		assert_int_equal(select_eager(&wire.on), rank);
		at(&wire, rank)->eager = true;
	}
	assert_int_equal(select_eager(&wire.on), ROSTER_NONE);
	free(wire.roster);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strangers_are_chosen_by_rank),
		cmocka_unit_test(test_only_their_own_link_counts),
		cmocka_unit_test(test_the_proven_are_chosen_by_cost_besides),
		cmocka_unit_test(test_at_equal_cost_rank_decides),
		cmocka_unit_test(test_whoever_is_selected_gives_way_to_a_quarter_less),
		cmocka_unit_test(test_whom_no_path_leads_to_is_chosen_besides),
		cmocka_unit_test(test_hellos_alone_take_nothing_away),
		cmocka_unit_test(test_one_in_30_s_is_displaced_and_never_the_oldest_four),
		cmocka_unit_test(test_up_to_32_are_accepted),
		cmocka_unit_test(test_a_newcomer_of_high_rank_finds_no_room),
		cmocka_unit_test(test_three_joined_are_picked_for_news),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/select", tests, NULL, NULL);
}
