/* One walk over the descriptors with their names serves both ways, so that what is kept is what is
 * taken. A name is of one descriptor, because the order within a name is not kept by systemd. */
#include "daemon/inherit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

/* All that there has to be. opened->carriers says how many there are. */
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
	opened->firewall_events = store_take(store, "firewall-events");
	for (uint32_t i = 0; i < OPENER_EXPRESS; i++)
		opened->express[i] = store_take(store, "express");
	busiest->express = opened->express;
	busiest->express_count = OPENER_EXPRESS;
	for (uint32_t i = 0; i < carriers || i < 1; i++)
		opened->offloads = tun_offload(opened->queues[i]);
	return true;
}

int inherit_keep(const struct opened *opened)
{
	struct opened copy = *opened;
	int status = walk(&(struct step){keep, NULL}, &copy);

	if (status == 0 && opened->firewall_events >= 0)
		status = store_keep("firewall-events", opened->firewall_events);
	return status;
}

static int forget(struct store *store, const char *name, int *fd)
{
	(void)!store_forget(name);
	return 0;
}

void inherit_forget(void)
{
	struct opened all = {.carriers = WORKERS_MOST};

	(void)!walk(&(struct step){forget, NULL}, &all);
	(void)!store_forget("firewall-events");
}

/* They are to be had or not. */
void inherit_keep_express(const struct opened *opened)
{
	(void)!store_forget("express");
	for (uint32_t i = 0; i < OPENER_EXPRESS; i++)
		if (opened->express[i] >= 0)
			(void)!store_keep("express", opened->express[i]);
}

uint32_t inherit_carriers(const struct store *store)
{
	char name[STORE_NAME];
	uint32_t count = 0;
	bool found;

	do {
		snprintf(name, sizeof(name), "packet.%u", count + 1);
		found = store_has(store, name);
		count += found;
	} while (found && count < WORKERS_MOST);
	return count;
}

static void bypass_name(char name[STORE_NAME], uint32_t part)
{
	snprintf(name, STORE_NAME, "bypass.%u", part);
}

bool inherit_take_bypass(struct store *store, int parts[BYPASS_PARTS])
{
	char name[STORE_NAME];
	bool whole = true;

	for (uint32_t part = 0; part < BYPASS_PARTS; part++) {
		bypass_name(name, part);
		parts[part] = store_take(store, name);
		whole = whole && parts[part] >= 0;
	}
	for (uint32_t part = 0; part < BYPASS_PARTS && !whole; part++)
		if (parts[part] >= 0)
			close(parts[part]);
	return whole;
}

void inherit_keep_bypass(const struct bypass *bypass)
{
	char name[STORE_NAME];
	int parts[BYPASS_PARTS];

	if (bypass != NULL)
		bypass_parts(bypass, parts);
	for (uint32_t part = 0; part < BYPASS_PARTS; part++) {
		bypass_name(name, part);
		(void)!store_forget(name);
		if (bypass != NULL)
			(void)!store_keep(name, parts[part]);
	}
}
