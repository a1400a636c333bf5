/* Everything that needs a right to be opened is opened here, at start, and nowhere else. */
#ifndef DAEMON_OPENER_H
#define DAEMON_OPENER_H

#include "base/require.h"
#include "config/config.h"
#include "daemon/failure.h"
#include "link/ethernet.h"
#include "node/limits.h"
#include "tun/device.h"

struct intf_handle;

enum { OPENER_EXPRESS = 16 }; /* links that can have a socket of their own to send by */

/* Descriptors, all non-blocking but the request sockets; -1 is not open. */
struct opened {
	int queues[WORKERS_MOST];   /* of Tun.Name: the first, and one for each other carrier */
	enum tun_offloads offloads; /* its */
	int steering;		    /* the program that deals packets out to the queues; -1: none */
	struct ethernet_sockets control; /* AF_PACKET for every link: the control loop's */
	uint32_t carriers;		 /* that have sockets; 0: the control loop's take all */
	struct ethernet_sockets carrier[WORKERS_MOST];
	int express[OPENER_EXPRESS]; /* AF_XDP, not bound; who uses one closes it, and writes -1 */
	int link_requests;	     /* rtnetlink: what links there are */
	int link_events;	     /* rtnetlink: what becomes of them */
	int radio_requests;	     /* generic netlink: how fast radio links are */
	int host_requests;	     /* rtnetlink: addresses and routes of tun0 and lo2 */
	int host_events;	     /* rtnetlink: what becomes of them */
	int interface_facts;	     /* generic netlink: what interfaces can do */
	int firewall_events;	     /* netfilter: what becomes of the table; -1: not to be had */
	struct intf_handle *interfaces; /* libdumbnet's; NULL: rtnetlink says what there is */
};

/* What an opened is before anything is. */
#define OPENED_NONE                                                                                \
	((struct opened){.queues = {[0 ... WORKERS_MOST - 1] = -1},                                \
			 .steering = -1,                                                           \
			 .control = {.packet = -1, .ring = -1},                                    \
			 .express = {[0 ... OPENER_EXPRESS - 1] = -1},                             \
			 .link_requests = -1,                                                      \
			 .link_events = -1,                                                        \
			 .radio_requests = -1,                                                     \
			 .host_requests = -1,                                                      \
			 .host_events = -1,                                                        \
			 .interface_facts = -1,                                                    \
			 .firewall_events = -1})

/* Opens the rest of it, with queue and sockets for so many carriers, or for one where the kernel
 * cannot deal packets out to more. 0 or -errno; opener_close is due in either case. */
MUST_USE int opener_open(const struct config *config, uint32_t carriers, struct opened *opened,
			 struct failure *failure);

/* For how many carriers a configuration wants descriptors. Where it does not say, half the
 * processors are left to the programs whose packets they carry. */
MUST_USE uint32_t opener_carriers(const struct config *config);

/* Opens nothing but sockets to send by for single links, as many as are to be had. */
void opener_open_express(struct opened *opened);

/* Opens nothing but host_requests, which is for those who give the host its addresses and which
 * opener_open leaves alone. As above. */
MUST_USE int opener_open_host(struct opened *opened, struct failure *failure);

void opener_close(struct opened *opened);

#endif
