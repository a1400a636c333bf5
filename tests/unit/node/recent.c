/* Packets that went out a moment ago: which are kept, that each is found once, and that the oldest
 * give way. docs/protocol/route.md, section 8. */
#include "node/recent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The frame of a number, and its packet of so many bytes. */
static struct culprit culprit_number(uint32_t number)
{
	return (struct culprit){.destination = {{1}}, .lane = 3, .counter = number, .seal = {9}};
}

static void keep(struct recent *recent, uint32_t number, uint8_t hop_limit, size_t size)
{
	const struct culprit culprit = culprit_number(number);
	uint8_t bytes[1500];

	memset(bytes, (int)number, sizeof(bytes));
	recent_keep(recent, &culprit, hop_limit, (struct span){bytes, size});
}

static struct span take(struct recent *recent, uint32_t number)
{
	const struct culprit culprit = culprit_number(number);

	return recent_take(recent, &culprit);
}

static void a_packet_is_found_once(void **state)
{
	struct recent recent = {0};
	const uint8_t expected[RECENT_BYTES] = {[0 ... RECENT_BYTES - 1] = 7};

	assert_int_equal(take(&recent, 0).size, 0);
	for (size_t size = 40; size < 200; size++) {
		keep(&recent, 7, 5, size);
		struct span found = take(&recent, 7);
		assert_int_equal(found.size, size < RECENT_BYTES ? size : RECENT_BYTES);
		assert_memory_equal(found.bytes, expected, found.size);
		assert_int_equal(take(&recent, 7).size, 0);
	}
}

static void another_frame_is_not_it(void **state)
{
	struct recent recent = {0};
	struct culprit others[6];

	keep(&recent, 7, 5, 100);
	for (uint32_t i = 0; i < 6; i++)
		others[i] = culprit_number(7);
	others[0].destination.bytes[7] = 1;
	others[1].parity = true;
	others[2].extended = true;
	others[3].lane = 4;
	others[4].counter = 8;
	others[5].seal[ERROR_SEAL - 1] = 1;
	for (uint32_t i = 0; i < 6; i++)
		assert_int_equal(recent_take(&recent, &others[i]).size, 0);
	assert_int_equal(take(&recent, 7).size, RECENT_BYTES);
}

static void the_oldest_gives_way(void **state)
{
	struct recent recent = {0};

	for (uint32_t i = 0; i < 3 * RECENT_PACKETS; i++)
		keep(&recent, i, RECENT_HOP_LIMIT - 1, 100);
	for (uint32_t i = 0; i < 3 * RECENT_PACKETS; i++)
		assert_int_equal(take(&recent, i).size > 0, i >= 2 * RECENT_PACKETS);
}

/* All that may be a traceroute are kept, and one in 16 of what a host usually sends. */
static void of_the_others_one_in_sixteen(void **state)
{
	for (uint32_t hop_limit = 0; hop_limit < 256; hop_limit++) {
		struct recent recent = {0};
		for (uint32_t i = 0; i < RECENT_PACKETS; i++)
			keep(&recent, i, (uint8_t)hop_limit, 100);
		for (uint32_t i = 0; i < RECENT_PACKETS; i++)
			assert_int_equal(take(&recent, i).size > 0, hop_limit < 32 || i % 16 == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_is_found_once),
		cmocka_unit_test(another_frame_is_not_it),
		cmocka_unit_test(the_oldest_gives_way),
		cmocka_unit_test(of_the_others_one_in_sixteen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/recent", tests, NULL, NULL);
}
