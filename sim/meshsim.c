/* meshsim: the simulator's program. Its first argument is a command. Exit status: 0 all as
 * expected, 1 not, 2 usage or a scenario that makes no sense. docs/simulator.md describes it all.
 */
#include "sim/command.h"
#include "sim/named.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const struct command commands[] = {
	{"run", "FILE|NAME ...", FOR_RUN, run_command},
	{"shell", "FILE|NAME", FOR_SHELL, shell_command},
	{"replay", "JOURNAL ...", FOR_REPLAY, replay_command},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void usage(FILE *to)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		fprintf(to, i == 0 ? "usage: " : "       ");
		command_usage(&commands[i], to);
	}
	fprintf(to, "scenarios with a name:");
	for (unsigned i = 0; named_at(i) != NULL; i++)
		fprintf(to, " %s", named_at(i));
	fprintf(to, "\n");
}

static const struct command *command_named(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int main(int count, char **arguments)
{
	const struct command *command = count < 2 ? NULL : command_named(arguments[1]);
	struct options options;

	if (count == 2 && strcmp(arguments[1], "--help") == 0) {
		usage(stdout);
		return EXIT_SUCCESS;
	}
	if (command == NULL || !command_options(command, count - 2, arguments + 2, &options)) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (sodium_init() < 0) {
		fprintf(stderr, "meshsim: libsodium does not start\n");
		return EXIT_FAILED;
	}
	return command->carry(&options);
}
