/* The command line of meshpd and meshpd-lo2. */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include "config/config.h"
#include "config/flags.h"

/* The options' places in options_flags. */
enum option_place {
	OPTION_CONFIG,
	OPTION_CHECK,
	OPTION_JOURNAL,
	OPTION_DEFAULTS,
	OPTION_VERSION,
	OPTION_HELP,
	OPTIONS
};

extern const struct flag options_flags[OPTIONS];

/* What is asked for. */
enum wanted {
	WANTED_RUN,
	WANTED_CHECK,	 /* --check */
	WANTED_DEFAULTS, /* --print-defaults */
	WANTED_VERSION,	 /* --version */
	WANTED_HELP,	 /* --help */
};

struct options {
	enum wanted wanted;
	const char *journal;	     /* --journal, or NULL */
	struct config_source source; /* borrows from argv */
};

/* Reads the command line. False after writing to stderr what is wrong with it. */
MUST_USE bool options_read(struct options *options, int argc, char **argv);

/* Writes how program is called. */
void options_help(FILE *out, const char *program);

#endif
