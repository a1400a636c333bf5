/* Reading the configuration again. Zone, EtherType and network key are in every record and
 * certificate of this node, the names of tun0 and lo2 in the rules and sockets of other programs,
 * and the daemon's own user, workers and paths in descriptors: none of them is changed under those
 * who hold on to it. */
#include "daemon/reload.h"

#include "config/change.h"
#include "config/secret.h"
#include "daemon/notify.h"
#include "daemon/transit.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* What was read, to take the place of what runs. */
struct novelty {
	struct config config;
	struct allow allow;
	uint8_t network_key[SECRET];
	bool key_known;
};

/* Reads the network key. One that this user may not read says nothing: root may have read it at the
 * start, and does so at the next one. */
static bool key_read(struct novelty *read, uid_t owner, FILE *report)
{
	char why[400];
	int status = secret_network_file(read->config.network_key_file, owner, read->network_key,
					 why, sizeof(why));

	read->key_known = status == 0;
	if (status != 0)
		fprintf(report, "%sMesh.NetworkKeyFile: %s\n", status == -EACCES ? "warning: " : "",
			why);
	return status == 0 || status == -EACCES;
}

/* Reads all of it. What was wrong, warnings too, is text, to be freed; NULL for want of memory. */
static bool novelty_read(struct novelty *read, const struct reload *reload, char **text)
{
	size_t size;
	FILE *report = open_memstream(text, &size);
	bool good = report != NULL && config_load(&read->config, reload->source, report);

	read->allow.count = 0;
	read->key_known = false;
	if (good && read->config.allow_file[0] != '\0')
		good = allow_read(&read->allow, read->config.allow_file, report);
	if (good && read->config.network_key_file[0] != '\0')
		good = key_read(read, reload->owner, report);
	if (report == NULL || fclose(report) != 0)
		return false;
	return good;
}

struct telling {
	struct log *log;
	json_t *changes;
};

static void change_tell(void *owner, const struct change *change)
{
	struct telling *telling = owner;

	log_tell(telling->log, change->live ? MESSAGE_SETTING_CHANGED : MESSAGE_SETTING_PENDING,
		 WORDS(change->key, change->before != NULL ? change->before : "none",
		       change->after != NULL ? change->after : "none"));
	json_array_append_new(telling->changes,
			      json_pack("{s:s, s:s?, s:s?, s:b}", "key", change->key, "before",
					change->before, "after", change->after, "live",
					change->live));
}

/* Tells how the list of members differs, which the name of its file does not. */
static void allow_tell(struct telling *telling, const struct allow *before,
		       const struct allow *after)
{
	char texts[2][64];
	struct change change = {
		.key = "members", .before = texts[0], .after = texts[1], .live = true};
	uint32_t more = allow_beyond(after, before), less = allow_beyond(before, after);

	if (more == 0 && less == 0)
		return;
	snprintf(texts[0], sizeof(texts[0]), "%u keys", before->count);
	snprintf(texts[1], sizeof(texts[1]), "%u keys, %u new, %u gone", after->count, more, less);
	change_tell(telling, &change);
}

/* Tells that the file of the network key holds another one now, if its name is the same. */
static void key_tell(struct telling *telling, const struct reload *reload,
		     const struct novelty *read)
{
	char before[] = "the one in use", after[] = "another one";
	struct change change = {.key = "network key", .before = before, .after = after};

	if (read->key_known &&
	    strcmp(reload->running->network_key_file, read->config.network_key_file) == 0 &&
	    !node_in_network(reload->mesh->node, read->network_key))
		change_tell(telling, &change);
}

/* What a mesh that runs has to be told. Whatever else goes by the configuration belongs here. */
static void reload_apply(struct mesh *mesh)
{
	struct failure failure;

	if (transit_missing(mesh))
		log_tell(mesh->parts.log, MESSAGE_NO_BYPASS,
			 WORDS("Link.Bypass: takes effect at the next start"));
	if (mesh_follow(mesh, &failure) != 0)
		log_tell(mesh->parts.log, MESSAGE_TROUBLE, WORDS(failure.text));
	if (inbound_follow(mesh, &failure) != 0)
		log_tell(mesh->parts.log, MESSAGE_TROUBLE, WORDS(failure.text));
}

/* Goes over to what was read. The changes, or NULL for want of memory. */
static json_t *reload_take(struct reload *reload, const struct novelty *read)
{
	struct telling telling = {reload->mesh->parts.log, json_array()};

	if (!config_compare(reload->running, &read->config, change_tell, &telling)) {
		json_decref(telling.changes);
		return NULL;
	}
	if (reload->running->allow_file[0] != '\0' && read->config.allow_file[0] != '\0')
		allow_tell(&telling, reload->allow, &read->allow);
	key_tell(&telling, reload, read);
	config_take(reload->running, &read->config);
	*reload->allow = read->allow;
	reload_apply(reload->mesh);
	return telling.changes;
}

bool reload(struct reload *reload, json_t **changes, json_t **report)
{
	struct log *log = reload->mesh->parts.log;
	struct novelty read;
	char *text = NULL;
	bool good;

	*changes = *report = NULL;
	notify_reloading();
	good = novelty_read(&read, reload, &text);
	if (text != NULL) {
		log_lines(log, MESSAGE_CONFIGURATION_LINE, text);
		*report = json_string(text);
	}
	if (good)
		*changes = reload_take(reload, &read);
	log_tell(log, good ? MESSAGE_RELOADED : MESSAGE_RELOAD_REFUSED, NULL);
	sodium_memzero(read.network_key, sizeof(read.network_key));
	free(text);
	notify_ready();
	return good;
}
