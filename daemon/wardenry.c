/* meshpd-warden: what the service needs rights for, beside the daemon that has none. --prepare is
 * run before each start of it, as root, and hands it its descriptors; --serve is started by the
 * first who asks at its socket, has CAP_NET_ADMIN, and ends when nobody asks any more. Both read
 * the configuration of meshpd. */
#include "daemon/log.h"
#include "daemon/notify.h"
#include "daemon/options.h"
#include "daemon/prepare.h"
#include "daemon/verbs.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

/* Serves the socket that the service manager listens at. */
static int serve(const struct config *config, const struct account *account,
		 struct failure *failure)
{
	struct verbs verbs;
	int status;

	if (sd_listen_fds(true) != 1)
		return failure_say(failure, -ENOTSOCK,
				   "--serve is for the service manager, with one socket");
	status = verbs_open(&verbs, config->tun_name, config->loopback_name, failure);
	if (status == 0)
		status = privileges_keep_network(account, failure);
	if (status != 0)
		return status;
	status = verbs_listen(&verbs, SD_LISTEN_FDS_START, account);
	return status == 0 ? 0 : failure_say(failure, status, "socket: %s", strerror(-status));
}

/* Takes --prepare or --serve off the command line. False if neither is there. */
static bool wish_take(int *argc, char **argv, bool *prepares)
{
	if (*argc < 2)
		return false;
	*prepares = strcmp(argv[1], "--prepare") == 0;
	if (!*prepares && strcmp(argv[1], "--serve") != 0)
		return false;
	memmove(argv + 1, argv + 2, (size_t)(*argc - 1) * sizeof(*argv));
	(*argc)--;
	return true;
}

/* Does what is wished, and says what went wrong where the service manager shows it. */
static int warden_live(bool prepares, const struct config *config, const struct account *account)
{
	struct failure failure;
	struct log log;
	int status;

	log_init(&log);
	status = prepares ? prepare(config, account, &log, &failure)
			  : serve(config, account, &failure);
	if (status == 0)
		return 0;
	log_tell(&log, failure.kind, WORDS(failure.text));
	notify_status(failure.text);
	return 1;
}

int main(int argc, char **argv)
{
	struct options options;
	struct config config;
	struct account account;
	struct failure failure;
	FILE *nobody;
	bool prepares;

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(077);
	if (!wish_take(&argc, argv, &prepares) || !options_read(&options, argc, argv) ||
	    options.wanted != WANTED_RUN || options.journal != NULL) {
		fprintf(stderr, "usage: meshpd-warden --prepare|--serve [-c FILE] "
				"[Section.Key=value ...]\n");
		return 2;
	}
	nobody = fopen("/dev/null", "we");
	if (sodium_init() < 0 || nobody == NULL)
		return 1;
	/* What is wrong with the configuration the daemon says, and the service ends with it. */
	if (!config_load(&config, &options.source, nobody) ||
	    account_find(config.user, &account, &failure) != 0)
		return prepares ? 0 : 2;
	return warden_live(prepares, &config, &account);
}
