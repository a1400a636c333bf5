/* Who listens on this host: sockets of TCP and UDP as /proc shows them, and the programs that hold
 * them. */
#ifndef TOOLS_LISTENERS_H
#define TOOLS_LISTENERS_H

#include "meshp/address.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { LISTENERS = 1024 }; /* looked at; a host with more shows the first */

struct listener {
	bool tcp; /* else UDP */
	uint16_t port;
	struct address address; /* :: is any */
	unsigned long inode;
	int pid; /* 0: not known; others' programs only root sees */
	char program[16];
};

struct listeners {
	struct listener list[LISTENERS];
	size_t count;
};

/* Finds the sockets of IPv6 that take what comes from anybody, and their programs. */
void listeners_find(struct listeners *listeners);

/* True if what is sent to an address of the host comes to the listener: it is bound to that
 * address, or to any. */
bool listener_hears(const struct listener *listener, const struct address *address);

/* A new object: port, address, program, pid. */
json_t *listener_json(const struct listener *listener);

#endif
