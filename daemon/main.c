/* meshpd: reads its configuration, opens what needs rights, gives the rights away, and drives one
 * node until it is told to stop. The order is the point: nothing is touched before the
 * configuration is known to be good, and no frame is sent or read before the rights are gone.
 * meshpd(8). */
#include "daemon/birth.h"
#include "daemon/control.h"
#include "daemon/filter.h"
#include "daemon/inherit.h"
#include "daemon/listener.h"
#include "daemon/news.h"
#include "daemon/notify.h"
#include "daemon/options.h"
#include "daemon/privileges.h"
#include "daemon/recorder.h"
#include "daemon/transit.h"

#include "config/secret.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	EXIT_RUN = 1,	/* failure at run time */
	EXIT_USAGE = 2, /* usage or configuration */
};

/* Everything that runs, in the order in which it is opened. */
struct daemon {
	const struct options *options;
	struct config config;
	struct allow allow;
	struct account account;
	struct log log;
	struct loop *loop;
	struct opened opened;
	struct warden warden;
	struct bypass *bypass; /* NULL: none is wanted, or to be had */
	struct recorder recorder;
	struct store store;
	struct listener listener;
	struct state state;
	struct vault vault;
	struct mesh mesh;
	struct control *control;
	struct deeds deeds;
	uint8_t network_key[SECRET];
	bool stopping;
};

static int network_key_read(struct daemon *daemon, struct failure *failure)
{
	const char *path = daemon->config.network_key_file;
	char why[400];
	int status = 0;

	if (path[0] != '\0')
		status = secret_network_file(path, daemon->account.uid, daemon->network_key, why,
					     sizeof(why));
	return status == 0 ? 0 : failure_say(failure, status, "Mesh.NetworkKeyFile: %s", why);
}

/* Everything that can be wrong with a configuration, found without touching anything. What it is
 * goes to the report, at last what it is refused for. */
static bool configuration_read(struct daemon *daemon, FILE *report)
{
	struct failure failure;

	if (!config_load(&daemon->config, &daemon->options->source, report))
		return false;
	if (daemon->config.allow_file[0] != '\0' &&
	    !allow_read(&daemon->allow, daemon->config.allow_file, report))
		return false;
	if (account_find(daemon->config.user, &daemon->account, &failure) == 0 &&
	    network_key_read(daemon, &failure) == 0)
		return true;
	fprintf(report, "meshpd: %s\n", failure.text);
	return false;
}

/* Where the last line of a text begins. */
static const char *last_line(const char *text)
{
	size_t at = strlen(text);

	at -= at > 0;
	while (at > 0 && text[at - 1] != '\n')
		at--;
	return text + at;
}

static int daemon_configure(struct daemon *daemon)
{
	char *text = NULL;
	size_t size;
	FILE *report = open_memstream(&text, &size);
	bool good = report != NULL && configuration_read(daemon, report);

	if (report == NULL || fclose(report) != 0)
		return EXIT_RUN;
	if (!daemon->log.systemd)
		fputs(text, stderr);
	else
		log_lines(&daemon->log, MESSAGE_CONFIGURATION_LINE, text);
	if (daemon->log.systemd && !good)
		log_say(&daemon->log, MESSAGE_CONFIGURATION_REFUSED, "%s", last_line(text));
	free(text);
	return good ? 0 : EXIT_USAGE;
}

/* A journal is of a node that is alone. */
static uint32_t daemon_carriers(const struct daemon *daemon)
{
	return daemon->options->journal != NULL ? 0 : opener_carriers(&daemon->config);
}

/* Opens the network's descriptors, and has them kept for the next process. */
static int network_open(struct daemon *daemon, struct failure *failure)
{
	int status =
		opener_open(&daemon->config, daemon_carriers(daemon), &daemon->opened, failure);

	if (status != 0 || !store_keeps())
		return status;
	status = inherit_keep(&daemon->opened);
	return status == 0 ? 0
			   : failure_say(failure, status, "descriptors cannot be kept: %s",
					 strerror(-status));
}

/* Takes over the network's descriptors from who opened them before: meshpd-warden --prepare, if
 * there is such a one, or another process of the daemon. Else opens them. */
static int network_find(struct daemon *daemon, struct failure *failure)
{
	bool served = warden_is_served();
	uint32_t carriers = served ? inherit_carriers(&daemon->store) : daemon_carriers(daemon);

	if (inherit_take(&daemon->store, carriers, &daemon->opened))
		return 0;
	opener_close(&daemon->opened);
	if (served)
		return failure_say(
			failure, -ENOENT,
			"no descriptors were handed over, is meshpd-warden --prepare run "
			"before, and FileDescriptorStoreMax= 64?");
	return network_open(daemon, failure);
}

/* The part of the start that needs rights; it ends without them. */
static int daemon_open(struct daemon *daemon, struct failure *failure)
{
	const struct config *config = &daemon->config;
	int status = loop_open(&daemon->loop);

	store_open(&daemon->store);
	if (status != 0)
		return failure_say(failure, status, "loop: %s", strerror(-status));
	status = account_directory(&daemon->account, config->state_directory, 0700, failure);
	if (status == 0)
		status = state_open(&daemon->state, config->state_directory, true, failure);
	if (status == 0)
		status = listener_open(&daemon->listener, &daemon->store, config->control_socket,
				       &daemon->account, failure);
	if (status == 0)
		status = network_find(daemon, failure);
	if (status == 0)
		daemon->bypass = warden_is_served()
					 ? transit_inherit(&daemon->store, &daemon->opened)
					 : transit_load(config, &daemon->opened, &daemon->log);
	if (status == 0)
		status = recorder_open(&daemon->recorder, daemon->options->journal, &daemon->log,
				       failure);
	if (status == 0)
		status = warden_open(&daemon->warden, &daemon->account, config->tun_name,
				     config->loopback_name, failure);
	if (status == 0)
		status = birth_memory(&daemon->vault, &daemon->store, config, &daemon->opened,
				      failure);
	if (status == 0)
		status = privileges_drop(&daemon->account, failure);
	return status;
}

static int daemon_start(struct daemon *daemon, struct failure *failure)
{
	struct mesh_parts parts = {
		.config = &daemon->config,
		.allow = &daemon->allow,
		.opened = &daemon->opened,
		.warden = &daemon->warden,
		.bypass = daemon->bypass,
		.state = &daemon->state,
		.vault = &daemon->vault,
		.log = &daemon->log,
		.recorder = &daemon->recorder,
		.loop = daemon->loop,
	};
	int status = mesh_open(&daemon->mesh, &parts, daemon->network_key, failure);

	sodium_memzero(daemon->network_key, sizeof(daemon->network_key));
	if (status != 0)
		return status;
	daemon->deeds.reload = (struct reload){.mesh = &daemon->mesh,
					       .running = &daemon->config,
					       .allow = &daemon->allow,
					       .source = &daemon->options->source,
					       .owner = daemon->account.uid};
	status = control_open(&daemon->control, daemon->listener.fd, &daemon->mesh, &daemon->deeds);
	return status == 0 ? 0 : failure_say(failure, status, "control: %s", strerror(-status));
}

static void daemon_close(struct daemon *daemon)
{
	control_close(daemon->control);
	listener_close(&daemon->listener);
	store_close(&daemon->store);
	mesh_close(&daemon->mesh);
	vault_close(&daemon->vault);
	recorder_close(&daemon->recorder);
	state_close(&daemon->state);
	bypass_close(daemon->bypass);
	warden_close(&daemon->warden);
	opener_close(&daemon->opened);
	loop_close(daemon->loop);
}

/* The node ends. Who asks a second time does not want to wait. */
static void stop_asked(void *owner)
{
	struct daemon *daemon = owner;

	notify_stopping();
	if (daemon->stopping || mesh_leave(&daemon->mesh) != 0)
		loop_stop(daemon->loop, 0);
	daemon->stopping = true;
}

/* The process ends; the node goes on in the next one, if its memory is kept. */
static void end_asked(void *owner)
{
	struct daemon *daemon = owner;

	if (!daemon->stopping && daemon->vault.kept)
		mesh_hand_on(&daemon->mesh);
	else
		stop_asked(daemon);
}

static void reload_asked(void *owner)
{
	struct daemon *daemon = owner;
	json_t *changes, *report;

	(void)!reload(&daemon->deeds.reload, &changes, &report); /* the log has it all */
	json_decref(changes);
	json_decref(report);
}

static int daemon_run(struct daemon *daemon, struct failure *failure)
{
	int status = loop_signal(daemon->loop, SIGTERM, end_asked, daemon);

	if (status == 0)
		status = loop_signal(daemon->loop, SIGINT, stop_asked, daemon);
	if (status == 0)
		status = loop_signal(daemon->loop, SIGHUP, reload_asked, daemon);
	if (status != 0)
		return failure_say(failure, status, "signals: %s", strerror(-status));
	status = filter_install(daemon->bypass != NULL, failure);
	if (status != 0)
		return status;
	news_origin(&daemon->mesh);
	news_status(&daemon->mesh);
	status = notify_ready();
	if (status != 0)
		return failure_say(failure, status, "the service manager cannot be told: %s",
				   strerror(-status));
	status = loop_run(daemon->loop);
	return status >= 0 ? status : failure_say(failure, status, "loop: %s", strerror(-status));
}

/* Starts, runs and ends. The exit status. */
static int daemon_live(struct daemon *daemon)
{
	struct failure failure;
	int status;

	umask(077);
	signal(SIGPIPE, SIG_IGN); /* who reads what we say on stderr may go away */
	status = daemon_open(daemon, &failure);
	if (status == 0)
		status = daemon_start(daemon, &failure);
	if (status == 0)
		status = daemon_run(daemon, &failure);
	if (status < 0) {
		log_tell(&daemon->log, failure.kind, WORDS(failure.text));
		notify_status(failure.text);
	}
	daemon_close(daemon);
	return status < 0 ? EXIT_RUN : status;
}

static int daemon_main(const struct options *options)
{
	struct daemon daemon = {
		.options = options,
		.opened = OPENED_NONE,
		.warden = {.fd = -1},
		.recorder = {.fd = -1},
		.listener = {.fd = -1},
		.state = {.directory = -1},
	};
	int status;

	if (options->wanted == WANTED_RUN)
		log_init(&daemon.log);
	status = daemon_configure(&daemon);
	if (status != 0)
		return status;
	if (options->wanted != WANTED_CHECK)
		return daemon_live(&daemon);
	sodium_memzero(daemon.network_key, sizeof(daemon.network_key));
	puts("the configuration is good");
	return 0;
}

int main(int argc, char **argv)
{
	struct options options;

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (!options_read(&options, argc, argv))
		return EXIT_USAGE;
	if (sodium_init() < 0)
		return EXIT_RUN;
	switch (options.wanted) {
	case WANTED_HELP:
		options_help(stdout, argv[0]);
		return 0;
	case WANTED_VERSION:
		puts("meshpd " MESHPD_VERSION);
		return 0;
	case WANTED_DEFAULTS:
		config_print_defaults(stdout);
		return 0;
	case WANTED_CHECK:
	case WANTED_RUN:
		break;
	}
	return daemon_main(&options);
}
