/* The firewall as the daemon keeps it up. The invariant is that `firewall` is what was asked for
 * last and taken by the kernel; what others do to the table is undone within REPAIR_S, and not more
 * often, so that two programs that fight over it do not use up a processor. */
#include "daemon/inbound.h"

#include "daemon/mesh.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { REPAIR_S = 1 };

static void firewall_make(const struct mesh *mesh, struct firewall *firewall)
{
	const struct config *config = mesh->parts.config;

	memset(firewall, 0, sizeof(*firewall));
	memcpy(firewall->tun, config->tun_name, sizeof(firewall->tun));
	memcpy(firewall->own.bytes, mesh->host.address, ADDRESS);
	firewall->inbound_allowed = config->inbound_allowed;
	for (uint32_t i = 0; i < config->exposed_count; i++)
		firewall->exposed[firewall->count++] = firewall_exposure_of(&config->exposed[i]);
	for (uint32_t i = 0; i < mesh->inbound.commanded.count; i++)
		firewall->exposed[firewall->count++] =
			firewall_exposure_of(&mesh->inbound.commanded.list[i]);
}

/* What was exposed before this start. A file that is damaged opens nothing, and is told of. */
static int commanded_read(struct mesh *mesh, struct failure *failure)
{
	char text[EXPOSURES_TEXT], path[PATH_MAX], line[16];
	int status = state_exposed_read(mesh->parts.state, text, sizeof(text), failure);
	uint32_t bad;

	if (status != 0)
		return status;
	bad = exposures_read(&mesh->inbound.commanded, text);
	if (bad != 0) {
		snprintf(path, sizeof(path), "%s/exposed", mesh->parts.state->path);
		snprintf(line, sizeof(line), "%u", bad);
		log_tell(mesh->parts.log, MESSAGE_EXPOSURES_DAMAGED, WORDS(path, line));
	}
	return 0;
}

/* Has the kernel do it. */
static int firewall_put(struct mesh *mesh, const struct firewall *firewall, struct failure *failure)
{
	struct inbound *inbound = &mesh->inbound;
	char why[WARDEN_LINE];
	int status = warden_firewall(mesh->parts.warden, firewall, why, sizeof(why));

	if (status != 0)
		return failure_say(failure, status, "%s", why);
	inbound->firewall = *firewall;
	inbound->stands = true;
	inbound->made = loop_now();
	return 0;
}

int inbound_follow(struct mesh *mesh, struct failure *failure)
{
	struct firewall firewall;

	firewall_make(mesh, &firewall);
	return firewall_put(mesh, &firewall, failure);
}

/* Goes over to another list of exposures, and keeps it. */
static int commanded_take(struct mesh *mesh, const struct exposures *wanted,
			  struct failure *failure)
{
	struct exposures *commanded = &mesh->inbound.commanded;
	const struct exposures before = *commanded;
	struct failure undone;
	char text[EXPOSURES_TEXT];
	int status;

	*commanded = *wanted;
	exposures_write(commanded, text);
	status = inbound_follow(mesh, failure);
	if (status != 0) {
		*commanded = before;
		return status;
	}
	status = state_exposed_write(mesh->parts.state, text, failure);
	if (status == 0)
		return 0;
	*commanded = before;
	if (inbound_follow(mesh, &undone) != 0)
		log_tell(mesh->parts.log, MESSAGE_TROUBLE, WORDS(undone.text));
	return status;
}

int inbound_expose(struct mesh *mesh, const struct config_expose *expose, struct failure *failure)
{
	struct exposures wanted = mesh->inbound.commanded;
	char text[EXPOSE_TEXT];
	int status = exposures_add(&wanted, expose);

	if (status == -EEXIST)
		return 0;
	if (status != 0)
		return failure_say(failure, status,
				   "%d are exposed by command already, take one back, or write "
				   "Firewall.Expose=",
				   CONFIG_EXPOSED);
	status = commanded_take(mesh, &wanted, failure);
	if (status == 0)
		log_tell(mesh->parts.log, MESSAGE_EXPOSED, WORDS(expose_write(expose, text)));
	return status;
}

int inbound_unexpose(struct mesh *mesh, const struct config_expose *expose, struct failure *failure)
{
	const struct config *config = mesh->parts.config;
	struct exposures wanted = mesh->inbound.commanded;
	char text[EXPOSE_TEXT];
	int status = exposures_remove(&wanted, expose);

	expose_write(expose, text);
	if (status == 0)
		status = commanded_take(mesh, &wanted, failure);
	else
		status = failure_say(failure, status, "%s was not exposed by command", text);
	for (uint32_t i = 0; status == -ENOENT && i < config->exposed_count; i++)
		if (expose_equal(&config->exposed[i], expose))
			return failure_say(failure, -ENOENT,
					   "%s is exposed by the configuration, remove its "
					   "Firewall.Expose= there",
					   text);
	if (status == 0)
		log_tell(mesh->parts.log, MESSAGE_UNEXPOSED, WORDS(text));
	return status;
}

static void repair_due(void *owner)
{
	struct mesh *mesh = owner;
	struct inbound *inbound = &mesh->inbound;
	struct failure failure;
	int status = firewall_put(mesh, &inbound->firewall, &failure);

	if (status == 0) {
		log_tell(mesh->parts.log, MESSAGE_FIREWALL_RESTORED, WORDS(inbound->disturber));
		return;
	}
	if (inbound->stands)
		log_tell(mesh->parts.log, MESSAGE_FIREWALL_LOST,
			 WORDS(inbound->disturber, failure.text));
	inbound->stands = false;
	loop_timer_set(inbound->repair, instant_after(loop_now(), duration_s(REPAIR_S)));
}

static void events_ready(void *owner)
{
	struct mesh *mesh = owner;
	struct inbound *inbound = &mesh->inbound;

	if (nftables_disturbed(&inbound->watch, inbound->disturber))
		loop_timer_set(inbound->repair, instant_after(inbound->made, duration_s(REPAIR_S)));
}

/* Watches the table. */
static int watch_begin(struct mesh *mesh, struct failure *failure)
{
	struct inbound *inbound = &mesh->inbound;
	struct loop_source *source;
	int status;

	inbound->watch.fd = mesh->parts.opened->firewall_events;
	status = loop_timer(mesh->parts.loop, repair_due, mesh, &inbound->repair);
	if (status == 0 && inbound->watch.fd >= 0)
		status = loop_watch(mesh->parts.loop, inbound->watch.fd, LOOP_READ, events_ready,
				    mesh, &source);
	return status == 0 ? 0 : failure_say(failure, status, "loop: %s", strerror(-status));
}

int inbound_open(struct mesh *mesh, struct failure *failure)
{
	struct failure because;
	int status = commanded_read(mesh, failure);

	if (status != 0)
		return status;
	status = inbound_follow(mesh, &because);
	if (status == 0)
		return watch_begin(mesh, failure);
	if (mesh->parts.config->inbound_allowed) {
		log_tell(mesh->parts.log, MESSAGE_NO_FIREWALL, WORDS(because.text));
		return 0;
	}
	return failure_say(failure, status,
			   "%s: load the kernel's nf_tables, or write Firewall.Inbound=allow to "
			   "do without a firewall",
			   because.text);
}

const char *inbound_says(const struct mesh *mesh)
{
	if (!mesh->inbound.stands)
		return "none";
	return mesh->inbound.firewall.inbound_allowed ? "allow" : "deny";
}

void inbound_close(struct mesh *mesh)
{
	if (mesh->inbound.stands && warden_no_firewall(mesh->parts.warden) != 0)
		log_say(mesh->parts.log, MESSAGE_TROUBLE, "%s",
			"the firewall's table, inet " FIREWALL_TABLE ", could not be removed");
	mesh->inbound.stands = false;
}
