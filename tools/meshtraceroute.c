/* meshtraceroute: the way packets take to a node, from hop to hop, each of which answers under its
 * signature. Of one lane, that of ping if none is named, or of all. Exit status as meshctl's: 0 if
 * the node was reached, 1 if not. meshtraceroute(1). */
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
	fputs("usage: meshtraceroute [-S SOCKET] [--json] [--live] [-c COUNT]\n"
	      "                      [--lane LANE | --all-lanes] DST\n"
	      "  DST: a mesh address, or the first digits of a node id\n"
	      "  LANE: 0 … 7; without, the one that ping uses\n"
	      "  SIGNED: yes, silent, or LIE; * marks the least MTU, the greatest metric and loss\n"
	      "  OVER and what follows: the link to that hop, as the hop before it says\n",
	      out);
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
			printf("to %s (%s)\n", json_string_value(json_object_get(way, "address")),
			       json_string_value(json_object_get(way, "id")));
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

/* True if asking again may be answered otherwise. */
static bool worth_repeating(enum verdict verdict)
{
	return verdict == VERDICT_YES || verdict == VERDICT_NO || verdict == VERDICT_TIMEOUT;
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
		if (round == errand->count || !worth_repeating(verdict))
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

/* Takes one option; false if it is not as it has to be. */
static bool option_take(struct errand *errand, int option)
{
	switch (option) {
	case 'S':
		errand->socket = optarg;
		return true;
	case 'j':
		errand->json = true;
		return true;
	case 'l':
		errand->live = true;
		return true;
	case 'c':
		errand->count = number_read(optarg, 1, 1000000000);
		return errand->count > 0;
	case 'n':
		errand->lane = number_read(optarg, 0, LANES - 1);
		return errand->lane >= 0;
	case 'a':
		errand->all_lanes = true;
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{"json", no_argument, NULL, 'j'},	 {"live", no_argument, NULL, 'l'},
		{"count", required_argument, NULL, 'c'}, {"lane", required_argument, NULL, 'n'},
		{"all-lanes", no_argument, NULL, 'a'},	 {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},	 {NULL, 0, NULL, 0},
	};
	struct errand errand = {
		.socket = CONTROL_SOCKET,
		.colour = isatty(1) && getenv("NO_COLOR") == NULL,
		.lane = -1,
	};
	int option;

	while ((option = getopt_long(argc, argv, "S:c:h", names, NULL)) != -1) {
		if (option == 'h') {
			usage(stdout);
			return VERDICT_YES;
		}
		if (option == 'v') {
			puts("meshtraceroute " MESHPD_VERSION);
			return VERDICT_YES;
		}
		if (!option_take(&errand, option)) {
			usage(stderr);
			return VERDICT_USAGE;
		}
	}
	if (optind + 1 != argc || (errand.all_lanes && errand.lane >= 0)) {
		usage(stderr);
		return VERDICT_USAGE;
	}
	errand.destination = argv[optind];
	if (errand.count == 0 && !errand.live)
		errand.count = 1;
	return (int)run(&errand);
}
