/* What meshsim can be told: its commands and their options. A command is one row of a table in
 * meshsim.c, an option one row of a table in command.c. */
#ifndef SIM_COMMAND_H
#define SIM_COMMAND_H

#include "sim/pcap.h"
#include "sim/scenario.h"

#include <stdio.h>

enum {
	EXIT_FAILED = 1, /* not all as expected */
	EXIT_USAGE = 2,	 /* arguments or a scenario that make no sense */
};

/* Which commands an option is for, as a set. */
enum {
	FOR_RUN = 1,
	FOR_SHELL = 2,
	FOR_REPLAY = 4,
};

struct options {
	char **names; /* scenarios; the rest of the arguments */
	uint32_t name_count;
	bool json, seeded;
	uint64_t seed, seeds;
	struct capture captures[PCAP_WIRES];
	uint32_t capture_count;
	const char *netjson; /* where the map goes, or NULL */
	const char *journal; /* where the journal of a node goes, or NULL */
	uint32_t journal_node;
	uint32_t resumes;   /* nodes saved and restored at random instants */
	uint32_t adoptions; /* nodes adopted where they lie at random instants */
};

struct command {
	const char *name;
	const char *arguments; /* for the usage */
	uint32_t set;	       /* FOR_… */
	/* Carries the command out; the exit status. */
	int (*carry)(const struct options *options);
};

/* Reads what follows a command's name. False if it makes no sense. The strings stay the caller's.
 */
MUST_USE bool command_options(const struct command *command, int count, char **arguments,
			      struct options *options);

/* Writes a line of the usage: the command, its arguments and its options. */
void command_usage(const struct command *command, FILE *to);

/* The commands, each in a file of its own. */
int run_command(const struct options *options);
int shell_command(const struct options *options);
int replay_command(const struct options *options);

/* Reads a scenario from a file or by its name. False if that fails, which it says on standard
 * error. The caller ends it with scenario_free either way. */
MUST_USE bool command_scenario(struct scenario *scenario, const char *name);

#endif
