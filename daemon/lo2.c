/* meshpd-lo2: makes lo2 with the node's addresses, and the route that refuses packets for the mesh,
 * so that they are there before the daemon starts and after it stops. It reads the same
 * configuration as meshpd, makes the identity if there is none, and exits. */
#include "daemon/loopback.h"
#include "daemon/options.h"
#include "daemon/privileges.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static int run(const struct config *config, const struct account *account, struct failure *failure)
{
	int status = account_directory(account, config->state_directory, 0700, failure);

	return status == 0 ? loopback_make(config, account, "meshpd-lo2", failure) : status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct config config;
	struct account account;
	struct failure failure;

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(077);
	if (!options_read(&options, argc, argv))
		return 2;
	if (options.wanted != WANTED_RUN || options.journal != NULL) {
		options_help(options.wanted == WANTED_HELP ? stdout : stderr, argv[0]);
		return options.wanted == WANTED_HELP ? 0 : 2;
	}
	if (sodium_init() < 0 || !config_load(&config, &options.source, stderr))
		return 2;
	if (account_find(config.user, &account, &failure) != 0) {
		fprintf(stderr, "meshpd-lo2: %s\n", failure.text);
		return 2;
	}
	if (run(&config, &account, &failure) == 0)
		return 0;
	fprintf(stderr, "meshpd-lo2: %s\n", failure.text);
	return 1;
}
