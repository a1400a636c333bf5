/* meshsim: runs scenarios, each in a process of its own, so that a node that ends its process by
 * a broken invariant ends one run and no more. Exit status: 0 all as expected, 1 not, 2 usage or a
 * scenario that makes no sense. The language of scenarios is described in docs/simulator.md. */
#include "sim/memory.h"
#include "sim/named.h"
#include "sim/report.h"

#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

struct options {
	bool json, seeded;
	uint64_t seed, seeds;
};

static void usage(FILE *to)
{
	fprintf(to, "usage: meshsim run FILE|NAME ... [--seed N] [--seeds COUNT] [--json]\n"
		    "scenarios with a name:");
	for (unsigned i = 0; named_at(i) != NULL; i++)
		fprintf(to, " %s", named_at(i));
	fprintf(to, "\n");
}

static uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The child's part: one run. Never returns. */
static void run_here(const struct scenario *scenario, uint64_t seed, bool json,
		     struct progress *progress)
{
	char complaint[LINE_COMPLAINT];
	uint64_t begun = clock_ms();
	struct world *world = world_new(scenario, seed, progress, complaint);

	if (world == NULL) {
		fprintf(stderr, "%s\n", complaint);
		_exit(EXIT_USAGE);
	}
	world_run(world);
	uint64_t real_ms = clock_ms() - begun;
	if (json)
		report_json(world, real_ms);
	else
		report_text(world, real_ms);
	int status = world_passed(world) ? EXIT_SUCCESS : EXIT_FAILED;
	world_free(world);
	fflush(stdout);
	_exit(status);
}

static int run_once(const struct scenario *scenario, uint64_t seed, bool json,
		    struct progress *progress)
{
	int status;

	*progress = (struct progress){.us = SCENARIO_BEGIN.us};
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		run_here(scenario, seed, json, progress);
	if (child < 0 || waitpid(child, &status, 0) != child) {
		fprintf(stderr, "meshsim: %s\n", strerror(errno));
		return EXIT_FAILED;
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	report_ended(scenario, seed, progress, WTERMSIG(status), json);
	return EXIT_FAILED;
}

/* The whole of a file as text, or NULL with errno. The caller frees it. */
static char *file_text(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0, got = 1;

	*size = 0;
	if (file == NULL)
		return NULL;
	while (got > 0) {
		text = memory_grown(text, *size + 4096, &room, 1);
		got = fread(text + *size, 1, room - *size, file);
		*size += got;
	}
	bool failed = ferror(file);
	fclose(file);
	if (!failed)
		return text;
	free(text);
	errno = EIO;
	return NULL;
}

/* Reads a scenario from a file or by its name. */
static bool scenario_open(struct scenario *scenario, const char *name)
{
	char complaint[LINE_COMPLAINT];
	const char *known = named_scenario(name);
	size_t size = known == NULL ? 0 : strlen(known);
	char *text = known == NULL ? file_text(name, &size) : NULL;

	*scenario = (struct scenario){0};
	if (known == NULL && text == NULL) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		return false;
	}
	bool read = scenario_read(scenario, name, known != NULL ? known : text, size, complaint);
	if (!read)
		fprintf(stderr, "%s\n", complaint);
	free(text);
	return read;
}

static int run(const char *name, const struct options *options, struct progress *progress)
{
	struct scenario scenario;
	int worst = EXIT_USAGE;

	if (scenario_open(&scenario, name)) {
		uint64_t first = options->seeded ? options->seed : scenario.seed;
		worst = EXIT_SUCCESS;
		for (uint64_t i = 0; i < options->seeds; i++) {
			int status = run_once(&scenario, first + i, options->json, progress);
			worst = status > worst ? status : worst;
		}
	}
	scenario_free(&scenario);
	return worst;
}

static bool number_of(const char *text, uint64_t *number)
{
	return line_digits(&text, number) && *text == '\0';
}

/* False if the arguments make no sense. */
static bool options_read(int count, char **arguments, struct options *options)
{
	static const struct option known[] = {{"seed", required_argument, NULL, 's'},
					      {"seeds", required_argument, NULL, 'n'},
					      {"json", no_argument, NULL, 'j'},
					      {NULL, 0, NULL, 0}};
	bool right = true;
	int option;

	while ((option = getopt_long(count, arguments, "", known, NULL)) != -1) {
		if (option == 'j') {
			options->json = true;
		} else if (option == 's') {
			options->seeded = true;
			right = right && number_of(optarg, &options->seed);
		} else {
			right = right && option == 'n' && number_of(optarg, &options->seeds) &&
				options->seeds > 0;
		}
	}
	return right && optind + 1 < count && strcmp(arguments[optind], "run") == 0;
}

int main(int count, char **arguments)
{
	struct options options = {.seeds = 1};
	int worst = EXIT_SUCCESS;

	if (count == 2 && strcmp(arguments[1], "--help") == 0) {
		usage(stdout);
		return EXIT_SUCCESS;
	}
	if (!options_read(count, arguments, &options)) {
		usage(stderr);
		return EXIT_USAGE;
	}
	struct progress *progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (progress == MAP_FAILED || sodium_init() < 0) {
		fprintf(stderr, "meshsim: %s\n", strerror(errno));
		return EXIT_FAILED;
	}
	for (int i = optind + 1; i < count; i++) {
		int status = run(arguments[i], &options, progress);
		worst = status > worst ? status : worst;
	}
	return worst;
}
