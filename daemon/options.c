/* The command line: options first or last, settings between them as they come. */
#include "daemon/options.h"

#include <getopt.h>

const struct flag options_flags[OPTIONS] = {
	[OPTION_CONFIG] = {"config", 'c', "FILE", NULL,
			   "read FILE instead of meshpd.conf and its drop-ins"},
	[OPTION_CHECK] = {"check", 0, NULL, NULL, "only say whether the configuration is good"},
	[OPTION_JOURNAL] = {"journal", 0, "FILE", NULL,
			    "meshpd: record every event, and every secret, in FILE"},
	[OPTION_DEFAULTS] = {"print-defaults", 0, NULL, NULL,
			     "print a configuration file with every default"},
	[OPTION_VERSION] = {"version", 0, NULL, NULL, "print the version"},
	[OPTION_HELP] = {"help", 'h', NULL, NULL, "say how it is called"},
};

/* What is asked for, by the option that says so; the first of them counts. */
static enum wanted wanted_by(const char *const given[OPTIONS])
{
	if (given[OPTION_HELP] != NULL)
		return WANTED_HELP;
	if (given[OPTION_VERSION] != NULL)
		return WANTED_VERSION;
	if (given[OPTION_DEFAULTS] != NULL)
		return WANTED_DEFAULTS;
	return given[OPTION_CHECK] != NULL ? WANTED_CHECK : WANTED_RUN;
}

bool options_read(struct options *options, int argc, char **argv)
{
	const char *given[OPTIONS];

	if (!flags_read(options_flags, OPTIONS, argc, argv, given)) {
		options_help(stderr, argv[0]);
		return false;
	}
	*options = (struct options){
		.wanted = wanted_by(given),
		.journal = given[OPTION_JOURNAL],
		.source = {.file = given[OPTION_CONFIG],
			   .overrides = argv + optind,
			   .override_count = (size_t)(argc - optind)},
	};
	return true;
}

void options_help(FILE *out, const char *program)
{
	fprintf(out, "usage: %s [OPTION ...] [Section.Key=value ...]\n\n", program);
	for (int i = 0; i < OPTIONS; i++)
		flag_print(&options_flags[i], out);
	words_print("Section.Key=value", "replace what the files say", out);
}
