/* The language of scenarios: what each line means, and that what makes no sense is refused with its
 * file and line. */
#include "sim/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static bool reads(struct scenario *scenario, const char *text, char complaint[LINE_COMPLAINT])
{
	return scenario_read(scenario, "folder/name.sim", text, strlen(text), complaint);
}

static void every_line_means_something(void **state)
{
	struct scenario scenario;
	char complaint[LINE_COMPLAINT];

	assert_true(reads(&scenario,
			  "# a comment\n\n"
			  "seed 7\ntopology lan 5 # five\nspread 100ms\nrekey 5s\nend 9s\n"
			  "limits neighbours 6 staged 4\nabsent 3..4\n"
			  "link all delay 1.5ms loss 0.5%\nlink 0>1 rate 10mbit mtu 1400\n"
			  "chaos 3 from 1s to 4s\n"
			  "at 1s cut 0-1\nat 2.5s partition 0..2\nat 3s send 1>2 count 4 size 99\n"
			  "expect by 2s full all\nexpect by 9.5s drops replay at least 3 of 0..1\n",
			  complaint));
	assert_string_equal(scenario.name, "name");
	assert_int_equal(scenario.seed, 7);
	assert_int_equal(scenario_nodes(&scenario), 5);
	assert_int_equal(scenario.spread.us, 100000);
	assert_int_equal(scenario.limits.neighbours, 6);
	assert_int_equal(scenario.limits.peers, 0);
	assert_true(scenario.absent[4] && scenario.absent[3] && !scenario.absent[2]);
	assert_int_equal(scenario.rules[0].traits.delay.us, 1500);
	assert_int_equal(scenario.rules[0].traits.loss_ppm, 5000);
	assert_true(scenario.rules[0].loss && !scenario.rules[0].mtu);
	assert_int_equal(scenario.rules[1].select.kind, SELECT_ONEWAY);
	assert_int_equal(scenario.rules[1].traits.rate_bps, 10000000);
	assert_int_equal(scenario.chaos.faults, 3);
	assert_int_equal(scenario.orders[1].kind, ORDER_PARTITION);
	assert_int_equal(instant_since(scenario.orders[1].at, SCENARIO_BEGIN).us, 2500000);
	assert_int_equal(scenario.orders[2].count, 4);
	assert_int_equal(scenario.orders[2].size, 99);
	assert_string_equal(scenario.expectations[0].text, "by 2s full all");
	assert_int_equal(scenario.expectations[1].drop, DROP_REPLAY);
	assert_true(scenario.expectations[1].least);
	assert_int_equal(scenario.expectations[1].select.b, 1);
	assert_int_equal(instant_since(scenario.end, SCENARIO_BEGIN).us, 9500000);
	scenario_free(&scenario);
}

static void routed_expectations_are_read(void **state)
{
	struct scenario scenario;
	char complaint[LINE_COMPLAINT];

	assert_true(
		reads(&scenario,
		      "limits nodes 40\ntopology lan 5\ntwin 0-3\n"
		      "at 1s send 0>2 hops 3\n"
		      "expect by 9s reach 1..3 pairs 7 within 2s\nexpect by 9s paths 0-1\n"
		      "expect by 9s loops at most 2 since 4s\nexpect by 9s duplicate at least 2\n"
		      "expect by 9s told too_big at least 3 of 0 by 1..2\n",
		      complaint));
	assert_int_equal(scenario.limits.route.nodes, 40);
	assert_int_equal(scenario.identity[3], 0);
	assert_int_equal(scenario.identity[2], 2);
	assert_int_equal(scenario.orders[0].hop_limit, 3);
	assert_int_equal(scenario.expectations[0].kind, EXPECT_REACH);
	assert_int_equal(scenario.expectations[0].pairs, 7);
	assert_int_equal(scenario.expectations[0].within.us, 2000000);
	assert_int_equal(scenario.expectations[1].kind, EXPECT_PATHS);
	assert_int_equal(scenario.expectations[1].select.kind, SELECT_PAIR);
	assert_int_equal(scenario.expectations[2].kind, EXPECT_LOOPS);
	assert_int_equal(instant_since(scenario.expectations[2].since, SCENARIO_BEGIN).us, 4000000);
	assert_int_equal(scenario.expectations[3].kind, EXPECT_DUPLICATE);
	assert_int_equal(scenario.expectations[4].kind, EXPECT_TOLD);
	assert_int_equal(scenario.expectations[4].told, ICMP_TOO_BIG);
	assert_int_equal(scenario.expectations[4].select.a, 0);
	assert_int_equal(scenario.expectations[4].relays.b, 2);
	scenario_free(&scenario);
}

static void places_and_clocks_are_read(void **state)
{
	struct scenario scenario;
	char complaint[LINE_COMPLAINT];

	assert_true(reads(&scenario,
			  "topology disc 5 3\nclock 0..1 fast 100ppm\nclock 1 slow 10%\n"
			  "move 1..2 speed 50 from 1s to 2s\nat 2s move 3 to 7,32767\n"
			  "at 3s jump 0..4 60s\n"
			  "expect by 5s frames caused by jump at most 9 since 1s of 2\n",
			  complaint));
	assert_int_equal(scenario.drift_ppm[0], 100);
	assert_int_equal(scenario.drift_ppm[1], -100000);
	assert_int_equal(scenario.drift_ppm[2], 0);
	assert_int_equal(scenario.motion_count, 1);
	assert_int_equal(scenario.motions[0].first, 1);
	assert_int_equal(scenario.motions[0].last, 2);
	assert_int_equal(scenario.motions[0].speed, 50);
	assert_int_equal(scenario.orders[0].to.x, 7);
	assert_int_equal(scenario.orders[0].to.y, 32767);
	assert_int_equal(scenario.orders[1].by.us, 60000000);
	assert_int_equal(scenario.expectations[0].kind, EXPECT_CAUSED);
	assert_int_equal(scenario.expectations[0].cause, ORDER_JUMP);
	assert_int_equal(scenario.expectations[0].bound, 9);
	assert_int_equal(scenario.expectations[0].select.a, 2);
	scenario_free(&scenario);
}

static void nonsense_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *complaint;
	} wrong[] = {
		{"", "there is no topology"},
		{"topology line 3\n", "nothing is expected"},
		{"link all loss 1%\n", ":1: the topology comes before \"link\""},
		{"topology star 3\n", ":1: \"star\" is no topology"},
		{"topology ring 2\n", "makes no mesh"},
		{"topology line 3 4\n", "\"4\" is one word too many"},
		{"topology line 3\ntopology line 3\n", ":2: there is a topology already"},
		{"topology line 3\nlink 0-3 loss 1%\n", ":2: \"0-3\" names no node of the 3"},
		{"topology line 3\nlink 0+1 loss 1%\n", "\"0+1\" selects nothing"},
		{"topology line 3\nlink all loss 101%\n", "\"101%\" is no share"},
		{"topology line 3\nlink all loss\n", "a share is missing"},
		{"topology line 3\nlink all\n", "a trait is missing"},
		{"topology line 3\nlink all delay 1\n", "\"1\" is no time"},
		{"topology line 3\nlink all delay 0.0000001s\n", "is no time"},
		{"topology line 3\nlink all mtu 1279\n", "\"1279\" is no number from 1280"},
		{"topology line 3\nat 1s explode 1\n", "\"explode\" is nothing that can happen"},
		{"topology line 3\nat 1s crash 0-1\n", "that is for nodes"},
		{"topology line 3\nat 1s send 0-1\n", "write 0>1"},
		{"topology line 3\nat 1s cut all count 3\n", "\"count\" is one word too many"},
		{"topology line 3\nabsent 2..1\n", "selects nothing"},
		{"topology line 3\nexpect by 1s joy\n", "\"joy\" cannot be expected"},
		{"topology line 3\nexpect by 1s drops joy at most 1\n", "no reason for a drop"},
		{"topology line 3\nexpect by 1s frames at 3\n", "\"3\" where \"most\" belongs"},
		{"topology line 3\nexpect by 100ms ping all\n", "before the beginning"},
		{"topology line 3\nchaos 3 from 2s to 2.5s\n", "at least 1s"},
		{"topology line 3\nat 1s jump 0-1 3s\n", "that is for nodes"},
		{"topology line 3\nat 1s jump 0\n", "a time is missing"},
		{"topology line 3\nclock 0 fast 11%\n", "at most 10% fast or slow"},
		{"topology line 3\nclock 0 late 1%\n", "\"late\" where \"fast\" belongs"},
		{"topology line 3\nmove 0 speed 9 from 1s to 2s\n", "places on a disc only"},
		{"topology line 3\nat 1s move 0 to 1,1\n", "places on a disc only"},
		{"topology disc 3 2\nmove 0 speed 0 from 1s to 2s\n", "\"0\" is no number from 1"},
		{"topology disc 3 2\nmove 0 speed 9 from 1s to 1s\n", "ends after it begins"},
		{"topology disc 3 2\nat 1s move 0 to 1,32768\n", "\"1,32768\" is no place"},
		{"topology disc 3 2\nat 1s move 0..1 to 1,1\n", "one node at a time"},
		{"topology line 3\nexpect by 1s frames caused by joy at most 1\n",
		 "\"joy\" is nothing that can happen"},
		{"topology line 3\ntwin 0\n", "write 3-7"},
		{"topology line 3\ntwin 1-1\n", "write 3-7"},
		{"topology line 3\nat 1s send 0>2 hops 0\n", "\"0\" is no number from 1"},
		{"topology line 3\nat 1s send 0>2 via 1 hops 3\n", "do not go together"},
		{"topology line 3\nexpect by 1s reach wire 0\n", "that is for nodes"},
		{"topology line 3\nexpect by 4s reach all\n", "before the beginning"},
		{"topology line 3\nexpect by 1s told joy at most 1\n", "no error a host is told"},
		{"topology edges nowhere.edges\n", "folder/nowhere.edges: No such file"},
		{"colour blue\n", ":1: the topology comes before \"colour\""},
		{"topology line 3\ncolour blue\n", ":2: \"colour\" begins no line"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct scenario scenario;
		char complaint[LINE_COMPLAINT] = "";
		if (reads(&scenario, wrong[i].text, complaint))
			fail_msg("accepted: %s", wrong[i].text);
		if (strstr(complaint, wrong[i].complaint) == NULL)
			fail_msg("%s: %s", wrong[i].text, complaint);
		assert_memory_equal(complaint, "folder/name.sim:", 16);
		scenario_free(&scenario);
	}
}

static void a_line_too_long_is_refused(void **state)
{
	struct scenario scenario;
	char complaint[LINE_COMPLAINT], text[2 * LINE_BYTES];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(reads(&scenario, text, complaint));
	assert_non_null(strstr(complaint, ":1: a line has at most 255 bytes"));
	scenario_free(&scenario);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_means_something),
		cmocka_unit_test(routed_expectations_are_read),
		cmocka_unit_test(places_and_clocks_are_read),
		cmocka_unit_test(nonsense_is_refused_with_its_line),
		cmocka_unit_test(a_line_too_long_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/scenario", tests, NULL, NULL);
}
