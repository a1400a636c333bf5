/* What there is to know of a link, an Ethernet-like interface the mesh may use. */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LINK_NAME = 16,	 /* with the NUL that ends it */
	LINK_LLADDR = 6, /* a MAC address, bytes */
};

struct link_facts {
	uint32_t ifindex; /* never changes while the interface exists */
	char name[LINK_NAME];
	uint8_t lladdr[LINK_LLADDR];
	uint32_t mtu; /* largest frame payload, bytes */
	bool running; /* up, with a carrier: can carry frames now */
	bool radio;   /* a shared, lossy medium: wireless or Bluetooth */
	bool watched; /* promiscuous: somebody may want to see all its frames, as tcpdump does */
	bool shaped;  /* somebody chose how it queues: a discipline that is no default */
	uint64_t rate_bps; /* what it transmits, as ethtool or nl80211 says; 0: unknown */
};

#endif
