/* The roster by itself: finding, lists of a node's entries, who has to make room, and changes that
 * are told once, in order, and never lost. */
#include "mesharp/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { LINKS = 3, ENTRIES = 300, NEWCOMER = 9999 };

static const uint8_t secret[TABLE_SECRET] = {5};

static struct roster *roster_new(uint32_t entries)
{
	void *memory = calloc(1, roster_size(LINKS, entries));

	assert_non_null(memory);
	return roster_init(memory, LINKS, entries, secret);
}

static struct lladdr lladdr_of(uint32_t number)
{
	return (struct lladdr){{2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number}};
}

static struct address address_of(uint32_t number)
{
	return (struct address){{0xbe, 0xef, (uint8_t)(number >> 8), (uint8_t)number}};
}

static void go(struct roster *roster, uint32_t place, enum neighbour_state state)
{
	struct entry *entry = roster_entry(roster, place);
	enum neighbour_state before = entry->state;

	entry->state = state;
	roster_changed(roster, place, before);
	if (state == NEIGHBOUR_NONE)
		roster_remove(roster, place);
}

/* Adds an entry in a state. */
static uint32_t add(struct roster *roster, uint32_t link, uint32_t number, uint32_t node,
		    enum neighbour_state state)
{
	struct address address = address_of(node);
	uint32_t place = roster_add(roster, link, lladdr_of(number), &address);

	go(roster, place, state);
	return place;
}

static uint32_t find(const struct roster *roster, uint32_t link, uint32_t number, uint32_t node)
{
	struct address address = address_of(node);

	return roster_find(roster, link, lladdr_of(number), &address);
}

static uint32_t tell_all(struct roster *roster)
{
	struct roster_change change;
	uint32_t told = 0;

	while (roster_tell(roster, &change))
		told++;
	return told;
}

static void test_entries_are_found_by_all_of_their_key(void **state)
{
	struct roster *roster = roster_new(ENTRIES);
	uint32_t place = add(roster, 1, 7, 9, NEIGHBOUR_HEARD);

	assert_int_equal(find(roster, 1, 7, 9), place);
	assert_int_equal(find(roster, 0, 7, 9), ROSTER_NONE);
	assert_int_equal(find(roster, 1, 8, 9), ROSTER_NONE);
	assert_int_equal(find(roster, 1, 7, 8), ROSTER_NONE);
	assert_int_equal(roster_link_count(roster, 1), 1);
	assert_int_equal(roster_link_count(roster, 0), 0);
	go(roster, place, NEIGHBOUR_NONE);
	assert_int_equal(find(roster, 1, 7, 9), ROSTER_NONE);
	assert_int_equal(roster_count(roster) + roster_link_count(roster, 1), 0);
	free(roster);
}

static uint32_t siblings(const struct roster *roster, uint32_t node)
{
	struct address address = address_of(node);
	uint32_t count = 0;

	for (uint32_t at = roster_first(roster, &address); at != ROSTER_NONE;
	     at = roster_next(roster, at)) {
		assert_true(address_equal(&roster_entry(roster, at)->address, &address));
		count++;
	}
	return count;
}

static void test_entries_of_a_node_are_listed_whichever_leaves(void **state)
{
	/* First, middle and last of three, in every order. */
	static const uint32_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					      {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	for (size_t i = 0; i < 6; i++) {
		struct roster *roster = roster_new(ENTRIES);
		uint32_t places[3];

		for (uint32_t n = 0; n < 3; n++) {
			places[n] = add(roster, n, n, 1, NEIGHBOUR_HEARD);
			(void)add(roster, n, n, 2, NEIGHBOUR_HEARD);
		}
		for (uint32_t left = 3; left > 0; left--) {
			assert_int_equal(siblings(roster, 1), left);
			go(roster, places[orders[i][3 - left]], NEIGHBOUR_NONE);
		}
		assert_int_equal(siblings(roster, 1), 0);
		assert_int_equal(siblings(roster, 2), 3);
		free(roster);
	}
}

static void test_hope_is_the_most_advanced_state(void **state)
{
	static const enum neighbour_state order[] = {
		NEIGHBOUR_BLOCKED, NEIGHBOUR_LOST,   NEIGHBOUR_HEARD, NEIGHBOUR_HANDSHAKE,
		NEIGHBOUR_ONEWAY,  NEIGHBOUR_TWOWAY, NEIGHBOUR_SYNC,  NEIGHBOUR_FULL};
	struct roster *roster = roster_new(ENTRIES);
	struct address address = address_of(1);

	assert_int_equal(roster_hope(roster, &address), NEIGHBOUR_NONE);
	for (uint32_t i = 0; i < 8; i++) {
		(void)add(roster, 0, 2 * i, 1, order[i]);
		(void)add(roster, 0, 2 * i + 1, 1, order[0]);
		assert_int_equal(roster_hope(roster, &address), order[i]);
	}
	free(roster);
}

/* The one that would have to go for a newcomer on link. */
static uint32_t victim(const struct roster *roster, uint32_t link)
{
	bool full;
	struct address newcomer = address_of(NEWCOMER);
	uint32_t place = roster_victim(roster, link, &newcomer, &full);

	assert_int_equal(full, false);
	return place;
}

static void test_nobody_has_to_go_while_there_is_room(void **state)
{
	struct roster *roster = roster_new(ENTRIES);

	for (uint32_t i = 0; i < ROSTER_LINK; i++) {
		assert_int_equal(victim(roster, 0), ROSTER_NONE);
		(void)add(roster, 0, i, i, NEIGHBOUR_HEARD);
	}
	assert_int_not_equal(victim(roster, 0), ROSTER_NONE);
	assert_int_equal(victim(roster, 1), ROSTER_NONE);
	free(roster);
}

static void test_a_full_link_gives_way_only_on_itself(void **state)
{
	struct roster *roster = roster_new(ENTRIES);
	uint32_t first;

	(void)add(roster, 1, 0, 0, NEIGHBOUR_HEARD); /* older, but of another link */
	first = add(roster, 0, 0, 0, NEIGHBOUR_HEARD);
	for (uint32_t i = 1; i < ROSTER_LINK; i++)
		(void)add(roster, 0, i, i, NEIGHBOUR_HEARD);
	assert_int_equal(victim(roster, 0), first);
	free(roster);
}

static void test_who_goes_first(void **state)
{
	struct roster *roster = roster_new(6);
	uint32_t oneway = add(roster, 0, 1, 1, NEIGHBOUR_ONEWAY);
	uint32_t handshake = add(roster, 0, 2, 2, NEIGHBOUR_HANDSHAKE);
	uint32_t lost = add(roster, 1, 3, 3, NEIGHBOUR_LOST);
	uint32_t blocked = add(roster, 0, 4, 4, NEIGHBOUR_BLOCKED);
	uint32_t heard = add(roster, 0, 5, 5, NEIGHBOUR_HEARD);
	struct address newcomer = address_of(NEWCOMER);
	bool full;

	(void)add(roster, 0, 6, 6, NEIGHBOUR_FULL);
	assert_int_equal(victim(roster, 0), lost); /* the oldest of three that count alike */
	roster_proven(roster, lost);
	assert_int_equal(victim(roster, 0), blocked);
	go(roster, lost, NEIGHBOUR_FULL);
	go(roster, blocked, NEIGHBOUR_FULL);
	assert_int_equal(victim(roster, 0), heard);
	go(roster, heard, NEIGHBOUR_SYNC);
	assert_int_equal(victim(roster, 0), handshake);
	go(roster, handshake, NEIGHBOUR_TWOWAY);
	assert_int_equal(victim(roster, 0), oneway);
	go(roster, oneway, NEIGHBOUR_FULL);
	assert_int_equal(roster_victim(roster, 0, &newcomer, &full), ROSTER_NONE);
	assert_true(full);
	free(roster);
}

static void test_a_node_replaces_only_its_own_beyond_its_share(void **state)
{
	struct roster *roster = roster_new(ENTRIES);
	struct address crowd = address_of(1);
	uint32_t places[ROSTER_NODE];
	bool full;

	(void)add(roster, 0, 100, 2, NEIGHBOUR_HEARD); /* older, but another's */
	(void)add(roster, 1, 101, 1, NEIGHBOUR_HEARD); /* its own, but on another link */
	for (uint32_t i = 0; i < ROSTER_NODE; i++) {
		assert_int_equal(roster_victim(roster, 0, &crowd, &full), ROSTER_NONE);
		assert_false(full);
		places[i] = add(roster, 0, i, 1, NEIGHBOUR_ONEWAY);
	}
	assert_int_equal(roster_victim(roster, 0, &crowd, &full), places[0]);
	assert_int_equal(victim(roster, 0), ROSTER_NONE);
	for (uint32_t i = 0; i < ROSTER_NODE; i++)
		go(roster, places[i], NEIGHBOUR_FULL);
	assert_int_equal(roster_victim(roster, 0, &crowd, &full), ROSTER_NONE);
	assert_true(full);
	free(roster);
}

static void test_a_place_is_used_again_only_after_its_end_was_told(void **state)
{
	struct roster *roster = roster_new(2);
	uint32_t first = add(roster, 0, 1, 1, NEIGHBOUR_HEARD);
	struct address newcomer = address_of(NEWCOMER);
	bool full;

	(void)add(roster, 0, 2, 2, NEIGHBOUR_HEARD);
	go(roster, first, NEIGHBOUR_NONE);
	assert_int_not_equal(add(roster, 0, 3, 3, NEIGHBOUR_HEARD), first);
	assert_int_equal(roster_victim(roster, 0, &newcomer, &full), ROSTER_NONE);
	assert_true(full);
	/* Its way from NONE to NONE is not worth telling, but frees the place. */
	assert_int_equal(tell_all(roster), 2);
	assert_int_not_equal(victim(roster, 0), ROSTER_NONE);
	go(roster, find(roster, 0, 2, 2), NEIGHBOUR_NONE);
	assert_int_equal(add(roster, 0, 4, 4, NEIGHBOUR_HEARD), first);
	free(roster);
}

static void test_changes_are_told_once_and_in_order(void **state)
{
	struct roster *roster = roster_new(ENTRIES);
	uint32_t a = add(roster, 0, 1, 1, NEIGHBOUR_HEARD);
	uint32_t b = add(roster, 1, 2, 2, NEIGHBOUR_HEARD);
	struct roster_change change;

	assert_false(instant_is_never(roster_untold(roster)));
	go(roster, a, NEIGHBOUR_HANDSHAKE);
	go(roster, a, NEIGHBOUR_ONEWAY);
	assert_true(roster_tell(roster, &change));
	assert_int_equal(change.link, 0);
	assert_int_equal(change.before, NEIGHBOUR_NONE);
	assert_int_equal(change.after, NEIGHBOUR_ONEWAY);
	go(roster, a, NEIGHBOUR_FULL); /* behind b, which waits since before */
	assert_true(roster_tell(roster, &change));
	assert_int_equal(change.link, 1);
	assert_memory_equal(change.lladdr.bytes, lladdr_of(2).bytes, LLADDR);
	assert_true(roster_tell(roster, &change));
	assert_int_equal(change.before, NEIGHBOUR_ONEWAY);
	assert_int_equal(change.after, NEIGHBOUR_FULL);
	assert_false(roster_tell(roster, &change));
	assert_true(instant_is_never(roster_untold(roster)));
	go(roster, b, NEIGHBOUR_FULL);
	go(roster, b, NEIGHBOUR_HEARD); /* back where it was */
	assert_false(roster_tell(roster, &change));
	free(roster);
}

static void test_the_end_of_an_entry_is_told(void **state)
{
	struct roster *roster = roster_new(ENTRIES);
	uint32_t old = add(roster, 0, 1, 1, NEIGHBOUR_HEARD);
	struct roster_change change;

	assert_int_equal(tell_all(roster), 1);
	go(roster, old, NEIGHBOUR_NONE);
	(void)add(roster, 0, 1, 1, NEIGHBOUR_HEARD); /* the same key again */
	assert_true(roster_tell(roster, &change));
	assert_int_equal(change.before, NEIGHBOUR_HEARD);
	assert_int_equal(change.after, NEIGHBOUR_NONE);
	assert_memory_equal(change.address.bytes, address_of(1).bytes, ADDRESS);
	assert_true(roster_tell(roster, &change));
	assert_int_equal(change.before, NEIGHBOUR_NONE);
	assert_false(roster_tell(roster, &change));
	assert_int_equal(roster_count(roster), 1);
	free(roster);
}

static void test_walking_shows_each_entry_once(void **state)
{
	struct roster *roster = roster_new(ENTRIES);
	uint32_t count = 0;

	for (uint32_t i = 0; i < 100; i++)
		(void)add(roster, 0, i, i, NEIGHBOUR_HEARD);
	for (uint32_t i = 0; i < 100; i += 3)
		go(roster, find(roster, 0, i, i), NEIGHBOUR_NONE);
	for (uint32_t at = roster_from(roster, 0); at != ROSTER_NONE;
	     at = roster_from(roster, at + 1)) {
		assert_int_equal(roster_entry(roster, at)->state, NEIGHBOUR_HEARD);
		count++;
	}
	assert_int_equal(count, 66);
	assert_int_equal(roster_count(roster), 66);
	free(roster);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries_are_found_by_all_of_their_key),
		cmocka_unit_test(test_entries_of_a_node_are_listed_whichever_leaves),
		cmocka_unit_test(test_hope_is_the_most_advanced_state),
		cmocka_unit_test(test_nobody_has_to_go_while_there_is_room),
		cmocka_unit_test(test_a_full_link_gives_way_only_on_itself),
		cmocka_unit_test(test_who_goes_first),
		cmocka_unit_test(test_a_node_replaces_only_its_own_beyond_its_share),
		cmocka_unit_test(test_a_place_is_used_again_only_after_its_end_was_told),
		cmocka_unit_test(test_changes_are_told_once_and_in_order),
		cmocka_unit_test(test_the_end_of_an_entry_is_told),
		cmocka_unit_test(test_walking_shows_each_entry_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("mesharp/roster", tests, NULL, NULL);
}
