/* meshtraceroute: the way packets take to a node, from hop to hop, each of which answers under its
 * signature. Of one lane, that of ping if none is named, or of all. Exit status as meshctl's: 0 if
 * the node was reached, 1 if not. meshtraceroute(1). */
#include "tools/columns.h"
#include "tools/errand.h"
#include "tools/trace.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LANES = 8 };

/* How it was called. */
struct errand {
	const char *socket;
	const char *destination;
	bool json, live, all_lanes, colour;
	long lane;  /* −1: that of ping */
	long count; /* of rounds; 0: without end */
};

static void usage(FILE *out)
{
	fputs("usage: meshtraceroute [OPTION ...] DST\n\n"
	      "DST is an address of the mesh, or the first digits of a node's id.\n\n",
	      out);
	for (int i = 0; i < ERRANDS; i++)
		flag_print(&errand_flags[i], out);
}

static enum verdict lane_ask(const struct errand *errand, long lane, json_t **answer)
{
	json_t *parameters = json_pack("{s:s}", "address", errand->destination);

	if (lane >= 0)
		json_object_set_new(parameters, "lane", json_integer(lane));
	return client_call(errand->socket, "io.meshpd.Trace", parameters, answer);
}

static void json_print(const json_t *answer)
{
	json_dumpf(answer, stdout, JSON_COMPACT);
	putchar('\n');
}

static enum verdict one_lane(const struct errand *errand)
{
	json_t *answer;
	enum verdict verdict = lane_ask(errand, errand->lane, &answer);

	if (verdict != VERDICT_YES)
		return verdict;
	if (errand->json)
		json_print(answer);
	else
		trace_print(answer, errand->colour);
	verdict = trace_judge(answer);
	json_decref(answer);
	return verdict;
}

/* True if two traces went the same way. */
static bool ways_equal(const json_t *a, const json_t *b)
{
	const json_t *hops = json_object_get(a, "hops"), *others = json_object_get(b, "hops");
	const json_t *hop;
	size_t index;

	if (json_array_size(hops) != json_array_size(others) ||
	    !json_equal(json_object_get(a, "result"), json_object_get(b, "result")))
		return false;
	json_array_foreach(hops, index, hop)
	{
		if (!json_equal(json_object_get(hop, "address"),
				json_object_get(json_array_get(others, index), "address")))
			return false;
	}
	return true;
}

/* Prints every way once, with the lanes that take it. */
static void ways_print(const json_t *lanes, bool colour)
{
	bool printed[LANES] = {false};

	for (size_t i = 0; i < LANES; i++) {
		const json_t *way = json_array_get(lanes, i);

		if (printed[i])
			continue;
		if (i == 0)
			printf("to %s (%s)\n", column_text(way, "address"), column_text(way, "id"));
		fputs("lanes", stdout);
		for (size_t j = i; j < LANES; j++) {
			printed[j] = printed[j] || ways_equal(way, json_array_get(lanes, j));
			if (ways_equal(way, json_array_get(lanes, j)))
				printf(" %zu", j);
		}
		puts("");
		trace_print_hops(way, colour);
	}
}

static enum verdict all_lanes(const struct errand *errand)
{
	json_t *lanes = json_array(), *answer, *whole;
	enum verdict verdict = VERDICT_YES, worst = VERDICT_YES;

	for (long lane = 0; lane < LANES && verdict == VERDICT_YES; lane++) {
		verdict = lane_ask(errand, lane, &answer);
		if (verdict != VERDICT_YES)
			continue;
		if (worst == VERDICT_YES)
			worst = trace_judge(answer);
		json_array_append_new(lanes, answer);
	}
	if (verdict == VERDICT_YES && errand->json) {
		whole = json_pack("{s:i, s:O}", "schema", 1, "lanes", lanes);
		json_print(whole);
		json_decref(whole);
	} else if (verdict == VERDICT_YES) {
		ways_print(lanes, errand->colour);
	}
	json_decref(lanes);
	return verdict != VERDICT_YES ? verdict : worst;
}

static enum verdict run(const struct errand *errand)
{
	const struct timespec pause = {.tv_sec = 1};
	enum verdict verdict;

	for (long round = 1;; round++) {
		if (errand->live && !errand->json && isatty(1))
			fputs("\033[H\033[2J", stdout);
		verdict = errand->all_lanes ? all_lanes(errand) : one_lane(errand);
		if (fflush(stdout) != 0)
			return VERDICT_NO;
		if (round == errand->count || !verdict_may_change(verdict))
			return verdict;
		nanosleep(&pause, NULL);
	}
}

/* A number from least to most; −1 if text is none. */
static long number_read(const char *text, long least, long most)
{
	char *end;
	long number = strtol(text, &end, 10);

	return end != text && *end == '\0' && number >= least && number <= most ? number : -1;
}

/* Takes the options; false after saying which is not as it has to be. */
static bool options_take(struct errand *errand, const char *const given[ERRANDS])
{
	const char *lane = given[ERRAND_LANE], *count = given[ERRAND_COUNT];

	errand->socket = given[ERRAND_SOCKET] != NULL ? given[ERRAND_SOCKET] : CONTROL_SOCKET;
	errand->json = given[ERRAND_JSON] != NULL;
	errand->live = given[ERRAND_LIVE] != NULL;
	errand->all_lanes = given[ERRAND_ALL_LANES] != NULL;
	errand->lane = lane != NULL ? number_read(lane, 0, LANES - 1) : -1;
	errand->count = count != NULL ? number_read(count, 1, 1000000000) : !errand->live;
	if (lane != NULL && (errand->lane < 0 || errand->all_lanes))
		fputs("meshtraceroute: --lane is 0 to 7, and not beside --all-lanes\n", stderr);
	else if (count != NULL && errand->count < 0)
		fputs("meshtraceroute: --count is 1 or more\n", stderr);
	else
		return true;
	return false;
}

int main(int argc, char **argv)
{
	const char *given[ERRANDS];
	struct errand errand = {.colour = isatty(1) && getenv("NO_COLOR") == NULL};
	bool good = flags_read(errand_flags, ERRANDS, argc, argv, given);

	if (good && given[ERRAND_HELP] != NULL) {
		usage(stdout);
		return VERDICT_YES;
	}
	if (good && given[ERRAND_VERSION] != NULL) {
		puts("meshtraceroute " MESHPD_VERSION);
		return VERDICT_YES;
	}
	if (!good || !options_take(&errand, given) || optind + 1 != argc) {
		usage(stderr);
		return VERDICT_USAGE;
	}
	errand.destination = argv[optind];
	return (int)run(&errand);
}
