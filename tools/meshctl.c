/* meshctl: asks a running meshpd and prints what it says, as tables for people or as JSON for
 * programs. Its exit status is an interface: see enum verdict. meshctl(1). */
#include "tools/nouns.h"
#include "tools/trace.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A verb that calls the daemon. */
struct reading {
	const char *verb;
	const char *method;
	void (*add)(json_t *answer); /* what this host knows besides, or NULL */
	void (*print)(const json_t *answer, bool colour);
	bool (*write)(const json_t *answer, const char *format); /* by --format, or NULL */
	enum verdict (*judge)(const json_t *answer);		 /* NULL: every answer is a yes */
	int arguments;						 /* 1: the node it is about */
};

static const struct reading readings[] = {
	{.verb = "status", .method = "io.meshpd.Status", .print = status_print},
	{.verb = "neighbours", .method = "io.meshpd.Neighbours", .print = neighbours_print},
	{.verb = "sessions", .method = "io.meshpd.Sessions", .print = sessions_print},
	{.verb = "routes", .method = "io.meshpd.Routes", .print = routes_print},
	{.verb = "links", .method = "io.meshpd.Links", .print = links_print},
	{.verb = "exposed",
	 .method = "io.meshpd.Exposed",
	 .add = exposed_add,
	 .print = exposed_print},
	{.verb = "reload", .method = "io.meshpd.Reload", .print = reload_print},
	{.verb = "topology",
	 .method = "io.meshpd.Topology",
	 .print = topology_print,
	 .write = topology_write},
	{.verb = "explain",
	 .method = "io.meshpd.Explain",
	 .print = explain_print,
	 .judge = explain_judge,
	 .arguments = 1},
	{.verb = "trace",
	 .method = "io.meshpd.Trace",
	 .print = trace_print,
	 .judge = trace_judge,
	 .arguments = 1},
};

static void usage(FILE *out)
{
	fputs("usage: meshctl [-S SOCKET] [--json] [--watch[=SECONDS]] VERB\n"
	      "  status | neighbours | sessions | routes | links\n"
	      "  topology [--format netjson | dot]\n"
	      "  explain DST | trace DST\n"
	      "                 DST: a mesh address, or the first digits of a node id\n"
	      "  exposed        ports that are open to the mesh, and who listens there\n"
	      "  expose WHAT | unexpose WHAT   (root)\n"
	      "                 WHAT: tcp/80, udp/8000-8010; tcp/22 from ADDRESS, PREFIX/BITS or "
	      "a\n"
	      "                 public key\n"
	      "  reload         reads the configuration again (root)\n"
	      "  key gen | key pub [FILE]\n"
	      "  config check [FILE] | config cat\n",
	      out);
}

static enum verdict answer_print(const struct reading *reading, const struct request *request,
				 const json_t *answer)
{
	if (request->format != NULL && !reading->write(answer, request->format)) {
		usage(stderr);
		return VERDICT_USAGE;
	}
	if (request->format == NULL && request->json) {
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
	} else if (request->format == NULL) {
		reading->print(answer, request->colour);
	}
	if (fflush(stdout) != 0)
		return VERDICT_NO;
	return reading->judge != NULL ? reading->judge(answer) : VERDICT_YES;
}

static enum verdict reading_run(const struct reading *reading, const struct request *request)
{
	json_t *parameters = NULL;
	json_t *answer;
	enum verdict verdict;

	if (reading->arguments > 0)
		parameters = json_pack("{s:s}", "address", request->arguments[0]);
	verdict = client_call(request->socket, reading->method, parameters, &answer);
	if (verdict != VERDICT_YES)
		return verdict;
	if (reading->add != NULL)
		reading->add(answer);
	verdict = answer_print(reading, request, answer);
	json_decref(answer);
	return verdict;
}

/* True if that is how the verb is to be called. */
static bool reading_fits(const struct reading *reading, const char *verb,
			 const struct request *request)
{
	return strcmp(reading->verb, verb) == 0 && request->argument_count == reading->arguments &&
	       (request->format == NULL || reading->write != NULL);
}

/* Reads again and again until something fails. */
static enum verdict reading_watch(const struct reading *reading, const struct request *request,
				  double seconds)
{
	struct timespec pause = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9),
	};
	enum verdict verdict;

	do {
		if (!request->json && isatty(1))
			fputs("\033[H\033[2J", stdout);
		verdict = reading_run(reading, request);
	} while (verdict == VERDICT_YES && nanosleep(&pause, NULL) == 0);
	return verdict;
}

/* Seconds between readings, 0 if text is no such number. */
static double seconds_read(const char *text)
{
	char *end;
	double seconds = text != NULL ? strtod(text, &end) : 2;

	if (text != NULL && (*end != '\0' || end == text))
		return 0;
	return seconds >= 0.1 && seconds <= 86400 ? seconds : 0;
}

static enum verdict verb_run(const char *verb, const struct request *request, double watch)
{
	if (strcmp(verb, "key") == 0)
		return key_run(request);
	if (strcmp(verb, "config") == 0)
		return config_run(request);
	if (strcmp(verb, "expose") == 0)
		return expose_run("io.meshpd.Expose", request);
	if (strcmp(verb, "unexpose") == 0)
		return expose_run("io.meshpd.Unexpose", request);
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
		if (!reading_fits(&readings[i], verb, request))
			continue;
		return watch > 0 ? reading_watch(&readings[i], request, watch)
				 : reading_run(&readings[i], request);
	}
	usage(stderr);
	return VERDICT_USAGE;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{"json", no_argument, NULL, 'j'},	  {"watch", optional_argument, NULL, 'w'},
		{"format", required_argument, NULL, 'f'}, {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},	  {NULL, 0, NULL, 0},
	};
	struct request request = {
		.socket = CONTROL_SOCKET,
		.colour = isatty(1) && getenv("NO_COLOR") == NULL,
	};
	double watch = 0;
	int option;

	while ((option = getopt_long(argc, argv, "S:h", names, NULL)) != -1) {
		switch (option) {
		case 'S':
			request.socket = optarg;
			break;
		case 'j':
			request.json = true;
			break;
		case 'f':
			request.format = optarg;
			break;
		case 'w':
			watch = seconds_read(optarg);
			if (watch > 0)
				break;
			fputs("meshctl: --watch takes seconds from 0.1 on\n", stderr);
			return VERDICT_USAGE;
		case 'h':
			usage(stdout);
			return VERDICT_YES;
		case 'v':
			puts("meshctl " MESHPD_VERSION);
			return VERDICT_YES;
		default:
			usage(stderr);
			return VERDICT_USAGE;
		}
	}
	if (optind == argc) {
		usage(stderr);
		return VERDICT_USAGE;
	}
	request.arguments = argv + optind + 1;
	request.argument_count = argc - optind - 1;
	return (int)verb_run(argv[optind], &request, watch);
}
