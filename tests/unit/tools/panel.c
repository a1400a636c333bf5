/* Tests of tools/panel.c: rates, order, and what is left out of a screen that is small. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/panel.h"

#include <stdio.h>
#include <string.h>

static const char before_text[] =
	"{'status':{'drops':{'replay':5,'version':7}},"
	"'interfaces':{'eth0':{'rx_bytes':1000,'rx_frames':10,'tx_bytes':0,'tx_frames':0},"
	"'eth1':{'rx_bytes':9,'rx_frames':9,'tx_bytes':9,'tx_frames':9}},"
	"'sessions':{'sessions':[{'address':'beef::1','rx_packets':100,'tx_packets':50}]}}";
static const char now_text[] =
	"{'status':{'address':'beef::a','nodes':4,'uptime_ms':61000,"
	"'drops':{'replay':15,'version':7,'own':1}},"
	"'interfaces':{'eth0':{'rx_bytes':5000,'rx_frames':30,'tx_bytes':4000000,'tx_frames':8},"
	"'eth1':{'rx_bytes':8,'rx_frames':9,'tx_bytes':9,'tx_frames':9}},"
	"'links':{'links':[{'name':'eth1','running':false},{'name':'eth0','running':true}]},"
	"'neighbours':{'neighbours':[{'address':'beef::2','link':'eth0','state':'FULL',"
	"'rtt_us':1500,'loss':0.25,'metric':70},{'address':'beef::1','link':'eth1',"
	"'state':'INIT','rtt_us':0,'loss':0,'metric':90}]},"
	"'sessions':{'sessions':[{'address':'beef::1','state':'ESTABLISHED','rx_packets':150,"
	"'tx_packets':50},{'address':'beef::2','state':'HANDSHAKE','rx_packets':0,"
	"'tx_packets':0}]}}";

/* Lays out two readings that are 2 s apart. */
static size_t lay(const char *before, const char *now, struct panel panel,
		  struct panel_line lines[PANEL_ROWS])
{
	json_t *was = NULL, *is;
	char text[2048];
	size_t count;

	for (int i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "%s", i == 0 ? before : now);
		for (char *quote = text; (quote = strchr(quote, '\'')) != NULL;)
			*quote = '"';
		is = json_loads(text, 0, NULL);
		was = i == 0 ? is : was;
	}
	assert_non_null(is);
	panel.before = was;
	panel.now = is;
	panel.seconds = 2;
	count = panel_lay(&panel, lines);
	json_decref(was);
	json_decref(is);
	return count;
}

/* The number of the line that begins so; fails if there is none. */
static size_t line_of(const struct panel_line *lines, size_t count, const char *begin)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(lines[i].text, begin, strlen(begin)) == 0)
			return i;
	fail_msg("no line begins with %s", begin);
	return 0;
}

static void rates_are_growth_by_time(void **state)
{
	const struct panel panel = {.rows = 40, .columns = 100};
	struct panel_line lines[PANEL_ROWS];
	size_t count = lay(before_text, now_text, panel, lines);
	const char *eth0 = lines[line_of(lines, count, "eth0")].text;

	assert_string_equal(lines[0].text, "beef::a  up 1m01s  4 nodes  by name");
	assert_string_equal(eth0, "eth0             running            2k         10         2M"
				  "          4");
	assert_string_equal(lines[line_of(lines, count, "replay")].text,
			    "replay                                           5           15");
	assert_non_null(strstr(lines[line_of(lines, count, "own")].text, "own"));
	for (size_t i = 0; i < count; i++)
		assert_null(strstr(lines[i].text, "version"));
}

static void a_counter_that_went_back_has_no_rate(void **state)
{
	const struct panel panel = {.rows = 40, .columns = 100};
	struct panel_line lines[PANEL_ROWS];
	size_t count = lay(before_text, now_text, panel, lines);

	assert_string_equal(lines[line_of(lines, count, "eth1")].text,
			    "eth1             down                -          0          0"
			    "          0");
}

static void without_an_earlier_reading_there_are_no_rates(void **state)
{
	const struct panel panel = {.rows = 40, .columns = 100};
	struct panel_line lines[PANEL_ROWS];
	size_t count = lay("null", now_text, panel, lines);
	size_t dropped = line_of(lines, count, "DROPPED");

	assert_int_equal(dropped, count - 1);
	assert_non_null(strstr(lines[line_of(lines, count, "eth0")].text, "-          -"));
}

static void rows_are_sorted(void **state)
{
	struct panel panel = {.rows = 40, .columns = 100};
	struct panel_line lines[PANEL_ROWS];
	size_t count = lay(before_text, now_text, panel, lines);

	assert_true(line_of(lines, count, "eth0") < line_of(lines, count, "eth1"));
	assert_true(line_of(lines, count, "beef::1 ") < line_of(lines, count, "beef::2 "));
	assert_true(line_of(lines, count, "own") < line_of(lines, count, "replay"));
	panel.sort = PANEL_BY_METRIC;
	count = lay(before_text, now_text, panel, lines);
	assert_true(line_of(lines, count, "beef::1 ") < line_of(lines, count, "beef::2 "));
	assert_true(line_of(lines, count, "replay") < line_of(lines, count, "own"));
	panel.sort = PANEL_BY_OUT;
	count = lay(before_text, now_text, panel, lines);
	assert_true(line_of(lines, count, "eth0") < line_of(lines, count, "eth1"));
}

static void a_small_screen_is_not_exceeded(void **state)
{
	struct panel_line lines[PANEL_ROWS];

	for (int rows = -1; rows < 30; rows++) {
		for (int columns = 0; columns < 120; columns += 7) {
			const struct panel panel = {.rows = rows, .columns = columns};
			size_t count = lay(before_text, now_text, panel, lines);

			assert_true((int)count <= rows || count == 0);
			for (size_t i = 0; i < count; i++)
				assert_true(strlen(lines[i].text) <= (size_t)columns);
		}
	}
}

static void what_does_not_fit_is_counted(void **state)
{
	const struct panel panel = {.rows = 10, .columns = 100};
	struct panel_line lines[PANEL_ROWS];
	size_t count = lay(before_text, now_text, panel, lines);

	assert_int_equal(count, 10);
	assert_string_equal(lines[3].text, "... and 2 more");
	assert_true(lines[2].title);
}

static void trouble_is_said(void **state)
{
	const struct panel panel = {.rows = 10, .columns = 100, .trouble = "gone"};
	struct panel_line lines[PANEL_ROWS];

	lay(before_text, now_text, panel, lines);
	assert_string_equal(lines[1].text, "gone");
}

static void a_lie_does_no_harm(void **state)
{
	static const char *const lies[] = {"7", "null", "[]", "{'status':7,'links':'x'}",
					   "{'links':{'links':[null,7,{'name':7}]},"
					   "'status':{'drops':{'a':'b'}},'sessions':{'sessions':"
					   "{'a':1}}}"};
	const struct panel panel = {.rows = 40, .columns = 100};
	struct panel_line lines[PANEL_ROWS];

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		for (size_t j = 0; j < sizeof(lies) / sizeof(lies[0]); j++)
			if (lies[j][0] == '{')
				assert_true(lay(lies[i], lies[j], panel, lines) > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_growth_by_time),
		cmocka_unit_test(a_counter_that_went_back_has_no_rate),
		cmocka_unit_test(without_an_earlier_reading_there_are_no_rates),
		cmocka_unit_test(rows_are_sorted),
		cmocka_unit_test(a_small_screen_is_not_exceeded),
		cmocka_unit_test(what_does_not_fit_is_counted),
		cmocka_unit_test(trouble_is_said),
		cmocka_unit_test(a_lie_does_no_harm),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
