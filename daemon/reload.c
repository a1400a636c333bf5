/* Reading the configuration again. Everything outside [Link] is built into descriptors, names and
 * keys that other programs hold on to, so it is not changed under them. */
#include "daemon/reload.h"

#include "daemon/notify.h"
#include "daemon/transit.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/* Loads the source; what was wrong goes to the journal, a line each. */
static bool config_read_again(struct config *config, const struct config_source *source,
			      struct log *log)
{
	char *text = NULL;
	char *rest;
	size_t size;
	FILE *report = open_memstream(&text, &size);
	bool good = report != NULL && config_load(config, source, report);

	if (report != NULL)
		fclose(report);
	for (char *line = text != NULL ? strtok_r(text, "\n", &rest) : NULL; line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		log_say(log, LOG_WARNING, NULL, "%s", line);
	free(text);
	return good;
}

/* True if the [Link] sections are the same. */
static bool links_equal(const struct config *a, const struct config *b)
{
	return a->link_count == b->link_count && memcmp(a->links, b->links, sizeof(a->links)) == 0;
}

static void links_take(struct config *running, const struct config *read)
{
	memcpy(running->links, read->links, sizeof(running->links));
	running->link_count = read->link_count;
}

static void reload_apply(struct mesh *mesh, struct config *running, const struct config *read)
{
	struct log *log = mesh->parts.log;
	struct failure failure;
	bool links = !links_equal(running, read);

	links_take(running, read);
	if (memcmp(running, read, sizeof(*running)) != 0)
		log_say(log, LOG_WARNING, NULL,
			"only [Link] takes effect now, the rest at the next start");
	if (links && transit_missing(mesh))
		log_say(log, LOG_WARNING, MESSAGE_NO_BYPASS,
			"Link.Bypass: takes effect at the next start");
	if (links && mesh_find_links(mesh, &failure) != 0) {
		log_say(log, LOG_ERR, NULL, "%s", failure.text);
		loop_stop(mesh->parts.loop, 1);
		return;
	}
	log_say(log, LOG_NOTICE, NULL, "configuration read again");
}

void reload(struct mesh *mesh, struct config *running, const struct config_source *source)
{
	struct config read;

	notify_reloading();
	if (config_read_again(&read, source, mesh->parts.log))
		reload_apply(mesh, running, &read);
	else
		log_say(mesh->parts.log, LOG_ERR, MESSAGE_RELOAD_REFUSED,
			"the configuration is faulty, the one that runs stays");
	notify_ready();
}
