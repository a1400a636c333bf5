/* A wire to send frames over: a veth pair "left" and "right" in a network namespace of the test's
 * own, which ends with the process. */
#ifndef TESTS_UNIT_LINK_WIRE_H
#define TESTS_UNIT_LINK_WIRE_H

#include "link/link.h"

#include <stdbool.h>
#include <stddef.h>

enum { WIRE_TYPE = 0x88b5 };

/* An end of the wire. */
struct wire_end {
	uint32_t ifindex;
	uint8_t lladdr[LINK_LLADDR];
};

/* Enters a new namespace: a group's setup, which fails without the right to do so. */
int wire_namespace(void **state);

/* Makes the pair, both ends up, with this MTU; one that was there is removed. */
void wire_make(unsigned int mtu, struct wire_end *left, struct wire_end *right);

/* Sets both ends up and waits until they can send. */
void wire_up(void);

/* What is known of an interface by its name. */
struct wire_end wire_end_of(const char *name);

/* Runs a command line of ip, tc or the like. True if it succeeded. */
bool wire_run(const char *command);

/* A packet socket as the daemon's, for frames of WIRE_TYPE from now on if it is bound. */
int wire_socket(bool bound);

/* An AF_XDP socket, not bound. */
int wire_socket_xdp(void);

#endif
