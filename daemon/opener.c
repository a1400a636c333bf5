/* Everything that needs a right is opened here. The packet socket is bound to our EtherType with
 * interface index 0: it serves every link, those that come later too, and is not disturbed when one
 * goes. packet(7), rtnetlink(7). */
#include "daemon/opener.h"

#include "link/share.h"
#include "meshp/header.h"
#include "tun/steering.h"

#include <arpa/inet.h>
#include <dumbnet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PACKET_BUFFER = 4 << 20 }; /* bytes of received frames that wait for a busy daemon */

static int device_open(const char *name, bool several, struct failure *failure)
{
	char why[400];
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int status;

	if (fd < 0 && (errno == ENOENT || errno == ENODEV || errno == ENXIO))
		return failure_say(failure, -errno,
				   "/dev/net/tun: %s, load the module with 'modprobe tun'",
				   strerror(errno));
	if (fd < 0)
		return failure_say(
			failure, -errno,
			"/dev/net/tun: %s, start as root or give it mode 0666 as udev does",
			strerror(errno));
	status = tun_attach(fd, name, several, why, sizeof(why));
	if (status == 0)
		return fd;
	close(fd);
	return failure_say(failure, status, "%s", why);
}

/* Opens a queue for each carrier, in their order. Without steering packets would come out where
 * their lane is not at home, so there is one carrier then. 0 or -errno. */
static int queues_open(struct opened *opened, const char *name, uint32_t *carriers,
		       struct failure *failure)
{
	uint32_t count = *carriers > 1 ? *carriers : 1;

	for (uint32_t i = 0; i < count; i++) {
		opened->queues[i] = device_open(name, count > 1, failure);
		if (opened->queues[i] < 0)
			return opened->queues[i];
		opened->offloads = tun_offload(opened->queues[i]);
	}
	if (count == 1)
		return 0;
	opened->steering = steering_load(count);
	if (opened->steering >= 0 && steering_set(opened->queues[0], opened->steering) == 0)
		return 0;
	for (uint32_t i = 1; i < count; i++) {
		close(opened->queues[i]);
		opened->queues[i] = -1;
	}
	*carriers = 1;
	return 0;
}

/* CAP_NET_ADMIN may exceed, by force, what net.core.rmem_max or wmem_max allow everybody. */
static void buffer_enlarge(int fd, int force, int option, int size)
{
	if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)) != 0)
		setsockopt(fd, SOL_SOCKET, option, &size, sizeof(size));
}

/* A packet socket to which nothing comes before it is bound, and then what it accepts. */
static int packet_open(const bool accepted[SHARE_BYTES], struct failure *failure)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int status = fd < 0 ? -errno : share_take(fd, accepted);

	if (status == 0) {
		buffer_enlarge(fd, SO_RCVBUFFORCE, SO_RCVBUF, PACKET_BUFFER);
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return failure_say(failure, status, "packet socket: %s, start as root or give CAP_NET_RAW",
			   strerror(-status));
}

static int packet_bind(int fd, uint16_t ethertype, struct failure *failure)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ethertype),
	};

	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	return failure_say(failure, -errno, "packet socket: %s", strerror(errno));
}

/* The two sockets of one thread: one that receives at once, and one for later. */
static int pair_open(struct ethernet_sockets *pair, uint16_t ethertype,
		     const bool accepted[SHARE_BYTES], struct failure *failure)
{
	pair->packet = packet_open(accepted, failure);
	if (pair->packet < 0)
		return pair->packet;
	pair->ring = packet_open(accepted, failure);
	if (pair->ring < 0)
		return pair->ring;
	return packet_bind(pair->packet, ethertype, failure);
}

/* Which frames a carrier takes of so many, or for CONTROL what they leave. */
enum { CONTROL = UINT32_MAX };

static void share_make(uint32_t carriers, uint32_t number, bool accepted[SHARE_BYTES])
{
	for (uint32_t first = 0; first < SHARE_BYTES; first++) {
		uint32_t lane = frame_lane((uint8_t)first);
		uint32_t whose = lane == 0 || carriers == 0 ? CONTROL : (lane - 1) % carriers;
		accepted[first] = whose == number;
	}
}

/* These are to be had or not: without them links share the packet socket. */
void opener_open_express(struct opened *opened)
{
	for (int i = 0; i < OPENER_EXPRESS; i++) {
		opened->express[i] = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
		if (opened->express[i] >= 0)
			buffer_enlarge(opened->express[i], SO_SNDBUFFORCE, SO_SNDBUF,
				       ETHERNET_EXPRESS_BUFFER);
	}
}

/* A link has one queue to send by, so whoever carries most has them. */
static void express_give(struct opened *opened, struct ethernet_sockets *whose)
{
	opener_open_express(opened);
	whose->express = opened->express;
	whose->express_count = OPENER_EXPRESS;
}

static int packets_open(struct opened *opened, uint16_t ethertype, uint32_t carriers,
			struct failure *failure)
{
	bool accepted[SHARE_BYTES];
	int status;

	express_give(opened, carriers > 0 ? &opened->carrier[0] : &opened->control);
	share_make(carriers, CONTROL, accepted);
	status = pair_open(&opened->control, ethertype, accepted, failure);
	for (uint32_t i = 0; i < carriers && status == 0; i++) {
		opened->carrier[i].packet = opened->carrier[i].ring = -1;
		opened->carriers++;
		share_make(carriers, i, accepted);
		status = pair_open(&opened->carrier[i], ethertype, accepted, failure);
	}
	return status;
}

uint32_t opener_carriers(const struct config *config)
{
	long wanted = config->workers;

	if (wanted == CONFIG_WORKERS_AUTO)
		wanted = sysconf(_SC_NPROCESSORS_ONLN) / 2;
	if (config->workers == CONFIG_WORKERS_AUTO && wanted < 1)
		wanted = 1;
	return wanted < WORKERS_MOST ? (uint32_t)wanted : WORKERS_MOST;
}

static int netlink_open(int family, struct failure *failure)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, family);

	if (fd >= 0)
		return fd;
	return failure_say(failure, -errno, "netlink socket: %s", strerror(errno));
}

/* A socket that hears of all changes of nftables; -1 where there is no netfilter, of which the
 * firewall tells. */
static int firewall_listen(void)
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	const int group = NFNLGRP_NFTABLES;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_NETFILTER);

	if (fd < 0 ||
	    (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	     setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0))
		return fd;
	close(fd);
	return -1;
}

int opener_open_host(struct opened *opened, struct failure *failure)
{
	*opened = OPENED_NONE;
	opened->host_requests = netlink_open(NETLINK_ROUTE, failure);
	return opened->host_requests < 0 ? opened->host_requests : 0;
}

int opener_open(const struct config *config, uint32_t carriers, struct opened *opened,
		struct failure *failure)
{
	int status;

	*opened = OPENED_NONE;
	opened->link_requests = netlink_open(NETLINK_ROUTE, failure);
	if (opened->link_requests < 0)
		return opened->link_requests;
	opened->link_events = netlink_open(NETLINK_ROUTE, failure);
	if (opened->link_events < 0)
		return opened->link_events;
	opened->radio_requests = netlink_open(NETLINK_GENERIC, failure);
	if (opened->radio_requests < 0)
		return opened->radio_requests;
	opened->interface_facts = netlink_open(NETLINK_GENERIC, failure);
	if (opened->interface_facts < 0)
		return opened->interface_facts;
	opened->firewall_events = firewall_listen();
	opened->interfaces = intf_open();
	if (opened->interfaces == NULL)
		return failure_say(failure, -errno, "interfaces: %s", strerror(errno));
	opened->host_events = netlink_open(NETLINK_ROUTE, failure);
	if (opened->host_events < 0)
		return opened->host_events;
	status = queues_open(opened, config->tun_name, &carriers, failure);
	if (status == 0)
		status = packets_open(opened, config->ethertype, carriers, failure);
	return status;
}

static void descriptor_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void pair_close(const struct ethernet_sockets *pair)
{
	descriptor_close(pair->packet);
	descriptor_close(pair->ring);
}

void opener_close(struct opened *opened)
{
	for (uint32_t i = 0; i < WORKERS_MOST; i++)
		descriptor_close(opened->queues[i]);
	pair_close(&opened->control);
	for (uint32_t i = 0; i < opened->carriers; i++)
		pair_close(&opened->carrier[i]);
	for (int i = 0; i < OPENER_EXPRESS; i++)
		descriptor_close(opened->express[i]);
	descriptor_close(opened->link_requests);
	descriptor_close(opened->link_events);
	descriptor_close(opened->radio_requests);
	descriptor_close(opened->host_requests);
	descriptor_close(opened->host_events);
	descriptor_close(opened->steering);
	descriptor_close(opened->interface_facts);
	descriptor_close(opened->firewall_events);
	if (opened->interfaces != NULL)
		intf_close(opened->interfaces);
	*opened = OPENED_NONE;
}
