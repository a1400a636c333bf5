/* `meshsim run`: scenarios from beginning to end, one or more seeds of each. */
#include "sim/errand.h"
#include "sim/netjson.h"
#include "sim/report.h"
#include "sim/resume.h"

#include <stdlib.h>
#include <time.h>

static uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int run_world(struct world *world, const struct options *options)
{
	char complaint[LINE_COMPLAINT];
	uint64_t begun = clock_ms();

	resume_scatter(world, RESUME_SAVED, options->resumes);
	resume_scatter(world, RESUME_ADOPTED, options->adoptions);
	world_run(world);
	uint64_t real_ms = clock_ms() - begun;
	if (options->json)
		report_json(world, real_ms);
	else
		report_text(world, real_ms);
	if (options->netjson != NULL && !netjson_write(world, options->netjson, complaint)) {
		fprintf(stderr, "%s\n", complaint);
		return EXIT_FAILED;
	}
	return world_passed(world) ? EXIT_SUCCESS : EXIT_FAILED;
}

static int run_seeds(const char *name, const struct options *options)
{
	struct scenario scenario;
	int worst = EXIT_USAGE;

	if (command_scenario(&scenario, name)) {
		struct errand errand = {options, &scenario, scenario.seed, run_world};
		errand.seed = options->seeded ? options->seed : scenario.seed;
		worst = EXIT_SUCCESS;
		for (uint64_t i = 0; i < options->seeds; i++, errand.seed++) {
			int status = errand_run(&errand);
			worst = status > worst ? status : worst;
		}
	}
	scenario_free(&scenario);
	return worst;
}

int run_command(const struct options *options)
{
	bool files =
		options->capture_count > 0 || options->netjson != NULL || options->journal != NULL;
	int worst = EXIT_SUCCESS;

	if (files && (options->name_count > 1 || options->seeds > 1)) {
		fprintf(stderr, "meshsim: --pcap, --netjson and --journal are for one run\n");
		return EXIT_USAGE;
	}
	for (uint32_t i = 0; i < options->name_count; i++) {
		int status = run_seeds(options->names[i], options);
		worst = status > worst ? status : worst;
	}
	return worst;
}
