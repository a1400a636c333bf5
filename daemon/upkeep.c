/* A tun0 made anew has the queues of the old one, under the same descriptors, so that nobody who
 * works with them need be told: only that they may be read again. */
#include "daemon/upkeep.h"

#include "daemon/carriers.h"
#include "tun/device.h"
#include "tun/presence.h"
#include "tun/steering.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	PAUSE_LEAST_MS = 100,
	PAUSE_MOST_MS = 60000,
};

/* What the kernel tells meanwhile comes of what is done here, or somebody took away more at the
 * same moment: then all is set once more. */
static int host_set(struct mesh *mesh, struct failure *failure)
{
	char why[WARDEN_LINE];
	int status =
		warden_host(mesh->parts.warden, &mesh->host, &mesh->loopback, why, sizeof(why));

	mesh->upkeep.again =
		status == 0 && presence_lost(mesh->parts.opened->host_events, &mesh->host);
	if (mesh->upkeep.again)
		loop_timer_set(mesh->upkeep.due, mesh->upkeep.next);
	return status == 0 ? 0 : failure_say(failure, status, "%s", why);
}

/* What is of the device and not of its queues was lost with the old one. */
static int device_renew(struct mesh *mesh, struct failure *failure)
{
	const struct opened *opened = mesh->parts.opened;
	uint32_t count = opened->carriers > 1 ? opened->carriers : 1;
	char why[WARDEN_LINE];
	int status = warden_device(mesh->parts.warden, opened->queues, count, why, sizeof(why));

	if (status != 0)
		return failure_say(failure, status, "%s", why);
	for (uint32_t i = 0; i < count; i++)
		tun_offload(opened->queues[i]);
	if (count > 1)
		status = steering_set(opened->queues[0], opened->steering);
	return status == 0
		       ? 0
		       : failure_say(failure, status, "%s: %s", mesh->host.tun, strerror(-status));
}

static bool device_is_there(const struct mesh *mesh)
{
	char name[16];

	return tun_called(mesh->parts.opened->queues[0], name) && strcmp(name, mesh->host.tun) == 0;
}

/* Makes all of it as it should be. */
static int upkeep_restore(struct mesh *mesh, struct failure *failure)
{
	int status = device_is_there(mesh) ? host_set(mesh, failure) : -ENODEV;

	if (status == -ENODEV) {
		status = device_renew(mesh, failure);
		if (status == 0)
			status = host_set(mesh, failure);
	}
	if (status == 0) {
		loop_rest(mesh->packets, false);
		carriers_resume(mesh);
	}
	return status;
}

/* When it may be done again: what lasted longer than the pause begins with a short one. */
static void upkeep_plan(struct upkeep *upkeep, instant now)
{
	bool lasted = instant_since(now, upkeep->next).us > upkeep->pause.us;

	upkeep->pause =
		lasted ? duration_ms(PAUSE_LEAST_MS) : (duration){.us = 2 * upkeep->pause.us};
	if (upkeep->pause.us > duration_ms(PAUSE_MOST_MS).us)
		upkeep->pause = duration_ms(PAUSE_MOST_MS);
	upkeep->next = instant_after(now, upkeep->pause);
}

static void upkeep_due(void *owner)
{
	struct mesh *mesh = owner;
	struct upkeep *upkeep = &mesh->upkeep;
	struct failure failure;
	char wait[24];
	bool again = upkeep->again;
	int status;

	upkeep_plan(upkeep, loop_now());
	loop_timer_set(upkeep->due, INSTANT_NEVER);
	status = upkeep_restore(mesh, &failure);
	if (status == 0 && !again)
		log_tell(mesh->parts.log, MESSAGE_HOST_RESTORED,
			 WORDS(mesh->host.tun, mesh->loopback.name));
	if (status == 0)
		return;
	snprintf(wait, sizeof(wait), "%lld", (long long)(upkeep->pause.us / 1000));
	log_tell(mesh->parts.log, MESSAGE_HOST_BROKEN, WORDS(failure.text, wait));
	loop_timer_set(upkeep->due, upkeep->next);
}

void upkeep_miss(struct mesh *mesh)
{
	loop_rest(mesh->packets, true);
	loop_timer_set(mesh->upkeep.due, mesh->upkeep.next);
}

static void events_ready(void *owner)
{
	struct mesh *mesh = owner;

	if (presence_lost(mesh->parts.opened->host_events, &mesh->host) || !device_is_there(mesh)) {
		mesh->upkeep.again = false;
		loop_timer_set(mesh->upkeep.due, mesh->upkeep.next);
	}
}

int upkeep_open(struct mesh *mesh, struct failure *failure)
{
	struct upkeep *upkeep = &mesh->upkeep;
	struct loop_source *events;
	int status = presence_open(mesh->parts.opened->host_events);

	if (status == 0)
		status = loop_timer(mesh->parts.loop, upkeep_due, mesh, &upkeep->due);
	if (status == 0)
		status = loop_watch(mesh->parts.loop, mesh->parts.opened->host_events, LOOP_READ,
				    events_ready, mesh, &events);
	if (status != 0)
		return failure_say(failure, status, "upkeep: %s", strerror(-status));
	return host_set(mesh, failure);
}

int upkeep_follow(struct mesh *mesh, struct failure *failure)
{
	return host_set(mesh, failure);
}

void upkeep_close(struct mesh *mesh)
{
	if (mesh->host.mtu != 0 && warden_leave(mesh->parts.warden, &mesh->host) != 0)
		log_say(mesh->parts.log, MESSAGE_TROUBLE,
			"%s could not be cleared of its address and route", mesh->host.tun);
}
