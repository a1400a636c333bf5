/* Everything that can say no says no once, at its first call, its second, its third …, then at
 * random, in a mesh of four nodes that meets, sends packets, replaces keys, loses a node and gets
 * it back. Each run is a process of its own, on toy cryptography. Whatever was refused: no
 * invariant breaks, the mesh is whole at the end, and the refusal was counted under its name. */
#include "sim/world.h"
#include "tests/sim/refusals.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char scenario_text[] = "topology ring 4\n"
				    "rekey 3s\n"
				    "at 20ms send 0>1 count 12 every 2ms\n"
				    "at 20ms send 0>2 count 2 every 1s\n"
				    "at 2s send 1>2 count 30 every 100ms\n"
				    "at 5s crash 3\n"
				    "at 6s restart 3\n"
				    "expect by 14s full all\n"
				    "expect by 15s ping all\n";

enum {
	EACH = 200,	 /* calls that are refused one by one; then the strides grow */
	GROWTH = 12,	 /* a stride is that part of the number it starts from */
	SHARE = 10,	 /* at random, one call in so many is refused */
	SEEDS = 20,	 /* runs with refusals at random */
	STATUS_LATE = 3, /* exit status of a run that had not so many calls */
	SECONDS = 20,	 /* after which a run is ended */
};

/* What is tried in one run. */
struct trial {
	const struct scenario *scenario;
	enum refusal refusal;
	uint64_t number; /* of the call that is refused; at random: the seed */
	bool at_random;
};

static uint64_t drops_of(const struct world *world, enum drop drop)
{
	uint64_t count = 0;

	for (uint32_t node = 0; node < world->topology.nodes; node++) {
		struct drops drops;
		world_drops(world, node, &drops);
		count += drops.counts[drop];
	}
	return count;
}

/* Says on standard error what went wrong; the exit status of the run. */
static int trial_judge(const struct trial *trial, const struct world *world)
{
	enum drop drop = refusal_drop(trial->refusal);
	bool good = world_passed(world);

	for (uint32_t i = 0; i < world->broken && i < WORLD_BROKEN; i++)
		fprintf(stderr, "# %s\n", world->breaches[i]);
	if (!good && world->broken == 0)
		fprintf(stderr, "# the mesh is not whole\n");
	if (drop != DROP_NONE && drops_of(world, drop) < refused()) {
		fprintf(stderr, "# refused %llu, counted %llu as %s\n",
			(unsigned long long)refused(), (unsigned long long)drops_of(world, drop),
			drop_name(drop));
		good = false;
	}
	if (!good)
		return EXIT_FAILURE;
	return refused() > 0 ? EXIT_SUCCESS : STATUS_LATE;
}

static int trial_here(const struct trial *trial)
{
	char complaint[LINE_COMPLAINT];
	struct world *world = world_new(trial->scenario, 1, NULL, complaint);

	if (world == NULL)
		return EXIT_FAILURE;
	alarm(SECONDS);
	if (trial->at_random)
		refuse_at_random(trial->refusal, SHARE, (uint8_t)trial->number);
	else
		refuse(trial->refusal, trial->number);
	world_run(world);
	int status = trial_judge(trial, world);
	world_free(world);
	return status;
}

/* EXIT_SUCCESS, STATUS_LATE, or something else if it went wrong. */
static int trial_run(const struct trial *trial)
{
	int status = 0;

	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(trial_here(trial));
	if (child < 0 || waitpid(child, &status, 0) != child)
		return EXIT_FAILURE;
	if (WIFSIGNALED(status))
		fprintf(stderr, "# ended by signal %d\n", WTERMSIG(status));
	int result = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
	if (result != EXIT_SUCCESS && result != STATUS_LATE)
		fprintf(stderr, "# %s, %s %llu\n", refusal_name(trial->refusal),
			trial->at_random ? "at random, seed" : "call",
			(unsigned long long)trial->number);
	return result;
}

/* One refusal in each run, until a run has not so many calls. */
static void try_each(struct trial trial, uint32_t test)
{
	uint32_t runs = 0, wrong = 0;
	int result = EXIT_SUCCESS;

	for (trial.number = 1; result != STATUS_LATE; runs++) {
		result = trial_run(&trial);
		wrong += result != EXIT_SUCCESS && result != STATUS_LATE;
		trial.number += trial.number < EACH ? 1 : trial.number / GROWTH;
	}
	bool good = wrong == 0 && runs > 1;
	printf("%sok %u - %s refuses one call, in %u runs each another\n", good ? "" : "not ", test,
	       refusal_name(trial.refusal), runs - 1);
}

static void try_at_random(struct trial trial, uint32_t test)
{
	uint32_t wrong = 0;

	trial.at_random = true;
	for (trial.number = 1; trial.number <= SEEDS; trial.number++) {
		int result = trial_run(&trial);
		wrong += result != EXIT_SUCCESS && result != STATUS_LATE;
	}
	printf("%sok %u - %s refuses one call in %d at random, in %d runs\n",
	       wrong == 0 ? "" : "not ", test, refusal_name(trial.refusal), SHARE, SEEDS);
}

int main(void)
{
	char complaint[LINE_COMPLAINT];
	struct scenario scenario;
	struct trial trial = {.scenario = &scenario};
	uint32_t test = 0;

	if (sodium_init() < 0 ||
	    !scenario_read(&scenario, "faults", scenario_text, strlen(scenario_text), complaint))
		return EXIT_FAILURE;
	printf("1..%d\n", 2 * (REFUSAL_COUNT - 1) + 1);
	trial.number = 1;
	printf("%sok %u - the same mesh without refusals\n",
	       trial_run(&trial) == STATUS_LATE ? "" : "not ", ++test);
	for (trial.refusal = REFUSE_ROOM; trial.refusal < REFUSAL_COUNT; trial.refusal++) {
		try_each(trial, ++test);
		try_at_random(trial, ++test);
	}
	scenario_free(&scenario);
	return EXIT_SUCCESS;
}
