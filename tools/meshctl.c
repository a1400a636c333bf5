/* meshctl: asks a running meshpd and prints what it says, as tables for people or as JSON for
 * programs. Its exit status is an interface: see enum verdict. meshctl(1). */
#include "tools/client.h"
#include "tools/reading.h"
#include "tools/usage.h"

#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

/* False after saying which option the verb does not take, or not so. */
static bool options_fit(const struct verb *verb, const char *const given[CHOICES])
{
	for (int i = 0; i < CHOICES; i++) {
		if (given[i] == NULL)
			continue;
		if (!verb_takes(verb, (enum choice)i)) {
			fprintf(stderr, "meshctl: %s takes no --%s\n", verb->name,
				verbs_flags[i].name);
			return false;
		}
		if (!flag_fits(&verbs_flags[i], given[i])) {
			fprintf(stderr, "meshctl: --%s is one of: %s\n", verbs_flags[i].name,
				verbs_flags[i].values);
			return false;
		}
	}
	return true;
}

static enum verdict verb_run(const struct verb *verb, struct request *request)
{
	bool fits = request->argument_count >= verb->least && request->argument_count <= verb->most;

	if (request->given[CHOICE_HELP] != NULL) {
		usage_verb(verb, stdout);
		return VERDICT_YES;
	}
	if (!options_fit(verb, request->given) || !fits) {
		usage_line(verb, stderr);
		return VERDICT_USAGE;
	}
	request->verb = verb;
	return verb->run != NULL ? verb->run(request) : reading_run(request);
}

int main(int argc, char **argv)
{
	const char *given[CHOICES];
	struct request request = {
		.socket = CONTROL_SOCKET,
		.colour = isatty(1) && getenv("NO_COLOR") == NULL,
		.given = given,
	};
	const struct verb *verb;

	if (!flags_read(verbs_flags, CHOICES, argc, argv, given)) {
		fputs(USAGE, stderr);
		return VERDICT_USAGE;
	}
	if (given[CHOICE_VERSION] != NULL) {
		puts("meshctl " MESHPD_VERSION);
		return VERDICT_YES;
	}
	if (optind == argc) {
		usage_print(given[CHOICE_HELP] != NULL ? stdout : stderr);
		return given[CHOICE_HELP] != NULL ? VERDICT_YES : VERDICT_USAGE;
	}
	verb = verb_find(argv[optind]);
	if (verb == NULL) {
		fprintf(stderr, "meshctl: there is no verb '%s', meshctl --help lists them\n",
			argv[optind]);
		return VERDICT_USAGE;
	}
	if (given[CHOICE_SOCKET] != NULL)
		request.socket = given[CHOICE_SOCKET];
	request.json = given[CHOICE_JSON] != NULL;
	request.arguments = argv + optind + 1;
	request.argument_count = argc - optind - 1;
	return (int)verb_run(verb, &request);
}
