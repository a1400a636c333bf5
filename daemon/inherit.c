/* One walk over the descriptors with their names serves both ways, so that what is kept is what is
 * taken. A name is of one descriptor, because the order within a name is not kept by systemd. */
#include "daemon/inherit.h"

#include <dumbnet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* What is done with each descriptor by its name. 0 or -errno. */
struct step {
	int (*done)(struct store *store, const char *name, int *fd);
	struct store *store;
};

static int step_one(const struct step *step, const char *name, int *fd)
{
	return step->done(step->store, name, fd);
}

static int step_numbered(const struct step *step, const char *name, uint32_t number, int *fd)
{
	char text[STORE_NAME];

	snprintf(text, sizeof(text), number > 0 ? "%s.%u" : "%s", name, number);
	return step_one(step, text, fd);
}

static int step_pair(const struct step *step, uint32_t number, struct ethernet_sockets *pair)
{
	int status = step_numbered(step, "packet", number, &pair->packet);

	return status == 0 ? step_numbered(step, "ring", number, &pair->ring) : status;
}

/* All but express. opened->carriers says how many there are. */
static int walk(const struct step *step, struct opened *opened)
{
	struct named {
		const char *name;
		int *fd;
	} const single[] = {
		{"link-requests", &opened->link_requests}, {"link-events", &opened->link_events},
		{"radio", &opened->radio_requests},	   {"facts", &opened->interface_facts},
		{"host-events", &opened->host_events},
	};
	uint32_t queues = opened->carriers > 1 ? opened->carriers : 1;
	int status = step_pair(step, 0, &opened->control);

	for (size_t i = 0; status == 0 && i < sizeof(single) / sizeof(single[0]); i++)
		status = step_one(step, single[i].name, single[i].fd);
	for (uint32_t i = 0; status == 0 && i < queues; i++)
		status = step_numbered(step, "tun", i, &opened->queues[i]);
	for (uint32_t i = 0; status == 0 && i < opened->carriers; i++)
		status = step_pair(step, i + 1, &opened->carrier[i]);
	if (status == 0 && queues > 1)
		status = step_one(step, "steering", &opened->steering);
	return status;
}

static int take(struct store *store, const char *name, int *fd)
{
	uint8_t byte;

	*fd = store_take(store, name);
	if (*fd < 0)
		return -ENOENT;
	/* An answer to the process before would be taken for one to ours. */
	if (strcmp(name, "link-requests") == 0 || strcmp(name, "radio") == 0 ||
	    strcmp(name, "facts") == 0)
		while (recv(*fd, &byte, 1, MSG_DONTWAIT) >= 0)
			continue;
	return 0;
}

static int keep(struct store *store, const char *name, int *fd)
{
	return store_keep(name, *fd);
}

bool inherit_take(struct store *store, uint32_t carriers, struct opened *opened)
{
	struct ethernet_sockets *busiest = carriers > 0 ? &opened->carrier[0] : &opened->control;

	*opened = OPENED_NONE;
	for (uint32_t i = 0; i < carriers; i++)
		opened->carrier[i] = (struct ethernet_sockets){.packet = -1, .ring = -1};
	opened->carriers = carriers;
	if (walk(&(struct step){take, store}, opened) != 0)
		return false;
	for (uint32_t i = 0; i < OPENER_EXPRESS; i++)
		opened->express[i] = store_take(store, "express");
	busiest->express = opened->express;
	busiest->express_count = OPENER_EXPRESS;
	for (uint32_t i = 0; i < carriers || i < 1; i++)
		opened->offloads = tun_offload(opened->queues[i]);
	opened->interfaces = intf_open();
	return true;
}

int inherit_keep(const struct opened *opened)
{
	struct opened copy = *opened;

	return walk(&(struct step){keep, NULL}, &copy);
}
