/* A frame as the backends that receive hand it to ethernet.c, with its header, in memory of theirs.
 * Private to link/. */
#ifndef LINK_ARRIVAL_H
#define LINK_ARRIVAL_H

#include <linux/if_packet.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arrival {
	const struct sockaddr_ll *from;
	const uint8_t *bytes;
	size_t size;
	bool whole; /* false: longer than there was room for */
};

#endif
