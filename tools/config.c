/* `meshctl config check` says whether a configuration is good, `meshctl config cat` shows the files
 * it is made of. */
#include "tools/nouns.h"
#include "tools/usage.h"

#include "config/config.h"

#include <string.h>

enum verdict config_run(const struct request *request)
{
	const char *verb = request->arguments[0];
	struct config_source source = {.file = NULL};
	struct config config;

	if (request->argument_count == 2)
		source.file = request->arguments[1];
	if (strcmp(verb, "check") == 0 && request->argument_count <= 2) {
		if (!config_load(&config, &source, stderr))
			return VERDICT_NO;
		puts("the configuration is good");
		return VERDICT_YES;
	}
	if (strcmp(verb, "cat") == 0 && request->argument_count == 1)
		return config_cat(&source, stdout, stderr) ? VERDICT_YES : VERDICT_NO;
	usage_line(request->verb, stderr);
	return VERDICT_USAGE;
}
