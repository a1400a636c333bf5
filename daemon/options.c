/* The command line: options first or last, settings between them as they come. */
#include "daemon/options.h"

#include <getopt.h>

enum {
	OPTION_CHECK = 256,
	OPTION_JOURNAL,
	OPTION_DEFAULTS,
	OPTION_VERSION,
	OPTION_HELP,
};

static const struct option names[] = {
	{"config", required_argument, NULL, 'c'},
	{"check", no_argument, NULL, OPTION_CHECK},
	{"journal", required_argument, NULL, OPTION_JOURNAL},
	{"print-defaults", no_argument, NULL, OPTION_DEFAULTS},
	{"version", no_argument, NULL, OPTION_VERSION},
	{"help", no_argument, NULL, OPTION_HELP},
	{NULL, 0, NULL, 0},
};

bool options_read(struct options *options, int argc, char **argv)
{
	int option;

	*options = (struct options){.wanted = WANTED_RUN};
	while ((option = getopt_long(argc, argv, "c:h", names, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->source.file = optarg;
			break;
		case OPTION_CHECK:
			options->wanted = WANTED_CHECK;
			break;
		case OPTION_JOURNAL:
			options->journal = optarg;
			break;
		case OPTION_DEFAULTS:
			options->wanted = WANTED_DEFAULTS;
			break;
		case OPTION_VERSION:
			options->wanted = WANTED_VERSION;
			break;
		case 'h':
		case OPTION_HELP:
			options->wanted = WANTED_HELP;
			break;
		default:
			options_help(stderr, argv[0]);
			return false;
		}
	}
	options->source.overrides = argv + optind;
	options->source.override_count = (size_t)(argc - optind);
	return true;
}

void options_help(FILE *out, const char *program)
{
	fprintf(out,
		"usage: %s [-c FILE] [--check] [--journal FILE] [--print-defaults] [--version] "
		"[--help] [Section.Key=value ...]\n"
		"  -c FILE           read FILE instead of meshpd.conf and its drop-ins\n"
		"  --check           only say whether the configuration is good\n"
		"  --journal FILE    meshpd: record every event, and every secret, in FILE\n"
		"  --print-defaults  print a configuration file with every default\n"
		"  Section.Key=value replace what the files say\n",
		program);
}
