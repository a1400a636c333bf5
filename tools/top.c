/* `meshctl top`: the panel on a terminal, asked for anew every second. A daemon that goes away is
 * waited for. The frames and bytes of an interface are the kernel's, so they count other traffic of
 * it too. */
#include "tools/client.h"
#include "tools/nouns.h"
#include "tools/panel.h"
#include "tools/reading.h"

#include <inttypes.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What is on the screen. */
struct screen {
	const struct request *request;
	double pause; /* seconds */
	json_t *before, *now;
	double before_at, now_at;
	enum panel_sort sort;
	enum verdict verdict; /* of the last reading */
};

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One of the kernel's counters of an interface; NULL where it is not known. */
static json_t *counter_read(const char *interface, const char *counter)
{
	char path[128];
	int64_t value;
	FILE *file;
	bool read;

	snprintf(path, sizeof(path), "/sys/class/net/%.15s/statistics/%s", interface, counter);
	file = strchr(interface, '/') == NULL ? fopen(path, "re") : NULL;
	if (file == NULL)
		return NULL;
	read = fscanf(file, "%" SCNd64, &value) == 1;
	fclose(file);
	return read ? json_integer(value) : NULL;
}

/* The counters of the interfaces that are links. */
static json_t *interfaces_read(const json_t *links)
{
	json_t *interfaces = json_object();
	const json_t *link;
	size_t i;

	json_array_foreach(json_object_get(links, "links"), i, link)
	{
		const char *name = json_string_value(json_object_get(link, "name"));

		if (name != NULL)
			json_object_set_new(interfaces, name,
					    json_pack("{s:o*, s:o*, s:o*, s:o*}", "rx_bytes",
						      counter_read(name, "rx_bytes"), "rx_frames",
						      counter_read(name, "rx_packets"), "tx_bytes",
						      counter_read(name, "tx_bytes"), "tx_frames",
						      counter_read(name, "tx_packets")));
	}
	return interfaces;
}

/* Asks for everything. On VERDICT_YES reading is a new one. */
static enum verdict reading_take(const char *socket, json_t **reading)
{
	static const char *const methods[][2] = {{"status", "io.meshpd.Status"},
						 {"links", "io.meshpd.Links"},
						 {"neighbours", "io.meshpd.Neighbours"},
						 {"sessions", "io.meshpd.Sessions"}};
	json_t *whole = json_object(), *answer;
	enum verdict verdict = VERDICT_YES;

	for (size_t i = 0; i < 4 && verdict == VERDICT_YES; i++) {
		verdict = client_call(socket, methods[i][1], NULL, &answer);
		if (verdict == VERDICT_YES)
			json_object_set_new(whole, methods[i][0], answer);
	}
	json_object_set_new(whole, "interfaces", interfaces_read(json_object_get(whole, "links")));
	if (verdict == VERDICT_YES)
		*reading = whole;
	else
		json_decref(whole);
	return verdict;
}

static void screen_read(struct screen *screen)
{
	json_t *reading;

	screen->verdict = reading_take(screen->request->socket, &reading);
	if (screen->verdict != VERDICT_YES)
		return;
	json_decref(screen->before);
	screen->before = screen->now;
	screen->before_at = screen->now_at;
	screen->now = reading;
	screen->now_at = seconds_now();
}

static const char *trouble_of(enum verdict verdict)
{
	if (verdict == VERDICT_YES)
		return NULL;
	return verdict == VERDICT_TIMEOUT ? "meshpd does not answer, trying again"
					  : "meshpd is not running, trying again";
}

static void screen_draw(const struct screen *screen)
{
	struct panel_line lines[PANEL_ROWS];
	const struct panel panel = {
		.before = screen->before,
		.now = screen->now,
		.seconds = screen->now_at - screen->before_at,
		.rows = LINES,
		.columns = COLS,
		.sort = screen->sort,
		.trouble = trouble_of(screen->verdict),
	};
	size_t count = panel_lay(&panel, lines);

	erase();
	for (size_t i = 0; i < count; i++) {
		attrset(lines[i].title ? A_BOLD : A_NORMAL);
		mvaddstr((int)i, 0, lines[i].text);
	}
	refresh();
}

/* Takes keys until it is time to read again; false if it is time to end, as when the terminal went
 * away and SIGHUP is ignored. */
static bool screen_wait(struct screen *screen)
{
	double end = seconds_now() + screen->pause;

	for (double left = screen->pause; left > 0; left = end - seconds_now()) {
		int key;

		timeout((int)(left * 1000) + 1);
		key = getch();
		if (key == 'q' || (key == ERR && !isatty(STDIN_FILENO)))
			return false;
		for (int sort = 0; sort < PANEL_SORTS; sort++)
			if (key == panel_sort_key((enum panel_sort)sort))
				screen->sort = (enum panel_sort)sort;
		if (key != ERR)
			screen_draw(screen);
	}
	return true;
}

static enum verdict terminal_missing(void)
{
	fputs("meshctl: top needs a terminal, meshctl --watch VERB does not\n", stderr);
	return VERDICT_USAGE;
}

/* What the client says of a daemon that is away would spoil the screen: the panel says it. */
static enum verdict screen_live(struct screen *screen)
{
	SCREEN *terminal = newterm(NULL, stdout, stdin);

	if (terminal == NULL)
		return terminal_missing();
	if (freopen("/dev/null", "w", stderr) == NULL) {
		endwin();
		delscreen(terminal);
		return VERDICT_NO;
	}
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	do {
		screen_draw(screen);
		if (!screen_wait(screen))
			break;
		screen_read(screen);
	} while (screen->verdict != VERDICT_DENIED);
	endwin();
	delscreen(terminal);
	return screen->verdict == VERDICT_DENIED ? VERDICT_DENIED : VERDICT_YES;
}

enum verdict top_run(const struct request *request)
{
	const char *watch = request->given[CHOICE_WATCH];
	struct screen screen = {
		.request = request,
		.pause = watch != NULL ? reading_seconds(watch) : 1,
	};
	enum verdict verdict;

	if (screen.pause <= 0) {
		fputs(READING_SECONDS, stderr);
		return VERDICT_USAGE;
	}
	if (!isatty(0) || !isatty(1) || getenv("TERM") == NULL)
		return terminal_missing();
	screen_read(&screen);
	verdict = screen.verdict == VERDICT_YES ? screen_live(&screen) : screen.verdict;
	json_decref(screen.before);
	json_decref(screen.now);
	return verdict;
}
