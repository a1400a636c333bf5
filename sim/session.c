/* `meshsim shell`: one scenario under the hand of whoever writes to standard input. */
#include "sim/errand.h"
#include "sim/shell.h"

#include <stdlib.h>
#include <unistd.h>

static int use_world(struct world *world, const struct options *options)
{
	return shell_run(world, stdin, isatty(STDIN_FILENO) == 1) ? EXIT_SUCCESS : EXIT_FAILED;
}

int shell_command(const struct options *options)
{
	struct scenario scenario;
	int status = EXIT_USAGE;

	if (options->name_count > 1) {
		fprintf(stderr, "meshsim: a shell is for one scenario\n");
		return EXIT_USAGE;
	}
	if (command_scenario(&scenario, options->names[0])) {
		struct errand errand = {options, &scenario, scenario.seed, use_world};
		errand.seed = options->seeded ? options->seed : scenario.seed;
		status = errand_run(&errand);
	}
	scenario_free(&scenario);
	return status;
}
