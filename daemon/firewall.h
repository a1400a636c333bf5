/* What of the mesh may come in, as a value and as the text of an nftables table. The value says all
 * there is to say, so whoever has the right to change the kernel needs nothing else, and can check
 * it. docs/firewall.md explains the table. */
#ifndef DAEMON_FIREWALL_H
#define DAEMON_FIREWALL_H

#include "config/config.h"
#include "meshp/address.h"

#include <stdio.h>

enum { FIREWALL_EXPOSED = 2 * CONFIG_EXPOSED }; /* by the configuration, and by command */

#define FIREWALL_TABLE "meshpd" /* of the family inet */

/* Both cross from one process to another with more rights: there are no values of them that may not
 * be looked at. Ports that are open to addresses that begin with so many bits. */
struct firewall_exposure {
	struct address from;
	uint16_t first, last;
	uint8_t bits; /* 16 … 128 */
	uint8_t tcp;  /* 1; or 0: UDP */
};

struct firewall {
	char tun[CONFIG_NAME];
	struct address own;
	uint8_t inbound_allowed; /* 1: all may come in that is for us; or 0 */
	uint32_t count;
	struct firewall_exposure exposed[FIREWALL_EXPOSED];
};

/* An exposure with a key in it is one with the address of that key. */
struct firewall_exposure firewall_exposure_of(const struct config_expose *expose);

/* True if the text of this firewall can be written, whoever filled it in: names, numbers and
 * addresses are what they have to be. */
MUST_USE bool firewall_valid(const struct firewall *firewall);

/* Writes commands that put the table in the place of one that may be there, as one transaction:
 * packets meet the old one or the new one, never none. */
void firewall_write(const struct firewall *firewall, FILE *out);

#endif
