/* Gathers all facts, in the order in which they need each other: settings, the daemon's own words,
 * the key, and then the host. */
#include "tools/doctor/facts.h"

#include "tools/doctor/sources.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Reads the configuration, and the first line of what is wrong with it. */
static void configuration_read(struct facts *facts)
{
	struct config_source source = {.file = NULL};
	char *said = NULL;
	size_t size;
	FILE *report = open_memstream(&said, &size);

	if (report == NULL)
		return;
	facts->config_good = config_load(&facts->config, &source, report);
	fclose(report);
	snprintf(facts->config_said, sizeof(facts->config_said), "%.*s", (int)strcspn(said, "\n"),
		 said);
	free(said);
	facts->config_denied = !facts->config_good && geteuid() != 0 &&
			       strstr(facts->config_said, strerror(EACCES)) != NULL;
	if (!facts->config_good) {
		/* Without files there is no fault. */
		source.file = "/dev/null";
		if (!config_load(&facts->config, &source, stderr))
			abort();
	}
}

/* An interface as the daemon calls it; what is no plain name is not taken over. */
static const char *status_name(const struct facts *facts, const char *member, const char *other)
{
	const char *name = json_string_value(json_object_get(facts->status, member));

	return name != NULL && facts_plain(name) ? name : other;
}

static void daemon_ask(struct facts *facts, const char *socket)
{
	snprintf(facts->socket, sizeof(facts->socket), "%s",
		 socket != NULL ? socket : facts->config.control_socket);
	facts->answers = client_ask(facts->socket, "io.meshpd.Status", &facts->status);
	if (facts->answers == VERDICT_YES)
		facts->answers = client_ask(facts->socket, "io.meshpd.Links", &facts->links);
	if (facts->answers == VERDICT_YES)
		facts->answers = client_ask(facts->socket, "io.meshpd.Exposed", &facts->exposed);
	snprintf(facts->tun, sizeof(facts->tun), "%s",
		 status_name(facts, "tun", facts->config.tun_name));
	snprintf(facts->loopback, sizeof(facts->loopback), "%s",
		 status_name(facts, "loopback", facts->config.loopback_name));
}

/* Who the daemon is: as it runs, else as the configuration has it. */
static void account_read(struct facts *facts)
{
	const struct passwd *entry;
	const char *user = facts->config.user;
	uid_t uid = geteuid();
	char number[16];

	entry = user[0] != '\0' ? getpwnam(user) : NULL;
	uid = entry != NULL ? entry->pw_uid : uid;
	if (facts->answers == VERDICT_YES && process_read(&facts->process, facts->socket, &uid)) {
		entry = getpwuid(uid);
		snprintf(number, sizeof(number), "%u", uid);
		user = entry != NULL ? entry->pw_name : number;
	}
	identity_read(&facts->identity, facts->config.state_directory, user, uid);
}

/* A node to ask the kernel about: any but us. */
static struct address destination_of(const struct address *own)
{
	struct address destination = *own;

	destination.bytes[ADDRESS - 1] ^= 1;
	return destination;
}

static void clock_read(struct facts *facts)
{
	struct stat program;

	facts->now_s = time(NULL);
	if (stat("/proc/self/exe", &program) == 0)
		facts->made_s = program.st_mtime;
}

struct facts *facts_gather(const char *socket)
{
	struct facts *facts = calloc(1, sizeof(*facts));
	struct address own;

	if (facts == NULL)
		return NULL;
	configuration_read(facts);
	daemon_ask(facts, socket);
	account_read(facts);
	kernel_read(&facts->kernel);
	facts->interfaces_read = host_read(facts);
	if (facts_own(facts, &own)) {
		own = destination_of(&own);
		source_read(&facts->source, &own);
	}
	unit_read(&facts->unit);
	facts->ruleset = ruleset_read(&facts->ruleset_read);
	listeners_find(&facts->listeners);
	clock_read(facts);
	return facts;
}

void facts_release(struct facts *facts)
{
	if (facts == NULL)
		return;
	json_decref(facts->status);
	json_decref(facts->links);
	json_decref(facts->exposed);
	json_decref(facts->ruleset);
	free(facts);
}
