/* Programs on hosts, in worlds of a few nodes: what each does, that it ends, that a restart begins
 * it anew, and how programs are written in a scenario. */
#include "sim/program.h"

#include "sim/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A scenario that was run. */
struct ran {
	struct scenario scenario;
	struct world *world;
};

static void run(struct ran *ran, const char *text)
{
	char complaint[LINE_COMPLAINT];

	if (!scenario_read(&ran->scenario, "test", text, strlen(text), complaint))
		fail_msg("%s", complaint);
	ran->world = world_new(&ran->scenario, 1, NULL, complaint);
	assert_non_null(ran->world);
	world_run(ran->world);
	if (ran->world->broken > 0)
		fail_msg("%s", ran->world->breaches[0]);
}

static void end(struct ran *ran)
{
	world_free(ran->world);
	scenario_free(&ran->scenario);
}

static uint64_t did(struct ran *ran, uint32_t node, enum program_kind kind)
{
	return program_at(ran->world, node, kind)->did;
}

static void two_echoes_end(void **state)
{
	struct ran ran;

	run(&ran, "topology line 2\nprogram all echo\n"
		  "at 2s send 0>1 count 10\nexpect by 4s delivered at least 10\n");
	assert_int_equal(did(&ran, 1, PROGRAM_ECHO), 10);
	assert_int_equal(did(&ran, 0, PROGRAM_ECHO), 0);
	assert_int_equal(ran.world->traffic.count, 20);
	end(&ran);
}

static void an_echo_comes_back_the_way_it_went(void **state)
{
	struct ran ran;

	run(&ran, "topology line 4\nprogram 1..2 switch\nprogram 3 echo\nprogram 0 printer\n"
		  "at 2s send 0>3 via 1,2 size 200\nexpect by 4s delivered at least 1\n");
	const struct printed *line = &ran.world->printer.lines[0];
	assert_int_equal(ran.world->traffic.delivered, 1);
	assert_int_equal(did(&ran, 1, PROGRAM_SWITCH), 2);
	assert_int_equal(did(&ran, 2, PROGRAM_SWITCH), 2);
	assert_int_equal(ran.world->printer.count, 1);
	assert_int_equal(line->from, 3);
	assert_int_equal(line->source_port, PORT_ECHO);
	assert_int_equal(line->size, 200);
	assert_int_equal(instant_since(line->when, SCENARIO_BEGIN).us, 2000600);
	end(&ran);
}

static void the_printer_keeps_the_first_lines(void **state)
{
	struct ran ran;

	run(&ran, "topology line 2\nprogram 1 printer\nat 2s send 0>1 count 100\n"
		  "expect by 4s delivered at least 100\n");
	assert_int_equal(ran.world->printer.count, 100);
	assert_int_equal(did(&ran, 1, PROGRAM_PRINTER), 100);
	assert_int_equal(instant_since(ran.world->printer.lines[0].when, SCENARIO_BEGIN).us,
			 2000100);
	assert_string_equal(ran.world->printer.lines[0].text, "");
	end(&ran);
}

static void a_chat_ends_after_its_turns(void **state)
{
	struct ran ran;

	run(&ran, "topology line 2\nprogram 0 chat 1 turns 5 every 100ms\n"
		  "program 1 chat\nprogram 1 printer\nexpect by 9s delivered at most 0\n");
	assert_int_equal(did(&ran, 0, PROGRAM_CHAT), 5);
	assert_int_equal(did(&ran, 1, PROGRAM_CHAT), 5);
	assert_string_equal(ran.world->printer.lines[0].text, "0 is anybody there?");
	end(&ran);
}

static void a_restart_begins_a_chat_anew(void **state)
{
	struct ran ran;

	run(&ran, "topology line 2\nprogram 0 chat 1 turns 100 every 1s\nprogram 1 chat\n"
		  "at 10500ms crash 0\nat 20200ms restart 0\nexpect by 25s full all\n");
	assert_int_equal(did(&ran, 0, PROGRAM_CHAT), 10 + 4);
	assert_int_equal(program_at(ran.world, 0, PROGRAM_CHAT)->turn, 4);
	end(&ran);
}

static void a_host_sends_to_itself_without_its_node(void **state)
{
	struct ran ran;

	run(&ran, "topology line 2\nfilter 0 out loopback\nprogram 0 echo\nprogram 0 printer\n"
		  "at 2s send 0>1 count 3\nexpect by 4s delivered at most 0\n");
	assert_int_equal(ran.world->traffic.count, 0);
	assert_int_equal(did(&ran, 0, PROGRAM_ECHO), 3);
	assert_int_equal(did(&ran, 0, PROGRAM_PRINTER), 6);
	end(&ran);
}

static void nonsense_is_refused(void **state)
{
	static const struct {
		const char *text, *complaint;
	} wrong[] = {
		{"program 0", "a program is missing"},
		{"program 0 bed", "\"bed\" is no program"},
		{"program 0-1 echo", "that is for nodes"},
		{"program 0 echo 3", "\"3\" is one word too many"},
		{"program 0 chat 4", "\"4\" is no number from 0 to 2"},
		{"program 0..1 chat 1", "node 1 would have to send to itself"},
		{"program 0 chat 1 every 0s", "a line needs time"},
		{"program 0 chat 2 via 1,1", "node 1 would have to send to itself"},
		{"filter 0 across unique", "\"across\" where \"in\" belongs"},
		{"filter 0 in loopback", "loopback is for the way out"},
		{"at 1s send 0>2 via 3", "\"3\" is no way"},
		{"at 1s send 0>2 via 2", "node 2 would have to send to itself"},
		{"at 1s send 0>2 size 60 via 1", "a packet has at least 78 bytes"},
		{"expect by 1s program bed at least 1", "\"bed\" is no program"},
		{"expect by 1s filtered tea at least 1", "\"tea\" filters nothing"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char complaint[LINE_COMPLAINT], text[2 * LINE_BYTES];
		struct scenario scenario;
		snprintf(text, sizeof(text), "topology line 3\n%s\nexpect by 1s full all\n",
			 wrong[i].text);
		if (scenario_read(&scenario, "test", text, strlen(text), complaint))
			fail_msg("accepted: %s", wrong[i].text);
		if (strstr(complaint, wrong[i].complaint) == NULL)
			fail_msg("%s: %s", wrong[i].text, complaint);
		scenario_free(&scenario);
	}
}

static void a_chain_has_its_bound(void **state)
{
	char complaint[LINE_COMPLAINT], text[LINE_BYTES] = "topology line 3\n";
	struct scenario scenario;

	for (uint32_t i = 0; i < FILTERS_MOST; i++)
		strcat(text, "filter 1 in unique\n");
	strcat(text, "filter 0 in unique\nfilter all in unique\n");
	assert_false(scenario_read(&scenario, "test", text, strlen(text), complaint));
	assert_string_equal(complaint, "test:11: node 1 has 8 filters there already");
	scenario_free(&scenario);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_echoes_end),
		cmocka_unit_test(an_echo_comes_back_the_way_it_went),
		cmocka_unit_test(the_printer_keeps_the_first_lines),
		cmocka_unit_test(a_chat_ends_after_its_turns),
		cmocka_unit_test(a_restart_begins_a_chat_anew),
		cmocka_unit_test(a_host_sends_to_itself_without_its_node),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(a_chain_has_its_bound),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sim/program", tests, NULL, NULL);
}
